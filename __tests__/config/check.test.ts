import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { checkReport, checkText, explainDefaults } from '../../src/config/checkReport.js';
import { defaults } from '../../src/config/defaults.js';
import { pruners } from '../../src/pruners/index.js';
import { samplers } from '../../src/samplers/index.js';
import { jsonSchema } from '../../src/config/jsonSchema.js';
import { keyTable, optionTable, parameterTable } from '../../src/config/keyTable.js';
import { requirementsOf } from '../../src/config/requirements.js';
import { fileSchema } from '../../src/config/schema.js';
import { parse, problems } from './parsing.js';

const full = readFileSync('fixtures/configs/full.yml', 'utf8');
const distributions = readFileSync('fixtures/configs/distributions.yml', 'utf8');

test('every key of ours in one file', () => {
  const result = parse(full, { path: 'tuning/full.yml' });
  expect(problems(result)).toEqual([]);
  expect(result.config).toMatchObject({
    name: 'spiral', path: 'tuning/full.yml', dialect: 'noregret',
    metric: { name: 'val_accuracy', goal: 'maximize', margin: { kind: 'percent', value: 0.5 }, resolution: 0.001 },
    also: [{ name: 'latency_ms', goal: 'minimize', gate: true, timing: true, margin: { kind: 'absolute', value: 2 } }],
    method: { name: 'random', options: {} },
    budget: { trials: 20, trialsExplicit: true, timeMs: 2_700_000, trialTimeMs: 600_000, gpuHours: 4, failures: 3 },
    parallel: 2, verdict: { alpha: 0.01, looks: [3, 5, 8, 12, 20], search: 'on-regression', rescore: 0, drift: 'on-alarm' },
    stop: { threshold: 0.99, noProgress: { trials: 15, percent: 0 } }, gpus: 0, env: { pass: ['HF_TOKEN'], set: { TF_DETERMINISTIC_OPS: '1' }, isolateHome: true },
    setup: [['uv', 'sync']], link: ['data'], inputs: ['**', '!docs/**'], data: ['data/train.csv'], mainSearchMs: 604_800_000, fingerprint: ['nvcc', '--version'],
    metrics: { file: 'metrics.json', regex: 'acc=([0-9.]+)', wandb: false }, reduce: 'best', executor: 'local',
  });
  expect(result.config?.space.constraints).toEqual(['units * layers <= 512']);
  expect(result.config?.space.parameters.map(({ name }) => name)).toEqual(['layers', 'learning_rate', 'optimizer', 'momentum', 'units']);
});

