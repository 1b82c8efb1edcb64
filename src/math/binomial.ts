import { normalBelow } from './normal.js';

/** Above this many, halves to that power are no doubles any more; the normal's error is then below 1e-4. */
const EXACT = 1000;

/** P(X >= k) for X ~ Bin(n, 1/2): McNemar's exact one-sided test on n discordant pairs; for n above a thousand by the normal distribution with a correction of one half. */
export function fairUpperTail(k: number, n: number): number {
  if (k <= 0) return 1;
  if (n > EXACT) return normalBelow((n / 2 - (k - 0.5)) / Math.sqrt(n / 4));
  let term = 0.5 ** n;
  let tail = 0;
  for (let i = 0; i <= n; i++) {
    if (i >= k) tail += term;
    term *= (n - i) / (i + 1);
  }
  return Math.min(1, tail);
}
