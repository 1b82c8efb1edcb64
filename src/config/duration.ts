const unitMs = new Map([['ms', 1], ['s', 1000], ['m', 60_000], ['h', 3_600_000], ['d', 86_400_000]]);

export const durationPattern = /^(\d+(\.\d+)?(ms|s|m|h|d))+$/;

/** `45m`, `1h30m`, `7d` as milliseconds; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|s|m|h|d)/g)) ms += Number(amount) * (unitMs.get(unit ?? '') ?? 0);
  return ms > 0 && Number.isFinite(ms) ? ms : undefined;
}

/** The other way round, in the largest unit that is whole. */
export function durationText(ms: number): string {
  const [unit, size] = [...unitMs].findLast(([name, each]) => name !== 'd' && ms % each === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}