test('check --json: the exact object, with every distribution', () => {
  const report = checkReport(parse(distributions));
  expect(report).toMatchObject({ ok: true, errors: [] });
  expect(Object.keys(report)).toEqual(['ok', 'errors', 'warnings', 'notes', 'space']);
  expect(report.space).toEqual({
    constant: { kind: 'constant', distribution: 'constant', log: false, value: 'x' },
    choice: { kind: 'categorical', distribution: 'categorical', log: false, choices: ['sgd', 'adam'], default: 'adam' },
    weighted: { kind: 'categorical', distribution: 'categorical', log: false, choices: [1, 2], probabilities: [0.25, 0.75], when: { choice: ['sgd'] } },
    int: { kind: 'int', distribution: 'int_uniform', log: false, low: 1, high: 5, step: 1, min: 1, max: 5 },
    float: { kind: 'float', distribution: 'uniform', log: false, low: 0, high: 0.5, min: 0, max: 0.5 },
    log: { kind: 'float', distribution: 'log_uniform_values', log: true, low: 0.001, high: 0.1, min: 0.001, max: 0.1 },
    inverse: { kind: 'float', distribution: 'inv_log_uniform_values', log: true, low: 0.001, high: 0.1, min: 0.001, max: 0.1 },
    exponents: { kind: 'float', distribution: 'log_uniform', log: true, low: Math.exp(-2), high: 1, min: -2, max: 0 },
    inverse_exponents: { kind: 'float', distribution: 'inv_log_uniform', log: true, low: Math.exp(-2), high: 1, min: 0, max: 2 },
    reversed: { kind: 'float', distribution: 'reverse_log_uniform_values', log: false, low: 0.001, high: 0.999, min: 0.001, max: 0.999 },
    reversed_steps: { kind: 'int', distribution: 'q_reverse_log_uniform_values', log: false, low: 1, high: 100, step: 1, min: 1, max: 100, q: 1 },
    steps: { kind: 'int', distribution: 'q_uniform', log: false, low: 0, high: 9, step: 3, min: 0, max: 10, q: 3 },
    log_steps: { kind: 'int', distribution: 'q_log_uniform_values', log: true, low: 32, high: 256, step: 8, min: 32, max: 256, q: 8 },
    log_exponent_steps: { kind: 'float', distribution: 'q_log_uniform', log: true, low: 1, high: 7, step: 1, min: 0, max: 2, q: 1 },
    normal: { kind: 'float', distribution: 'normal', log: false, mu: 0, sigma: 1 },
    normal_steps: { kind: 'int', distribution: 'q_normal', log: false, step: 5, mu: 100, sigma: 20, q: 5 },
    log_normal: { kind: 'float', distribution: 'log_normal', log: true, low: 0, mu: 0, sigma: 1 },
    log_normal_steps: { kind: 'float', distribution: 'q_log_normal', log: true, low: 0, step: 0.5, mu: 0, sigma: 1, q: 0.5 },
    beta: { kind: 'float', distribution: 'beta', log: false, low: 0, high: 1, a: 2, b: 5 },
    beta_steps: { kind: 'float', distribution: 'q_beta', log: false, low: 0, high: 1, step: 0.1, a: 2, b: 5, q: 0.1 },
    'nested.lr': { kind: 'constant', distribution: 'constant', log: false, value: 0.1 },
  });
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test('an error gives ok: false with its place', () => {
  const report = checkReport(parse('budget: {trials: 1}\nreduce: max\nparameters: {a: {value: 1}}'));
  expect(report).toMatchObject({ ok: false, errors: [{ code: 'wrong-value', line: 2, column: 9 }], space: { a: { kind: 'constant' } } });
});

test('a sound file is one line for people', () => expect(checkText(parse(full)).split('\n').at(-1)).toMatch(/^noregret.yml: valid/));

test('what tune needs is known from the configuration', () => {
  const config = parse('method: grid\nparameters: {a: {min: 1, max: 30}}').config!;
  expect(requirementsOf(config).map(({ code }) => code)).toEqual(['no-metric', 'no-command', 'grid-too-large']);
  expect(requirementsOf(parse(full).config!)).toEqual([]);
});

describe('documentation from the schema', () => {
  test('the committed JSON Schema is the generated one', () => {
    expect(JSON.parse(readFileSync('noregret.schema.json', 'utf8'))).toEqual(jsonSchema({ samplers, pruners }));
  });

  test('every key has a meaning and an example, and every example is valid', () => {
    for (const [key, field] of Object.entries(fileSchema.shape)) {
      const { description, example } = field.meta() ?? {};
      expect([key, description, example]).toEqual([key, expect.any(String), expect.any(String)]);
      const line = `${example ?? ''}\n`;
      const rest = ['method: random', 'parameters: { lr: { value: 1 }, units: { value: 1 }, layers: { value: 1 } }', 'program: train.py'].filter((other) => !other.startsWith(`${key}:`) && !(['trainer', 'results'].includes(key) && other.startsWith('program')));
      if (key === 'results') rest.push('metric: { name: acc, goal: maximize }');
      const result = parse(`${line}${rest.join('\n')}`);
      expect([key, problems(result)]).toEqual([key, []]);
    }
  });

  test('the table has every key, and every default a key', () => {
    const keys = keyTable().map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(['name', 'metric.margin', 'also.gate', 'budget.trial_time', 'verdict.looks', 'main_search', 'trainer.backend']));
    for (const { key } of defaults) expect(keys).toContain(key);
    expect(keyTable().find(({ key }) => key === 'budget.trials')).toEqual({ key: 'budget.trials', type: 'whole number', default: '20', meaning: 'Search trials.' });
    expect(parameterTable().map(({ key }) => key)).toEqual(expect.arrayContaining(['distribution', 'values', 'when', 'default', 'q']));
  });

  test('every option of a method has its type, default and meaning', () => {
    const rows = optionTable(samplers);
    expect(rows.find(({ key }) => key === 'tpe.candidates')).toEqual({ key: 'tpe.candidates', type: 'whole number', default: '24', meaning: expect.stringContaining('density') });
    expect(rows).toContainEqual({ key: 'random', type: '', default: '', meaning: '' });
    expect(rows.filter(({ key, meaning }) => key.includes('.') && meaning === '')).toEqual([]);
  });

  test('every default is explained', () => {
    for (const { key, reason } of defaults) {
      expect(explainDefaults()).toContain(`${key} = `);
      expect(reason.length).toBeGreaterThan(20);
    }
  });
});
