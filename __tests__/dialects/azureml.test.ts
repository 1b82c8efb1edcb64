import { expect, test } from '@jest/globals';
import { dialectContract, readText, refusal } from '../contracts/dialect.js';

const file = (space: string): string => `$schema: https://azuremlschemas.azureedge.net/latest/sweepJob.schema.json
type: sweep
experiment_name: mnist
trial:
  code: src
  command: >-
    python train.py --data \${{inputs.data}} --epochs \${{inputs.epochs}} --lr \${{search_space.x}}
inputs:
  data: { type: uri_folder, path: data }
  epochs: 5
sampling_algorithm: bayesian
search_space:
${space}
objective: { goal: maximize, primary_metric: accuracy }
limits: { max_total_trials: 40, timeout: 7200 }
early_termination: { type: truncation_selection, truncation_percentage: 20, evaluation_interval: 2, delay_evaluation: 5 }
`;
const one = (parameter: string): string => file(`  x: ${parameter}`);

const example = file(`  x: { type: loguniform, min_value: -6.9, max_value: 0 }
  units: { type: randint, upper: 10 }
  drop: { type: quniform, min_value: 0.05, max_value: 1, q: 0.5 }
  act: { type: choice, values: [relu, tanh] }
  noise: { type: qlognormal, mu: 0, sigma: 1, q: 2 }
  odd: { type: zigzag }`);

dialectContract('azureml', {
  example,
  study: {
    name: 'mnist', metric: 'accuracy', goal: 'maximize', trials: 40, time: '7200s', method: 'auto', earlyTerminate: { type: 'percentile', percentile: 80, warmup: 5, interval: 2 },
    command: ['python', 'train.py', '--data', 'data', '--epochs', '5', '--lr', '${param:x}'],
  },
  lines: [
    `x: { distribution: log_uniform_values, min: ${Number(Math.exp(-6.9).toPrecision(12))}, max: 1 }`,
    'units: { distribution: int_uniform, min: 0, max: 9 }',
    'drop: { distribution: q_uniform, min: 0.05, max: 1, q: 0.5 }',
    'act: { values: [relu, tanh] }',
    'noise: { distribution: q_log_normal, mu: 0, sigma: 1, q: 2.0 }',
  ],
  notes: [/^input data: the command names data, which Azure would have mounted/, /^early_termination truncation_selection: as percentile, the worst 20 %/, /^not read: trial\.code, inputs\.data\.type$/, /^x: its exponents -6\.9…0 of e as values/, /^odd: left out: its type zigzag is unknown/],
  unknown: [`${example}zzz: 1\n`, example.replace('upper: 10 }', 'upper: 10, zzz: 1 }'), example.replace('sampling_algorithm: bayesian', 'sampling_algorithm: zzz'), example.replace('timeout: 7200', 'zzz: 7200'), example.replace('type: truncation_selection', 'type: zzz')],
  bad: {
    'a range upside down': [one('{ type: uniform, min_value: 2, max_value: 1 }'), /^file:13: search_space\.x is no search space: its range 2…1 is upside down/],
    'no number': [one('{ type: uniform, min_value: a, max_value: 1 }'), /^file:13: .*not two numbers/],
    'no bounds': [one('{ type: randint }'), /^file:13: .*its upper end is null/],
    'exponents beyond all numbers': [one('{ type: loguniform, min_value: 0, max_value: 1000 }'), /^file:13: .*is no range of numbers/],
    'no deviation': [one('{ type: normal, mu: 0, sigma: -1 }'), /^file:13: .*no normal distribution/],
    'a goal of its own': [example.replace('goal: maximize', 'goal: up'), /^file:19: objective\.goal is "up"/],
    'a limit that is none': [example.replace('max_total_trials: 40', 'max_total_trials: -4'), /^file:20: limits\.max_total_trials is -4/],
  },
  write: {
    texts: ({ choices }) => one(`{ type: choice, values: ${JSON.stringify(choices)} }`), numbers: ({ choices }) => one(`{ type: choice, values: ${JSON.stringify(choices)} }`),
    uniform: ({ low, high }) => one(`{ type: uniform, min_value: ${low}, max_value: ${high} }`), log: ({ low, high }) => one(`{ type: loguniform, min_value: ${Math.log(low)}, max_value: ${Math.log(high)} }`),
    steps: ({ low, high, q }) => one(`{ type: quniform, min_value: ${low}, max_value: ${high}, q: ${q} }`),
    normal: ({ mu, sigma }) => one(`{ type: normal, mu: ${mu}, sigma: ${sigma} }`), logNormal: ({ mu, sigma }) => one(`{ type: lognormal, mu: ${mu}, sigma: ${sigma} }`),
  },
});

const step = (name: string): string => `  ${name}:\n    type: sweep\n    sampling_algorithm: { type: random, seed: 3 }\n    search_space: { c: { type: uniform, min_value: 0, max_value: 1 } }\n    objective: { goal: minimize, primary_metric: ${name} }\n`;

test('a step of a pipeline, one named of several', () => {
  const text = `type: pipeline\njobs:\n${step('a')}${step('b')}`;
  expect(refusal(text)?.message).toBe('file has several sweep steps: "a", "b".');
  expect(refusal(text, { part: 'z' })?.message).toBe('file has no "z" among its sweep steps: "a", "b".');
  const { draft, notes } = readText(text, { part: 'b' });
  expect(draft).toMatchObject({ metric: 'b', method: 'random' });
  expect(notes).toEqual(['not read: jobs.b.sampling_algorithm.seed']);
});

test('AutoML is refused', () => {
  expect(refusal('type: automl\nsearch_space:\n  - model: x\n')?.message).toMatch(/^file:3: search_space: AutoML searches over models of its own/);
});
