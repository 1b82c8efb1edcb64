import { describe, expect, test } from '@jest/globals';
import { quantile } from '../../src/model/distribution.js';
import type { Distribution } from '../../src/model/searchSpace.js';
import { unitOf } from '../../src/model/unit.js';

const continuous: readonly Distribution[] = [
  { name: 'uniform', low: -3, high: 5 }, { name: 'log_uniform', low: -9, high: -2 }, { name: 'log_uniform_values', low: 1e-30, high: 1 },
  { name: 'inv_log_uniform', low: 1, high: 4 }, { name: 'inv_log_uniform_values', low: 0.1, high: 100 }, { name: 'normal', mu: 2, sigma: 3 },
  { name: 'log_normal', mu: 0, sigma: 1 }, { name: 'beta', a: 2, b: 5 }, { name: 'reverse_log_uniform_values', low: 0.001, high: 0.999 },
];
const discrete: readonly Distribution[] = [
  { name: 'int_uniform', low: -2, high: 9 }, { name: 'categorical', choices: ['a', 1, true, null, [1, 2]] },
  { name: 'categorical', choices: ['a', 'b', 'c'], probabilities: [0.7, 0, 0.3] }, { name: 'q_uniform', low: 0, high: 10, q: 2.5, integer: false },
  { name: 'q_reverse_log_uniform_values', low: 1, high: 40, q: 1, integer: true }, { name: 'q_log_uniform_values', low: 8, high: 512, q: 8, integer: true }, { name: 'q_normal', mu: 0, sigma: 2, q: 1, integer: true },
  { name: 'q_log_normal', mu: 1, sigma: 1, q: 2, integer: true }, { name: 'q_beta', a: 2, b: 2, q: 0.25, integer: false }, { name: 'constant', value: 'x' },
];
const us = [0.001, 0.1, 0.25, 0.5, 0.77, 0.9, 0.999];

describe('unitOf', () => {
  test.each(continuous.map((d) => [d.name, d] as const))('%s: undoes the quantile', (_, d) => {
    for (const u of us) expect(unitOf(d, quantile(d, u))).toBeCloseTo(u, 9);
  });

  test.each(discrete.map((d) => [d.name, d] as const))('%s: the middle of a cell gives the value back', (_, d) => {
    for (const u of us) expect(quantile(d, unitOf(d, quantile(d, u)))).toEqual(quantile(d, u));
  });

  test('cells of integers and choices are equal, those of weighted choices as wide as their weight', () => {
    expect(unitOf({ name: 'int_uniform', low: 1, high: 4 }, 3)).toBe(0.625);
    expect(unitOf({ name: 'categorical', choices: ['a', 'b'] }, 'b')).toBe(0.75);
    expect(unitOf({ name: 'categorical', choices: ['a', 'b'], probabilities: [0.8, 0.2] }, 'b')).toBeCloseTo(0.9);
  });

  test.each([
    [{ name: 'uniform', low: 0, high: 1 }, 7, 1], [{ name: 'uniform', low: 0, high: 1 }, -7, 0], [{ name: 'log_uniform_values', low: 1, high: 10 }, -1, 0],
    [{ name: 'uniform', low: 2, high: 2 }, 2, 0.5], [{ name: 'uniform', low: 0, high: 1 }, 'x', 0.5], [{ name: 'uniform', low: 0, high: 1 }, NaN, 0.5],
    [{ name: 'categorical', choices: ['a'] }, 'z', 0.5], [{ name: 'int_uniform', low: 0, high: 3 }, 99, 1],
  ] as const)('%j of %j, from outside the space, is %d', (d, value, u) => {
    expect(unitOf(d, value)).toBe(u);
  });
});
