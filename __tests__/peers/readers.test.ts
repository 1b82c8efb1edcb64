import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ended, json, type as typed } from '../cli/desk.js';
import { temporaryFolder } from '../stores/gitFixture.js';
import { hasPython, venvWith } from './venvs.js';

if (!hasPython) console.log('skipped: python3 is not installed, so no tuner can be run');

/** What the real library says of a trial; of a value nothing where it has none. */
interface Said { readonly params: Readonly<Record<string, unknown>>; readonly state: string; readonly value?: number }
interface Peer {
  /** Function of fixtures/tuners/peers/tune.py. */
  readonly tuning: string;
  /** What `noregret import` is given of what that leaves, with its flags. */
  readonly read: readonly (readonly [path: string, ...flags: readonly string[]])[];
  readonly tool: string;
  readonly metric: { readonly name: string; readonly goal: string };
}

/** Those that go together in one environment; with the pins that ../../fixtures/tuners were made with. */
const environments: readonly { readonly venv: string; readonly pins: readonly string[]; readonly peers: readonly Peer[] }[] = [
  {
    venv: 'readers-venv-light',
    pins: [
      'numpy==2.4.6', 'pandas==3.1.1', 'optuna==5.0.0', 'hyperopt==0.3.0', 'networkx==3.6.1', 'scikit-optimize==0.10.2', 'scikit-learn==1.9.1', 'sklearn-genetic-opt==0.12.0', 'sklearn-deap==0.3.0',
      'tensorboardX==2.6.5', 'wandb==0.31.0', 'mlflow-skinny==3.17.2', 'ray==2.60.0', 'pyarrow==26.0.1', 'pydantic', 'fsspec', 'requests',
    ],
    peers: [
      { tuning: 'optuna_journal', read: [['journal.log']], tool: 'Optuna', metric: { name: 'value', goal: 'minimize' } },
      { tuning: 'optuna_sqlite', read: [['study.db']], tool: 'Optuna', metric: { name: 'value', goal: 'minimize' } },
      { tuning: 'hyperopt_trials', read: [['trials.json'], ['trials.pkl', '--trust', '--choices', 'act=relu,tanh', '--choices', 'depth=number']], tool: 'Hyperopt', metric: { name: 'loss', goal: 'minimize' } },
      { tuning: 'skopt', read: [['result.json'], ['result.pkl.gz', '--trust']], tool: 'scikit-optimize', metric: { name: 'objective', goal: 'minimize' } },
      { tuning: 'sklearn_grid', read: [['grid.csv'], ['grid.json']], tool: 'scikit-learn', metric: { name: 'score', goal: 'maximize' } },
      { tuning: 'sklearn_random', read: [['random.csv'], ['random.json']], tool: 'scikit-learn', metric: { name: 'score', goal: 'maximize' } },
      { tuning: 'sklearn_genetic', read: [['genetic.csv'], ['genetic.json'], ['logbook.pkl', '--trust']], tool: 'scikit-learn', metric: { name: 'score', goal: 'maximize' } },
      { tuning: 'sklearn_deap', read: [['deap.csv'], ['deap.json']], tool: 'sklearn-deap', metric: { name: 'score', goal: 'maximize' } },
      { tuning: 'mlflow', read: [['mlruns', '--metric', 'val/loss']], tool: 'MLflow', metric: { name: 'val/loss', goal: 'minimize' } },
      { tuning: 'tensorboard', read: [['runs', '--metric', 'val/loss']], tool: 'TensorBoard', metric: { name: 'val/loss', goal: 'minimize' } },
      { tuning: 'wandb', read: [['wandb', '--metric', 'val_loss']], tool: 'Weights & Biases', metric: { name: 'val_loss', goal: 'minimize' } },
      { tuning: 'ray_tune', read: [['ray/peers', '--metric', 'loss']], tool: 'Ray Tune', metric: { name: 'loss', goal: 'minimize' } },
    ],
  },
  {
    venv: 'readers-venv-hpbandster',
    pins: ['hpbandster==0.7.4', 'numpy==1.26.4', 'ConfigSpace==1.2.2', 'Pyro4==4.82', 'serpent==1.43', 'statsmodels==0.15.0', 'scipy==1.17.1', 'setuptools'],
    peers: [{ tuning: 'hpbandster', read: [['hyperband']], tool: 'HpBandSter', metric: { name: 'loss', goal: 'minimize' } }],
  },
  {
    venv: 'readers-venv-keras',
    pins: [
      'numpy==2.4.6', 'pandas==2.3.3', 'keras==3.15.1', 'tensorflow_cpu==2.21.0', 'keras-tuner==1.4.8', 'tensorboard==2.21.0', 'talos==2.0.10', 'polars==1.44.2', 'hyperopt==0.3.0', 'networkx==3.6.1',
      'kopt==0.1.0', 'hyperas==0.4.1', 'entrypoints', 'nbconvert', 'nbformat', 'matplotlib', 'PyYAML', 'scikit-learn==1.9.1',
    ],
    peers: [
      { tuning: 'keras_tuner', read: [['project']], tool: 'Keras Tuner', metric: { name: 'val_loss', goal: 'minimize' } },
      { tuning: 'talos', read: [['scan', '--metric', 'val_loss', '--goal', 'minimize'], ['scan.csv', '--metric', 'val_loss', '--goal', 'minimize']], tool: 'Talos', metric: { name: 'val_loss', goal: 'minimize' } },
      { tuning: 'kopt', read: [['kopt/db/exp']], tool: 'kopt', metric: { name: 'accuracy', goal: 'maximize' } },
      { tuning: 'hyperas', read: [['trials.json']], tool: 'Hyperopt', metric: { name: 'loss', goal: 'minimize' } },
    ],
  },
];

