import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { temporaryFolder } from '../stores/gitFixture.js';
import { hasPython, install, ownLoop, pythonOf, tuned, type Point } from './externalPeers.js';

const folder = temporaryFolder('external-pruners');
afterAll(() => { folder.remove(); });

interface Case { readonly pruner: string; readonly options: string; /** The same in Python. */ readonly python: string }
const pruners: readonly Case[] = [
  { pruner: 'MedianPruner', options: 'n_startup_trials: 3', python: 'MedianPruner(n_startup_trials=3)' },
  { pruner: 'PercentilePruner', options: 'percentile: 40, n_startup_trials: 3', python: 'PercentilePruner(40, n_startup_trials=3)' },
  { pruner: 'SuccessiveHalvingPruner', options: 'min_resource: 1, reduction_factor: 2', python: 'SuccessiveHalvingPruner(min_resource=1, reduction_factor=2)' },
  { pruner: 'HyperbandPruner', options: 'min_resource: 1, max_resource: 9', python: 'HyperbandPruner(min_resource=1, max_resource=9)' },
  { pruner: 'ThresholdPruner', options: 'upper: 1, n_warmup_steps: 2', python: 'ThresholdPruner(upper=1, n_warmup_steps=2)' },
  { pruner: 'WilcoxonPruner', options: 'p_threshold: 0.2', python: 'WilcoxonPruner(p_threshold=0.2)' },
  { pruner: 'PatientPruner', options: 'wrapped_pruner: MedianPruner, wrapped_pruner_options: { n_startup_trials: 2 }, patience: 1', python: 'PatientPruner(optuna.pruners.MedianPruner(n_startup_trials=2), patience=1)' },
];

interface OwnTrial { readonly params: Point; readonly state: string }
const ownPruning = (pruner: string): readonly OwnTrial[] => ownLoop('optuna', `
import optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.create_study(study_name="demo", direction="minimize", sampler=optuna.samplers.TPESampler(seed=7), pruner=optuna.pruners.${pruner})
def objective(trial):
    act = trial.suggest_categorical("act", ["relu", "tanh"]); units = trial.suggest_int("units", 4, 64); x = trial.suggest_float("x", 0.0001, 1.0, log=True)
    for step, value in enumerate(curve_of(x, units, act), 1):
        trial.report(value, step)
        if trial.should_prune():
            raise optuna.TrialPruned()
    return value
study.optimize(objective, n_trials=25)
print(json.dumps([{"params": trial.params, "state": trial.state.name.lower()} for trial in study.trials]))`);

(hasPython ? describe : describe.skip)('Optuna\'s pruners stop the trials of tune that they stop in its own loop', () => {
  beforeAll(() => { install('optuna'); }, 600_000);

  test.each(pruners)('$pruner', async ({ pruner, options, python }) => {
    const own = ownPruning(python);
    const method = `{ external: optuna, pruner: ${pruner}, pruner_options: { ${options} }, python: ${pythonOf('optuna')}, seed: 7 }`;
    const { search } = await tuned(folder.path, method, { trials: 25 });
    expect(search.trials.map(({ state }) => state)).toEqual(own.map(({ state }) => state));
    expect(search.trials.map(({ params }) => [params.act, params.units])).toEqual(own.map(({ params }) => [params.act, params.units]));
    const stopped = own.filter(({ state }) => state === 'pruned').length;
    expect(stopped).toBeGreaterThan(1);
    expect(search.pruning).toMatchObject({ pruner: `optuna ${pruner}`, stopped });
  }, 300_000);

  test('NopPruner stops nothing', async () => {
    const { search } = await tuned(folder.path, `{ external: optuna, pruner: NopPruner, python: ${pythonOf('optuna')}, seed: 7 }`, { trials: 5 });
    expect(search.trials.every(({ state }) => state === 'complete')).toBe(true);
    expect(search.pruning).toBeUndefined();
  }, 60_000);

  test('three at once', async () => {
    const { search } = await tuned(folder.path, `{ external: optuna, pruner: MedianPruner, pruner_options: { n_startup_trials: 3 }, python: ${pythonOf('optuna')}, seed: 7 }`, { trials: 25, parallel: 3 });
    expect(search.trials).toHaveLength(25);
    expect(search.trials.filter(({ state }) => state === 'pruned').length).toBeGreaterThan(2);
  }, 60_000);

  test.each<[string, RegExp]>([
    ['pruner: NoPruner', /optuna\.pruners has no NoPruner\. There are .*MedianPruner/],
    ['pruner: MedianPruner, pruner_options: { n: 3 }', /MedianPruner has no option n\. `pruner_options` in `method` may hold n_startup_trials \(5\)/],
  ])('%s', async (more, words) => {
    await expect(tuned(folder.path, `{ external: optuna, ${more}, python: ${pythonOf('optuna')} }`)).rejects.toThrow(words);
  }, 60_000);
});

