import { expect, test } from '@jest/globals';
import { dialectContract, readText } from '../contracts/dialect.js';

const file = (ranges: string): string => `{
  "HyperParameterTuningJobName": "mnist",
  "HyperParameterTuningJobConfig": {
    "Strategy": "Bayesian",
    "HyperParameterTuningJobObjective": { "Type": "Minimize", "MetricName": "validation:error" },
    "ResourceLimits": { "MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 3, "MaxRuntimeInSeconds": 3600 },
    "ParameterRanges": {
${ranges}
    },
    "TrainingJobEarlyStoppingType": "Auto"
  },
  "TrainingJobDefinition": { "StaticHyperParameters": { "epochs": "5", "_tuning": "x" }, "RoleArn": "r" }
}`;
const range = (kind: string, body: string): string => file(`      "${kind}ParameterRanges": [
        { "Name": "x", ${body} }
      ]`);
const numbers = (kind: string, low: unknown, high: unknown, scale = 'Auto'): string => range(kind, `"MinValue": ${JSON.stringify(String(low))}, "MaxValue": ${JSON.stringify(String(high))}, "ScalingType": "${scale}"`);

const example = file(`      "IntegerParameterRanges": [{ "Name": "depth", "MinValue": "1", "MaxValue": "9" }, { "Name": "rounds", "MinValue": "1", "MaxValue": "1024", "ScalingType": "Logarithmic" }],
      "ContinuousParameterRanges": [{ "Name": "eta", "MinValue": "0.001", "MaxValue": "0.5", "ScalingType": "Logarithmic" }, { "Name": "beta", "MinValue": "0.9", "MaxValue": "0.999", "ScalingType": "ReverseLogarithmic" }],
      "CategoricalParameterRanges": [{ "Name": "booster", "Values": ["gbtree", "dart"] }],
      "AutoParameters": [{ "Name": "alpha", "ValueHint": "0.5" }]`);

dialectContract('sagemaker', {
  example,
  study: { name: 'mnist', metric: 'validation:error', goal: 'minimize', trials: 20, time: '3600s', method: 'auto' },
  lines: [
    'depth: { distribution: int_uniform, min: 1, max: 9 }',
    'rounds: { distribution: q_log_uniform_values, min: 1, max: 1024, q: 1 }',
    'eta: { distribution: log_uniform_values, min: 0.001, max: 0.5 }',
    'booster: { values: [gbtree, dart] }',
    'epochs: { value: "5" }',
  ],
  notes: [/^trainingJobEarlyStoppingType Auto: left out/, /^not read: HyperParameterTuningJobConfig\.ResourceLimits\.MaxParallelTrainingJobs, TrainingJobDefinition\.RoleArn$/, /^beta: left out: its scale is the logarithm of 1 - x/, /^alpha: left out: SageMaker chooses its range, around 0\.5/],
  unknown: [example.replace('"Strategy": "Bayesian",', '"Strategy": "Bayesian", "zzz": 1,'), example.replace('"MaxValue": "9" }', '"MaxValue": "9", "zzz": 1 }'), example.replace('"Bayesian"', '"zzz"'), example.replace('"RoleArn"', '"zzz"')],
  bad: {
    'a range upside down': [numbers('Integer', 3, 2), /^file:9: HyperParameterTuningJobConfig\.ParameterRanges\.IntegerParameterRanges\[0\] is no search space: its range 3…2 is upside down/],
    'no number': [numbers('Continuous', 'few', 2), /^file:9: .*not two numbers/],
    'a logarithm of nothing': [numbers('Continuous', 0, 2, 'Logarithmic'), /^file:9: .*logarithmic from 0 on/],
    'half a layer': [numbers('Integer', 0.5, 2), /^file:9: .*not of whole numbers/],
    'a goal of its own': [example.replace('"Minimize"', '"Up"'), /^file:5: HyperParameterTuningJobConfig\.HyperParameterTuningJobObjective\.Type is "Up", not Maximize or Minimize/],
    'a number of jobs that is none': [example.replace('"MaxNumberOfTrainingJobs": 20', '"MaxNumberOfTrainingJobs": "a"'), /^file:6: .*MaxNumberOfTrainingJobs is "a"/],
    'one name twice': [example.replace('"booster"', '"eta"'), /^file:10: .*CategoricalParameterRanges\[0\] is eta once more/],
  },
  write: {
    constant: ({ value }) => example.replace('"epochs": "5"', `"x": ${JSON.stringify(value)}`), texts: ({ choices }) => range('Categorical', `"Values": ${JSON.stringify(choices)}`),
    whole: ({ low, high }) => numbers('Integer', low, high), uniform: ({ low, high }) => numbers('Continuous', low, high), log: ({ low, high }) => numbers('Continuous', low, high, 'Logarithmic'),
    wholeLog: ({ low, high }) => numbers('Integer', low, high, 'Logarithmic'),
  },
});

test('the operators of Kubernetes write a small first letter, and lists of statics', () => {
  const { tool, draft, lines, notes } = readText(`apiVersion: sagemaker.aws.amazon.com/v1
kind: HyperparameterTuningJob
metadata: { name: a }
spec:
  region: us-east-1
  hyperParameterTuningJobConfig:
    strategy: Grid
    hyperParameterTuningJobObjective: { type_: Maximize, metricName: acc }
    resourceLimits: { maxNumberOfTrainingJobs: 4 }
    parameterRanges:
      integerParameterRanges: []
      categoricalParameterRanges: [{ name: b, values: [u, v] }]
  trainingJobDefinition:
    staticHyperParameters: [{ name: c, value: w }, { name: _d, value: w }]
`);
  expect({ tool, goal: draft.goal, method: draft.method, trials: draft.trials, lines }).toEqual({ tool: 'SageMaker', goal: 'maximize', method: 'grid', trials: 4, lines: ['b: { values: [u, v] }', 'c: { value: w }'] });
  expect(notes).toEqual(['not read: spec.region']);
});
