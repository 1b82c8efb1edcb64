import { describe, expect, test } from '@jest/globals';
import { finite, largestSize, mean, standardDeviation, sum, variance } from '../../src/math/describe.js';

test('sum keeps what a naive sum loses', () => {
  expect(sum([1, 1e100, 1, -1e100])).toBe(2);
  expect(sum(Array.from({ length: 10 }, () => 0.1))).toBe(1);
  expect(sum([])).toBe(0);
});

describe('no answer is undefined, not 0', () => {
  test.each([[mean, 0], [variance, 0], [variance, 1], [standardDeviation, 1]])('%p of %p values', (statistic, n) => {
    expect(statistic(Array.from({ length: n }, () => 5))).toBeUndefined();
  });
});

test('unbiased, and steady far from zero', () => {
  expect(mean([1, 2, 4])).toBeCloseTo(7 / 3, 15);
  expect(variance([1, 2, 4])).toBeCloseTo(7 / 3, 14);
  expect(variance([1e9 + 1, 1e9 + 2, 1e9 + 4])).toBeCloseTo(7 / 3, 6);
  expect(standardDeviation([3, 3, 3])).toBe(0);
});

test('finite leaves out what is no number, and copies nothing without need', () => {
  const values = [1, 2];
  expect(finite(values)).toBe(values);
  expect([...finite([Number.NaN, 1, Infinity, -2])]).toEqual([1, -2]);
  expect([...finite([Number.NaN])]).toEqual([]);
});

test('largest distance from zero', () => {
  expect([largestSize([]), largestSize([1, -3, 2])]).toEqual([0, 3]);
});
