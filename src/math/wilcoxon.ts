import cdf from '@stdlib/stats-base-dists-normal-cdf';
import { sum } from './describe.js';
import { ranks } from './rank.js';

/** Up to here the distribution is summed up in full. */
const MOST_EXACT = 50;

/**
 * P(positive ranks sum to at least what they do), were every difference as likely to have the other sign: Wilcoxon's
 * signed-rank test, one-sided "greater". Zeros are ranked, and half of their ranks counts on each side (zsplit).
 * Exact up to 50 differences, tied or not; beyond, the normal approximation with the correction for ties. 1 for none.
 */
export function signedRankGreater(differences: readonly number[]): number {
  if (differences.length === 0) return 1;
  const doubled = ranks(differences.map(Math.abs)).map((rank) => 2 * rank);
  const positive = sum(doubled.filter((_, i) => (differences[i] ?? 0) > 0));
  const free = doubled.filter((_, i) => differences[i] !== 0);
  return differences.length <= MOST_EXACT ? exactTail(free, positive) : normalTail(doubled, positive + sum(doubled.filter((_, i) => differences[i] === 0)) / 2);
}

/** Share of all sign patterns with a sum of at least `observed`; ranks doubled, so that ties are whole numbers. */
function exactTail(doubled: readonly number[], observed: number): number {
  const total = sum(doubled);
  let shares = new Float64Array(total + 1);
  shares[0] = 1;
  for (const rank of doubled) {
    const next = new Float64Array(total + 1);
    for (let at = 0; at <= total; at++) {
      const half = (shares[at] ?? 0) / 2;
      if (half === 0) continue;
      next[at] = (next[at] ?? 0) + half;
      next[at + rank] = (next[at + rank] ?? 0) + half;
    }
    shares = next;
  }
  return Math.min(1, sum([...shares.subarray(observed)]));
}

function normalTail(doubled: readonly number[], positive: number): number {
  const n = doubled.length;
  const sizes = new Map<number, number>();
  for (const rank of doubled) sizes.set(rank, (sizes.get(rank) ?? 0) + 1);
  const ties = sum([...sizes.values()].map((size) => size ** 3 - size));
  const spread = Math.sqrt((n * (n + 1) * (2 * n + 1) - ties / 2) / 24);
  return spread === 0 ? 1 : cdf(-(positive / 2 - (n * (n + 1)) / 4) / spread, 0, 1);
}
