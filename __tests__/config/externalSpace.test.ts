import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/parse.js';
import { pruners } from '../../src/pruners/index.js';
import { samplers } from '../../src/samplers/index.js';
import { ended, type } from '../cli/desk.js';
import { temporaryFolder } from '../stores/gitFixture.js';

const choice = 'opt: { values: [sgd, adam] }';
const study = (method: string, parameters: string, more = ''): string => `name: demo\nmetric: { name: a, goal: minimize }\ncommand: [true]\nmethod: ${method}\n${more}parameters:\n${parameters.split('; ').map((line) => `  ${line}\n`).join('')}`;
const errors = (...given: Parameters<typeof study>): readonly string[] => parseConfig({ path: 'noregret.yml', samplers, pruners, text: study(...given) }).diagnostics.filter(({ severity }) => severity === 'error').map(({ message, fix, line }) => `${line}: ${message} | ${fix ?? ''}`);

test.each([
  ['scikit-optimize', `${choice}; m: { min: 0.0, max: 1.0, when: { opt: sgd } }`, '7: Scikit-Optimize cannot draw m (exists only when opt is "sgd") | take `when` away (a `shape` has some of its own), choose optuna, hyperopt or keras-tuner, which know conditions, or choose a method of noregret, which draws all of them'],
  ['deap', 'x: { distribution: normal, mu: 0, sigma: 1 }', '6: DEAP cannot draw x (normal) | choose another distribution, or choose a method of noregret, which draws all of them'],
  ['optuna', 'x: { distribution: normal, mu: 0, sigma: 1 }', '6: Optuna cannot draw x (normal)'],
  ['optuna', 'x: { distribution: q_log_uniform_values, min: 32, max: 256, q: 8 }', '6: Optuna cannot draw x (q_log_uniform_values)'],
  ['keras-tuner', 'opt: { values: [a, b], probabilities: [0.1, 0.9] }', '6: Keras Tuner cannot draw opt (probabilities) | remove the probabilities'],
  ['ray-tune', 'x: { distribution: beta, a: 1, b: 2 }', '6: Ray Tune cannot draw x (beta)'],
  ['ray-tune, sampler: BayesOptSearch', choice, '6: Ray Tune\'s BayesOptSearch cannot draw opt (categorical)'],
  ['hyperopt', `${choice}; act: { values: [relu, tanh] }; m: { min: 0.0, max: 1.0, when: { opt: sgd, act: relu } }`, '8: Hyperopt cannot draw m (depends on 2 parameters at once) | it nests choices: keep one'],
  ['hyperopt', 'n: { min: 1, max: 3 }; m: { min: 0.0, max: 1.0, when: { n: 2 } }', '7: Hyperopt cannot draw m (depends on n, which is no choice) | it nests choices only'],
  ['optuna', 'k: { value: 1 }; m: { min: 0.0, max: 1.0, when: { k: 1 } }', '7: Optuna cannot draw m (depends on k, which is constant) | remove the condition'],
  ['optuna, sampler: GridSampler', 'x: { min: 0.0, max: 1.0 }', '6: GridSampler cannot step through x | list its values, or give it steps (q_uniform)'],
  ['optuna, sampler: PartialFixedSampler, options: { fixed_params: {}, base_sampler: BruteForceSampler }', 'x: { min: 0.0, max: 1.0 }', '6: BruteForceSampler cannot step through x'],
])('%s with %s is refused at its line', (external, parameters, expected) => {
  const found = errors(`{ external: ${external} }`, parameters);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(expected);
});

test('the parts of a shape that exist at times are named', () => {
  const shape = 'net: { shape: [constant, slope], layers: { min: 1, max: 3 }, width: { values: [16, 32] }, last: 4, slope: { min: 0.1, max: 0.5 } }';
  expect(errors('{ external: deap }', shape)).toEqual([expect.stringMatching(/^6: DEAP cannot draw net\.slope \(exists only when net\.shape is "slope"\)/)]);
  expect(errors('{ external: optuna }', shape)).toEqual([]);
});

test.each([
  ['hyperopt', `${choice}; m: { distribution: q_log_normal, mu: 0, sigma: 1, when: { opt: sgd } }`],
  ['keras-tuner', 'x: { distribution: reverse_log_uniform_values, min: 0.001, max: 1.0 }'],
  ['ray-tune', 'x: { distribution: q_normal, mu: 0, sigma: 1, q: 0.5 }'],
  ['deap', `${choice}; k: { value: 3, when: { opt: sgd } }`],
  ['optuna, sampler: GridSampler, options: { search_space: { x: [0.1, 0.2] } }', 'x: { min: 0.0, max: 1.0 }'],
  // Ray Tune's, which Optuna itself refuses by name.
  ['optuna, sampler: BayesOptSearch', choice],
  ['[python, mine.py]', 'x: { distribution: beta, a: 1, b: 2 }'],
])('%s draws %s', (external, parameters) => { expect(errors(`{ external: ${external} }`, parameters)).toEqual([]); });

test('a first bracket of Hyperband that the budget does not hold', () => {
  const hyperband = (options: string, trials: number): readonly string[] => errors(`{ external: keras-tuner, sampler: hyperband, options: { ${options} } }`, 'x: { min: 0.0, max: 1.0 }', `budget: { trials: ${trials} }\n`);
  expect(hyperband('', 20).join()).toMatch(/Hyperband of 100 epochs begins with a bracket of \d+ trials, the budget is 20 \| raise `budget\.trials`/);
  expect(hyperband('max_epochs: 9', 15)).toEqual([]);
  // Math.log(81) / Math.log(3) is more than 4.
  expect(hyperband('max_epochs: 81', 81)).toEqual([]);
  expect(hyperband('max_epochs: 81', 80).join()).toContain('a bracket of 81 trials');
  // Said by the oracle itself.
  expect(hyperband('max_epochs: x', 1)).toEqual([]);
});

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => { folder = temporaryFolder('external-space'); });
afterEach(() => { folder.remove(); });

test('check says what tune refuses, in the same words, and neither starts a Python', async () => {
  writeFileSync(join(folder.path, 'noregret.yml'), study('{ external: deap, python: ./no-such-python }', `${choice}; m: { min: 0.0, max: 1.0, when: { opt: sgd } }`));
  const sentence = 'DEAP cannot draw m (exists only when opt is "sgd")';
  expect(ended(await type(folder.path, ['check']), 2).out).toContain(`noregret.yml:7:6 error external-space: ${sentence}`);
  expect(ended(await type(folder.path, ['tune']), 2).err).toContain(sentence);
});
