import { describe, expect, test } from '@jest/globals';
import { keptRates, type RateQuestion } from '../../src/compare/rateKept.js';
import { roleOf } from '../../src/model/parameterRole.js';
import type { Params } from '../../src/model/params.js';
import type { SearchSpace } from '../../src/model/searchSpace.js';
import { declaredDefaults, projectOnto } from '../../src/model/validity.js';
import { ours, parse, problems } from '../config/parsing.js';

function spaceOf(parameters: string): SearchSpace {
  const result = parse(ours('', parameters));
  expect(problems(result)).toEqual([]);
  return result.config!.space;
}

const rate = '  learning_rate: { distribution: log_uniform_values, min: 0.0001, max: 0.1, default: 0.001 }';

function asked(base: string, head: string, more: Partial<RateQuestion> = {}): readonly string[] {
  const [from, to] = [spaceOf(base), spaceOf(head)];
  const incumbent = more.incumbent ?? declaredDefaults(from)!.params!;
  return keptRates({ base: from, head: to, incumbent, incumbentHere: projectOnto(to, incumbent).params!, trials: [], goal: 'maximize', metric: 'acc', ...more });
}

const batch = (size: number, more = rate): string => `  batch_size: { value: ${size} }\n${more}`;
const tried = (batchSize: number, learningRate: number, value?: number): { params: Params; value?: number } => ({ params: { batch_size: batchSize, learning_rate: learningRate }, ...(value === undefined ? {} : { value }) });

describe('told', () => {
  test('another batch size at the old rate, with what the search found there', () => {
    const trials = [tried(128, 0.004, 0.93), tried(128, 0.0011, 0.91), tried(128, 0.02, 0.92), tried(128, 0.09)];
    expect(asked(batch(32), batch(128), { trials })).toEqual(["batch_size 32 → 128, and learning_rate 0.001 was kept: a rate that was tuned for one is seldom right for the other. The search's best at batch_size 128 has learning_rate 0.004 (acc 0.93, 3 trials there, one seed each)."]);
    expect(asked(batch(32), batch(128), { trials, goal: 'minimize' })).toEqual([]);
  });

  test('without a search it is said that nothing is known', () => {
    expect(asked(batch(32), batch(128))).toEqual([expect.stringMatching(/^batch_size 32 → 128, and learning_rate 0\.001 was kept: .* The search has no result at batch_size 128 that would tell\.$/)]);
  });

  test("the rate is that of main's best configuration", () => {
    expect(asked(batch(32), batch(128), { incumbent: { batch_size: 32, learning_rate: 0.02 } })).toEqual([expect.stringContaining('learning_rate 0.02 was kept')]);
  });

  test.each([
    ['a default', `  batch_size: { values: [32, 128], default: 32 }\n${rate}`, `  batch_size: { values: [32, 128], default: 128 }\n${rate}`, 'batch_size 32 → 128, and learning_rate 0.001'],
    ['an optimiser', `  optimizer: { value: sgd }\n${rate}`, `  optimizer: { value: adam }\n${rate}`, 'optimizer sgd → adam'],
    ['a part of a shape', `  hidden: { shape: constant, layers: 2, width: 64 }\n${rate}`, `  hidden: { shape: constant, layers: 4, width: 64 }\n${rate}`, 'hidden.layers 2 → 4'],
    ['a shape', `  hidden: { shape: { values: [constant, funnel], default: constant }, layers: 2, width: 64, last: 8 }\n${rate}`, `  hidden: { shape: { values: [constant, funnel], default: funnel }, layers: 2, width: 64, last: 8 }\n${rate}`, 'hidden.shape constant → funnel'],
    ['what a role names', `  b: { value: 1, role: batch_size }\n  eta: { min: 0.1, max: 0.5, default: 0.3, role: learning_rate }`, `  b: { value: 2, role: batch_size }\n  eta: { min: 0.1, max: 0.5, default: 0.3, role: learning_rate }`, 'b 1 → 2, and eta 0.3'],
  ])('%s', (_, base, head, words) => {
    expect(asked(base, head)).toEqual([expect.stringContaining(words)]);
  });
});

