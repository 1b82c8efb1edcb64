/**
 * A lower-triangular matrix as its rows: row i holds at least i + 1 numbers. Appending a row extends a
 * factorisation in n² steps, and the first m rows are the factor of the leading m × m block.
 */
export type Triangle = Float64Array[];

/** Inner product of the first `n` numbers; four sums at once, because one would wait for each addition. */
export function dot(a: Float64Array, b: Float64Array, n: number): number {
  let p = 0;
  let q = 0;
  let r = 0;
  let s = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    p += (a[i] ?? 0) * (b[i] ?? 0);
    q += (a[i + 1] ?? 0) * (b[i + 1] ?? 0);
    r += (a[i + 2] ?? 0) * (b[i + 2] ?? 0);
    s += (a[i + 3] ?? 0) * (b[i + 3] ?? 0);
  }
  for (; i < n; i++) p += (a[i] ?? 0) * (b[i] ?? 0);
  return p + q + (r + s);
}

/**
 * Extends `factor` in place by one row of the matrix it factors: `row` holds the matrix's row up to and with its
 * diagonal, and becomes the factor's row. False, and nothing appended, where the matrix is not positive definite.
 */
export function appendRow(factor: Triangle, row: Float64Array): boolean {
  const n = factor.length;
  forwardSolve(factor, row, n);
  const rest = (row[n] ?? 0) - dot(row, row, n);
  if (!(rest > 0)) return false;
  row[n] = Math.sqrt(rest);
  factor.push(row);
  return true;
}

/** Factors a symmetric matrix in place, given by its lower rows; `undefined` where it is not positive definite. */
export function cholesky(matrix: readonly Float64Array[]): Triangle | undefined {
  const factor: Triangle = [];
  return matrix.every((row) => appendRow(factor, row)) ? factor : undefined;
}

/** Solves L x = b for the leading n × n block, in place. */
export function forwardSolve(factor: readonly Float64Array[], b: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const row = factor[i];
    if (row === undefined) return;
    b[i] = ((b[i] ?? 0) - dot(row, b, i)) / (row[i] ?? 1);
  }
}

/** Solves Lᵀ x = b for the leading n × n block, in place. */
export function backwardSolve(factor: readonly Float64Array[], b: Float64Array, n: number): void {
  for (let i = n - 1; i >= 0; i--) {
    const row = factor[i];
    if (row === undefined) return;
    const x = (b[i] ?? 0) / (row[i] ?? 1);
    b[i] = x;
    for (let j = 0; j < i; j++) b[j] = (b[j] ?? 0) - (row[j] ?? 0) * x;
  }
}

/** Lower rows of the inverse of L Lᵀ. */
export function inverseOf(factor: readonly Float64Array[]): Triangle {
  const inverse = factor.map((_, i) => new Float64Array(i + 1));
  for (const row of invertTriangle(factor)) {
    for (const [i, out] of inverse.entries()) {
      const scale = row[i];
      if (scale === undefined) break;
      for (let j = 0; j <= i; j++) out[j] = (out[j] ?? 0) + scale * (row[j] ?? 0);
    }
  }
  return inverse;
}

function invertTriangle(factor: readonly Float64Array[]): Triangle {
  const rows: Triangle = [];
  for (const [i, row] of factor.entries()) {
    const out = new Float64Array(i + 1);
    for (const [k, done] of rows.entries()) {
      const scale = row[k] ?? 0;
      for (let j = 0; j <= k; j++) out[j] = (out[j] ?? 0) + scale * (done[j] ?? 0);
    }
    const pivot = 1 / (row[i] ?? 1);
    for (let j = 0; j < i; j++) out[j] = -(out[j] ?? 0) * pivot;
    out[i] = pivot;
    rows.push(out);
  }
  return rows;
}
