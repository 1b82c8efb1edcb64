import studentT from '@stdlib/stats-base-dists-t';

/** P(T <= t) for Student's t; `df` > 0, not necessarily whole. */
export function tCdf(t: number, df: number): number {
  return studentT.cdf(t, df);
}

/** The t with P(T <= t) = p. */
export function tQuantile(p: number, df: number): number {
  return studentT.quantile(p, df);
}