describe('silent where', () => {
  test.each([
    ['nothing changed', batch(32), batch(32)],
    ['the default of the rate was moved too', batch(32), batch(128, rate.replace('default: 0.001', 'default: 0.004'))],
    ['the range of the rate was moved too', batch(32), batch(128, rate.replace('max: 0.1', 'max: 0.2'))],
    ['the rate became a constant', batch(32), batch(128, '  learning_rate: { value: 0.001 }')],
    ['no rate is a parameter', '  batch_size: { value: 32 }\n  seed_value: { value: 1, default: 1 }', '  batch_size: { value: 128 }\n  seed_value: { value: 1, default: 1 }'],
    ['the rate is new', '  batch_size: { value: 32 }\n  x: { min: 1, max: 2, default: 1 }', batch(128)],
    ['each optimiser has a rate of its own', '  optimizer: { value: sgd }\n  sgd_lr: { min: 0.01, max: 1.0, default: 0.1, when: { optimizer: sgd } }', '  optimizer: { value: adam }\n  adam_lr: { min: 0.0001, max: 0.01, default: 0.001, when: { optimizer: adam } }'],
    ['what changed is something else', `  dropout: { value: 0.1 }\n${rate}`, `  dropout: { value: 0.3 }\n${rate}`],
    ['a role says that it is something else', `  batch_size: { value: 32, role: other }\n${rate}`, `  batch_size: { value: 128, role: other }\n${rate}`],
    ['the batch size of an evaluation changed', `  eval_batch_size: { value: 32 }\n${rate}`, `  eval_batch_size: { value: 128 }\n${rate}`],
    ['a range became wider, the default being the same', `  batch_size: { values: [32, 64], default: 32 }\n${rate}`, `  batch_size: { values: [32, 64, 128], default: 32 }\n${rate}`],
    ['the parameter is new', rate, batch(128)],
  ])('%s', (_, base, head) => {
    const parameters = spaceOf(base);
    const incumbent = declaredDefaults(parameters)?.params ?? Object.fromEntries(parameters.parameters.flatMap(({ name, distribution }) => (distribution.name === 'constant' ? [[name, distribution.value]] : [])));
    const there = spaceOf(head);
    const incumbentHere = projectOnto(there, incumbent).params ?? declaredDefaults(there)!.params!;
    expect(keptRates({ base: parameters, head: there, incumbent, incumbentHere, trials: [], goal: 'maximize', metric: 'acc' })).toEqual([]);
  });

  test('the search found its best near the rate that was kept', () => {
    expect(asked(batch(32), batch(128), { trials: [tried(128, 0.0012, 0.95), tried(128, 0.01, 0.9)] })).toEqual([]);
    expect(asked(batch(32), batch(128), { trials: [tried(128, 0.0013, 0.95), tried(128, 0.01, 0.9)] })).toHaveLength(1);
  });
});

test.each([
  ['learning_rate', 'learning_rate'], ['lr', 'learning_rate'], ['learningRate', 'learning_rate'], ['learning-rate', 'learning_rate'], ['adam_lr', 'learning_rate'], ['learning_rate_init', 'learning_rate'], ['optim.lr', 'learning_rate'],
  ['lr_decay', 'other'], ['min_lr', 'other'], ['lr_schedule', 'other'], ['warmup_lr', 'other'],
  ['batch_size', 'batch_size'], ['per_device_train_batch_size', 'batch_size'], ['batchSize', 'batch_size'], ['eval_batch_size', 'other'], ['batch_norm', 'other'],
  ['optimizer', 'optimizer'], ['optimizer_momentum', 'other'], ['units', 'architecture'], ['num_layers', 'architecture'], ['hidden_dim', 'architecture'], ['units_2', 'architecture'], ['layers_frozen', 'other'], ['max_depth', 'other'],
] as const)('%s is %s', (name, role) => {
  expect(roleOf({ name, path: [name], distribution: { name: 'constant', value: 1 } }, { parameters: [], constraints: [] })).toBe(role);
});
