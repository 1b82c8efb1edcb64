import betaCdf from '@stdlib/stats-base-dists-beta-cdf';

/** P(F > f) for the F distribution, by the incomplete beta function. */
export function fUpperTail(f: number, df1: number, df2: number): number {
  return f <= 0 ? 1 : betaCdf(df2 / (df2 + df1 * f), df2 / 2, df1 / 2);
}
