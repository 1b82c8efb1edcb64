/** How far the bests of two searches lie apart when nothing changed, by their own trials. In the metric's unit, never negative. */
export interface UnchangedReference {
  readonly median: number;
  /** 95 of 100 differences are at most this. */
  readonly high: number;
  /** How often the difference is at least as large as the one that was found. */
  readonly share: number;
  /** So many of the best trials of both searches together are one search's. */
  readonly leading: number;
}

/** With fewer a best says little, and its reference less. */
export const fewestForReference = 5;

/**
 * The trials of both searches put together and dealt out anew, in all ways, to two searches of the same sizes: exact where trials are
 * independent draws (a permutation test; its level holds whatever the distribution). Repeats of one configuration are none: give their best. The best trial falls to one search; the k-th best is
 * the other's best when the k - 1 before it all fell to the first. An adaptive search's good trials come in flocks, so there the share is
 * too small: a lower bound for luck.
 */
export function unchangedReference(base: readonly number[], head: readonly number[]): UnchangedReference | undefined {
  if (base.length < fewestForReference || head.length < fewestForReference) return undefined;
  const all = [...base, ...head].toSorted((a, b) => b - a);
  const [best = 0] = all;
  const found = Math.abs(Math.max(...base) - Math.max(...head));
  const total = all.length;
  // Probability that the k - 1 best are all the base's, and all the head's.
  let [asBase, asHead] = [base.length / total, head.length / total];
  let [sum, share, leading] = [0, 0, total];
  let [median, high]: [number | undefined, number | undefined] = [undefined, undefined];
  for (let k = 2; k <= Math.max(base.length, head.length) + 1; k += 1) {
    const rest = total - (k - 1);
    const difference = best - (all[k - 1] ?? best);
    const chance = (asBase * head.length + asHead * base.length) / rest;
    sum += chance;
    if (sum >= 0.5 - 1e-12) median ??= difference;
    if (sum >= 0.95 - 1e-12) high ??= difference;
    if (difference >= found) { share += chance; leading = Math.min(leading, k - 1); }
    asBase *= Math.max(0, base.length - (k - 1)) / rest;
    asHead *= Math.max(0, head.length - (k - 1)) / rest;
  }
  const last = best - (all.at(-1) ?? best);
  return { median: median ?? last, high: high ?? last, share: Math.min(1, share), leading };
}
