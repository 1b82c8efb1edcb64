import { describe, expect, test } from '@jest/globals';
import { differenceInDifferences, interaction, kendall, topOverlap } from '../../../src/compare/drift/movement.js';
import { configurationDistance } from '../../../src/compare/moved.js';

/** verdict.md 9. */
const base = [0.71, 0.8, 0.65, 0.92, 0.88, 0.79, 0.83, 0.9, 0.74, 0.86];
const head = [0.7, 0.82, 0.66, 0.85, 0.89, 0.8, 0.8, 0.93, 0.75, 0.84];

describe('what moved on a pull request', () => {
  test('interaction F of the six best together', () => {
    expect(interaction(head, base, { variance: 0.0004, df: 16 }, { top: 6 })).toEqual({ f: expect.closeTo(3.5, 10), df: [5, 16], p: expect.closeTo(0.025054556656576375, 10), alarm: true });
  });

  test('it is no alarm for a shift of everything alike, and silent while the noise is unknown', () => {
    expect(interaction(base.map((x) => x - 0.3), base, { variance: 0.0004, df: 16 })).toMatchObject({ alarm: false });
    expect(interaction(head, base, { variance: 0.0004, df: 7 })).toBeUndefined();
    expect(interaction(head, base, { variance: 0, df: 16 })).toBeUndefined();
    expect(interaction([1, undefined], [undefined, 1], { variance: 1, df: 16 })).toBeUndefined();
  });

  test('a failed run leaves its candidate out on both sides', () => {
    const without = (from: readonly number[]): number[] => from.filter((_, i) => i !== 2);
    expect(interaction(head.map((x, i) => (i === 2 ? undefined : x)), base, { variance: 0.0004, df: 16 }, { top: 6 })).toEqual(interaction(without(head), without(base), { variance: 0.0004, df: 16 }, { top: 6 }));
  });

  test('difference in differences', () => {
    const [hh, hb, bh, bb] = [[0.93, 0.925, 0.935, 0.928, 0.931], [0.915, 0.912, 0.92, 0.914, 0.917], [0.918, 0.915, 0.921, 0.917, 0.919], [0.924, 0.92, 0.926, 0.921, 0.925]];
    const runs = hh.map((headRetuned, i) => ({ headRetuned, headIncumbent: hb[i] ?? NaN, baseRetuned: bh[i] ?? NaN, baseIncumbent: bb[i] ?? NaN }));
    const found = differenceInDifferences(runs);
    expect(found?.value).toBeCloseTo(0.0194, 12);
    expect(found?.t).toBeCloseTo(32.333333333333336, 8);
    expect(found?.p).toBeCloseTo(2.7274384607407008e-6, 14);
    expect(differenceInDifferences(runs.slice(0, 1))).toBeUndefined();
  });

  test('identical differences: certain if there is one, silent if there is none', () => {
    const same = { headRetuned: 2, headIncumbent: 1, baseRetuned: 1, baseIncumbent: 1 };
    expect(differenceInDifferences([same, same])).toEqual({ value: 1, t: Infinity, p: 0, seeds: 2 });
    const none = { ...same, baseRetuned: 2 };
    expect(differenceInDifferences([none, none])).toEqual({ value: 0, t: 0, p: 1, seeds: 2 });
  });

  test('Kendall τ_b and the overlap of the best three', () => {
    expect(kendall(head, base)).toBeCloseTo(0.8539864924534399, 12);
    expect(topOverlap(head, base, 3)).toBe(1);
    expect(topOverlap([1, 2, 3, 4], [4, 3, 2, 1], 2)).toBe(0);
    expect(kendall([1, 1, 1], [1, 2, 3])).toBeUndefined();
    expect(topOverlap([], [], 3)).toBeUndefined();
  });

  test('Gower distance of two configurations', () => {
    const space = { constraints: [], parameters: [
      { name: 'lr', path: ['lr'], distribution: { name: 'log_uniform_values' as const, low: 1e-5, high: 0.1 } },
      { name: 'layers', path: ['layers'], distribution: { name: 'int_uniform' as const, low: 1, high: 9 } },
      { name: 'opt', path: ['opt'], distribution: { name: 'categorical' as const, choices: ['adam', 'sgd'] } },
    ] };
    expect(configurationDistance(space, { lr: 1e-3, layers: 3, opt: 'adam' }, { lr: 1e-2, layers: 5, opt: 'sgd' })).toBeCloseTo(0.5, 12);
  });
});
