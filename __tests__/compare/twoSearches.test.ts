import { describe, expect, test } from '@jest/globals';
import { unchangedReference } from '../../src/compare/twoSearches.js';
import { createRng } from '../../src/math/rng.js';

describe('two searches of unchanged code', () => {
  test('agree with all ways of dealing out a few trials, counted', () => {
    for (const [base, head] of [[[3, 1, 4, 1.5, 9], [2.6, 5, 3.5, 2.5, 8]], [[3, 1, 4, 1.5, 2], [2.6, 5, 3.5, 2.5, 8, 6]], [[1, 1, 1, 2, 2], [2, 1, 3, 3, 3, 3]]] as const) {
      const all = [...base, ...head];
      const differences: number[] = [];
      for (let mask = 0; mask < 2 ** all.length; mask += 1) {
        const side = (bit: number): number[] => all.filter((_, i) => ((mask >> i) & 1) === bit);
        if (side(0).length === base.length) differences.push(Math.abs(Math.max(...side(0)) - Math.max(...side(1))));
      }
      differences.sort((a, b) => a - b);
      const at = (p: number): number => differences[Math.ceil(p * differences.length) - 1] ?? Number.NaN;
      const found = Math.abs(Math.max(...base) - Math.max(...head));
      expect(unchangedReference(base, head)).toMatchObject({ median: at(0.5), high: at(0.95), share: expect.closeTo(differences.filter((d) => d >= found).length / differences.length, 10) });
    }
  });

  test('a share below .05 comes in at most one of twenty pairs of searches where nothing changed', () => {
    const random = createRng('two searches');
    const draw = (n: number): number[] => Array.from({ length: n }, () => -Math.log(1 - random.uniform()));
    const [rounds, alarms] = [4000, { even: 0, uneven: 0 }];
    for (let i = 0; i < rounds; i += 1) {
      if ((unchangedReference(draw(20), draw(20))?.share ?? 1) <= 0.05) alarms.even += 1;
      if ((unchangedReference(draw(12), draw(40))?.share ?? 1) <= 0.05) alarms.uneven += 1;
    }
    // The share takes few values, so the level is not used up; 3 standard errors are .010.
    expect(alarms.even / rounds).toBeLessThan(0.06);
    expect(alarms.even / rounds).toBeGreaterThan(0.005);
    expect(alarms.uneven / rounds).toBeLessThan(0.06);
  });

  test('how many of the best are one search\'s', () => {
    expect(unchangedReference([10, 9, 8, 7, 1], [6, 5, 4, 3, 2])).toMatchObject({ leading: 4, share: expect.closeTo((2 * 5 * 4 * 3 * 2) / (10 * 9 * 8 * 7), 10) });
    expect(unchangedReference([1, 2, 3, 4], [1, 2, 3, 4, 5])).toBeUndefined();
    expect(unchangedReference([1, 1, 1, 1, 1], [1, 1, 1, 1, 1])).toEqual({ median: 0, high: 0, share: expect.closeTo(1, 10), leading: 1 });
  });
});
