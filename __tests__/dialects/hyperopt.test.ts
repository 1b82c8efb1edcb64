import { expect, test } from '@jest/globals';
import { isHyperoptProgram } from '../../src/dialects/detect.js';
import { dialectContract, readText } from '../contracts/dialect.js';

const file = (...space: readonly object[]): string => `{"noregret_export": "hyperopt-space", "space": [\n${space.map((item) => JSON.stringify(item)).join(',\n')}\n], "constants": {"epochs": 5}}`;
const one = (distribution: object): string => file({ name: 'x', distribution });

const example = file(
  { name: 'lr', distribution: { name: 'log_uniform', low: Math.log(1e-5), high: Math.log(0.1) } },
  { name: 'units', distribution: { name: 'q_uniform', low: 8, high: 64, q: 8, integer: true } },
  { name: 'kind', distribution: { name: 'categorical', choices: ['svm', 'rf'], probabilities: [0.25, 0.75] } },
  { name: 'C', distribution: { name: 'log_normal', mu: 0, sigma: 1 }, when: { kind: ['svm'] } },
  { name: 'trees', distribution: { name: 'q_log_uniform', low: 0, high: Math.log(100), q: 1, integer: false }, when: { kind: ['rf'] } },
  { name: 'n', distribution: { name: 'int_uniform', low: 3, high: 8 } },
  { name: 'odd', lost: 'its distribution zigzag cannot be said' },
);

dialectContract('hyperopt', {
  example,
  study: { metric: 'loss', goal: 'minimize', method: 'tpe' },
  lines: [
    'lr: { distribution: log_uniform_values, min: 0.00001, max: 0.1 }',
    'units: { distribution: q_uniform, min: 8, max: 64, q: 8 }',
    'kind: { values: [svm, rf], probabilities: [0.25, 0.75] }',
    'C: { distribution: log_normal, mu: 0, sigma: 1, when: { kind: svm } }',
    'trees: { distribution: q_log_uniform_values, min: 1, max: 100, q: 1.0, when: { kind: rf } }',
    '"n": { distribution: int_uniform, min: 3, max: 8 }',
    'epochs: { value: 5 }',
  ],
  notes: [/^metric loss: Hyperopt minimises/, /^lr: its exponents/, /^C: conditional/, /^trees: conditional/, /^odd: left out: its distribution zigzag/],
  unknown: [example.replace('"name":"n"', '"name":"n","zzz":1'), example.replace('"constants"', '"zzz": 1, "constants"'), example.replace('"int_uniform"', '"zzz"')],
  bad: {
    'a range upside down': [one({ name: 'uniform', low: 2, high: 1 }), /^file:2: space\[0\] is no search space: its range 2…1 is upside down/],
    'an endless bound': [one({ name: 'uniform', low: 2, high: 1 }).replace('"high":1', '"high":Infinity'), /^file:2: .*not two numbers/],
    'a step of nothing': [one({ name: 'q_uniform', low: 0, high: 1, q: 0 }), /^file:2: .*its step is 0/],
    'weights that do not fit': [one({ name: 'categorical', choices: ['a', 'b'], probabilities: [1] }), /^file:2: .*probabilities/],
    'a condition that is no list': [file({ name: 'x', distribution: { name: 'uniform', low: 0, high: 1 }, when: { y: 'a' } }), /^file:2: space\[0\]\.when\.y is no list of values/],
  },
  write: {
    constant: ({ value }) => example.replace('"epochs": 5', `"x": ${JSON.stringify(value)}`), texts: (d) => one({ name: 'categorical', ...d }), numbers: (d) => one({ name: 'categorical', ...d }), weighted: (d) => one({ name: 'categorical', ...d }),
    whole: (d) => one({ name: 'int_uniform', ...d }), uniform: (d) => one({ name: 'uniform', ...d }), log: ({ low, high }) => one({ name: 'log_uniform', low: Math.log(low), high: Math.log(high) }),
    steps: (d) => one({ name: 'q_uniform', integer: false, ...d }), normal: (d) => one({ name: 'normal', ...d }), logNormal: (d) => one({ name: 'log_normal', ...d }),
  },
});

test('exported trials bring their space too', () => {
  expect(readText(example.replace('hyperopt-space', 'hyperopt').replace('"constants": {"epochs": 5}', '"trials": [{"tid": 0}]')).notes).toContain('trials: read by noregret import');
});

test('a program is told from a file', () => {
  expect(isHyperoptProgram('from hyperopt import hp\nspace = {"lr": hp.uniform("lr", 0, 1)}\n')).toBe(true);
  expect(isHyperoptProgram('note: hp.uniform("lr", 0, 1)\n')).toBe(false);
});