interface OwnHyperband { readonly params: Point; readonly epochs: number; readonly promoted: boolean }
const ownHyperband = (): readonly OwnHyperband[] => ownLoop('keras-tuner', `
import os, tempfile
os.environ["KERAS_BACKEND"] = "jax"
import keras_tuner
seen = []
class Tuner(keras_tuner.Tuner):
    def run_trial(self, trial, **_):
        values = trial.hyperparameters.values
        params = {name: values[name] for name in ("act", "units", "x")}
        seen.append({"params": params, "epochs": values["tuner/epochs"], "promoted": values.get("tuner/trial_id") is not None})
        return {"loss": curve_of(**params)[values["tuner/epochs"] - 1]}
hp = keras_tuner.HyperParameters()
hp.Choice("act", ["relu", "tanh"]); hp.Int("units", 4, 64, step=1); hp.Float("x", 0.0001, 1.0, sampling="log")
with tempfile.TemporaryDirectory() as folder:
    Tuner(oracle=keras_tuner.oracles.HyperbandOracle(objective=keras_tuner.Objective("loss", "min"), max_epochs=9, factor=3, seed=7, hyperparameters=hp), directory=folder).search(verbose=0)
print(json.dumps(seen))`);

(hasPython ? describe : describe.skip)('Keras Tuner\'s Hyperband', () => {
  beforeAll(() => { install('keras-tuner'); }, 900_000);
  const method = (most: number): string => `{ external: keras-tuner, sampler: hyperband, options: { max_epochs: ${most} }, python: ${pythonOf('keras-tuner')}, seed: 7 }`;

  test('proposes, stops and promotes what it does in its own loop', async () => {
    const own = ownHyperband();
    const { search } = await tuned(folder.path, method(9), { trials: 40 });
    const fresh = own.filter(({ promoted }) => !promoted);
    expect(search.trials.map(({ params }) => [params.act, params.units])).toEqual(fresh.map(({ params }) => [params.act, params.units]));
    const whole = new Set(own.filter(({ epochs }) => epochs === 9).map(({ params }) => JSON.stringify([params.act, params.units])));
    expect(new Set(search.trials.filter(({ state }) => state === 'complete').map(({ params }) => JSON.stringify([params.act, params.units])))).toEqual(whole);
    expect(search).toMatchObject({ stopReason: 'exhausted', pruning: { pruner: 'keras-tuner hyperband' } });
  }, 300_000);

  test('with three at once it waits for those that run', async () => {
    const { search } = await tuned(folder.path, method(9), { trials: 40, parallel: 3 });
    expect(search.stopReason).toBe('exhausted');
    expect(search.trials.filter(({ state }) => state === 'complete').length).toBeGreaterThan(3);
  }, 300_000);

  test('a budget that its first bracket does not fit into is refused', async () => {
    await expect(tuned(folder.path, method(100), { trials: 20 })).rejects.toThrow(/Hyperband of 100 epochs begins with a bracket of \d+ trials, the budget is 20.*raise `budget\.trials`, or lower/s);
  }, 60_000);
});
