import { describe, expect, test } from '@jest/globals';
import { fairUpperTail } from '../../src/math/binomial.js';
import { holm } from '../../src/math/holm.js';
import { markedUpperTail } from '../../src/math/hypergeometric.js';

test('Holm', () => {
  expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});

describe('Fisher\'s exact test, one-sided', () => {
  test('tables that are done by hand', () => {
    expect(markedUpperTail(3, { all: 6, marked: 3, drawn: 3 })).toBeCloseTo(1 / 20, 12);
    expect(markedUpperTail(3, { all: 8, marked: 4, drawn: 4 })).toBeCloseTo(17 / 70, 12);
    expect(markedUpperTail(0, { all: 8, marked: 4, drawn: 4 })).toBe(1);
    expect(markedUpperTail(5, { all: 8, marked: 4, drawn: 4 })).toBe(0);
  });
  test('half a million runs of each side', () => {
    expect(markedUpperTail(500, { all: 1e6, marked: 1000, drawn: 5e5 })).toBeCloseTo(0.5126, 3);
    expect(markedUpperTail(560, { all: 1e6, marked: 1000, drawn: 5e5 })).toBeLessThan(1e-4);
  });
});

test('a fair coin beyond what powers of one half can hold', () => {
  expect(fairUpperTail(2000, 4000)).toBeCloseTo(0.5063, 4);
  expect(fairUpperTail(540, 1001)).toBeCloseTo(fairUpperTail(540, 1000), 2);
  expect(fairUpperTail(5, 5)).toBe(1 / 32);
});
