import { describe, expect, test } from '@jest/globals';
import { appendRow, backwardSolve, cholesky, dot, forwardSolve, inverseOf } from '../../src/math/cholesky.js';
import { createRng } from '../../src/math/rng.js';

const rowsOf = (matrix: readonly (readonly number[])[]): Float64Array[] => matrix.map((row, i) => Float64Array.from(row.slice(0, i + 1)));

/** B Bᵀ + I: positive definite. */
function random(n: number): number[][] {
  const rng = createRng('matrix');
  const b = Array.from({ length: n }, () => Array.from({ length: n }, () => rng.uniform() - 0.5));
  return b.map((x, i) => b.map((y, j) => x.reduce((sum, value, k) => sum + value * y[k]!, i === j ? 1 : 0)));
}

const times = (matrix: readonly (readonly number[])[], x: Float64Array): number[] => matrix.map((row) => row.reduce((sum, value, i) => sum + value * x[i]!, 0));

describe('cholesky', () => {
  test('a factor known by hand', () => {
    const factor = cholesky(rowsOf([[4, 12, -16], [12, 37, -43], [-16, -43, 98]]));
    expect(factor?.map((row) => [...row])).toEqual([[2], [6, 1], [-8, 5, 3]]);
  });

  test.each([1, 3, 8, 21])('solves and inverts %i equations', (n) => {
    const matrix = random(n);
    const factor = cholesky(rowsOf(matrix))!;
    const b = Float64Array.from({ length: n }, (_, i) => Math.cos(i));
    const x = b.slice();
    forwardSolve(factor, x, n);
    backwardSolve(factor, x, n);
    times(matrix, x).forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 12));
    const inverse = inverseOf(factor);
    const full = matrix.map((_, i) => matrix.map((__, j) => (j <= i ? inverse[i]![j]! : inverse[j]![i]!)));
    full.forEach((row, i) => expect(times(matrix, Float64Array.from(row)).map((v) => Math.round(v * 1e12) / 1e12 + 0)).toEqual(matrix.map((_, j) => Number(i === j))));
  });

  test('appending a row gives the factor of the larger matrix', () => {
    const matrix = random(9);
    const grown = cholesky(rowsOf(matrix.slice(0, 8)))!;
    expect(appendRow(grown, Float64Array.from(matrix[8]!))).toBe(true);
    expect(grown).toEqual(cholesky(rowsOf(matrix)));
  });

  test('what is not positive definite is refused and leaves the factor as it was', () => {
    const factor = cholesky(rowsOf([[1]]))!;
    expect(appendRow(factor, Float64Array.of(1, 1))).toBe(false);
    expect(appendRow(factor, Float64Array.of(NaN, 1))).toBe(false);
    expect(factor).toHaveLength(1);
    expect(cholesky(rowsOf([[1, 2], [2, 1]]))).toBeUndefined();
  });

  test('inner products of any length', () => {
    const a = Float64Array.from({ length: 11 }, (_, i) => i);
    expect(Array.from({ length: 12 }, (_, n) => dot(a, a, n))).toEqual([0, 0, 1, 5, 14, 30, 55, 91, 140, 204, 285, 385]);
  });
});
