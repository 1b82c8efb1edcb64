/** P(X >= k) for X ~ Bin(n, 1/2): McNemar's exact one-sided test on n discordant pairs. n up to about a thousand. */
export function fairUpperTail(k: number, n: number): number {
  if (k <= 0) return 1;
  let term = 0.5 ** n;
  let tail = 0;
  for (let i = 0; i <= n; i++) {
    if (i >= k) tail += term;
    term *= (n - i) / (i + 1);
  }
  return Math.min(1, tail);
}
