import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createShelf, changed, type ShelvedTrial } from '../../src/imports/shelf.js';

const number = fc.double();
const numbers = fc.dictionary(fc.string(), number, { maxKeys: 4, noNullPrototype: true });
const value = fc.oneof(fc.double({ noNaN: true }), fc.string(), fc.boolean(), fc.constant(null), fc.array(fc.integer(), { maxLength: 3 }), fc.record({ name: fc.string() }, { noNullPrototype: true }));
const trial: fc.Arbitrary<ShelvedTrial> = fc.record({
  params: fc.dictionary(fc.string(), value, { maxKeys: 5, noNullPrototype: true }), state: fc.constantFrom('complete', 'pruned', 'failed', 'infeasible', 'running', 'waiting'), values: numbers,
  curves: fc.dictionary(fc.string(), fc.array(fc.tuple(fc.integer(), number), { maxLength: 4 }), { maxKeys: 2, noNullPrototype: true }), facts: fc.dictionary(fc.string({ minLength: 1 }), number, { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
  message: fc.string(), start: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00', 'yesterday', ''), seconds: number, seed: number,
}, { requiredKeys: ['params', 'state', 'values'], noNullPrototype: true });

describe('a shelf', () => {
  test('gives back what was put there, in its order, as often as it is asked', () => {
    fc.assert(fc.property(fc.array(trial, { maxLength: 20 }), (trials) => {
      const shelf = createShelf();
      expect(trials.map((one) => shelf.push(one))).toEqual(trials.map((_, i) => i + 1));
      expect(shelf).toHaveLength(trials.length);
      expect([...shelf]).toEqual(trials);
      expect([...shelf].map(({ params }) => Object.keys(params))).toEqual(trials.map(({ params }) => Object.keys(params)));
      expect([...shelf.heads]).toEqual(trials.map(({ params, state }) => ({ params, state })));
      expect(new Set(shelf.metricNames())).toEqual(new Set(trials.flatMap(({ values }) => Object.keys(values))));
      const ordered = shelf.byStart();
      expect([...ordered.heads ?? []]).toEqual([...ordered].map(({ params, state }) => ({ params, state })));
    }));
  });

  test('names cannot be told apart wrongly, whatever stands in them', () => {
    const shelf = createShelf();
    const pair: readonly ShelvedTrial[] = [{ params: JSON.parse('{"__proto__": 1}') as Record<string, number>, state: 'complete', values: {} }, { params: { 'a1:b': 1 }, state: 'complete', values: {} }, { params: { a: 1, b: 2 }, state: 'complete', values: {} }, { params: {}, state: 'complete', values: { 'a|1:b': 3 } }];
    for (const one of pair) shelf.push(one);
    expect([...shelf]).toEqual(pair);
    expect([...shelf].map(({ params }) => Object.keys(params))).toEqual(pair.map(({ params }) => Object.keys(params)));
  });

  test('by start, those without one first, others as they came', () => {
    const shelf = createShelf();
    for (const [id, start] of [[0, '2026-01-03T00:00:00.000Z'], [1, undefined], [2, '2026-01-01T00:00:00.000Z'], [3, '2026-01-03T00:00:00.000Z']] as const) shelf.push({ params: { id }, state: 'complete', values: {}, ...(start === undefined ? {} : { start }) });
    expect([...shelf.byStart()].map(({ params }) => params['id'])).toEqual([1, 2, 0, 3]);
  });

  test('by start steps over whatever else a trial holds', () => {
    const shelf = createShelf();
    const full = (id: number, start: string): Parameters<typeof shelf.push>[0] => ({
      params: { id, act: 'relu', list: [1, 2] }, state: 'failed', values: { loss: id }, facts: { score: 1 }, curves: { loss: [[1, 2], [2, 3]], acc: [], late: [[5, 6]] }, message: 'why', start, seconds: 3, seed: 4,
    });
    const starts = ['2026-03-01 10:00', '2026-01-05T00:00:00.000Z', '2026-02-01T00:00:00.000Z', '2026-01-04T23:00'];
    for (const [id, start] of starts.entries()) { shelf.push(full(id, start)); shelf.push({ params: { id: 10 + id }, state: 'complete', values: {} }); }
    const ordered = [...shelf.byStart()];
    expect(ordered.map(({ params }) => params['id'])).toEqual([10, 11, 12, 13, 3, 1, 2, 0]);
    expect(ordered.at(-1)).toEqual(full(0, starts[0]!));
  });

  test('changed on the way out, not inside', () => {
    const shelf = createShelf();
    shelf.push({ params: { a: 1 }, state: 'complete', values: { loss: 1 }, facts: { score: 2 } });
    const other = changed(shelf, ({ facts, ...rest }) => ({ ...rest, values: { loss: facts?.['score'] ?? 0 } }));
    expect([[...other], other.length, [...shelf][0]?.values]).toEqual([[{ params: { a: 1 }, state: 'complete', values: { loss: 2 } }], 1, { loss: 1 }]);
  });
});
