import { mean, standardDeviation, variance } from '../../math/describe.js';
import { fUpperTail } from '../../math/fisherF.js';
import { tCdf } from '../../math/studentT.js';

/** Variance of one paired difference at one configuration, from the history, with its degrees of freedom. */
export interface PairNoise { readonly variance: number; readonly df: number }

export interface Interaction { readonly f: number; readonly df: readonly [number, number]; readonly p: number; readonly alarm: boolean }

/** Below this the noise is not known well enough to raise an alarm by (verdict.md 7.1). */
export const fewestDf = 8;

/**
 * Did the change act on some configurations otherwise than on others? F of the differences over the half of the shared
 * candidates that is best on both sides together: symmetric, so that nothing is selected for one side's luck. Gains in the
 * order of the candidates; undefined = that run failed. Undefined while the noise is unknown or fewer than two pairs are left.
 */
export function interaction(head: readonly (number | undefined)[], base: readonly (number | undefined)[], noise: PairNoise, { alpha = 0.05, top }: { readonly alpha?: number; readonly top?: number } = {}): Interaction | undefined {
  const pairs = bothSides(head, base).sort((a, b) => b.head + b.base - (a.head + a.base));
  const kept = pairs.slice(0, top ?? Math.floor(pairs.length / 2)).map((pair) => pair.head - pair.base);
  const spread = variance(kept);
  if (spread === undefined || noise.df < fewestDf || noise.variance <= 0) return undefined;
  const f = spread / noise.variance;
  const p = fUpperTail(f, kept.length - 1, noise.df);
  return { f, df: [kept.length - 1, noise.df], p, alarm: p < alpha };
}

/** Gains of four runs on one seed: the retuned configuration and main's best, under the head's code and under base's. */
export interface FourRuns { readonly headRetuned: number; readonly headIncumbent: number; readonly baseRetuned: number; readonly baseIncumbent: number }

export interface DifferenceInDifferences { readonly value: number; readonly t: number; readonly p: number; readonly seeds: number }

/**
 * By how much more retuning gains under the head's code than under base's, in the metric's unit; one-sided t over seeds.
 * Zero in expectation when the code only shifts every configuration alike, whatever was found. Undefined below two seeds.
 */
export function differenceInDifferences(runs: readonly FourRuns[]): DifferenceInDifferences | undefined {
  const each = runs.map((run) => run.headRetuned - run.headIncumbent - (run.baseRetuned - run.baseIncumbent));
  const value = mean(each);
  const sd = standardDeviation(each);
  if (value === undefined || sd === undefined) return undefined;
  const size = Math.max(...runs.flatMap((run) => [run.headRetuned, run.headIncumbent, run.baseRetuned, run.baseIncumbent]).map(Math.abs));
  if (sd <= size * 1e-15) return { value, t: value === 0 ? 0 : Math.sign(value) * Infinity, p: value > size * 1e-12 ? 0 : 1, seeds: each.length };
  const t = (value * Math.sqrt(each.length)) / sd;
  return { value, t, p: tCdf(-t, each.length - 1), seeds: each.length };
}

/** Kendall's τ_b (1945) of two orders of the same candidates, -1…1. Undefined where one side is all ties. */
export function kendall(a: readonly number[], b: readonly number[]): number | undefined {
  let concordant = 0;
  let ordersOfA = 0;
  let ordersOfB = 0;
  for (const [i, x] of a.entries()) {
    for (let j = 0; j < i; j++) {
      const inA = Math.sign(x - (a[j] ?? Number.NaN));
      const inB = Math.sign((b[i] ?? Number.NaN) - (b[j] ?? Number.NaN));
      concordant += inA * inB;
      ordersOfA += inA * inA;
      ordersOfB += inB * inB;
    }
  }
  return ordersOfA > 0 && ordersOfB > 0 ? concordant / Math.sqrt(ordersOfA * ordersOfB) : undefined;
}

/** Share of the `k` best candidates (highest gains; ties: lowest number) that both sides have in common. */
export function topOverlap(head: readonly number[], base: readonly number[], k: number): number | undefined {
  const size = Math.min(k, head.length);
  if (size < 1) return undefined;
  const inBase = new Set(bestOf(base, size));
  return bestOf(head, size).filter((i) => inBase.has(i)).length / size;
}

function bestOf(gains: readonly number[], k: number): readonly number[] {
  return gains.map((gain, i) => ({ gain, i })).sort((a, b) => b.gain - a.gain || a.i - b.i).slice(0, k).map(({ i }) => i);
}

function bothSides(head: readonly (number | undefined)[], base: readonly (number | undefined)[]): { readonly head: number; readonly base: number }[] {
  return head.flatMap((gain, i) => {
    const other = base[i];
    return gain === undefined || other === undefined ? [] : [{ head: gain, base: other }];
  });
}
