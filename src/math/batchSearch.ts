export interface BatchProbe { readonly size: number; readonly fits: boolean }

export interface BatchLimits {
  readonly start: number;
  /** The size of the data set, where that is known. */
  readonly limit: number;
  /** To the last example instead of within a sixteenth. */
  readonly exact: boolean;
}

/** Twice as large until one does not fit, then halfway between; undefined once the largest is known. Sizes are whole and at least 1. */
export function nextBatch(probes: readonly BatchProbe[], { start, limit, exact }: BatchLimits): number | undefined {
  const good = largestThatFits(probes) ?? 0;
  const bad = Math.min(...probes.flatMap(({ size, fits }) => (!fits && size > good ? [size] : [])));
  if (probes.length === 0) return Math.min(start, limit);
  if (bad === Infinity) return good >= limit ? undefined : Math.min(2 * good, limit);
  if (good === 0) return bad <= 1 ? undefined : Math.floor(bad / 2);
  const resolution = exact ? 1 : Math.max(1, Math.floor(good / 16));
  return bad - good <= resolution ? undefined : Math.floor((good + bad) / 2);
}

export function largestThatFits(probes: readonly BatchProbe[]): number | undefined {
  const fitting = probes.filter(({ fits }) => fits).map(({ size }) => size);
  return fitting.length === 0 ? undefined : Math.max(...fitting);
}
