import type { ChangePoint } from './changePoints.js';
import { seedTable, type SeedRows, type SeedTable } from './seedTable.js';

/**
 * The two-sided p below which a split is a step, by the commits on its smaller side. One commit alone is often an outlier,
 * and a split far from both ends has had many chances: both are held to more. Chosen by simulation so that unchanged
 * series of five seeds have no more alarms than with Otava at its p = .001, counted in three ways (bench/changePoints.mjs).
 */
const levels = { one: 0.0004, few: 0.002, many: 0.0007 };
/** The most commits that are few. */
const few = 6;
/** A step is looked for among this many latest commits, as in Otava. */
const lookBack = 50;
/** Commits before a step, repeated ones counted: what acts on whole commits shows only in several of them. With 1, half of all histories with such noise had an alarm at some time; with 5 a quarter, as with Otava. */
const fewestCommits = 5;
/** Where the noise is known from the means alone, fewer different values before a step tell nothing of it. */
const fewestMeans = 3;

/**
 * Level shifts of a series of which every commit ran the same seeds, as they would have been seen commit by commit: at each
 * commit the likeliest split of the current stretch (a generalised likelihood ratio over its places; Siegmund and
 * Venkatraman, "Using the generalized likelihood ratio statistic for sequential detection of a change-point", 1995), by the
 * test of `seedTable`. What was found is then placed anew and tested with all that came after. Commits that gave exactly
 * the numbers of the one before are one observation: repeating it proves nothing. Values must be finite.
 */
export function steps(rows: SeedRows): readonly ChangePoint[] {
  const places = rows.flatMap((row, i) => (i > 0 && isSame(row, rows[i - 1] ?? []) ? [] : [i]));
  const table = seedTable(places.map((i) => rows[i] ?? []));
  const earliest = earliestSteps(places, table.seeds > 1 ? { means: 1, commits: fewestCommits } : { means: fewestMeans, commits: 1 });
  return settled(table, seen(table, earliest), earliest).map((step) => ({ ...step, index: places[step.index] ?? 0 }));
}

/** For each place that a stretch may begin at, the first one that a step in it may have. */
function earliestSteps(places: readonly number[], least: { readonly means: number; readonly commits: number }): readonly number[] {
  let at = 0;
  return places.map((commit, from) => {
    while (at < places.length && (places[at] ?? 0) < commit + least.commits) at += 1;
    return Math.max(from + least.means, at);
  });
}

function isSame(a: readonly (number | undefined)[], b: readonly (number | undefined)[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** As commit after commit comes in: what looked like a step and does not stand up to the next commits is withdrawn. */
function seen(table: SeedTable, earliest: readonly number[]): readonly number[] {
  const points: number[] = [];
  for (let to = 2; to <= table.length; to++) {
    const first = to - lookBack;
    const stretch = (): Stretch => ({ from: points.at(-1) ?? 0, to, first, earliest });
    if ((points.at(-1) ?? first) > first) {
      points.pop();
      points.push(...stepIn(table, stretch()));
    }
    points.push(...stepIn(table, stretch()));
  }
  return points;
}

/** `first`: the first place that is looked at; `earliest`: the first that a step may have, by where the stretch begins. */
interface Stretch { readonly from: number; readonly to: number; readonly first: number; readonly earliest: readonly number[] }
/** `excess` = p over its level: below 1 it is a step. */
interface Split { readonly at: number; readonly t: number; readonly p: number; readonly excess: number }

function stepIn(table: SeedTable, stretch: Stretch): readonly number[] {
  const best = bestSplit(table, stretch);
  return best === undefined || best.excess >= 1 ? [] : [best.at];
}

/** Of equals the one with the larger t: p may be zero for all. */
function bestSplit(table: SeedTable, { from, to, first, earliest }: Stretch): Split | undefined {
  let best: Split | undefined;
  for (let at = Math.max(earliest[from] ?? to, first); at < to; at++) {
    const { t, p } = table.test(from, at, to);
    if (p === 1) continue;
    const excess = p / levelAt(Math.min(at - from, to - at));
    if (best === undefined || excess < best.excess || (excess === best.excess && Math.abs(t) > Math.abs(best.t))) best = { at, t, p, excess };
  }
  return best;
}

function levelAt(commits: number): number {
  return commits === 1 ? levels.one : commits <= few ? levels.few : levels.many;
}

/** Each step where its neighbours' stretch splits best; the weakest goes until all stand. */
function settled(table: SeedTable, points: readonly number[], earliest: readonly number[]): readonly ChangePoint[] {
  const bounds = [0, ...points, table.length];
  const placed = (i: number): Split => bestSplit(table, { from: bounds[i - 1] ?? 0, to: bounds[i + 1] ?? 0, first: 0, earliest }) ?? { at: bounds[i] ?? 0, t: 0, p: 1, excess: Infinity };
  const splits = bounds.map((_, i) => (i === 0 || i === bounds.length - 1 ? undefined : placed(i)));
  for (;;) {
    const weakest = splits.reduce((a, split, i) => (split !== undefined && split.excess > (splits[a]?.excess ?? -1) ? i : a), 0);
    if ((splits[weakest]?.excess ?? 0) < 1) break;
    bounds.splice(weakest, 1);
    splits.splice(weakest, 1);
    for (const i of [weakest - 1, weakest]) if (i > 0 && i < bounds.length - 1) splits[i] = placed(i);
  }
  const found = splits.flatMap((split) => split ?? []);
  const ends = [0, ...found.map(({ at }) => at), table.length];
  return found.map(({ at, t, p }, i) => ({ index: at, before: table.meanOf(ends[i] ?? 0, at), after: table.meanOf(at, ends[i + 2] ?? table.length), t, p }));
}
