import { expect, test } from '@jest/globals';
import { dialectContract, readText } from '../contracts/dialect.js';

const config = (kind: string, body: object): string => JSON.stringify({ class_name: kind, config: { conditions: [], ...body } });
const file = (...space: readonly string[]): string => `{"ongoing_trials": {}, "seed": 1, "hyperparameters": {"space": [\n${space.join(',\n')}\n], "values": {}}, "max_epochs": 27, "factor": 3}`;
const one = (kind: string, body: object): string => file(config(kind, { name: 'x', default: null, ...body }));
const parent = (name: string, values: readonly unknown[]): object => ({ conditions: [{ class_name: 'Parent', config: { name, values } }] });

const example = file(
  config('Int', { name: 'layers', default: 1, min_value: 1, max_value: 3, step: 1, sampling: 'linear' }),
  config('Int', { name: 'units', default: null, min_value: 8, max_value: 64, step: 8, sampling: 'linear', ...parent('layers', [2]) }),
  config('Int', { name: 'units', default: null, min_value: 8, max_value: 64, step: 8, sampling: 'linear', ...parent('layers', [3]) }),
  config('Float', { name: 'lr', default: 0.001, min_value: 0.0001, max_value: 0.1, step: null, sampling: 'log' }),
  config('Int', { name: 'batch', default: 16, min_value: 16, max_value: 128, step: 2, sampling: 'log' }),
  config('Boolean', { name: 'dropout', default: false }),
  config('Choice', { name: 'act', default: 'relu', values: ['relu', 'tanh'], ordered: true }),
  config('Fixed', { name: 'loss', value: 'mse' }),
  config('Float', { name: 'beta', default: 0.9, min_value: 0.9, max_value: 0.99, step: null, sampling: 'reverse_log' }),
  config('Int', { name: 'tuner/epochs', min_value: 1, max_value: 2 }),
);

dialectContract('kerasTuner', {
  example,
  study: { method: 'random', earlyTerminate: { type: 'hyperband', max_resource: 27, eta: 3 } },
  lines: [
    'layers: { distribution: int_uniform, min: 1, max: 3, default: 1 }',
    'units: { distribution: q_uniform, min: 8, max: 64, q: 8, when: { layers: [2, 3] } }',
    'lr: { distribution: log_uniform_values, min: 0.0001, max: 0.1, default: 0.001 }',
    'batch: { values: [16, 32, 64, 128], default: 16 }',
    'dropout: { values: [true, false], default: false }',
    'act: { values: [relu, tanh], default: relu }',
    'loss: { value: mse }',
    'beta: { distribution: reverse_log_uniform_values, min: 0.9, max: 0.99, default: 0.9 }',
  ],
  notes: [/^Hyperband: random search with early_terminate/, /^tuner\/epochs: left out, since it is the tuner's own/, /^units: conditional, as its when says/, /^act: the order of its values is not used/, /^batch: each is 2 times the one before: listed/],
  unknown: [example.replace('"name":"act"', '"name":"act","zzz":1'), example.replace('"class_name":"Boolean"', '"class_name":"zzz"')],
  bad: {
    'a range upside down': [one('Int', { min_value: 3, max_value: 2, step: 1, sampling: 'linear' }), /^file:2: hyperparameters\.space\[0\]\.config is no search space: its range 3…2 is upside down/],
    'NaN for a bound': [one('Float', { min_value: 0, max_value: 2, sampling: 'linear' }).replace('"max_value":2', '"max_value":NaN'), /^file:2: .*not two numbers/],
    'a logarithm of nothing': [one('Float', { min_value: 0, max_value: 2, sampling: 'log' }), /^file:2: .*logarithmic from 0 on/],
    'no values': [one('Choice', { values: [] }), /^file:2: .*it has no values/],
    'no name': [file(config('Boolean', { default: false })), /^file:2: hyperparameters\.space\[0\]\.config has no name/],
    'a key twice': [example.replace('"default":1,', '"default":1,"default":2,'), /^file:2:\d+: "default" stands on line 2 and again on line 2/],
  },
  write: {
    constant: ({ value }) => one('Fixed', { value }), texts: ({ choices }) => one('Choice', { values: choices }), numbers: ({ choices }) => one('Choice', { values: choices }),
    whole: ({ low, high }) => one('Int', { min_value: low, max_value: high, step: 1, sampling: 'linear' }), uniform: ({ low, high }) => one('Float', { min_value: low, max_value: high, step: null, sampling: 'linear' }),
    log: ({ low, high }) => one('Float', { min_value: low, max_value: high, step: null, sampling: 'log' }), wholeLog: ({ low, high }) => one('Int', { min_value: low, max_value: high, step: null, sampling: 'log' }),
    steps: ({ low, high, q }) => one('Float', { min_value: low, max_value: high, step: q, sampling: 'linear' }),
  },
});

test('the Bayesian oracle shows in what it stores; the hyperparameters may stand alone', () => {
  expect(readText(example.replace('"max_epochs": 27, "factor": 3', '"num_initial_points": 4')).draft.method).toBe('gp');
  expect(readText(`{"space": [${config('Boolean', { name: 'a', default: true })}], "values": {"a": true}}`)).toMatchObject({ tool: 'Keras Tuner', lines: ['a: { values: [true, false], default: true }'] });
});
