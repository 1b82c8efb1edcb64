// What driving another optimiser costs: `tune` with `method: { external: … }` beside the library's own loop over the same program, a process per trial on both sides.
// node bench/external.mjs [libraries ...] [--rounds 3] [--seconds 0,0.25]: seconds of a trial, with commas between; all libraries unless named.
// Needs `npm run build` and the environments that `npm run test:peers` makes. Six libraries: about seven minutes on two idle cores.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string', default: '3' }, seconds: { type: 'string', default: '0,0.25' } } });
const rounds = Number(values.rounds);
const durations = values.seconds.split(',').map(Number);
const trials = 20;
const root = mkdtempSync(join(tmpdir(), 'noregret-external-'));
const cli = resolve('dist/cli.js');

// Nothing is reckoned while it lasts: a trial of any length weighs on the machine alike.
writeFileSync(join(root, 'train.mjs'), `import { readFileSync } from 'node:fs';
const { x, units, act } = JSON.parse(readFileSync(process.env.NOREGRET_PARAMS, 'utf8'));
const distance = Math.sqrt(x) - 0.1;
setTimeout(() => console.log('noregret ' + JSON.stringify({ loss: 10 * (distance * distance) + units / 64 + (act === 'relu' ? 0 : 0.5) })), 1000 * Number(process.argv[2]));
`);

const own = {
  optuna: `
import optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.create_study(direction="minimize", sampler=optuna.samplers.TPESampler(seed=7))
def objective(trial):
    act = trial.suggest_categorical("act", ["relu", "tanh"]); units = trial.suggest_int("units", 4, 64); x = trial.suggest_float("x", 0.0001, 1.0, log=True)
    return measured(x, units, act)
study.optimize(objective, n_trials=${trials})`,
  hyperopt: `
import numpy, hyperopt
from hyperopt import hp, tpe
space = {"act": hp.choice("act", ["relu", "tanh"]), "units": hp.uniformint("units", 4, 64), "x": hp.loguniform("x", math.log(0.0001), math.log(1.0))}
hyperopt.fmin(lambda p: measured(p["x"], int(p["units"]), p["act"]), space, algo=tpe.suggest, max_evals=${trials}, rstate=numpy.random.default_rng(7), show_progressbar=False)`,
  'scikit-optimize': `
import skopt
from skopt.space import Categorical, Integer, Real
skopt.gp_minimize(lambda p: measured(float(p[2]), int(p[1]), ["relu", "tanh"][p[0]]), [Categorical([0, 1]), Integer(4, 64), Real(0.0001, 1.0, prior="log-uniform")], n_calls=${trials}, random_state=7)`,
  'keras-tuner': `
import importlib.util, tempfile
os.environ.setdefault("KERAS_BACKEND", next(name for name in ("tensorflow", "torch", "jax") if importlib.util.find_spec(name)))
import keras_tuner
class Tuner(keras_tuner.Tuner):
    def run_trial(self, trial, **_):
        values = trial.hyperparameters.values
        return measured(values["x"], values["units"], values["act"])
hp = keras_tuner.HyperParameters()
hp.Choice("act", ["relu", "tanh"]); hp.Int("units", 4, 64, step=1); hp.Float("x", 0.0001, 1.0, sampling="log")
with tempfile.TemporaryDirectory() as folder:
    Tuner(oracle=keras_tuner.oracles.RandomSearchOracle(objective=keras_tuner.Objective("loss", "min"), max_trials=${trials}, seed=7, hyperparameters=hp), directory=folder).search(verbose=0)`,
  // The searcher's own methods, one after the other: tune.Tuner would start a cluster besides, which costs seconds.
  'ray-tune': `
from ray import tune
from ray.tune.search.optuna import OptunaSearch
search = OptunaSearch(seed=7)
search.set_search_properties("loss", "min", {"act": tune.choice(["relu", "tanh"]), "units": tune.randint(4, 65), "x": tune.loguniform(0.0001, 1.0)})
for i in range(${trials}):
    config = search.suggest(str(i))
    search.on_trial_complete(str(i), result={"loss": measured(config["x"], config["units"], config["act"]), "training_iteration": 1})`,
  deap: `${readFileSync(resolve('fixtures/external/deapLoop.py'), 'utf8')}
run(lambda act, units, x: measured(x, units, act), ${trials}, 5, lambda algorithms, population, box: algorithms.eaSimple(population, box, 0.5, 0.2, 10**6, verbose=False))`,
};
const program = (body) => `
import json, math, os, subprocess, sys
def measured(x, units, act):
    with open("params.json", "w") as out:
        json.dump({"x": x, "units": units, "act": act}, out)
    done = subprocess.run(["node", "train.mjs", sys.argv[1]], capture_output=True, text=True, check=True, env={**os.environ, "NOREGRET_PARAMS": "params.json"})
    with open("trials.txt", "a") as out:
        out.write(f"{act} {units} {x}\\n")
    return json.loads(done.stdout.split(" ", 1)[1])["loss"]
${body}`;
const sampler = { optuna: 'TPESampler', hyperopt: 'tpe', 'scikit-optimize': 'gp', 'keras-tuner': 'random', 'ray-tune': 'OptunaSearch', deap: 'simple' };
const options = { deap: 'population_size: 5' };
const python = (library) => resolve(`.cache/external-venv-${library}/bin/python`);
const study = (library, seconds) => `name: demo
metric: { name: loss, goal: minimize }
method: { external: ${library}, sampler: ${sampler[library]}, options: { ${options[library] ?? ''} }, python: ${python(library)}, seed: 7 }
parameters: { x: { distribution: log_uniform_values, min: 0.0001, max: 1.0 }, units: { min: 4, max: 64 }, act: { values: [relu, tanh] } }
command: [node, train.mjs, "${seconds}"]
budget: { trials: ${trials} }
parallel: 1
verdict: { rescore: 0 }
`;

