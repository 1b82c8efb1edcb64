/** A population of `all` with `marked` among them, `drawn` of it taken without putting back. */
export interface Urn { readonly all: number; readonly marked: number; readonly drawn: number }

/**
 * P(X >= k) marked ones among the drawn: Fisher's exact one-sided test. Terms from the mode outwards by their ratios, so
 * that nothing overflows; they are left where they no longer count.
 */
export function markedUpperTail(k: number, { all, marked, drawn }: Urn): number {
  const [low, high] = [Math.max(0, drawn + marked - all), Math.min(drawn, marked)];
  if (k <= low) return 1;
  if (k > high) return 0;
  const ratio = (x: number): number => ((marked - x) * (drawn - x)) / ((x + 1) * (all - marked - drawn + x + 1));
  const mode = Math.min(high, Math.max(low, Math.floor(((drawn + 1) * (marked + 1)) / (all + 2))));
  let [total, tail] = [1, mode >= k ? 1 : 0];
  let term = 1;
  for (let x = mode; x < high && term > 1e-300; x++) {
    term *= ratio(x);
    total += term;
    if (x + 1 >= k) tail += term;
  }
  term = 1;
  for (let x = mode; x > low && term > 1e-300; x--) {
    term /= ratio(x - 1);
    total += term;
    if (x - 1 >= k) tail += term;
  }
  return Math.min(1, tail / total);
}
