/** An array of numbers, of either kind. */
export type Numbers = ArrayLike<number> & Iterable<number>;

/** Sum with Neumaier's compensation ("Rundungsfehleranalyse", 1974): as exact as one rounding, in any order. */
export function sum(values: Numbers): number {
  let total = 0;
  let lost = 0;
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + lost;
}

/** Undefined for no values. */
export function mean(values: Numbers): number | undefined {
  return values.length === 0 ? undefined : sum(values) / values.length;
}

/** Unbiased (n - 1), two passes. Undefined below two values: one value says nothing about spread. */
export function variance(values: Numbers): number | undefined {
  const centre = mean(values);
  if (centre === undefined || values.length < 2) return undefined;
  let squares = 0;
  for (const value of values) squares += (value - centre) ** 2;
  return squares / (values.length - 1);
}

export function standardDeviation(values: Numbers): number | undefined {
  const squared = variance(values);
  return squared === undefined ? undefined : Math.sqrt(squared);
}

/** Those that are numbers: neither NaN nor infinite. No copy where all are, as there may be millions. */
export function finite(values: Numbers): Numbers {
  let count = 0;
  for (const value of values) if (Number.isFinite(value)) count += 1;
  if (count === values.length) return values;
  const kept = new Float64Array(count);
  let place = 0;
  for (const value of values) if (Number.isFinite(value)) kept[place++] = value;
  return kept;
}

/** Largest distance from zero; 0 for no values. */
export function largestSize(values: Numbers): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
