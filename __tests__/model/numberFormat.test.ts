import { describe, expect, test } from '@jest/globals';
import { formatInterval, formatNumber, formatShare, formatSigned } from '../../src/model/numberFormat.js';

describe('formatNumber', () => {
  test.each([
    [0.123456, 4, '0.1235'], [0.5, 4, '0.5'], [1234.5678, 4, '1235'], [-0.02, 4, '−0.02'], [0, 4, '0'], [-0, 4, '0'],
    [0.000012345, 2, '1.2e-5'], [12345678, 3, '1.23e7'], [0.1 + 0.2, 6, '0.3'], [9999.6, 4, '10000'],
    [Number.NaN, 4, 'n/a'], [-Infinity, 4, '−∞'], [0.00009999, 2, '0.0001'],
  ])('%p to %p digits is %p', (x, digits, text) => {
    expect(formatNumber(x, digits)).toBe(text);
  });
});

test.each([[0.25, '+0.25'], [-0.25, '−0.25'], [0, '0'], [1e-7, '+1e-7']])('formatSigned(%p) = %p', (x, text) => {
  expect(formatSigned(x)).toBe(text);
});

describe('formatInterval', () => {
  test.each([
    [0.0003, -0.0021, 0.0027, '+0.0003 [−0.0021, +0.0027]'],
    [-0.81, -1.249, -0.371, '−0.81 [−1.25, −0.37]'],
    [-12.3, -112, 87.4, '−12 [−112, +87]'],
    [0, 0, 0, '0 [0, 0]'],
    [-0.7, -0.7, -0.7, '−0.7000 [−0.7000, −0.7000]'],
    [0.00001, -0.0021, 0.0021, '0.0000 [−0.0021, +0.0021]'],
    [1e-12, -2e-12, 4e-12, '+1e-12 [−2e-12, +4e-12]'],
  ])('%p in [%p, %p]', (x, low, high, text) => {
    expect(formatInterval(x, low, high)).toBe(text);
  });
});

test.each([[0, '0 %'], [0.001, '< 1 %'], [0.549, '55 %'], [0.999, '> 99 %'], [1, '100 %']])('formatShare(%p) = %p', (x, text) => {
  expect(formatShare(x)).toBe(text);
});
