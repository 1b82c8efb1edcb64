import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { OptunaDistribution } from '../../src/stores/optunaDistribution.js';
import { OptunaParams, type OptunaParam } from '../../src/stores/optunaParams.js';

const distributions: readonly OptunaDistribution[] = [0, 1].map((low) => ({ name: 'FloatDistribution', attributes: { step: null, low, high: 9, log: false } }));
const step = fc.record({ trial: fc.nat({ max: 4 }), name: fc.constantFrom('a', 'b', 'c', '__proto__'), internal: fc.double(), distribution: fc.constantFrom(...distributions) });

test('parameters of trials that are told of by turns read like a map each', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const none = OptunaParams.none();
    const [own, maps] = [Array.from({ length: 5 }, () => none), Array.from({ length: 5 }, () => new Map<string, OptunaParam>())];
    for (const { trial, name, internal, distribution } of steps) {
      const before = own[trial] ?? none;
      const seen = [...before];
      own[trial] = before.with(name, { internal, distribution });
      maps[trial]?.set(name, { internal, distribution });
      expect([...before]).toEqual(seen);
    }
    for (const [trial, params] of own.entries()) {
      expect([...params]).toEqual([...maps[trial] ?? []]);
      expect(params.size).toBe(maps[trial]?.size);
      for (const name of ['a', 'b', 'c', 'd', '__proto__']) expect([params.has(name), params.get(name)]).toEqual([maps[trial]?.has(name), maps[trial]?.get(name)]);
    }
  }));
});

test('trials with the same distributions share one list of them', () => {
  const [distribution] = distributions;
  if (distribution === undefined) throw new Error('there is one');
  const none = OptunaParams.none();
  const [one, other] = [1, 2].map((internal) => none.with('a', { internal, distribution }).with('b', { internal, distribution }));
  expect(one?.get('b')?.distribution).toBe(other?.get('b')?.distribution);
  expect([one?.get('a')?.internal, other?.get('a')?.internal]).toEqual([1, 2]);
});
