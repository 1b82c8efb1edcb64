import { describe, expect, test } from '@jest/globals';
import { kendall, pearson } from '../../src/math/correlate.js';
import { growForest, predict, splitImportances } from '../../src/math/forest.js';
import { createRng } from '../../src/math/rng.js';

const rng = createRng('data');
const rows = Array.from({ length: 200 }, () => [rng.uniform(), rng.uniform(), rng.uniform()]);
const targets = rows.map(([a = 0, b = 0]) => 4 * (a > 0.5 ? 1 : 0) + b);

describe('forests', () => {
  test.each([
    { thresholds: 'best', bootstrap: true }, { thresholds: 'random', bootstrap: false },
  ] as const)('$thresholds thresholds: predict what they did not see, and see which feature matters', (way) => {
    const forest = growForest({ rows, targets }, { trees: 30, maxDepth: 20, ...way }, createRng('forest'));
    expect(Math.abs(predict(forest, [0.9, 0.5, 0.1]) - 4.5)).toBeLessThan(0.25);
    expect(Math.abs(predict(forest, [0.1, 0.2, 0.9]) - 0.2)).toBeLessThan(0.25);
    const [a = 0, b = 0, c = 0] = splitImportances(forest, 3);
    expect(a).toBeGreaterThan(0.8);
    expect(b).toBeGreaterThan(c);
    expect(a + b + c).toBeCloseTo(1, 12);
  });

  test('one tree of full depth knows its rows by heart', () => {
    const [tree] = growForest({ rows, targets }, { trees: 1, maxDepth: 64, thresholds: 'best', bootstrap: false }, createRng('x'));
    rows.forEach((row, i) => expect(predict([tree!], row)).toBeCloseTo(targets[i]!, 12));
  });

  test('constant targets and constant features give one leaf', () => {
    const all = { trees: 2, maxDepth: 5, thresholds: 'random', bootstrap: true } as const;
    expect(growForest({ rows, targets: rows.map(() => 7) }, all, createRng('x'))).toEqual([{ value: 7 }, { value: 7 }]);
    expect(splitImportances(growForest({ rows: rows.map(() => [1]), targets }, all, createRng('x')), 1)).toEqual([0]);
  });
});

// scipy 1.17: stats.pearsonr and stats.kendalltau of these lists.
test('correlations', () => {
  const x = [1, 2, 2, 3, 5];
  const y = [2, 1, 3, 3, 4];
  expect(pearson(x, y)).toBeCloseTo(0.7518094116, 9);
  expect(kendall(x, y)).toBeCloseTo(0.6666666667, 9);
  expect([pearson([1, 1], [1, 2]), kendall([1, 1], [1, 2])]).toEqual([undefined, undefined]);
});
