import { expect, test } from '@jest/globals';
import { dialectContract, readText } from '../contracts/dialect.js';

const file = (space: string): string => `experimentName: mnist
trialCommand: python3 train.py --epochs 3
maxTrialNumber: 30
maxExperimentDuration: 2h
tuner:
  name: TPE
  classArgs: { optimize_mode: maximize }
assessor: { name: Medianstop }
searchSpace:
${space}
`;
const one = (type: string, value: unknown): string => file(`  x: { _type: ${type}, _value: ${JSON.stringify(value)} }`);

const example = file(`  lr: { _type: loguniform, _value: [0.0001, 0.1] }
  units: { _type: randint, _value: [20, 31] }
  dropout: { _type: quniform, _value: [0.1, 0.9, 0.2] }
  factors: { _type: factor, _value: [1024, 3] }
  fixed: { _type: uniform, _value: [99.9, 99.9] }
  layer:
    _type: choice
    _value:
      - { _name: Empty }
      - { _name: Conv, size: { _type: choice, _value: [3, 5] } }
      - { _name: Pool, size: { _type: choice, _value: [2, 3] }, rate: { _type: uniform, _value: [0, 1] } }`);

dialectContract('nni', {
  example,
  study: { name: 'mnist', trials: 30, time: '2h', method: 'tpe', goal: 'maximize', command: ['python3', 'train.py', '--epochs', '3', '${args}'] },
  lines: [
    'lr: { distribution: log_uniform_values, min: 0.0001, max: 0.1 }',
    'units: { distribution: int_uniform, min: 20, max: 30 }',
    'dropout: { values: [0.2, 0.4, 0.6, 0.8] }',
    'fixed: { value: 99.9 }',
    'layer:',
    '  parameters:',
    '    _name: { values: [Empty, Conv, Pool] }',
    '    size: { values: [3, 5], when: { layer._name: Conv } }',
    '    size_Pool: { values: [2, 3], when: { layer._name: Pool } }',
    '    rate: { distribution: uniform, min: 0, max: 1, when: { layer._name: Pool } }',
  ],
  notes: [/^assessor Medianstop: left out/, /^command: NNI hands parameters over/, /^dropout: rounded to multiples of 0\.2 and cut off/, /^factors: left out: its _type factor/, /^fixed: its two ends are equal/, /^layer\._name: the choice of a branch/, /^layer\.size_Pool: called size in the file/],
  unknown: [example.replace('maxTrialNumber: 30', 'maxTrialNumber: 30\nzzz: 1'), example.replace('_value: [20, 31] }', '_value: [20, 31], zzz: 1 }'), example.replace('name: TPE', 'name: zzz'), example.replace('_type: randint', '_type: zzz')],
  bad: {
    'an empty range': [one('randint', [0, 0]), /^file:10: searchSpace\.x is no search space: its range \[0, 0\) is empty/],
    'a range upside down': [one('uniform', [2, 1]), /^file:10: searchSpace\.x .*upside down/],
    'no numbers': [one('uniform', ['a', 1]), /^file:10: searchSpace\.x .*not two numbers/],
    'a logarithm of a negative number': [one('loguniform', [-1, 1]), /^file:10: .*logarithmic from -1 on/],
    'a step of nothing': [one('quniform', [0, 1, 0]), /^file:10: .*its step is 0/],
    'NaN in JSON': ['{\n"x": {"_type": "uniform",\n "_value": [NaN, 1]}}', /^file:2: x .*its range NaN…1 is not two numbers/],
    'a key of JSON twice': ['{"x": {"_type": "uniform", "_value": [0, 1]},\n "x": {"_type": "choice", "_value": [1]}}', /^file:2:2: "x" stands on line 1 and again on line 2/],
    'a mode of its own': [example.replace('optimize_mode: maximize', 'optimize_mode: up'), /^file:7: tuner\.classArgs\.optimize_mode is "up"/],
  },
  write: {
    texts: ({ choices }) => one('choice', choices), numbers: ({ choices }) => one('choice', choices),
    whole: ({ low, high }) => one('randint', [low, high + 1]), uniform: ({ low, high }) => one('uniform', [low, high]), log: ({ low, high }) => one('loguniform', [low, high]),
    steps: ({ low, high, q }) => one('quniform', [low, high, q]), normal: ({ mu, sigma }) => one('normal', [mu, sigma]), logNormal: ({ mu, sigma }) => one('lognormal', [mu, sigma]),
  },
});

test('a search_space.json stands alone', () => {
  const { tool, lines, draft } = readText('{"lr": {"_type": "choice", "_value": [0.1, 0.01]}}');
  expect({ tool, lines, method: draft.method }).toEqual({ tool: 'NNI', lines: ['lr: { values: [0.1, 0.01] }'], method: undefined });
});

test('maps may be values: they are read whole', () => {
  const { lines, notes } = readText('{"both": {"_type": "choice", "_value": [{"optimizer": "Adam", "lr": 0.1}, {"optimizer": "SGD", "lr": 1}]}}');
  expect(lines).toEqual(['both: { values: [{ optimizer: Adam, lr: 0.1 }, { optimizer: SGD, lr: 1 }] }']);
  expect(notes).toEqual([]);
});

test('a range that is rounded to one value says which', () => {
  expect(readText(one('quniform', [0.45, 0.55, 0.5])).notes).toContainEqual('x: rounded to multiples of 0.5 and cut off at its ends, it is always 0.5');
});
