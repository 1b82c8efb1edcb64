import { expect, test } from '@jest/globals';
import { dialectContract, readText, refusal } from '../contracts/dialect.js';

const file = (flags: string): string => `- model: mnist
  operations:
    train:
      main: train --data data
      flags:
${flags}
      objective: { maximize: accuracy }
      optimizer: { algorithm: gp, kappa: 1.5 }
      output-scalars: { accuracy: 'acc: (\\value)' }
      compare: [accuracy]
`;
const one = (flag: string): string => file(`        x: ${flag}\n        z: [1, 2]`);

const example = file(`        lr: loguniform[1e-5:0.1:0.01]
        layers: { default: 2, min: 1, max: 5, type: int }
        dropout: { min: 0.0, max: 1, description: share }
        act: { choices: [relu, tanh], default: relu }
        batch: range[16:64:16]
        epochs: 5
        width: { default: 8, arg-name: units }
        odd: date[1:2]`);

dialectContract('guild', {
  example,
  study: { metric: 'accuracy', goal: 'maximize', method: 'gp', command: ['python', '-m', 'train', '--data', 'data', '${args_no_equals}'] },
  lines: [
    'lr: { distribution: log_uniform_values, min: 0.00001, max: 0.1, default: 0.01 }',
    'layers: { distribution: int_uniform, min: 1, max: 5, default: 2 }',
    'dropout: { distribution: uniform, min: 0, max: 1 }',
    'act: { values: [relu, tanh], default: relu }',
    'batch: { values: [16, 32, 48, 64] }',
    'epochs: { value: 5 }',
    'units: { value: 8 }',
  ],
  notes: [/^optimizer gp: its kappa 1\.5 left out$/, /^output-scalars: left out/, /^not read: \[0\]\.operations\.train\.compare$/, /^units: the flag width, which the program calls units$/, /^odd: left out: date\[…\] is no function/],
  unknown: [example.replace('compare:', 'zzz: 1\n      compare:'), example.replace('max: 5, type: int }', 'max: 5, type: int, zzz: 1 }'), example.replace('algorithm: gp', 'algorithm: zzz'), example.replace('date[1:2]', 'zzz[1:2]')],
  bad: {
    'a range upside down': [one('uniform[2:1]'), /^file:6: \[0\]\.operations\.train\.flags\.x is no search space: its range 2…1 is upside down/],
    'no numbers': [one('loguniform[a:1]'), /^file:6: .*not two numbers/],
    'a logarithm of nothing': [one('loguniform[0:1]'), /^file:6: .*logarithmic from 0 on/],
    'bounds upside down': [one('{ min: 3, max: 1 }'), /^file:6: .*upside down/],
    'a space of negative factors': [one('geomspace[-1:1:3]'), /^file:6: .*not above 0/],
    'an empty range': [one('range[5:1]'), /^file:6: .*its range from 5 to 1 is empty/],
  },
  write: {
    constant: ({ value }) => one(JSON.stringify(value)), texts: ({ choices }) => one(JSON.stringify(choices)), numbers: ({ choices }) => one(JSON.stringify(choices)),
    whole: ({ low, high }) => one(`"[${low}:${high}]"`), uniform: ({ low, high }) => one(`{ min: ${low}, max: ${high}, type: float }`), log: ({ low, high }) => one(`loguniform[${low}:${high}]`),
  },
});

test('the end of a range is part of it as far as Guild makes it so; spaces are lists', () => {
  const { lines } = readText(file('        a: range[1:5]\n        b: linspace[0:1:3]\n        c: logspace[-2:0:3]\n        d: geomspace[1:100:3]\n        e: range[0:1:0.25]'));
  expect(lines).toEqual(['a: { values: [1, 2, 3, 4, 5] }', 'b: { values: [0, 0.5, 1] }', 'c: { values: [0.01, 0.1, 1] }', 'd: { values: [1, 10, 100] }', 'e: { values: [0, 0.25, 0.5, 0.75, 1] }']);
});

