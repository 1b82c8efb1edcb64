import cdf from '@stdlib/stats-base-dists-t-cdf';
import quantile from '@stdlib/stats-base-dists-t-quantile';

/** P(T <= t) for Student's t; `df` > 0, not necessarily whole. */
export function tCdf(t: number, df: number): number {
  return cdf(t, df);
}

/** The t with P(T <= t) = p. */
export function tQuantile(p: number, df: number): number {
  return quantile(p, df);
}
