import { expect, test } from '@jest/globals';
import { dialectContract, readText } from '../contracts/dialect.js';

const file = (parameters: string): string => `displayName: mnist
maxTrialCount: 30
parallelTrialCount: 3
studySpec:
  metrics:
    - { metricId: accuracy, goal: MAXIMIZE }
    - { metricId: latency, goal: MINIMIZE }
  algorithm: RANDOM_SEARCH
  medianAutomatedStoppingSpec: { useElapsedDuration: false }
  parameters:
${parameters}
trialJobSpec:
  workerPoolSpecs:
    - containerSpec: { imageUri: gcr.io/x, command: [python3, train.py], args: ["--epochs=5"] }
`;
const one = (spec: string, scale = 'UNIT_LINEAR_SCALE'): string => file(`    - { parameterId: x, ${spec}, scaleType: ${scale} }`);

const example = file(`    - { parameterId: lr, doubleValueSpec: { minValue: 0.00001, maxValue: 0.1, defaultValue: 0.01 }, scaleType: UNIT_LOG_SCALE }
    - { parameterId: layers, integerValueSpec: { minValue: "1", maxValue: "5" }, scaleType: UNIT_LINEAR_SCALE }
    - { parameterId: batch, discreteValueSpec: { values: [16, 32] } }
    - { parameterId: beta, doubleValueSpec: { minValue: 0.9, maxValue: 0.999 }, scaleType: UNIT_REVERSE_LOG_SCALE }
    - parameterId: optimizer
      categoricalValueSpec: { values: [sgd, adam] }
      conditionalParameterSpecs:
        - parentCategoricalValues: { values: [sgd] }
          parameterSpec: { parameterId: momentum, doubleValueSpec: { minValue: 0, maxValue: 1 } }`);

dialectContract('vertex', {
  example,
  study: { name: 'mnist', metric: 'accuracy', goal: 'maximize', trials: 30, method: 'random', command: ['python3', 'train.py', '--epochs=5', '${args}'] },
  lines: [
    'lr: { distribution: log_uniform_values, min: 0.00001, max: 0.1, default: 0.01 }',
    'layers: { distribution: int_uniform, min: 1, max: 5 }',
    'batch: { values: [16, 32] }',
    'beta: { distribution: reverse_log_uniform_values, min: 0.9, max: 0.999 }',
    'optimizer: { values: [sgd, adam] }',
    'momentum: { distribution: uniform, min: 0, max: 1, when: { optimizer: sgd } }',
  ],
  notes: [/^metric latency: left out/, /^medianAutomatedStoppingSpec \{"useElapsedDuration":false\}: left out/, /^not read: parallelTrialCount, studySpec\.metrics\[1\]\.goal, trialJobSpec\.workerPoolSpecs\[0\]\.containerSpec\.imageUri$/, /^momentum: conditional, as its when says/],
  unknown: [`${example}zzz: 1\n`, example.replace('algorithm: RANDOM_SEARCH', 'algorithm: RANDOM_SEARCH\n  zzz: 1'), example.replace('maxValue: "5" }', 'maxValue: "5", zzz: 1 }'), example.replace('algorithm: RANDOM_SEARCH', 'algorithm: zzz')],
  bad: {
    'a range upside down': [one('doubleValueSpec: { minValue: 2, maxValue: 1 }'), /^file:11: studySpec\.parameters\[0\] is no search space: its range 2…1 is upside down/],
    'an endless bound': [one('doubleValueSpec: { minValue: 2, maxValue: .inf }'), /^file:11: .*not two numbers/],
    'a logarithm of nothing': [one('doubleValueSpec: { minValue: 0, maxValue: 1 }', 'UNIT_LOG_SCALE'), /^file:11: .*logarithmic from 0 on/],
    'values that are no numbers': [one('discreteValueSpec: { values: [a] }'), /^file:11: .*no finite number/],
    'a goal of its own': [example.replace('goal: MAXIMIZE', 'goal: UP'), /^file:6: studySpec\.metrics\[0\]\.goal is "UP", not MAXIMIZE or MINIMIZE/],
    'a number of trials that is none': [example.replace('maxTrialCount: 30', 'maxTrialCount: x'), /^file:2: maxTrialCount is "x"/],
    'one name twice': [example.replace('parameterId: batch', 'parameterId: lr'), /^file:13: studySpec\.parameters\[2\] is lr once more/],
  },
  write: {
    texts: ({ choices }) => one(`categoricalValueSpec: { values: ${JSON.stringify(choices)} }`), numbers: ({ choices }) => one(`discreteValueSpec: { values: ${JSON.stringify(choices)} }`),
    whole: ({ low, high }) => one(`integerValueSpec: { minValue: ${low}, maxValue: ${high} }`), uniform: ({ low, high }) => one(`doubleValueSpec: { minValue: ${low}, maxValue: ${high} }`),
    log: ({ low, high }) => one(`doubleValueSpec: { minValue: ${low}, maxValue: ${high} }`, 'UNIT_LOG_SCALE'), wholeLog: ({ low, high }) => one(`integerValueSpec: { minValue: ${low}, maxValue: ${high} }`, 'UNIT_LOG_SCALE'),
  },
});

test('the Python client writes snake_case, and a single value for a list', () => {
  const { tool, lines, draft } = readText('study_spec:\n  metrics: [{ metric_id: loss, goal: MINIMIZE }]\n  parameters:\n    - { parameter_id: a, double_value_spec: { min_value: 0.1, max_value: 1 }, scale_type: UNIT_LOG_SCALE }\n    - { parameter_id: b, discrete_value_spec: { values: 512 } }\n');
  expect({ tool, lines, metric: draft.metric, goal: draft.goal }).toEqual({ tool: 'Vertex AI', lines: ['a: { distribution: log_uniform_values, min: 0.1, max: 1 }', 'b: { values: [512] }'], metric: 'loss', goal: 'minimize' });
});

test('the older AI Platform', () => {
  const { draft, lines, notes } = readText('trainingInput:\n  pythonModule: trainer.task\n  args: [--fast]\n  scaleTier: BASIC\n  hyperparameters:\n    goal: MINIMIZE\n    maxTrials: 4\n    enableTrialEarlyStopping: true\n    params:\n      - { parameterName: n, type: INTEGER, minValue: 1, maxValue: 9, scaleType: UNIT_LOG_SCALE }\n      - { parameterName: c, type: CATEGORICAL, categoricalValues: [a, b] }\n');
  expect({ metric: draft.metric, trials: draft.trials, command: draft.command, lines }).toEqual({ metric: 'training/hptuning/metric', trials: 4, command: ['python', '-m', 'trainer.task', '--fast', '${args}'], lines: ['"n": { distribution: q_log_uniform_values, min: 1, max: 9, q: 1 }', 'c: { values: [a, b] }'] });
  expect(notes).toEqual([expect.stringMatching(/^hyperparameterMetricTag: none is named/), expect.stringMatching(/^enableTrialEarlyStopping: left out/), 'not read: trainingInput.scaleTier']);
});
