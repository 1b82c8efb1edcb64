import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { temporaryFolder } from '../stores/gitFixture.js';
import { hasPython, install, ownLoop, pythonOf, tuned, type Point } from './externalPeers.js';

const folder = temporaryFolder('external-own-loop');
afterAll(() => { folder.remove(); });

interface Own { readonly environment: string; readonly sampler: string; readonly options?: string; /** Prints the params of 15 trials. */ readonly script: string }

const optuna = (sampler: string): string => `
import optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.create_study(direction="minimize", sampler=optuna.samplers.${sampler})
def objective(trial):
    act = trial.suggest_categorical("act", ["relu", "tanh"]); units = trial.suggest_int("units", 4, 64); x = trial.suggest_float("x", 0.0001, 1.0, log=True)
    return loss_of(x, units, act)
study.optimize(objective, n_trials=15)
print(json.dumps([trial.params for trial in study.trials]))`;

const hyperopt = (algorithm: string): string => `
import numpy, hyperopt
from hyperopt import hp, ${algorithm}
seen = []
def objective(point):
    seen.append({**point, "units": int(point["units"]), "act": ["relu", "tanh"][point["act"]]})
    return loss_of(**seen[-1])
space = {"act": hp.choice("act", [0, 1]), "units": hp.uniformint("units", 4, 64), "x": hp.loguniform("x", math.log(0.0001), math.log(1.0))}
hyperopt.fmin(objective, space, algo=${algorithm}.suggest, max_evals=15, rstate=numpy.random.default_rng(7), show_progressbar=False)
print(json.dumps(seen))`;

const skopt = (call: string): string => `
import skopt
from skopt.space import Categorical, Integer, Real
seen = []
def objective(point):
    act, units, x = point
    seen.append({"act": ["relu", "tanh"][act], "units": int(units), "x": float(x)})
    return loss_of(**seen[-1])
space = [Categorical([0, 1]), Integer(4, 64), Real(0.0001, 1.0, prior="log-uniform")]
${call}
print(json.dumps(seen))`;

const kerasTuner = (oracle: string): string => `
import os, tempfile
os.environ["KERAS_BACKEND"] = "jax"
import keras_tuner
seen = []
class Tuner(keras_tuner.Tuner):
    def run_trial(self, trial, **_):
        values = trial.hyperparameters.values
        seen.append({name: values[name] for name in ("act", "units", "x")})
        return loss_of(**seen[-1])
hp = keras_tuner.HyperParameters()
hp.Choice("act", ["relu", "tanh"]); hp.Int("units", 4, 64, step=1); hp.Float("x", 0.0001, 1.0, sampling="log")
with tempfile.TemporaryDirectory() as folder:
    Tuner(oracle=keras_tuner.oracles.${oracle}(objective=keras_tuner.Objective("loss", "min"), max_trials=15, seed=7, hyperparameters=hp), directory=folder).search(verbose=0)
print(json.dumps(seen))`;

const rayTune = (searcher: string): string => `
import ray, tempfile
from ray import tune
${searcher}
ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
def objective(config):
    return {"loss": loss_of(**config)}
space = {"act": tune.choice(["relu", "tanh"]), "units": tune.randint(4, 65), "x": tune.loguniform(0.0001, 1.0)}
with tempfile.TemporaryDirectory() as folder:
    results = tune.Tuner(objective, param_space=space, tune_config=tune.TuneConfig(metric="loss", mode="min", search_alg=search, num_samples=15, max_concurrent_trials=1), run_config=tune.RunConfig(storage_path=folder, verbose=0)).fit()
rows = sorted((result.metrics["timestamp"], result.metrics["time_total_s"], i, result.config) for i, result in enumerate(results))
print(json.dumps([row[3] for row in sorted(((r.metrics["timestamp"], i, 0, r.config) for i, r in enumerate(results)), key=lambda row: row[:2])]))`;

