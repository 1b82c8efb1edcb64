import { describe, expect, test } from '@jest/globals';
import { changePoints, shiftTest } from '../../../src/compare/drift/changePoints.js';
import { bestSplit } from '../../../src/compare/drift/energy.js';
import { createRng } from '../../../src/math/rng.js';
import { standardNormal } from '../../../src/math/normal.js';

/** verdict.md 9. */
const series = [10.1, 9.8, 10.0, 10.3, 9.9, 10.2, 9.0, 8.9, 9.1, 8.8];

function noise(seed: string, length: number): number[] {
  const rng = createRng(seed);
  return Array.from({ length }, () => standardNormal(rng));
}

/** q̂ by its definition, without running sums. */
function slowSplit(values: readonly number[]): { at: number; q: number } {
  const within = (part: readonly number[]): number => part.reduce((sum, x, i) => sum + part.slice(0, i).reduce((s, y) => s + Math.abs(x - y), 0), 0);
  let best = { at: 1, q: -Infinity };
  for (let at = 1; at < values.length; at++) {
    for (let end = at + 1; end <= values.length; end++) {
      const [left, right] = [values.slice(0, at), values.slice(at, end)];
      const [n, m] = [left.length, right.length];
      const cross = left.reduce((sum, x) => sum + right.reduce((s, y) => s + Math.abs(x - y), 0), 0);
      const q = (m * n) / (m + n) * ((2 * cross) / (m * n) - (n > 1 ? within(left) / ((n * (n - 1)) / 2) : 0) - (m > 1 ? within(right) / ((m * (m - 1)) / 2) : 0));
      if (q > best.q) best = { at, q };
    }
  }
  return best;
}

describe('change points', () => {
  test('t of the first six against the last four, spread with n - 1', () => {
    const { t, p } = shiftTest(series.slice(0, 6), series.slice(6));
    expect(t).toBeCloseTo(10.161364737737427, 9);
    expect(p).toBeCloseTo(7.531063426033078e-6, 14);
  });

  test('the step of that series is found where it is', () => {
    expect(changePoints(series)).toEqual([{ index: 6, before: expect.closeTo(10.05, 9), after: expect.closeTo(8.95, 9), t: expect.closeTo(10.16136, 4), p: expect.closeTo(7.53e-6, 8) }]);
  });

  test.each(['a', 'b', 'c', 'd'])('the best split agrees with the definition of the energy distance (%s)', (seed) => {
    const values = noise(seed, 23).map((x, i) => x + (i > 12 ? 1.5 : 0));
    const fast = bestSplit(values);
    const slow = slowSplit(values);
    expect(fast?.at).toBe(slow.at);
    expect(fast?.q).toBeCloseTo(slow.q, 9);
  });

  test('white noise: at most 1.5 alarms in 1000 values over 20,000', () => {
    const found = Array.from({ length: 100 }, (_, i) => changePoints(noise(`white ${String(i)}`, 200)).length).reduce((a, b) => a + b, 0);
    expect(found / 20).toBeLessThanOrEqual(1.5);
  });

  test('two steps far beyond one window, at their places', () => {
    const values = noise('steps', 300).map((x, i) => x + (i >= 120 ? -4 : 0) + (i >= 210 ? 8 : 0));
    expect(changePoints(values).map(({ index }) => index)).toEqual([120, 210]);
  });

  test.each([[[]], [[1]], [[1, 2]], [[3, 3, 3, 3, 3, 3]], [[0.1 + 0.2, 0.3, 0.1 + 0.2, 0.3, 0.3, 0.3]]])('%j has none', (values) => {
    expect(changePoints(values)).toEqual([]);
  });

  test('two levels without any spread are a change beyond doubt', () => {
    expect(changePoints([1, 1, 1, 1, 2, 2, 2, 2])).toEqual([{ index: 4, before: 1, after: 2, t: -Infinity, p: 0 }]);
  });

  test('sign and scale of the values do not matter', () => {
    const values = noise('scale', 80).map((x, i) => x + (i >= 40 ? 3 : 0));
    const places = (of: readonly number[]): number[] => changePoints(of).map(({ index }) => index);
    expect(places(values.map((x) => -1e-6 * x))).toEqual(places(values));
    expect(places(values)).toHaveLength(1);
  });
});
