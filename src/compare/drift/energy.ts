/**
 * Where a stretch of a series splits best by the energy distance: the largest q̂ over all splits `at` and all ends of the
 * right part (Matteson and James, "A nonparametric approach for multiple change point analysis of multivariate data",
 * JASA 2014, equation 7, with power 1). Letting the right part end early finds a change that is followed by another.
 * Quadratic in the length. Undefined below two values. `at` is the first value of the right part.
 */
export function bestSplit(values: readonly number[]): { readonly at: number; readonly q: number } | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const below = distanceSums(values);
  let best = { at: 1, q: -Infinity };
  let left = 0;
  for (let at = 1; at < n; at++) {
    left += below[(at - 1) * (n + 1) + at - 1] ?? 0;
    let cross = 0;
    let right = 0;
    for (let end = at + 1; end <= n; end++) {
      const row = (end - 1) * (n + 1);
      const toLeft = below[row + at] ?? 0;
      cross += toLeft;
      right += (below[row + end - 1] ?? 0) - toLeft;
      const q = energy({ cross, left, right, before: at, after: end - at });
      if (q > best.q) best = { at, q };
    }
  }
  return best;
}

interface Sums { readonly cross: number; readonly left: number; readonly right: number; readonly before: number; readonly after: number }

/** Distances between the parts less those within each, weighted by the sizes. */
function energy({ cross, left, right, before, after }: Sums): number {
  const withinLeft = before > 1 ? (after * left) / (before - 1) : 0;
  const withinRight = after > 1 ? (before * right) / (after - 1) : 0;
  return (2 * (cross - withinLeft - withinRight)) / (before + after);
}

/** Row j, column i: sum of |x_t - x_j| over t < i. */
function distanceSums(values: readonly number[]): Float64Array {
  const n = values.length;
  const sums = new Float64Array(n * (n + 1));
  values.forEach((value, j) => {
    let total = 0;
    values.forEach((other, i) => {
      total += Math.abs(other - value);
      sums[j * (n + 1) + i + 1] = total;
    });
  });
  return sums;
}