const deap = (algorithm: string): string => `${readFileSync('fixtures/external/deapLoop.py', 'utf8')}
seen = []
def measured(act, units, x):
    seen.append({"act": act, "units": units, "x": x})
    return loss_of(**seen[-1])
run(measured, 15, 4, lambda algorithms, population, box: ${algorithm})
print(json.dumps(seen))`;

const loops: readonly Own[] = [
  { environment: 'deap', sampler: 'simple', options: 'population_size: 4', script: deap('algorithms.eaSimple(population, box, 0.5, 0.2, 10**6, verbose=False)') },
  { environment: 'deap', sampler: 'mu+lambda', options: 'population_size: 4', script: deap('algorithms.eaMuPlusLambda(population, box, 4, 4, 0.2, 0.8, 10**6, verbose=False)') },
  { environment: 'deap', sampler: 'mu,lambda', options: 'population_size: 4', script: deap('algorithms.eaMuCommaLambda(population, box, 4, 8, 0.2, 0.8, 10**6, verbose=False)') },
  { environment: 'optuna', sampler: 'TPESampler', script: optuna('TPESampler(seed=7)') },
  { environment: 'optuna', sampler: 'TPESampler', options: 'multivariate: true', script: optuna('TPESampler(seed=7, multivariate=True)') },
  { environment: 'optuna', sampler: 'CmaEsSampler', script: optuna('CmaEsSampler(seed=7)') },
  { environment: 'optuna', sampler: 'NSGAIISampler', options: 'population_size: 4', script: optuna('NSGAIISampler(seed=7, population_size=4)') },
  { environment: 'hyperopt', sampler: 'tpe', script: hyperopt('tpe') },
  { environment: 'hyperopt', sampler: 'random', script: hyperopt('rand') },
  { environment: 'hyperopt', sampler: 'anneal', script: hyperopt('anneal') },
  { environment: 'scikit-optimize', sampler: 'gp', script: skopt('skopt.gp_minimize(objective, space, n_calls=15, random_state=7)') },
  { environment: 'scikit-optimize', sampler: 'dummy', script: skopt('skopt.dummy_minimize(objective, space, n_calls=15, random_state=7)') },
  { environment: 'keras-tuner', sampler: 'random', script: kerasTuner('RandomSearchOracle') },
  { environment: 'keras-tuner', sampler: 'bayesian', script: kerasTuner('BayesianOptimizationOracle') },
  { environment: 'ray-tune', sampler: 'OptunaSearch', script: rayTune('from ray.tune.search.optuna import OptunaSearch\nsearch = OptunaSearch(seed=7)') },
  { environment: 'ray-tune', sampler: 'HyperOptSearch', script: rayTune('from ray.tune.search.hyperopt import HyperOptSearch\nsearch = HyperOptSearch(random_state_seed=7)') },
  { environment: 'ray-tune', sampler: 'BasicVariantGenerator', script: rayTune('from ray.tune.search.basic_variant import BasicVariantGenerator\nsearch = BasicVariantGenerator(random_state=7)') },
];

(hasPython ? describe : describe.skip)('with the same seed the trials are those of the library\'s own loop', () => {
  beforeAll(() => { for (const environment of new Set(loops.map((loop) => loop.environment))) install(environment); }, 1_800_000);

  test.each(loops)('$environment $sampler', async ({ environment, sampler, options = '', script }) => {
    const own = ownLoop<readonly Point[]>(environment, script);
    expect(own).toHaveLength(15);
    const { search } = await tuned(folder.path, `{ external: ${environment}, sampler: "${sampler}", options: { ${options} }, python: ${pythonOf(environment)}, seed: 7 }`);
    for (const [i, { params }] of search.trials.entries()) {
      expect({ i, ...params }).toMatchObject({ i, units: own[i]?.units, act: own[i]?.act });
      expect(params.x).toBeCloseTo(own[i]?.x ?? Number.NaN, 10);
    }
  }, 300_000);
});
