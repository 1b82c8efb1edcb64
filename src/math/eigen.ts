/** Sweeps after which a matrix of a few hundred rows is diagonal to the last digit; about eight are needed. */
const MOST_SWEEPS = 40;

/** `vectors` holds the eigenvector of `values[k]` in column k, row by row. */
export interface Eigen { readonly values: Float64Array; readonly vectors: Float64Array }

/** Eigenvalues and orthonormal eigenvectors of a symmetric n x n matrix given row by row, by cyclic Jacobi rotations (Golub and Van Loan, "Matrix Computations", 8.5). */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const a = Float64Array.from(matrix);
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (let sweep = 0; sweep < MOST_SWEEPS && offDiagonal(a, n) > 0; sweep++) {
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate({ a, vectors, n }, p, q);
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i] ?? 0), vectors };
}

/** What is left off the diagonal, as far as it counts beside the diagonal's own last digits. */
function offDiagonal(a: Float64Array, n: number): number {
  let off = 0;
  let all = 0;
  for (let i = 0; i < n * n; i++) {
    const square = (a[i] ?? 0) * (a[i] ?? 0);
    all += square;
    if (i % (n + 1) !== 0) off += square;
  }
  return off > 1e-32 * all ? off : 0;
}

interface Work { readonly a: Float64Array; readonly vectors: Float64Array; readonly n: number }

function rotate({ a, vectors, n }: Work, p: number, q: number): void {
  const apq = a[p * n + q] ?? 0;
  if (apq === 0) return;
  const theta = ((a[q * n + q] ?? 0) - (a[p * n + p] ?? 0)) / (2 * apq);
  const t = Math.abs(theta) > 1e150 ? 1 / (2 * theta) : (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) turn(a, [k * n + p, k * n + q], c, s);
  for (let k = 0; k < n; k++) turn(a, [p * n + k, q * n + k], c, s);
  for (let k = 0; k < n; k++) turn(vectors, [k * n + p, k * n + q], c, s);
}

function turn(m: Float64Array, at: readonly [number, number], c: number, s: number): void {
  const [i, j] = at;
  const x = m[i] ?? 0;
  const y = m[j] ?? 0;
  m[i] = c * x - s * y;
  m[j] = s * x + c * y;
}
