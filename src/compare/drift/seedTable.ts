import { mean } from '../../math/describe.js';
import { fUpperTail } from '../../math/fisherF.js';
import { tCdf } from '../../math/studentT.js';

/** Commits × seeds: what each seed gave on each commit, in the metric's unit; undefined = that run failed or was not made. */
export type SeedRows = readonly (readonly (number | undefined)[])[];

/** Two-sided. A t below 3 is not worth its tail: p is 1 then. */
export interface Test { readonly t: number; readonly p: number }

/** Commits × seeds with running sums, so that any stretch is summed in constant time. */
export interface SeedTable {
  /** Commits. */
  readonly length: number;
  readonly seeds: number;
  /** Mean of each commit over its seeds, as if none were missing. */
  readonly means: readonly number[];
  meanOf(from: number, to: number): number;
  /** Did the level change at `at` within `from`…`to`? */
  test(from: number, at: number, to: number): Test;
}

/** Means that scatter more than the seeds explain, at this level, count by their own scatter alone (verdict.md 5.4's guard, a little sooner: few commits show such noise late). */
const guardAt = 0.1;
/** A smaller t is below every level that is asked for here, whatever the degrees of freedom: most splits need no tail. */
const smallestT = 3;
const nothing: Test = { t: 0, p: 1 };

/**
 * The same seeds are run on every commit, so that a level change is judged by two estimates of the noise at once: how the
 * commits' means scatter within their stretches, and how the seeds scatter about their commit once what a seed always adds
 * is taken off (the residual of a two-way layout without repetition, divided by the number of seeds). The second has four
 * times the degrees of freedom with five seeds. Where the means scatter more than the seeds explain, something acts on
 * whole commits, and the means' own scatter counts alone. Values must be finite.
 */
export function seedTable(rows: SeedRows): SeedTable {
  const { filled, missing, weights } = fill(rows);
  const k = filled[0]?.length ?? 0;
  const means = filled.map((row) => mean(row) ?? 0);
  const centre = mean(means) ?? 0;
  const size = means.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const residuals = filled.map((row, i) => row.map((value) => value - (means[i] ?? 0)));
  const weight = runningSum(weights);
  const first = runningSum(means.map((value, i) => (weights[i] ?? 0) * (value - centre)));
  const second = runningSum(means.map((value, i) => (weights[i] ?? 0) * (value - centre) ** 2));
  const scatter = runningSum(residuals.map((row) => row.reduce((sum, r) => sum + r * r, 0)));
  const lost = runningSum(missing);
  const bySeed = (filled[0] ?? []).map((_, s) => runningSum(residuals.map((row) => row[s] ?? 0)));
  const within = (from: number, to: number): Spread => {
    const always = bySeed.reduce((sum, seed) => sum + stretch(seed, from, to) ** 2, 0) / (to - from);
    return { squares: Math.max(0, stretch(scatter, from, to) - always) / Math.max(1, k), df: Math.max(0, (to - from - 1) * (k - 1) - stretch(lost, from, to)) };
  };
  let last = { from: -1, to: -1, spread: { squares: 0, df: 0 } };
  const meanOf = (from: number, to: number): number => centre + stretch(first, from, to) / stretch(weight, from, to);
  return {
    length: filled.length, seeds: k, means, meanOf,
    test: (from, at, to) => {
      if (last.from !== from || last.to !== to) last = { from, to, spread: within(from, to) };
      const [before, after] = [stretch(weight, from, at), stretch(weight, at, to)];
      const [left, right] = [stretch(first, from, at), stretch(first, at, to)];
      const change = right / after - left / before;
      const parts = 1 / before + 1 / after;
      const squares = Math.max(0, stretch(second, from, to) - (left * left) / before - (right * right) / after);
      const df = to - from - 2 + last.spread.df;
      if (df < 1 || change * change * df < smallestT ** 2 * parts * (squares + last.spread.squares)) return nothing;
      return testOf({ change, parts, size, between: { squares, df: to - from - 2 }, within: last.spread });
    },
  };
}

interface Spread { readonly squares: number; readonly df: number }
interface Split { readonly change: number; /** Of the variance of the difference between the two means. */ readonly parts: number; readonly size: number; readonly between: Spread; readonly within: Spread }

function testOf({ between, within, ...split }: Split): Test {
  const both = { squares: between.squares + within.squares, df: between.df + within.df };
  if (between.df < 1 || within.df < 1) return tested(split, both);
  const isMore = within.squares === 0 ? between.squares > 0 : fUpperTail((between.squares / between.df) / (within.squares / within.df), between.df, within.df) < guardAt;
  return tested(split, isMore ? between : both);
}

/** Below what doubles resolve, a spread is rounding and so is a change. */
function tested({ change, parts, size }: Pick<Split, 'change' | 'parts' | 'size'>, { squares, df }: Spread): Test {
  const error = Math.sqrt((parts * squares) / df);
  if (error <= size * 1e-15) return Math.abs(change) <= size * 1e-12 ? nothing : { t: Math.sign(change) * Infinity, p: 0 };
  const t = change / error;
  return Math.abs(t) < smallestT ? nothing : { t, p: 2 * tCdf(-Math.abs(t), df) };
}

interface Filled { readonly filled: readonly (readonly number[])[]; readonly missing: readonly number[]; readonly weights: readonly number[] }

/**
 * A missing value is its commit's level plus what its seed always adds, so that a failed run does not look like a step; its
 * commit weighs less. Seeds that most commits lack are left out.
 */
function fill(rows: SeedRows): Filled {
  const width = Math.max(0, ...rows.map((row) => row.length));
  const columns = Array.from({ length: width }, (_, s) => s).filter((s) => 2 * rows.filter((row) => row[s] !== undefined).length > rows.length);
  const kept = columns.length > 0 ? rows.map((row) => columns.map((s) => row[s])) : rows.map((row) => [mean(row.filter((value) => value !== undefined))]);
  const complete = kept.filter((row) => row.every((value) => value !== undefined));
  const known = complete.length > 0 ? complete : kept;
  const levels = known.map(levelOf);
  const effects = (kept[0] ?? []).map((_, s) => mean(known.flatMap((row, i) => { const value = row[s]; return value === undefined ? [] : [value - (levels[i] ?? 0)]; })) ?? 0);
  const filled = kept.map((row, i) => {
    const level = mean(row.flatMap((value, s) => (value === undefined ? [] : [value - (effects[s] ?? 0)]))) ?? levelOf(rows[i] ?? []);
    return row.map((value, s) => value ?? level + (effects[s] ?? 0));
  });
  const missing = kept.map((row) => row.filter((value) => value === undefined).length);
  return { filled, missing, weights: kept.map((row, i) => Math.max(0.5, row.length - (missing[i] ?? 0)) / Math.max(1, row.length)) };
}

function levelOf(row: readonly (number | undefined)[]): number {
  return mean(row.filter((value) => value !== undefined)) ?? 0;
}

/** Sums over the first 0…n values. */
function runningSum(values: readonly number[]): Float64Array {
  const sums = new Float64Array(values.length + 1);
  values.forEach((value, i) => { sums[i + 1] = (sums[i] ?? 0) + value; });
  return sums;
}

function stretch(sums: Float64Array, from: number, to: number): number {
  return (sums[to] ?? 0) - (sums[from] ?? 0);
}
