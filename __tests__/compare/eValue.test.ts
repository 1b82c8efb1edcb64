import { describe, expect, test } from '@jest/globals';
import { alwaysValidMultiplier, eValue, extend } from '../../src/compare/eValue.js';
import { gate } from '../../src/compare/gate.js';
import { standardDeviation } from '../../src/math/describe.js';
import { standardNormal } from '../../src/math/normal.js';
import { createRng } from '../../src/math/rng.js';

const down = [-1.1, -0.3, -0.9, -0.75, -1];
const undecided = [-0.9, 0.8, -0.5, 0.6, -1.1, 0.9, -0.7, 0.3, -0.6, 0.4];
const policy = { alpha: 0.05, looks: [3, 5, 7, 10], margin: 0.6 };
const pairsOf = (differences: readonly number[]): { seed: number; base: number; head: number }[] => differences.map((d, seed) => ({ seed, base: 1, head: 1 + d }));
const failures = (head: number, base: number, both = 10): { seed: number; base?: number; head?: number }[] => [
  ...pairsOf(Array.from({ length: both }, (_, i) => (i % 2) / 100)),
  ...Array.from({ length: head }, (_, i) => ({ seed: 100 + i, base: 1 })), ...Array.from({ length: base }, (_, i) => ({ seed: 200 + i, head: 1 })),
];

describe('test vectors of the reference implementation', () => {
  test.each([[down, 25.346558061651603, 0.6029907547749319, 0.7500309711688876], [undecided, 0.16593642930094935, 0.8386143553949744, 0.9467590893215996], [down.slice(0, 3), 2.537848682438659, 2.6719321710643964, Infinity]])(
    '%j', (differences, e, half05, half025) => {
      const sd = standardDeviation(differences)!;
      expect(eValue(differences)).toBeCloseTo(e, 8);
      expect(alwaysValidMultiplier(differences.length, 0.05) * sd).toBeCloseTo(half05, 10);
      expect(alwaysValidMultiplier(differences.length, 0.025) * sd).toBeCloseTo(half025, 10);
    });
  test('infinite while A >= k', () => {
    expect([1, 2, 3].map((n) => alwaysValidMultiplier(n, 0.05) === Infinity)).toEqual([true, true, false]);
    expect(eValue([0.5, 0.5])).toBeUndefined();
  });
});

describe('extend', () => {
  test('one look at all pairs', () => {
    const result = extend(pairsOf(down), policy);
    expect(result).toMatchObject({ decision: 'DOWN', pairs: 5 });
    expect(result.low).toBeCloseTo(-0.81 - 0.6029907547749319, 8);
    expect(extend(pairsOf(undecided), policy)).toMatchObject({ decision: 'INCONCLUSIVE', reason: 'noise', pairs: 10 });
  });
  test('more of the same decides', () => {
    expect(extend(pairsOf([...undecided, ...undecided, ...undecided, ...undecided]), policy).decision).toBe('PASS');
  });
  test('too few pairs for a finite interval', () => {
    expect(extend(pairsOf(down.slice(0, 2)), policy)).toMatchObject({ decision: 'INCONCLUSIVE', needMore: 1, looks: [] });
    expect(extend(pairsOf(down.slice(0, 3)), { ...policy, alpha: 0.025 })).toMatchObject({ decision: 'INCONCLUSIVE', needMore: 1, looks: [] });
    expect(JSON.stringify(extend(pairsOf(down.slice(0, 3)), { ...policy, alpha: 0.01 }))).not.toContain('null');
  });
  test('all pairs equal', () => {
    expect(extend(pairsOf([0, 0, 0, 0]), policy).decision).toBe('NO_CHANGE');
  });
  test('failures: two more on head withhold the pass, seven against none are a decline, one side dead', () => {
    expect(extend(failures(1, 0), policy).decision).toBe('PASS');
    expect(extend(failures(2, 0), policy)).toMatchObject({ decision: 'INCONCLUSIVE', reason: 'stability' });
    expect(extend(failures(6, 0), policy).decision).toBe('INCONCLUSIVE');
    expect(extend(failures(0, 2), policy)).toMatchObject({ decision: 'INCONCLUSIVE', reason: 'base-stability' });
    expect(extend(failures(7, 0), policy)).toMatchObject({ decision: 'DOWN', reason: 'stability' });
    expect(extend(failures(3, 0, 0), policy)).toMatchObject({ decision: 'DOWN', reason: 'stability' });
    expect(extend(failures(0, 4, 0), policy)).toMatchObject({ decision: 'INCONCLUSIVE', reason: 'base-failed' });
    expect(extend(failures(2000, 2000), policy).decision).toBe('PASS');
  });
});

describe('errors over every number of pairs from 3 to 40, peeking after each one', () => {
  const paths = 20_000;
  const rng = createRng('extension simulation');
  const longest = 40;
  const deviates = Array.from({ length: paths }, () => Array.from({ length: longest }, () => standardNormal(rng)));
  const multipliers = [0.05, 0.01].map((alpha) => ({ alpha, at: Array.from({ length: longest + 1 }, (_, n) => alwaysValidMultiplier(n, alpha)) }));

  /** Share of paths on which the interval ever lies above `bound`, the worst case of every stopping rule. */
  const everAbove = (shift: number, bound: number, at: readonly number[]): number => deviates.filter((path) => {
    let [centre, squares] = [0, 0];
    return path.some((z, i) => {
      const delta = z + shift - centre;
      centre += delta / (i + 1);
      squares += delta * (z + shift - centre);
      return i >= 2 && centre - at[i + 1]! * Math.sqrt(squares / i) > bound;
    });
  }).length / paths;

  test.each(multipliers)('alpha $alpha', ({ alpha, at }) => {
    expect(everAbove(0, 0, at)).toBeLessThanOrEqual(alpha + 0.005);
    expect(everAbove(-1, -1, at)).toBeLessThanOrEqual(alpha + 0.005);
  });

  test('the reference\'s power with up to 29 pairs: 97 of 100 unchanged heads pass at a margin of 1.5 spreads', () => {
    const some = deviates.slice(0, 2000);
    const ends = some.map((path) => {
      for (let n = 3; n <= 29; n++) {
        const { decision } = extend(path.slice(0, n).map((z, seed) => ({ seed, base: 0, head: z })), { ...policy, margin: 1.5 });
        if (decision !== 'INCONCLUSIVE') return decision;
      }
      return 'INCONCLUSIVE';
    });
    const passed = ends.filter((end) => end === 'PASS' || end === 'IMPROVED').length / some.length;
    expect(passed).toBeGreaterThan(0.95);
    expect(ends.filter((end) => end === 'DOWN').length / some.length).toBeLessThan(0.05);
  });

  test('asked for only after an undecided gate, both together pass a decline of the margin in at most 1.4 alpha', () => {
    const some = deviates.slice(0, 4000);
    const passed = some.filter((path) => {
      const pairs = path.map((z, seed) => ({ seed, base: 0, head: z - 1 }));
      const first = gate(pairs.slice(0, 10), { ...policy, margin: 1 }).decision;
      if (first !== 'INCONCLUSIVE') return first !== 'DOWN';
      for (let n = 11; n <= 40; n++) {
        const { decision } = extend(pairs.slice(0, n), { ...policy, margin: 1 });
        if (decision !== 'INCONCLUSIVE') return decision !== 'DOWN';
      }
      return false;
    }).length / some.length;
    expect(passed).toBeLessThan(0.07);
  });
});
