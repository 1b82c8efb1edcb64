import { expect, test } from '@jest/globals';
import type { StudyConfig } from '../../src/model/config.js';
import { withPolicyOf } from '../../src/config/policy.js';
import { parse } from './parsing.js';

function config(extra: string, metric = '{ name: acc, goal: maximize, margin: 1% }'): StudyConfig {
  const found = parse(`method: random\nmetric: ${metric}\nprogram: a.py\nparameters: { lr: { value: 1 } }\n${extra}`).config;
  if (found === undefined) throw new Error('not valid');
  return found;
}

test('policy is base\'s, work is head\'s, and every difference is listed', () => {
  const base = config('budget: { trials: 10 }\nverdict: { search: never }\nenv: { pass: [A] }');
  const head = config('budget: { trials: 500, time: 9h }\nenv: { pass: [A, B] }\nreduce: best');
  const { config: governed, changes } = withPolicyOf(head, base);
  expect(governed).toMatchObject({ budget: { trials: 10 }, verdict: { search: 'never' }, env: { pass: ['A'] }, reduce: 'best' });
  expect(changes).toEqual([
    { key: 'verdict.search', base: 'never', head: 'always' },
    { key: 'budget.trials', base: '10', head: '500' },
    { key: 'budget.time', base: 'absent', head: '9h' },
    { key: 'env.pass', base: '["A"]', head: '["A","B"]' },
  ]);
});

test('a pull request moves neither its margin nor its goal nor its gates', () => {
  const also = 'also: [{ name: t, goal: minimize, gate: true, margin: 1% }]';
  const { config: governed, changes } = withPolicyOf(config('', '{ name: acc, goal: minimize, margin: 50% }'), config(also));
  expect(governed.metric).toMatchObject({ goal: 'maximize', margin: { kind: 'percent', value: 1 } });
  expect(governed.also).toMatchObject([{ name: 't', gate: true }]);
  expect(changes.map(({ key }) => key)).toEqual(['metric.goal', 'metric.margin', 'also.t.gate']);
  expect(changes[1]).toEqual({ key: 'metric.margin', base: '1%', head: '50%' });
});

test('limits are told as people write them', () => {
  const { changes } = withPolicyOf(config('budget: { trials: 20, time: 90s, trial_time: 1h30m, gpu_hours: 2 }\nenv: { isolate: home }'), config(''));
  expect(changes).toEqual([
    { key: 'budget.time', base: 'absent', head: '90s' }, { key: 'budget.trial_time', base: 'absent', head: '90m' },
    { key: 'budget.gpu_hours', base: 'absent', head: '2' }, { key: 'env.isolate', base: 'absent', head: 'home' },
  ]);
});

test('equal policies have no changes; another metric is head\'s own', () => {
  const base = config('gpus: 1');
  expect(withPolicyOf(base, base)).toEqual({ config: base, changes: [] });
  expect(withPolicyOf(config('gpus: 1', '{ name: loss, goal: minimize }'), base).config.metric?.name).toBe('loss');
});
