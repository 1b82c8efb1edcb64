import { markedUpperTail } from '../../math/hypergeometric.js';
import type { ChangePoint } from './changePoints.js';

/** Runs of one commit and how many of them failed. */
export interface FailureCount { readonly runs: number; readonly failed: number }

/** A split below this is a step: all places are tried, and at a constant rate under 5 % of 50 commits show one. */
const level = 0.0005;

/**
 * Where the share of failing runs changed: the likeliest split by Fisher's exact test on the runs of both sides, then both
 * sides again. Means would not do: a share near zero has no spread to judge by.
 */
export function failureSteps(counts: readonly FailureCount[]): readonly ChangePoint[] {
  const runs = sums(counts.map((one) => one.runs));
  const failed = sums(counts.map((one) => one.failed));
  const share = (from: number, to: number): number => (at(failed, to) - at(failed, from)) / (at(runs, to) - at(runs, from));
  const places: { readonly index: number; readonly p: number; readonly t: number }[] = [];
  const open: [number, number][] = [[0, counts.length]];
  for (let stretch = open.pop(); stretch !== undefined; stretch = open.pop()) {
    const [from, to] = stretch;
    const best = bestSplit({ runs, failed }, from, to);
    if (best === undefined || best.p >= level) continue;
    places.push(best);
    open.push([from, best.index], [best.index, to]);
  }
  places.sort((a, b) => a.index - b.index);
  return places.map((place, i) => ({ ...place, before: share(places[i - 1]?.index ?? 0, place.index), after: share(place.index, places[i + 1]?.index ?? counts.length) }));
}

interface Sums { readonly runs: readonly number[]; readonly failed: readonly number[] }

/** `t` only says which way. */
function bestSplit({ runs, failed }: Sums, from: number, to: number): { index: number; p: number; t: number } | undefined {
  const [all, marked] = [at(runs, to) - at(runs, from), at(failed, to) - at(failed, from)];
  if (marked === 0 || marked === all) return undefined;
  let best: { index: number; p: number; t: number } | undefined;
  for (let index = from + 1; index < to; index++) {
    const [drawn, hit] = [at(runs, to) - at(runs, index), at(failed, to) - at(failed, index)];
    const more = hit * all > marked * drawn;
    const p = Math.min(1, 2 * markedUpperTail(more ? hit : marked - hit, { all, marked, drawn: more ? drawn : all - drawn }));
    if (best === undefined || p < best.p) best = { index, p, t: more ? 1 : -1 };
  }
  return best;
}

function sums(values: readonly number[]): readonly number[] {
  let total = 0;
  return [0, ...values.map((value) => { total += value; return total; })];
}

function at(values: readonly number[], i: number): number {
  return values[i] ?? 0;
}
