import { expect, test } from '@jest/globals';
import { dialectContract, readText } from '../contracts/dialect.js';

const study = (parameters: string, algorithm = 'random'): string => `apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: { name: mnist }
spec:
  objective: { type: maximize, goal: 0.99, objectiveMetricName: accuracy }
  algorithm: { algorithmName: ${algorithm} }
  maxTrialCount: 12
  parameters:
${parameters}
  earlyStopping:
    algorithmName: medianstop
    algorithmSettings: [{ name: min_trials_required, value: "2" }, { name: start_step, value: "5" }]
  trialTemplate:
    primaryContainerName: train
    trialParameters:
      - { name: learningRate, reference: lr }
    trialSpec:
      spec:
        containers:
          - { name: sidecar, command: [sleep] }
          - { name: train, command: [python3, train.py, "--lr=\${trialParameters.learningRate}"] }
`;
const one = (space: string, type = 'double'): string => study(`    - { name: x, parameterType: ${type}, feasibleSpace: ${space} }`);

const example = study(`    - { name: lr, parameterType: double, feasibleSpace: { min: "0.001", max: "0.1", distribution: logUniform } }
    - { name: layers, parameterType: int, feasibleSpace: { min: "1", max: "5" } }
    - { name: width, parameterType: int, feasibleSpace: { min: "16", max: "64", step: "16" } }
    - { name: decay, parameterType: double, feasibleSpace: { min: "-1", max: "5", distribution: normal } }
    - { name: units, parameterType: discrete, feasibleSpace: { list: ["8", "16"] } }
    - { name: optimizer, parameterType: categorical, feasibleSpace: { list: [sgd, adam] } }
    - { name: odd, parameterType: complex, feasibleSpace: { min: "1" } }`);

dialectContract('katib', {
  example,
  study: {
    name: 'mnist', metric: 'accuracy', goal: 'maximize', trials: 12, method: 'random', threshold: 0.99, earlyTerminate: { type: 'median', startup_trials: 2, warmup: 5 },
    command: ['python3', 'train.py', '--lr=${param:lr}'],
  },
  lines: [
    'lr: { distribution: log_uniform_values, min: 0.001, max: 0.1 }',
    'layers: { distribution: int_uniform, min: 1, max: 5 }',
    'width: { distribution: q_uniform, min: 16, max: 64, q: 16 }',
    'decay: { distribution: normal, mu: 2, sigma: 1 }',
    'units: { values: [8, 16] }',
    'optimizer: { values: [sgd, adam] }',
  ],
  notes: [/^earlyStopping medianstop: as median/, /^not read: spec\.trialTemplate\.trialSpec\.spec\.containers\[0\]\.command$/, /^decay: -1…5 are three standard deviations/, /^odd: left out: its parameterType complex is unknown$/],
  unknown: [example.replace('metadata: { name: mnist }', 'metadata: { name: mnist, zzz: 1 }'), example.replace('maxTrialCount: 12', 'maxTrialCount: 12\n  zzz: 1'), example.replace('max: "5" }', 'max: "5", zzz: 1 }'), example.replace('algorithmName: random', 'algorithmName: zzz'), example.replace('{ algorithmName: random }', '{ zzz: 1 }')],
  bad: {
    'a bound that is no number': [one('{ min: few, max: "2" }'), /^file:9: spec\.parameters\[0\] is no search space: its range NaN…2 is not two numbers/],
    'an endless bound': [one('{ min: "1", max: .inf }'), /^file:9: .*its range 1…Infinity is not two numbers/],
    'a range upside down': [one('{ min: "3", max: "2" }', 'int'), /^file:9: .*its range 3…2 is upside down/],
    'a logarithm of nothing': [one('{ min: "0", max: "2", distribution: logUniform }'), /^file:9: .*logarithmic from 0 on/],
    'half a layer': [one('{ min: "0.5", max: "2" }', 'int'), /^file:9: .*not of whole numbers/],
    'no values': [one('{ list: [] }', 'categorical'), /^file:9: .*it has no values/],
    'a goal of its own': [example.replace('type: maximize', 'type: bigger'), /^file:5: spec\.objective\.type is "bigger", not maximize or minimize/],
    'a number of trials that is none': [example.replace('maxTrialCount: 12', 'maxTrialCount: many'), /^file:7: spec\.maxTrialCount is "many", not a whole number above 0/],
    'one name twice': [example.replace('name: layers', 'name: lr'), /^file:10: spec\.parameters\[1\] is lr once more/],
    'no name': [example.replace('name: layers, ', ''), /^file:10: spec\.parameters\[1\] has no name/],
    'a key twice': [example.replace('maxTrialCount: 12', 'maxTrialCount: 12\n  maxTrialCount: 13'), /^file:8:3: "maxTrialCount" stands on line 7 and again on line 8/],
  },
  write: {
    texts: ({ choices }) => one(`{ list: ${JSON.stringify(choices)} }`, 'categorical'),
    numbers: ({ choices }) => one(`{ list: ${JSON.stringify(choices.map(String))} }`, 'discrete'),
    whole: ({ low, high }) => one(`{ min: "${low}", max: "${high}" }`, 'int'),
    uniform: ({ low, high }) => one(`{ min: "${low}", max: "${high}" }`),
    log: ({ low, high }) => one(`{ min: "${low}", max: "${high}", distribution: logUniform }`),
    wholeLog: ({ low, high }) => one(`{ min: "${low}", max: "${high}", distribution: logUniform }`, 'int'),
    steps: ({ low, high, q }) => one(`{ min: "${low}", max: "${high}", step: "${q}" }`),
    normal: ({ mu, sigma }) => one(`{ min: "${mu - 3 * sigma}", max: "${mu + 3 * sigma}", distribution: normal }`),
    logNormal: ({ mu, sigma }) => one(`{ min: "${Math.exp(mu - 3 * sigma)}", max: "${Math.exp(mu + 3 * sigma)}", distribution: logNormal }`),
  },
});

test('steps begin at min where Optuna draws, and are multiples where Hyperopt rounds; a grid lists them', () => {
  const space = '    - { name: x, parameterType: int, feasibleSpace: { min: "1", max: "8", step: "3" } }';
  const lines = (algorithm: string): readonly string[] => readText(study(space, algorithm)).lines.filter((line) => !line.startsWith('#'));
  expect(lines('tpe')).toEqual(['x: { distribution: q_uniform, min: 1, max: 8, q: 3 }']);
  expect(lines('cmaes')).toEqual(['x: { values: [1, 4, 7] }']);
  expect(lines('grid')).toEqual(['x: { values: [1, 4, 7] }']);
});

test('the resource of hyperband is a full run, stopped early', () => {
  const text = study('    - { name: epochs, parameterType: int, feasibleSpace: { min: "1", max: "27" } }\n    - { name: lr, parameterType: double, feasibleSpace: { min: "0", max: "1" } }', 'hyperband').replace('algorithmName: hyperband', 'algorithmName: hyperband, algorithmSettings: [{ name: resource_name, value: epochs }, { name: r_l, value: "27" }, { name: eta, value: "3" }]');
  const { draft, lines } = readText(text);
  expect({ method: draft.method, early: draft.earlyTerminate }).toEqual({ method: 'random', early: { type: 'hyperband', max_resource: 27, eta: 3 } });
  expect(lines).toContain('epochs: { value: 27 }');
});
