import { expect, test } from '@jest/globals';
import { dialectContract, readText, refusal } from '../contracts/dialect.js';

const file = (entries: string): string => `import talos
from keras.optimizers import Adam

# what Scan goes through
p = {
${entries}
}

def model(x, y, params):
    options = {'epochs': params['epochs'], 'verbose': 0}
    return options
`;
const one = (value: string): string => file(`    'x': ${value},`);

const example = file(`    'lr': (0.5, 5, 10),  # start, end, steps
    'units': [8, 16, 32],
    "depth": (1, 9, 4),
    'drop': (0, 0.4, 2),
    'act': ['relu', None, True],
    'optimizer': [Adam, 'sgd'],
    'epochs': [2]`);

dialectContract('talos', {
  example,
  study: {},
  lines: [
    'lr: { values: [0.5, 0.95, 1.4, 1.85, 2.3, 2.75, 3.2, 3.65, 4.1, 4.55] }',
    'units: { values: [8, 16, 32] }',
    'depth: { values: [1, 3, 5, 7] }',
    'drop: { values: [0, 0.2] }',
    'act: { values: [relu, null, true] }',
    'optimizer: { values: [Adam, sgd] }',
    'epochs: { value: 2 }',
  ],
  notes: [/^optimizer: Adam: an object in Python, here its name as a text$/],
  unknown: [example.replace('[Adam, ', '[zzz, ')],
  bad: {
    'a tuple of two': [one('(1, 2)'), /^file:6: x is no search space: its tuple \(1, 2\) is not start, end and a number of steps/],
    'a range upside down': [one('(2, 1, 3)'), /^file:6: x .*its range from 2 to 1 is empty/],
    'no number': [one('(nan, 1, 3)'), /^file:6: x .*is not start, end and a number of steps/],
    'half a step': [one('(0, 1, 2.5)'), /^file:6: x .*is not start, end and a number of steps/],
    'no values': [one('[]'), /^file:6: x .*it has no values/],
    'a key twice': [file("    'x': [1],\n    'x': [2],"), /^file:7:5: "x" stands on line 6 and again on line 7/],
  },
  write: {
    constant: ({ value }) => one(value === true ? '[True]' : JSON.stringify([value])), texts: ({ choices }) => one(JSON.stringify(choices)), numbers: ({ choices }) => one(`[${choices.join(', ')}]`),
  },
});

test('of several dictionaries one is named', () => {
  const text = "a = {'x': [1, 2]}\nb = {'x': (0, 1, 2)}\n";
  expect(refusal(text)?.message).toBe('file has 2 search spaces of Talos: a, b.');
  expect(readText(text, { part: 'b' }).lines).toEqual(['x: { values: [0, 0.5] }'].map((line) => line.replace('0, 0.5', '0')));
});

test('whole numbers are cut off to whole numbers, as numpy does', () => {
  expect(readText("p = {'n': (0, 3, 6), 'f': (0.0, 3, 6)}").lines).toEqual(['"n": { values: [0, 1, 2] }', 'f: { values: [0, 0.5, 1, 1.5, 2, 2.5] }']);
});

test('metadata.json of Talos 2', () => {
  const { tool, draft, lines } = readText('{"identity": {"params": {"lr": [0.1, 0.2], "drop": {"__talos_type__": "tuple", "items": [0, 0.4, 2]}}}, "objective": {"metric": "val_acc", "direction": "max"}}');
  expect({ tool, metric: draft.metric, goal: draft.goal, lines }).toEqual({ tool: 'Talos', metric: 'val_acc', goal: 'maximize', lines: ['lr: { values: [0.1, 0.2] }', 'drop: { values: [0, 0.2] }'] });
});

test('a dictionary that is computed is refused with its line', () => {
  expect(refusal("p = {\n  'x': [1],\n  'y': list(range(3)),\n}")?.code).toBe('dialect-unknown');
});
