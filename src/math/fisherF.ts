import betaCdf from '@stdlib/stats-base-dists-beta-cdf';
import betaQuantile from '@stdlib/stats-base-dists-beta-quantile';

/** P(F > f) for the F distribution, by the incomplete beta function. */
export function fUpperTail(f: number, df1: number, df2: number): number {
  return f <= 0 ? 1 : betaCdf(df2 / (df2 + df1 * f), df2 / 2, df1 / 2);
}

/** The f with P(F <= f) = p; 0 < p < 1. */
export function fQuantile(p: number, df1: number, df2: number): number {
  const x = betaQuantile(1 - p, df2 / 2, df1 / 2);
  return (df2 * (1 - x)) / (df1 * x);
}
