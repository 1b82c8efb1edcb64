import { finite, largestSize, mean, variance, type Numbers } from '../math/describe.js';
import { markedUpperTail } from '../math/hypergeometric.js';
import { tCdf, tQuantile } from '../math/studentT.js';
import type { GateResult, Look } from '../model/verdict.js';
import { decideLook } from './lookRule.js';
import { isWithheld, suspectReason, type SuspectReason } from './stability.js';

/** Values of each side in gain units, NaN = that run failed; the sides need not be equally long. */
export interface UnpairedSides { readonly base: Numbers; readonly head: Numbers }

export interface UnpairedPolicy { readonly alpha: number; readonly margin: number; readonly resolution?: number; readonly gatedMetrics?: number }

/** Difference of two means, head − base, with its standard error and Welch's degrees of freedom ("The generalization of Student's problem", 1947). */
export interface WelchDifference { readonly centre: number; readonly error: number; readonly df: number; /** Of one head run minus one base run. */ readonly sd: number; readonly isFloored: boolean }

const fewest = 3;
const crashLevel = 0.05;

/** Undefined below two values on a side. */
export function welchDifference(base: Numbers, head: Numbers, resolution = 0): WelchDifference | undefined {
  const floor = resolution ** 2 / 12;
  const [mb, mh, vb, vh] = [mean(base), mean(head), variance(base), variance(head)];
  if (mb === undefined || mh === undefined || vb === undefined || vh === undefined) return undefined;
  const [b, h] = [Math.max(vb, floor) / base.length, Math.max(vh, floor) / head.length];
  // Shares first: squares of variances leave the range of doubles long before the variances do.
  const share = b + h === 0 ? 0.5 : b / (b + h);
  const df = 1 / (share ** 2 / (base.length - 1) + (1 - share) ** 2 / (head.length - 1));
  return { centre: mh - mb, error: Math.sqrt(b + h), df, sd: Math.sqrt(Math.max(vb, floor) + Math.max(vh, floor)), isFloored: vb < floor || vh < floor };
}

/** Two-sided p of "no difference"; 1 or 0 where nothing scatters. */
export function welchP({ centre, error, df }: WelchDifference): number {
  if (error === 0) return centre === 0 ? 1 : 0;
  return 2 * tCdf(-Math.abs(centre / error), df);
}

/**
 * The gate's answers for two sets of runs that share no seeds: "not worse than the margin", "worse" and "better" each by
 * Welch's interval at one-sided `alpha`, once, for as many runs as there are. `pairs` is the length of the shorter side.
 */
export function welchGate(sides: UnpairedSides, policy: UnpairedPolicy): GateResult {
  const base = finite(sides.base);
  const head = finite(sides.head);
  const failures = { headOnlyFailures: sides.head.length - head.length, baseOnlyFailures: sides.base.length - base.length };
  const pairs = Math.min(base.length, head.length);
  const frame = { alpha: policy.alpha, margin: policy.margin, pairs, ...failures };
  const seen = pairs < fewest ? undefined : decide(base, head, policy);
  const looks = seen === undefined ? { looks: [] } : { looks: [seen.look], effect: seen.look.mean, low: seen.look.low, high: seen.look.high };
  if (isHeadBroken(sides, failures, base.length)) return { ...frame, ...looks, decision: 'DOWN', reason: 'stability' };
  if (seen === undefined) {
    const dead = base.length > 0 || sides.base.length < fewest ? undefined : head.length === 0 ? 'both-failed' as const : 'base-failed' as const;
    return { ...frame, ...looks, decision: 'INCONCLUSIVE', ...(dead === undefined ? { needMore: fewest - pairs } : { reason: dead }) };
  }
  const { decision = 'INCONCLUSIVE', reason } = seen;
  const suspect = suspectOf(sides, failures);
  if (suspect !== undefined && isWithheld(decision, suspect)) return { ...frame, ...looks, decision: 'INCONCLUSIVE', reason: suspect };
  return { ...frame, ...looks, decision, ...(reason === undefined ? {} : { reason }) };
}

interface Failures { readonly headOnlyFailures: number; readonly baseOnlyFailures: number }

function decide(base: Numbers, head: Numbers, policy: UnpairedPolicy): ReturnType<typeof decideLook> | undefined {
  const { alpha, margin, resolution = 0, gatedMetrics = 1 } = policy;
  const found = welchDifference(base, head, resolution);
  if (found === undefined) return undefined;
  const interval = (level: number): Look => {
    const half = found.error === 0 ? 0 : tQuantile(1 - level, found.df) * found.error;
    return { pairs: Math.min(base.length, head.length), mean: found.centre, sd: found.sd, low: found.centre - half, high: found.centre + half };
  };
  const scale = Math.max(largestSize(base), largestSize(head));
  return decideLook({ pass: interval(alpha), claim: interval(alpha / gatedMetrics), margin, scale, isLast: true, isFloored: found.isFloored }, false);
}

/** Head fails more often than base, beyond chance (Fisher, one-sided), or always while base gave values. */
function isHeadBroken({ base, head }: UnpairedSides, failed: Failures, baseValues: number): boolean {
  if (head.length >= fewest && failed.headOnlyFailures === head.length && baseValues >= fewest) return true;
  const urn = { all: base.length + head.length, marked: failed.headOnlyFailures + failed.baseOnlyFailures, drawn: head.length };
  return failed.headOnlyFailures > 0 && markedUpperTail(failed.headOnlyFailures, urn) <= crashLevel;
}

/** Two failures more than the other side's share of them would be. */
function suspectOf({ base, head }: UnpairedSides, { headOnlyFailures, baseOnlyFailures }: Failures): SuspectReason | undefined {
  const headsShare = (baseOnlyFailures * head.length) / Math.max(1, base.length);
  const basesShare = (headOnlyFailures * base.length) / Math.max(1, head.length);
  return suspectReason({ headOnlyFailures, baseOnlyFailures: headsShare }) ?? suspectReason({ headOnlyFailures: basesShare, baseOnlyFailures });
}
