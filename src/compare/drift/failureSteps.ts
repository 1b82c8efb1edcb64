import { markedUpperTail } from '../../math/hypergeometric.js';
import type { ChangePoint } from './changePoints.js';

/** Runs of one commit and how many of them failed. */
export interface FailureCount { readonly runs: number; readonly failed: number }

/** A split below this is a step: all places are tried at every commit, and at a constant rate under 5 % of 50 commits show one. */
const level = 0.002;
/** A step is looked for among this many latest commits. */
const lookBack = 50;

/**
 * Where the share of failing runs changed, as it would have been seen commit by commit: the likeliest split of the stretch
 * since the last step by Fisher's exact test on the runs of both sides; what does not stand up to all that came after goes.
 * Means would not do: a share near zero has no spread to judge by.
 */
export function failureSteps(counts: readonly FailureCount[]): readonly ChangePoint[] {
  const table = { runs: sums(counts.map((one) => one.runs)), failed: sums(counts.map((one) => one.failed)) };
  const bounds = [0];
  for (let to = 2; to <= counts.length; to++) {
    const from = bounds.at(-1) ?? 0;
    const best = bestSplit(table, { from, to });
    if (best !== undefined && best.p < level) bounds.push(best.index);
  }
  bounds.push(counts.length);
  const tested = (i: number): Split => splitAt(table, { from: bounds[i - 1] ?? 0, index: bounds[i] ?? 0, to: bounds[i + 1] ?? 0 });
  for (let weak = 0; weak >= 0;) {
    weak = bounds.findIndex((_, i) => i > 0 && i < bounds.length - 1 && tested(i).p >= level);
    if (weak > 0) bounds.splice(weak, 1);
  }
  const share = (from: number, to: number): number => (at(table.failed, to) - at(table.failed, from)) / (at(table.runs, to) - at(table.runs, from));
  return bounds.slice(1, -1).map((index, i) => ({ ...tested(i + 1), before: share(bounds[i] ?? 0, index), after: share(index, bounds[i + 2] ?? 0) }));
}

interface Sums { readonly runs: readonly number[]; readonly failed: readonly number[] }
/** `t` only says which way. */
interface Split { readonly index: number; readonly p: number; readonly t: number }

function bestSplit(table: Sums, { from, to }: { readonly from: number; readonly to: number }): Split | undefined {
  const marked = at(table.failed, to) - at(table.failed, from);
  if (marked === 0 || marked === at(table.runs, to) - at(table.runs, from)) return undefined;
  let best: Split | undefined;
  for (let index = Math.max(from + 1, to - lookBack); index < to; index++) {
    const split = splitAt(table, { from, index, to });
    if (best === undefined || split.p < best.p) best = split;
  }
  return best;
}

/** Two-sided by doubling the smaller tail. */
function splitAt({ runs, failed }: Sums, { from, index, to }: { readonly from: number; readonly index: number; readonly to: number }): Split {
  const [all, marked] = [at(runs, to) - at(runs, from), at(failed, to) - at(failed, from)];
  const [drawn, hit] = [at(runs, to) - at(runs, index), at(failed, to) - at(failed, index)];
  const more = hit * all > marked * drawn;
  return { index, t: more ? 1 : -1, p: Math.min(1, 2 * markedUpperTail(more ? hit : marked - hit, { all, marked, drawn: more ? drawn : all - drawn })) };
}

function sums(values: readonly number[]): readonly number[] {
  let total = 0;
  return [0, ...values.map((value) => { total += value; return total; })];
}

function at(values: readonly number[], i: number): number {
  return values[i] ?? 0;
}
