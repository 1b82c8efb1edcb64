import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { json, type } from '../cli/desk.js';
import { temporaryFolder } from '../stores/gitFixture.js';

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.log('skipped: python3 is not installed, so no external optimiser can be tried');

/** The real libraries, from PyPI, in environments of their own that later runs find again. */
const libraries = [
  { adapter: 'optuna', called: 'optuna 5.0.0', pins: ['optuna==5.0.0', 'cmaes'], samplers: ['TPESampler', 'CmaEsSampler', 'RandomSampler'] },
  { adapter: 'hyperopt', called: 'hyperopt 0.3.0', pins: ['hyperopt==0.3.0', 'numpy==2.4.6'], samplers: ['tpe', 'random', 'anneal'] },
  { adapter: 'scikit-optimize', called: 'scikit-optimize 0.10.2', pins: ['scikit-optimize==0.10.2'], samplers: ['gp', 'forest', 'dummy'] },
] as const;
const pythonOf = (adapter: string): string => resolve(`.cache/external-venv-${adapter}`, 'bin', 'python');
function install({ adapter, pins }: (typeof libraries)[number]): void {
  if (existsSync(pythonOf(adapter)) && spawnSync(pythonOf(adapter), ['-m', 'pip', 'show', adapter]).status === 0) return;
  execFileSync('python3', ['-m', 'venv', resolve(`.cache/external-venv-${adapter}`)]);
  execFileSync(pythonOf(adapter), ['-m', 'pip', 'install', '-q', ...pins], { stdio: ['ignore', 'ignore', 'inherit'] });
}

const folder = temporaryFolder('external-peers');
afterAll(() => { folder.remove(); });

interface Point { readonly x: number; readonly units: number; readonly act: string }
interface Search { readonly trials: readonly { readonly params: Point; readonly state: string; readonly value: number }[] }
interface Study { readonly verdict: { readonly sentence: string }; readonly search?: Search; readonly notes: readonly string[] }
async function tuned(method: string): Promise<Study & { readonly search: Search }> {
  writeFileSync(join(folder.path, 'train.mjs'), `import { readFileSync } from 'node:fs';
const { x, units, act } = JSON.parse(readFileSync(process.env.NOREGRET_PARAMS, 'utf8'));
console.log('noregret ' + JSON.stringify({ loss: (Math.log10(x) + 2) ** 2 + units / 64 + (act === 'relu' ? 0 : 0.5) }));
`);
  writeFileSync(join(folder.path, 'noregret.yml'), `name: demo
metric: { name: loss, goal: minimize }
method: ${method}
parameters:
  x: { distribution: log_uniform_values, min: 0.0001, max: 1.0 }
  units: { min: 4, max: 64 }
  act: { values: [relu, tanh] }
command: [node, train.mjs]
budget: { trials: 15 }
parallel: 1
verdict: { rescore: 0 }
`);
  const [study] = json<{ readonly studies: readonly Study[] } & Record<string, unknown>>(await type(folder.path, ['tune', '--new', '--json'])).studies;
  if (study?.search === undefined) throw new Error(study?.verdict.sentence ?? 'no study');
  return { ...study, search: study.search };
}

describe.each(hasPython ? libraries : [])('$adapter proposes the trials of tune', (library) => {
  const { adapter, called, samplers } = library;
  beforeAll(() => { install(library); }, 600_000);

  test.each(samplers)('%s', async (sampler) => {
    const method = `{ external: ${adapter}, sampler: ${sampler}, python: ${pythonOf(adapter)}, seed: 7 }`;
    const { search, notes } = await tuned(method);
    expect(search.trials.map(({ state }) => state)).toEqual(Array.from({ length: 15 }, () => 'complete'));
    expect(notes.join('\n')).toContain(`The trials were proposed by ${called} ${sampler}`);
    expect(new Set(search.trials.map(({ params }) => params.x)).size).toBeGreaterThan(10);
    expect((await tuned(method)).search.trials.map(({ params }) => params)).toEqual(search.trials.map(({ params }) => params));
  }, 300_000);

  test('a library that is not there is named, with how to install it', async () => {
    await expect(tuned(`{ external: ${adapter}, python: python3 }`)).rejects.toThrow(/No module named .*pip install/s);
  }, 60_000);
});

(hasPython ? test : test.skip)('with the same seed the trials are those of Optuna\'s own loop', async () => {
  const own = JSON.parse(execFileSync(pythonOf('optuna'), ['-W', 'ignore', '-c', `
import json, math, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.create_study(direction="minimize", sampler=optuna.samplers.TPESampler(seed=7))
def objective(trial):
    act = trial.suggest_categorical("act", ["relu", "tanh"]); units = trial.suggest_int("units", 4, 64); x = trial.suggest_float("x", 0.0001, 1.0, log=True)
    return (math.log10(x) + 2) ** 2 + units / 64 + (0 if act == "relu" else 0.5)
study.optimize(objective, n_trials=15)
print(json.dumps([trial.params for trial in study.trials]))
`], { encoding: 'utf8' })) as readonly Point[];
  const { search } = await tuned(`{ external: optuna, sampler: TPESampler, python: ${pythonOf('optuna')}, seed: 7 }`);
  for (const [i, { params }] of search.trials.entries()) {
    expect({ i, ...params }).toMatchObject({ i, units: own[i]?.units, act: own[i]?.act });
    expect(params.x).toBeCloseTo(own[i]?.x ?? Number.NaN, 10);
  }
}, 300_000);
