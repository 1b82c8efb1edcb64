/** Sum with Neumaier's compensation ("Rundungsfehleranalyse", 1974): as exact as one rounding, in any order. */
export function sum(values: readonly number[]): number {
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
export function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : sum(values) / values.length;
}

/** Unbiased (n - 1), two passes. Undefined below two values: one value says nothing about spread. */
export function variance(values: readonly number[]): number | undefined {
  const centre = mean(values);
  if (centre === undefined || values.length < 2) return undefined;
  let squares = 0;
  for (const value of values) squares += (value - centre) ** 2;
  return squares / (values.length - 1);
}

export function standardDeviation(values: readonly number[]): number | undefined {
  const squared = variance(values);
  return squared === undefined ? undefined : Math.sqrt(squared);
}
