/** What the method was simulated for, and what calibrates in seconds. */
const lookLimits = { first: 3, last: 100, count: 8 } as const;

/** Error rates that a simulation still measures, and that anybody would want. */
export const alphaLimits = { low: 0.001, high: 0.2 } as const;

/** Why these numbers of pairs cannot be the looks of a gate, as the end of a sentence; undefined when they can. */
export function whyNotLooks(looks: readonly number[]): string | undefined {
  const { first, last, count } = lookLimits;
  if (looks.length === 0 || looks.length > count) return `must be 1 to ${count} numbers of pairs`;
  if (!looks.every((n, i) => Number.isInteger(n) && n > (looks[i - 1] ?? 0))) return 'must be whole numbers that grow';
  if ((looks[0] ?? 0) < first) return `must begin at ${first} pairs or more (fewer say nothing about noise)`;
  return (looks.at(-1) ?? 0) > last ? `must end at ${last} pairs or fewer` : undefined;
}