const steps = 'train:\n  exec: python train.py ${flag_args}\n  flags: { lr: 0.1 }\n  objective: loss\nsearch:\n  steps:\n    - { run: train, optimizer: gbrt, maximize: acc, max-trials: 9, tag: x, flags: { lr: "uniform[0.1:1]" } }\n    - { run: train, flags: { lr: [1, 2], mom: "linspace[0:1:3]", epochs: "${epochs}" } }\n  flags: { epochs: 25 }\n';

test('a step gives an operation its flags; of several one is named', () => {
  expect(refusal(steps)?.message).toBe('file has several operations: "search[0]", "search[1]".');
  const { draft, lines, notes } = readText(steps, { part: 'search[0]' });
  expect({ metric: draft.metric, goal: draft.goal, trials: draft.trials, method: draft.method, command: draft.command, lines }).toEqual({ metric: 'acc', goal: 'maximize', trials: 9, method: 'auto', command: ['python', 'train.py', '${args_no_equals}'], lines: ['lr: { distribution: uniform, min: 0.1, max: 1 }'] });
  expect(notes).toEqual(['not read: search.steps[0].tag']);
  const second = readText(steps, { part: 'search[1]' });
  expect(second.draft).toMatchObject({ metric: 'loss', goal: 'minimize', method: 'grid', trials: 6 });
  expect(second.lines).toContain('epochs: { value: 25 }');
});

test('a flag that Guild hands over otherwise is told, of an operation and of what a step calls', () => {
  const flags = 'flags: { lr: { min: 0, max: 1, arg-skip: yes, arg-name: rate }, fast: { choices: [yes, no], arg-switch: yes }, deep: { choices: [1, 2], arg-skip: no } }';
  const told = ['rate: the flag lr, which the program calls rate; Guild hands it over as no argument (arg-skip), here it is one', 'fast: Guild hands over --fast alone where it is true (arg-switch), here it is --fast with its value'];
  expect(readText(`train:\n  main: train\n  ${flags}\n`).notes).toEqual(told);
  const called = readText(`train:\n  main: train\n  ${flags}\nhunt:\n  steps:\n    - { run: train, flags: { lr: [1, 2], fast: [yes, no], deep: 1 } }\n`, { part: 'hunt[0]' });
  expect(called.notes).toEqual(told);
  expect(called.lines).toEqual(expect.arrayContaining(['rate: { values: [1, 2] }', 'fast: { values: [true, false] }', 'deep: { value: 1 }']));
});

const pipeline = `prepare: { main: prepare }
train:
  main: train
  flags: { epochs: { arg-name: train_epochs }, lr: { arg-name: rate, default: 1 } }
  requires:
    - { operation: prepare, name: images }
    - { url: "https://example.com/a.zip", sha256: 00, path: data }
    - data
pipeline:
  flags: { epochs: 25 }
  steps:
    - run: prepare size=3
    - run: train
      flags: { epochs: "\${epochs}", lr: "logspace[-5:-1:5]", momentum: [0.7, 0.8] }
    - evaluate
`;

test('a step gives flags by their names, the program gets them as its operation calls them', () => {
  const { lines, notes } = readText(pipeline);
  expect(lines.filter((line) => !line.startsWith('#'))).toEqual(['train_epochs: { value: 25 }', 'rate: { values: [0.00001, 0.0001, 0.001, 0.01, 0.1] }', 'momentum: { values: [0.7, 0.8] }']);
  expect(notes).toEqual(expect.arrayContaining(['train_epochs: the flag epochs, which the program calls train_epochs', 'rate: the flag lr, which the program calls rate']));
});

test('what a step needs is named, as are the steps beside it', () => {
  expect(readText(pipeline).notes.filter((note) => /left out|not read|not run/.test(note))).toEqual([
    'requires operation prepare, url https://example.com/a.zip, data: left out; it must be there when a trial starts (link: or setup: see to that)',
    'steps prepare, evaluate: not run here; what a trial needs of what comes before it must be there when it starts',
  ]);
  expect(readText(file('        x: [1, 2]').replace('compare:', 'requires: { file: a.csv }\n      compare:')).notes).toEqual(expect.arrayContaining([expect.stringMatching(/^requires file a\.csv: left out/)]));
});