const folder = temporaryFolder('readers-peers');
const path = process.env['PATH'] ?? '';
afterAll(() => { folder.remove(); process.env['PATH'] = path; });

/** Runs the library; its own words. */
function tuned(bin: string, tuning: string): readonly Said[] {
  const cwd = join(folder.path, tuning);
  mkdirSync(cwd);
  const out = execFileSync(join(bin, 'python'), ['-B', '-W', 'ignore', resolve('fixtures/tuners/peers/tune.py'), tuning], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26 });
  return JSON.parse(/^said (.*)$/m.exec(out)?.[1] ?? '[]') as readonly Said[];
}

interface Line { readonly type: string; readonly trial: number; readonly params: Said['params']; readonly result: { readonly outcome: { readonly state: string; readonly value?: number } } }

/** The log that `noregret import` wrote, trial by trial. */
function logged(file: string): readonly Said[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Line);
  const ends = new Map(lines.filter(({ type }) => type === 'finished').map(({ trial, result }) => [trial, result.outcome]));
  return lines.filter(({ type }) => type === 'started').map(({ trial, params }) => ({ params, state: 'running', ...ends.get(trial) }));
}

describe.each(hasPython ? environments : [])('read as the real library says it: $venv', ({ venv, pins, peers }) => {
  const held = { bin: '' };
  beforeAll(() => { held.bin = venvWith(venv, pins); }, 1_800_000);

  test.each(peers)('$tuning', async ({ tuning, read, tool, metric }) => {
    const said = tuned(held.bin, tuning);
    expect(said.length).toBeGreaterThan(2);
    // A pickle is loaded by the first Python there is.
    process.env['PATH'] = `${held.bin}:${path}`;
    for (const [i, [file, ...flags]] of read.entries()) {
      if (flags.includes('--trust')) expect(ended(await typed(folder.path, ['import', join(tuning, file)]), 2).err).toMatch(/is a pickle: loading it executes whatever its maker put into it/);
      const argv = ['import', join(tuning, file), ...flags, '--json', '--out', `${tuning}-${i}.jsonl`];
      expect(json(ended(await typed(folder.path, argv), 0))).toMatchObject({ tool, metric, trials: said.length });
      const found = logged(join(folder.path, `${tuning}-${i}.jsonl`));
      for (const [n, one] of said.entries()) expect({ n, ...found[n] }).toMatchObject({ n, ...one });
    }
  }, 300_000);
});

(hasPython ? test : test.skip)('two tunings of one library are compared, and one goes on in the other\'s place', async () => {
  cpSync(join(folder.path, 'optuna_journal'), join(folder.path, 'before'), { recursive: true });
  const { out } = ended(await typed(folder.path, ['compare', 'before/journal.log', 'optuna_sqlite/study.db']), 0);
  expect(out).toMatch(/Inconclusive: best value .* in 15 trials against .* in 15 trials/);
  expect(out).toContain('No verdict on the code follows from two searches');
});
