import { describe, expect, test } from '@jest/globals';
import { createRng } from '../../src/math/rng.js';
import { correlationRatio, ranks, spearman } from '../../src/math/rank.js';
import { reference } from '../reference.js';

test('ties share their mean rank', () => {
  expect(ranks([10, 20, 10, 5])).toEqual([2.5, 4, 2.5, 1]);
});

describe('spearman', () => {
  test.each(reference.spearman)('scipy: rho = $rho', ({ x, y, rho }) => {
    expect(spearman(x, y)).toBeCloseTo(rho, 12);
  });
  test('any rising curve is 1, a constant has no answer', () => {
    expect(spearman([1, 2, 3, 4], [1, 8, 27, 1000])).toBeCloseTo(1, 12);
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeUndefined();
  });
});

describe('correlationRatio', () => {
  test('groups that explain everything give nearly 1', () => {
    expect(correlationRatio(['a', 'a', 'a', 'b', 'b', 'b'], [1, 1, 1, 9, 9, 9])).toBeCloseTo(1, 12);
  });
  test('chance alone gives little, though there are many groups', () => {
    const rng = createRng('ratio');
    const once = (): number => correlationRatio(Array.from({ length: 20 }, () => String(rng.integer(4))), Array.from({ length: 20 }, () => rng.uniform())) ?? 0;
    const average = Array.from({ length: 500 }, once).reduce((a, b) => a + b, 0) / 500;
    expect(average).toBeLessThan(0.25);
  });
  test.each([[['a', 'a', 'a'], [1, 2, 3]], [['a', 'b', 'c'], [1, 2, 3]], [['a', 'b', 'a'], [2, 2, 2]]])('no answer for %p %p', (groups, y) => {
    expect(correlationRatio(groups, y)).toBeUndefined();
  });
});
