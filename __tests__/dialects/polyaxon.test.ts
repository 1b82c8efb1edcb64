import { expect, test } from '@jest/globals';
import { dialectContract, readText } from '../contracts/dialect.js';

const file = (params: string): string => `version: 1.1
kind: operation
name: mnist
matrix:
  kind: random
  numRuns: 30
  metric: { name: accuracy, optimization: maximize }
  params:
${params}
component:
  run:
    container:
      image: train
      command: [python3, train.py]
      args: ["--lr={{ lr }}", "{{ params.units.as_arg }}"]
`;
const one = (kind: string, value: unknown): string => file(`    x: { kind: ${kind}, value: ${JSON.stringify(value)} }`).replace(/ {6}args.*\n/, '');

const example = file(`    lr: { kind: loguniform, value: "-9:-2" }
    units: { kind: range, value: [-5, 0, 2] }
    drop: { kind: quniform, value: { low: 0, high: 1, q: 0.25 } }
    opt: { kind: pchoice, value: [[sgd, 0.25], [adam, 0.75]] }
    grid: { kind: linspace, value: "0:1:5" }
    odd: { kind: date, value: "a:b" }`);

dialectContract('polyaxon', {
  example,
  study: { name: 'mnist', metric: 'accuracy', goal: 'maximize', trials: 30, method: 'random', command: ['python3', 'train.py', '--lr=${param:lr}', '--units=${param:units}'] },
  lines: [
    `lr: { distribution: log_uniform_values, min: ${Number(Math.exp(-9).toPrecision(12))}, max: ${Number(Math.exp(-2).toPrecision(12))} }`,
    'units: { values: [-5, -3, -1] }',
    'drop: { distribution: q_uniform, min: 0, max: 0.75, q: 0.25 }',
    'opt: { values: [sgd, adam], probabilities: [0.25, 0.75] }',
    'grid: { values: [0, 0.25, 0.5, 0.75, 1] }',
  ],
  notes: [/^not read: component\.run\.container\.image$/, /^lr: its exponents -9…-2 of e as values/, /^drop: Polyaxon rounds down/, /^odd: left out: its kind date/],
  unknown: [example.replace('numRuns: 30', 'numRuns: 30\n  zzz: 1'), example.replace('"-9:-2" }', '"-9:-2", zzz: 1 }'), example.replace('kind: date', 'kind: zzz'), example.replace('name: mnist', 'name: mnist\nzzz: 1')],
  bad: {
    'a range of four': [one('range', [3, 4, 5, 6]), /^file:9: matrix\.params\.x is no search space: its value \[3,4,5,6\] is not start, stop and step/],
    'a range upside down': [one('uniform', '2:1'), /^file:9: .*upside down/],
    'no numbers': [one('uniform', 'a:1'), /^file:9: .*not two numbers/],
    'exponents beyond all numbers': [one('loguniform', [0, 1e9]), /^file:9: .*to the power of 0…1000000000 is no range/],
    'weights that are none': [one('pchoice', [['a', -1], ['b', 2]]), /^file:9: .*probabilities/],
    'a direction of its own': [example.replace('optimization: maximize', 'optimization: up'), /^file:7: matrix\.metric\.optimization is "up"/],
  },
  write: {
    texts: ({ choices }) => one('choice', choices), numbers: ({ choices }) => one('choice', choices),
    weighted: ({ choices, probabilities }) => one('pchoice', choices.map((choice, i) => [choice, probabilities[i]])),
    uniform: ({ low, high }) => one('uniform', [low, high]), log: ({ low, high }) => one('loguniform', [Math.log(low), Math.log(high)]),
    normal: ({ mu, sigma }) => one('normal', [mu, sigma]), logNormal: ({ mu, sigma }) => one('lognormal', { loc: mu, scale: sigma }),
  },
});

test('a mapping is one parameter of maps; logspace and geomspace are lists', () => {
  expect(readText('matrix: { kind: mapping, values: [{ lr: 0.1, opt: sgd }, { lr: 0.2, opt: adam }] }').lines).toContain('mapping: { values: [{ lr: 0.1, opt: sgd }, { lr: 0.2, opt: adam }] }');
  expect(readText('matrix: { kind: grid, params: { a: { kind: logspace, value: "-2:0:3" }, b: { kind: geomspace, value: "1:100:3" } } }').lines).toEqual(['a: { values: [0.01, 0.1, 1] }', 'b: { values: [1, 10, 100] }']);
});