/** Seconds on the clock and of the processors, children included. */
function timed(argv) {
  const { status, stderr } = spawnSync('bash', ['-c', 'TIMEFORMAT="%R %U %S"; time "$@"', 'bash', ...argv], { cwd: root, encoding: 'utf8', env: { ...process.env, PYTHONWARNINGS: 'ignore' } });
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  const [wall, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { wall, cpu: user + system };
}

function ours(library, seconds) {
  writeFileSync(join(root, 'noregret.yml'), study(library, seconds));
  const taken = timed(['node', cli, 'tune', '--new', '--quiet']);
  return { ...taken, points: readFileSync(join(root, '.noregret', 'demo', 'study.jsonl'), 'utf8').split('\n').filter((line) => line.includes('"finished"')).length };
}

function theirs(library, seconds) {
  writeFileSync(join(root, 'own.py'), program(own[library]));
  rmSync(join(root, 'trials.txt'), { force: true });
  const taken = timed([python(library), 'own.py', String(seconds)]);
  return { ...taken, points: readFileSync(join(root, 'trials.txt'), 'utf8').trimEnd().split('\n').length };
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const unknown = positionals.filter((library) => !Object.hasOwn(own, library));
if (unknown.length > 0) throw new Error(`no ${unknown.join(', ')}: there are ${Object.keys(own).join(', ')}`);
const wanted = positionals.length === 0 ? Object.keys(own) : positionals;
const libraries = wanted.filter((library) => existsSync(python(library)));
for (const library of wanted) if (!libraries.includes(library)) console.log(`${library} is left out: there is no ${python(library)}; npm run test:peers makes it`);
execFileSync('git', ['init', '-q'], { cwd: root });
console.log(`${trials} trials, one at a time, ${rounds} rounds, medians; load ${loadavg()[0].toFixed(1)} before`);
console.log('| library | a trial takes | noregret, s | own loop, s | ratio of the rounds, median (min … max) | CPU-s |\n|---|---:|---:|---:|---|---|');
for (const seconds of durations) {
  for (const library of libraries) {
    const runs = [];
    for (let round = 0; round < rounds; round += 1) {
      // Each goes first as often as second.
      const order = round % 2 === 0 ? [ours, theirs] : [theirs, ours];
      const pair = new Map(order.map((run) => [run, run(library, seconds)]));
      if ([...pair.values()].some(({ points }) => points !== trials)) throw new Error(`${library}: ${pair.get(ours).points} and ${pair.get(theirs).points} trials instead of ${trials}`);
      runs.push({ ours: pair.get(ours), theirs: pair.get(theirs) });
    }
    const ratios = runs.map((run) => run.ours.wall / run.theirs.wall);
    const of = (side, what) => median(runs.map((run) => run[side][what])).toFixed(2);
    console.log(`| ${library} ${sampler[library]} | ${seconds} s | ${of('ours', 'wall')} | ${of('theirs', 'wall')} | ${median([...ratios]).toFixed(3)} (${Math.min(...ratios).toFixed(3)} … ${Math.max(...ratios).toFixed(3)}) | ${of('ours', 'cpu')} beside ${of('theirs', 'cpu')} |`);
  }
}
console.log(`load ${loadavg()[0].toFixed(1)} after`);
rmSync(root, { recursive: true, force: true });
