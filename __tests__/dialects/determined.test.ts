import { expect, test } from '@jest/globals';
import { dialectContract, readText } from '../contracts/dialect.js';

const file = (hyperparameters: string, searcher = 'adaptive_asha'): string => `name: mnist
entrypoint: python3 train.py
hyperparameters:
${hyperparameters}
searcher:
  name: ${searcher}
  metric: accuracy
  smaller_is_better: false
  max_trials: 64
  time_metric: epochs
  max_time: 27
  divisor: 3
`;
const one = (parameter: string, searcher?: string): string => file(`  x: ${parameter}`, searcher);

const example = file(`  global_batch_size: 64
  lr: { type: log, base: 10, minval: -5.0, maxval: -1 }
  units: { type: int, minval: 8, maxval: 64 }
  optimizer:
    name: { type: categorical, vals: [sgd, adam] }
    decay: { type: double, minval: .0, maxval: 1e-2 }
  fixed: { type: const, val: 3 }
  odd: { type: zigzag, minval: 1 }`);

dialectContract('determined', {
  example,
  study: { name: 'mnist', metric: 'accuracy', goal: 'maximize', trials: 64, method: 'random', earlyTerminate: { type: 'asha', eta: 3 }, command: ['python3', 'train.py', '${args}'] },
  lines: [
    'global_batch_size: { value: 64 }',
    'lr: { distribution: log_uniform_values, min: 0.00001, max: 0.1 }',
    'units: { distribution: int_uniform, min: 8, max: 64 }',
    'optimizer:', '  parameters:', '    name: { values: [sgd, adam] }', '    decay: { distribution: uniform, min: 0, max: 0.01 }',
    'fixed: { value: 3 }',
  ],
  notes: [/^searcher adaptive_asha: .*\(a full run was 27 epochs\)/, /^command: Determined hands/, /^lr: its exponents -5…-1 of 10 as values/, /^odd: left out: its type zigzag is unknown/],
  unknown: [example.replace('max_trials: 64', 'max_trials: 64\n  zzz: 1'), `${example}zzz: 1\n`, example.replace('maxval: 64 }', 'maxval: 64, zzz: 1 }'), example.replace('name: adaptive_asha', 'name: zzz')],
  bad: {
    'a range upside down': [one('{ type: int, minval: 3, maxval: 2 }'), /^file:4: hyperparameters\.x is no search space: its range 3…2 is upside down/],
    'no number': [one('{ type: double, minval: a, maxval: 2 }'), /^file:4: hyperparameters\.x .*not two numbers/],
    'a base that is none': [one('{ type: log, base: 1, minval: 0, maxval: 2 }'), /^file:4: .*1 to the power of 0…2 is no range/],
    'no values': [one('{ type: categorical }'), /^file:4: .*it has no values/],
    'a number of trials that is none': [example.replace('max_trials: 64', 'max_trials: 0'), /^file:\d+: searcher\.max_trials is 0/],
    'a count that is none': [one('{ type: int, minval: 1, maxval: 9, count: 0 }', 'grid'), /^file:4: .*its count is 0/],
  },
  write: {
    constant: ({ value }) => one(JSON.stringify(value)), texts: ({ choices }) => one(`{ type: categorical, vals: ${JSON.stringify(choices)} }`), numbers: ({ choices }) => one(`{ type: categorical, vals: ${JSON.stringify(choices)} }`),
    whole: ({ low, high }) => one(`{ type: int, minval: ${low}, maxval: ${high} }`), uniform: ({ low, high }) => one(`{ type: double, minval: ${low}, maxval: ${high} }`),
    log: ({ low, high }) => one(`{ type: log, base: 10, minval: ${Math.log10(low)}, maxval: ${Math.log10(high)} }`),
  },
});

test('a grid lists what count says, both ends included', () => {
  const { draft, lines } = readText(file('  a: { type: int, minval: 1, maxval: 9, count: 3 }\n  b: { type: log, base: 10, minval: -3, maxval: -1, count: 3 }\n  c: { type: double, minval: 0, maxval: 1, count: 1 }', 'grid').replace('  max_trials: 64\n', ''));
  expect({ method: draft.method, trials: draft.trials, lines }).toEqual({ method: 'grid', trials: 9, lines: ['a: { values: [1, 5, 9] }', 'b: { values: [0.001, 0.01, 0.1] }', 'c: { values: [0.5] }'] });
});

test('a class is no program', () => {
  expect(readText(example.replace('python3 train.py', 'model:Trial')).notes).toContain('entrypoint model:Trial: left out, since it is a class and no program');
});
