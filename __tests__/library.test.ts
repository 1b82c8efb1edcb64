import { expect, test } from '@jest/globals';
import * as library from '../src/index.js';
import { pruners as prunerMap } from '../src/pruners/index.js';
import { samplers as samplerMap } from '../src/samplers/index.js';

const { study, samplers, pruners } = library;
const parameters = { lr: { distribution: 'log_uniform_values', min: 1e-4, max: 1 }, opt: { values: ['sgd', 'adam'] }, momentum: { min: 0, max: 0.9, when: { opt: 'sgd' } } };

test('what is public, and every sampler and pruner by its name', () => {
  expect(Object.keys(library).sort()).toEqual(['pruners', 'samplers', 'study']);
  expect(Object.keys(samplers).sort()).toEqual(Object.keys(samplerMap).sort());
  expect(Object.keys(pruners).sort()).toEqual(Object.keys(prunerMap).sort());
  for (const [name, choose] of Object.entries(pruners)) expect(choose()).toEqual({ name });
});

test('asks, hears, prunes and knows the best', () => {
  const s = study({ parameters, goal: 'maximize', method: samplers.random(), pruner: pruners.threshold({ lower: 0.2 }), seed: 3, trials: 4 });
  const [a, b] = s.ask(2);
  expect(s.report(a!, 1, 0.5)).toBe(false);
  expect(s.report(b!, 1, 0.1)).toBe(true);
  s.tell(a!, 0.5);
  s.tell(b!.trial, { state: 'pruned' });
  s.add({ lr: 0.5, opt: 'adam' }, 0.75);
  s.add({ lr: 0.25, opt: 'adam' });
  expect(s.best()).toEqual({ trial: 2, value: 0.75, params: { lr: 0.5, opt: 'adam' } });
  expect(s.ask()).toEqual({ trial: 3, params: { lr: 0.25, opt: 'adam' } });
  expect(s.ask(9)).toHaveLength(1);
  expect(s.ask()).toBeUndefined();
  expect(s.running().map(({ trial }) => trial)).toEqual([3, 4]);
});

test('goes on from its events', () => {
  const log: library.LogEvent[] = [];
  const options = { parameters, method: 'random', seed: 1 } as const;
  const first = study({ ...options, onEvent: (event) => { log.push(JSON.parse(JSON.stringify(event)) as library.LogEvent); } });
  first.tell(first.ask()!, 1);
  const again = study({ ...options, log });
  expect(again.best()).toEqual(first.best());
  expect(again.ask()).toEqual(first.ask());
  expect(() => study({ ...options, seed: 2, log })).toThrow(/seed is 1, here it is 2/);
});

test('options that cannot be are named all at once', () => {
  const wrong = (): unknown => study({ parameters: { x: { min: 2, max: 1 } }, method: 'tpx', pruner: pruners.median({ startup: 'many' }) });
  expect(wrong).toThrow(/method is "tpx"/);
  expect(wrong).toThrow(/x /);
  expect(wrong).toThrow(/early_terminate/);
});

test('lists of widths beside their parts, and early stopping', () => {
  const s = study({ parameters: { hidden: { shape: ['funnel'], layers: 3, width: 64, last: 1 } }, method: 'random', trials: 2, earlyStopping: 2 });
  const one = s.ask()!;
  expect(one.arguments).toEqual({ hidden: [43, 22, 1] });
  expect([3, 1, 2].map((value, step) => s.report(one, step, value))).toEqual([false, false, false]);
  expect(s.over(one)).toBeUndefined();
  expect(s.report(one, 3, 2)).toBe(true);
  expect(s.over(one)).toEqual({ value: 1, step: 1 });
  s.tell(one, { state: 'pruned' });
  expect(s.best()).toEqual({ trial: 0, params: one.params, arguments: one.arguments, value: 1, step: 1 });
  expect(() => study({ parameters: { x: { min: 0, max: 1 } }, earlyStopping: { patience: 'moderate' } })).toThrow(/epochs is not given/);
});
