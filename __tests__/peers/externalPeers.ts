import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { libraries } from '../../src/external/libraries.js';
import { json, type } from '../cli/desk.js';
import { hasPython, venvWith } from './venvs.js';

export { hasPython };

if (!hasPython) console.log('skipped: python3 is not installed, so no external optimiser can be tried');

/** Beside the pins that people are told: what some of the algorithms need. */
const more: Readonly<Record<string, readonly string[]>> = {
  optuna: ['cmaes', 'scipy', 'optunahub'], 'ray-tune': ['optuna==5.0.0', 'hyperopt==0.3.0', 'bayesian-optimization==1.4.3', 'numpy==2.4.6'],
  // Light searchers of Ray; then all that needs torch, which is 6 GB, in one place.
  'ray-tune-more': ['ray[tune]==2.60.0', 'nevergrad==1.0.12', 'zoopt==0.4.2', 'hpbandster==0.7.4', 'ConfigSpace==1.2.2', 'numpy==2.4.6'],
  // HEBO asks for an old numpy; without the pins behind it pip looks for one version after another for half an hour.
  'ray-tune-hebo': ['ray[tune]==2.60.0', 'HEBO==0.3.6', 'numpy==1.24.4', 'pandas==2.2.3', 'scipy==1.11.4', 'scikit-learn==1.5.2', 'torch==2.15.0', 'matplotlib==3.8.4', 'contourpy==1.2.1', 'tensorboardX==2.6.2.2', 'pyarrow==17.0.0'],
  torch: ['ray[tune]==2.60.0', 'ax-platform==1.2.4', 'optuna==5.0.0', 'optunahub==0.5.0', 'cmaes', 'optuna-integration==5.0.0', 'cma', 'scipy', 'pandas'],
};

export const pythonOf = (environment: string): string => resolve(`.cache/external-venv-${environment}`, 'bin', 'python');

/** The real libraries, from PyPI, in environments of their own that later runs find again. */
export function install(environment: string, packages: readonly string[] = [...libraries[environment]?.pins ?? [], ...more[environment] ?? []]): void {
  venvWith(`external-venv-${environment}`, packages);
}

export interface Point { readonly x: number; readonly units: number; readonly act: string }
export interface Trial { readonly params: Point; readonly state: string; readonly value?: number }
export interface Search { readonly trials: readonly Trial[]; readonly stopReason: string; readonly pruning?: { readonly pruner: string; readonly stopped: number } }
export interface Study { readonly verdict: { readonly sentence: string }; readonly search: Search; readonly notes: readonly string[] }

/** The objective, in both languages, of operations that both round alike: one last bit changes what a Gaussian process proposes. Its curve comes to it within 9 steps, with tanh from below at last. */
const train = `import { readFileSync } from 'node:fs';
const { x, units = 4, act = 'relu' } = JSON.parse(readFileSync(process.env.NOREGRET_PARAMS, 'utf8'));
const distance = Math.sqrt(x) - 0.1;
const loss = 10 * (distance * distance) + units / 64 + (act === 'relu' ? 0 : 0.5);
for (let step = 1; step <= 9; step++) {
  console.log('noregret ' + JSON.stringify({ step, loss: loss + (act === 'relu' ? 1 / step - 1 / 9 : Math.abs(step - 4) / 10 - 0.5) }));
  if (process.env.NOREGRET_RESOURCE && step >= Number(process.env.NOREGRET_RESOURCE)) break;
}
`;
const objective = `
import json, math
def loss_of(x, units, act):
    distance = math.sqrt(x) - 0.1
    return 10 * (distance * distance) + units / 64 + (0 if act == "relu" else 0.5)
def curve_of(x, units, act):
    return [loss_of(x, units, act) + (1 / step - 1 / 9 if act == "relu" else abs(step - 4) / 10 - 0.5) for step in range(1, 10)]
`;

interface Setting { readonly trials?: number; readonly parallel?: number; readonly parameters?: string; readonly fresh?: boolean }

/** `tune` in `folder`, anew. Throws with the study's own sentence when it did not search. */
export async function tuned(folder: string, method: string, { trials = 15, parallel = 1, parameters = everything, fresh = true }: Setting = {}): Promise<Study> {
  writeFileSync(join(folder, 'train.mjs'), train);
  writeFileSync(join(folder, 'noregret.yml'), `name: demo
metric: { name: loss, goal: minimize }
method: ${method}
parameters: ${parameters}
command: [node, train.mjs]
reduce: last
budget: { trials: ${trials} }
parallel: ${parallel}
verdict: { rescore: 0 }
`);
  const typed = await type(folder, ['tune', ...(fresh ? ['--new'] : []), '--json']);
  const [study] = json<{ readonly studies?: readonly (Omit<Study, 'search'> & { readonly search?: Search })[] }>(typed).studies ?? [];
  // One that failed on its way shows what was measured.
  if (study?.search === undefined || study.search.stopReason === 'optimiser_failed') throw new Error(study?.verdict.sentence ?? typed.err);
  return { ...study, search: study.search };
}

const everything = '{ x: { distribution: log_uniform_values, min: 0.0001, max: 1.0 }, units: { min: 4, max: 64 }, act: { values: [relu, tanh] } }';
/** For those that draw no categories or no logarithms. */
export const numbers = '{ x: { min: 0.001, max: 1.0 }, units: { distribution: uniform, min: 4.0, max: 64.0 } }';
export const steps = '{ x: { values: [0.001, 0.01, 0.1] }, units: { distribution: q_uniform, min: 4, max: 64, q: 20 }, act: { values: [relu, tanh] } }';

/** What a library's own loop does; prints JSON. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the tests name the shape that they then check
export function ownLoop<T>(environment: string, script: string): T {
  return JSON.parse(execFileSync(pythonOf(environment), ['-W', 'ignore', '-c', `${objective}\n${script}`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' } }).trim().split('\n').at(-1) ?? '') as T;
}
