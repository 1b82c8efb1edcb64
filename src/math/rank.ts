import { mean, sum } from './describe.js';

/** Ranks from 1; ties share their mean rank. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => at(values, a) - at(values, b));
  const out = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && at(values, at(order, end)) === at(values, at(order, start))) end++;
    for (let i = start; i < end; i++) out[at(order, i)] = (start + end + 1) / 2;
    start = end;
  }
  return out;
}

/** Spearman's rho, -1…1: Pearson's correlation of the ranks. Undefined where either side is constant. */
export function spearman(x: readonly number[], y: readonly number[]): number | undefined {
  const dx = centred(ranks(x));
  const dy = centred(ranks(y));
  const scale = Math.sqrt(sum(dx.map((d) => d * d)) * sum(dy.map((d) => d * d)));
  return scale > 0 ? sum(dx.map((d, i) => d * at(dy, i))) / scale : undefined;
}

/**
 * How much of the spread of `y`'s ranks lies between groups, 0…1: the root of Kelley's epsilon squared ("An unbiased
 * correlation ratio measure", 1935), so that many groups of few values do not look important by chance.
 * Undefined with one group, with nothing inside the groups to compare with, or with a constant `y`.
 */
export function correlationRatio(groups: readonly string[], y: readonly number[]): number | undefined {
  const deviations = centred(ranks(y));
  const sizes = new Map<string, { count: number; total: number }>();
  for (const [i, group] of groups.entries()) {
    const { count, total } = sizes.get(group) ?? { count: 0, total: 0 };
    sizes.set(group, { count: count + 1, total: total + at(deviations, i) });
  }
  const all = sum(deviations.map((d) => d * d));
  const inner = y.length - sizes.size;
  if (sizes.size < 2 || inner < 1 || all === 0) return undefined;
  const between = sum([...sizes.values()].map(({ count, total }) => total ** 2 / count));
  return Math.sqrt(Math.max(0, between - ((sizes.size - 1) * (all - between)) / inner) / all);
}

function centred(values: readonly number[]): number[] {
  const centre = mean(values) ?? 0;
  return values.map((value) => value - centre);
}

function at(values: readonly number[], i: number): number {
  return values[i] ?? Number.NaN;
}
