// 500 trials of `true`, two at a time, each journaled durably, side by side with Optuna 5, xargs and a bare spawn loop.
//   npx tsc -p tsconfig.json && python3 -m venv .cache/optuna && .cache/optuna/bin/pip install 'optuna>=5,<6'
//   node bench/journal.mjs [rounds]        (PYTHON=.cache/optuna/bin/python, NOREGRET_LIB=../lib)
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const trials = 500;
const lib = new URL(`${process.env.NOREGRET_LIB ?? '../lib'}/`, import.meta.url).href;
const python = process.env.PYTHON ?? '.cache/optuna/bin/python';
const from = async (path) => await import(`${lib}${path}.js`);

const space = { constraints: [], parameters: [
  { name: 'lr', path: ['lr'], distribution: { name: 'log_uniform_values', low: 1e-5, high: 0.1 } },
  { name: 'dropout', path: ['dropout'], distribution: { name: 'uniform', low: 0, high: 0.5 } },
  { name: 'units', path: ['units'], distribution: { name: 'int_uniform', low: 16, high: 512 } },
  { name: 'optimizer', path: ['optimizer'], distribution: { name: 'categorical', choices: ['sgd', 'adam', 'rmsprop'] } },
] };

/** The real lab, search and journal around an executor; milliseconds. */
async function ours(dir, executorOf) {
  const [{ openLab }, { search }, { random }, { never }, { openJournalFile }, { createClock }] = await Promise.all(
    ['app/lab', 'app/search', 'samplers/random', 'pruners/never', 'stores/journalFile', 'platform/clock'].map(from));
  const clock = createClock();
  const executor = await executorOf(dir, clock);
  const begin = performance.now();
  const journal = await openJournalFile(join(dir, 'study.jsonl'));
  const lab = await openLab({ journal, executor, clock, trees: () => dir, study: 'bench', identity: {}, tool: 'bench' });
  const { trials: rows } = await search({
    lab, clock, study: 'bench', side: 'head', space, objective: { name: 'loss', goal: 'minimize' }, sampler: random(), pruner: never(),
    limits: { trials, failures: 1e9 }, slots: () => 2, signal: new AbortController().signal,
  });
  await journal.close();
  const ms = performance.now() - begin;
  if (rows.length !== trials) throw new Error(`${rows.length} trials`);
  return ms;
}

/** The command runner on the local executor: trial folders, metric sources, bounded log, process-tree kill. */
async function realExecutor(dir, clock) {
  const [{ createCommandRunner }, { createLocalExecutor }] = await Promise.all(['runners/command', 'executors/local'].map(from));
  const config = {
    name: 'bench', path: 'bench.yml', dialect: 'noregret', metric: { name: 'loss', goal: 'minimize', margin: { kind: 'auto' } }, also: [],
    method: { name: 'random', options: {} }, space, program: { kind: 'command', argv: ['true'] }, metrics: { wandb: false }, reduce: 'last',
    budget: { trials, trialsExplicit: true, failures: 1e9 }, parallel: 2, verdict: {}, executor: 'local', stop: {}, gpus: 0,
    env: { pass: [], set: {}, isolateHome: false }, setup: [], link: [], inputs: ['**'], data: [],
  };
  const runner = createCommandRunner({ config, stateDir: dir, baseEnv: process.env, clock });
  return createLocalExecutor({ runner, clock, slots: { devices: [], gpusPerTrial: 0, parallel: 2, notes: [] } });
}

/** Nothing but a spawn: what lab, search and journal cost on top of it. */
function bareExecutor() {
  const run = () => new Promise((resolve) => {
    const begin = performance.now();
    spawn('true', { stdio: 'ignore' }).on('exit', () => resolve({ outcome: { state: 'complete', value: 1 }, metrics: {}, seconds: (performance.now() - begin) / 1000 }));
  });
  return { capacity: 2, devices: [], run, close: async () => undefined };
}

/** A spawn loop with two synced 200-byte appends a trial. */
async function bareLoop(dir) {
  const begin = performance.now();
  const file = await open(join(dir, 'bare.jsonl'), 'a');
  const line = `${'x'.repeat(199)}\n`;
  let next = 0;
  const lane = async () => {
    while (next++ < trials) {
      await file.write(line);
      await file.datasync();
      await new Promise((resolve) => spawn('true', { stdio: 'ignore' }).on('exit', resolve));
      await file.write(line);
      await file.datasync();
    }
  };
  await Promise.all([lane(), lane()]);
  await file.close();
  return performance.now() - begin;
}

const optunaScript = `
import subprocess, sys, time, warnings
warnings.filterwarnings('ignore')
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
optuna.logging.set_verbosity(optuna.logging.ERROR)
def objective(trial):
    trial.suggest_float('lr', 1e-5, 0.1, log=True); trial.suggest_float('dropout', 0, 0.5)
    trial.suggest_int('units', 16, 512); trial.suggest_categorical('optimizer', ['sgd', 'adam', 'rmsprop'])
    subprocess.run(['true'])
    return 1.0
begin = time.perf_counter()
study = optuna.create_study(storage=JournalStorage(JournalFileBackend(sys.argv[1])), sampler=optuna.samplers.RandomSampler(seed=1))
study.optimize(objective, n_trials=${trials}, n_jobs=2)
print((time.perf_counter() - begin) * 1000, optuna.__version__)
`;

function xargs() {
  const begin = performance.now();
  execFileSync('sh', ['-c', `seq ${trials} | xargs -P2 -n1 true`]);
  return performance.now() - begin;
}

const here = fileURLToPath(import.meta.url);
const own = (mode, dir) => Number(execFileSync(process.execPath, [here, '--one', mode, dir], { encoding: 'utf8' }));
const contenders = {
  'noregret: lab, search, journal, command runner, local executor': (dir) => own('real', dir),
  'noregret: lab, search, journal around a bare spawn': (dir) => own('minimal', dir),
  'Optuna: JournalStorage (file), n_jobs=2, RandomSampler': (dir) => parseFloat(execFileSync(python, ['-c', optunaScript, join(dir, 'optuna.log')], { encoding: 'utf8' })),
  'bare Node: spawn and two synced appends a trial': (dir) => own('loop', dir),
  'xargs -P2, nothing journaled': xargs,
};

if (process.argv[2] === '--one') {
  const [, , , mode, dir] = process.argv;
  const ms = mode === 'real' ? await ours(dir, realExecutor) : mode === 'minimal' ? await ours(dir, bareExecutor) : await bareLoop(dir);
  console.log(ms);
} else {
  const rounds = Number(process.argv[2] ?? 5);
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let i = 0; i < rounds; i++) {
    for (const [name, run] of Object.entries(contenders)) {
      const dir = mkdtempSync(join(tmpdir(), 'noregret-bench-'));
      times[name].push(run(dir));
      rmSync(dir, { recursive: true, force: true });
    }
  }
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  console.log(`${trials} trials, 2 at a time, ${rounds} interleaved rounds, ${cpus().length} x ${cpus()[0].model}, Node ${process.version}\n`);
  console.log('| | median s | min … max |\n|---|---:|---|');
  for (const [name, values] of Object.entries(times)) {
    console.log(`| ${name} | ${(median(values) / 1000).toFixed(2)} | ${(Math.min(...values) / 1000).toFixed(2)} … ${(Math.max(...values) / 1000).toFixed(2)} |`);
  }
}
