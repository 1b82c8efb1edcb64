import { describe, expect, test } from '@jest/globals';
import { pieces } from '../../../src/compare/drift/pieces.js';
import { createRng } from '../../../src/math/rng.js';
import { standardNormal } from '../../../src/math/normal.js';

function noise(seed: string, length: number): number[] {
  const rng = createRng(seed);
  return Array.from({ length }, () => standardNormal(rng));
}
const starts = (values: readonly number[]): number[] => pieces(values).map(({ start }) => start);

describe('pieces', () => {
  test('white noise is one level: at most one cut in 1000 values over 12,000', () => {
    const cuts = Array.from({ length: 60 }, (_, i) => pieces(noise(`white ${String(i)}`, 200)).length - 1).reduce((a, b) => a + b, 0);
    expect(cuts).toBeLessThanOrEqual(12);
  });

  test('a ramp is one line, not a staircase', () => {
    const found = pieces(noise('ramp', 150).map((x, i) => x + i * 0.2));
    expect(found).toHaveLength(1);
    expect(found[0]?.slope).toBeCloseTo(0.2, 1);
  });

  test('a level, then a trend, then a fall: three pieces near their places', () => {
    const values = noise('three', 180).map((x, i) => x + (i < 60 ? 0 : i < 120 ? (i - 60) * 0.3 : -10));
    const found = pieces(values);
    expect(found).toHaveLength(3);
    expect(Math.abs((found[1]?.start ?? 0) - 60)).toBeLessThanOrEqual(6);
    expect(found[2]?.start).toBe(120);
    expect(found[0]?.slope).toBe(0);
    expect(found[1]?.slope).toBeCloseTo(0.3, 1);
  });

  test('places do not depend on sign and scale', () => {
    const values = noise('scale', 100).map((x, i) => x + (i < 50 ? 0 : 6));
    expect(starts(values)).toEqual([0, 50]);
    expect(starts(values.map((x) => -1e-7 * x))).toEqual([0, 50]);
  });

  test('a change of spread alone is a piece', () => {
    expect(pieces(noise('spread', 200).map((x, i) => x * (i < 100 ? 1 : 8))).length).toBe(2);
  });

  test('ten thousand values in bins, the cuts within a bin of their place', () => {
    const found = pieces(noise('long', 10_000).map((x, i) => x + (i < 6000 ? 0 : 3)));
    expect(found).toHaveLength(2);
    expect(Math.abs((found[1]?.start ?? 0) - 6000)).toBeLessThanOrEqual(10);
    expect(found.at(-1)?.end).toBe(10_000);
  });

  test.each([[[], 1], [[1], 1], [[1, 2, 3], 1], [[5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5], 1]])('%j is %d piece', (values, count) => {
    expect(pieces(values)).toHaveLength(count);
  });
});
