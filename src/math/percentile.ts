/** Linear between order statistics, as numpy does: `rank` 0…100. NaN is left out; NaN for no values. Infinities count as the numbers they are. */
export function percentile(values: readonly number[], rank: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const place = (rank / 100) * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  const part = place - Math.floor(place);
  if (part === 0 || low === high) return low;
  if (!Number.isFinite(low) || !Number.isFinite(high)) return Number.isFinite(low) ? high : low;
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}
