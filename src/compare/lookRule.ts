import { mean, variance, type Numbers } from '../math/describe.js';
import type { GateResult, Look } from '../model/verdict.js';
import { moderatedVariance, type NoisePrior } from './moderate.js';

/** What one look sees: paired differences in gain units and the half widths of its two intervals per unit of sd. */
export interface LookInput {
  readonly differences: Numbers;
  /** Largest |value| over the runs behind the differences: what rounding errors are measured against. */
  readonly scale: number;
  /** For "not worse than the margin". */
  readonly passMultiplier: number;
  /** For "worse" and "better"; wider than `passMultiplier` when several metrics are gated. */
  readonly claimMultiplier: number;
  readonly isLast: boolean;
  readonly margin: number;
  readonly resolution: number;
  /** What stands in for the above while the prior is not contradicted. */
  readonly moderated?: { readonly prior: NoisePrior; /** Of s²/s0²; above it the prior is dropped. */ readonly largestRatio: number; readonly passMultiplier: number; readonly claimMultiplier: number };
}

/** `decision` is absent while more pairs are wanted; `banked` = shown not worse at this look or before. */
export interface LookOutcome {
  readonly look: Look;
  readonly banked: boolean;
  readonly decision?: GateResult['decision'];
  readonly reason?: string;
}

/** Spreads below this share of the values are rounding errors of theirs. */
const tolerance = 1e-12;

export type LookRule = (input: LookInput, banked: boolean) => LookOutcome;

/**
 * Group-sequential non-inferiority gate: "not worse than the margin", "worse" and "better" each by a repeated
 * confidence interval (Jennison and Turnbull, 1984, 1993). The order of the tests is the order that was simulated.
 */
export const gateRule: LookRule = (input, banked) => {
  const { spread, multipliers } = moderatedSpread(input);
  return decideLook({
    pass: intervalOf(input, spread, multipliers.passMultiplier), claim: intervalOf(input, spread, multipliers.claimMultiplier),
    margin: input.margin, scale: input.scale, isLast: input.isLast, isFloored: isFloored(input),
  }, banked);
};

/** Both intervals of one look around the same centre; `scale` as in `LookInput`. */
export interface LookIntervals { readonly pass: Look; readonly claim: Look; readonly margin: number; readonly scale: number; readonly isLast: boolean; /** The metric's own step is all the spread there is. */ readonly isFloored: boolean }

/** The gate's answer from its intervals, however they were made. */
export function decideLook(intervals: LookIntervals, banked: boolean): LookOutcome {
  const { pass, claim, margin, isLast } = intervals;
  const centre = pass.mean;
  if (pass.sd <= tolerance * intervals.scale) return withoutSpread(intervals);
  if (claim.low > 0 && centre >= margin / 2) return { look: claim, banked, decision: 'IMPROVED' };
  const shown = pass.low > -margin;
  if (!shown && !banked && claim.high < 0 && centre <= -margin / 2) return { look: claim, banked, decision: 'DOWN' };
  const look = shown ? pass : claim;
  if (!shown && !banked) return { look, banked: false, ...(isLast ? { reason: intervals.isFloored ? 'coarse' : 'noise' } : {}) };
  // Already shown to be no worse; a gain of half the margin is worth one more look at "better".
  if (centre >= margin / 2 && !isLast) return { look, banked: true };
  return { look, banked: true, decision: 'PASS', ...passReason(look, margin, shown) };
}

/** Retuning check: the same intervals without the half-margin filters. DOWN = the retuned configuration is worse too. */
export const retuneRule: LookRule = (input) => {
  const spread = spreadOf(input);
  const pass = intervalOf(input, spread, input.passMultiplier);
  const claim = intervalOf(input, spread, input.claimMultiplier);
  if (pass.low > -input.margin) return { look: pass, banked: true, decision: 'PASS', reason: 'recovered' };
  if (claim.high < 0) return { look: claim, banked: false, decision: 'DOWN', reason: 'confirmed' };
  return { look: claim, banked: false, ...(input.isLast ? { reason: isFloored(input) ? 'coarse' : 'noise' } : {}) };
};

/** All differences equal: no interval is needed, only the size. */
function withoutSpread({ pass, margin, scale }: LookIntervals): LookOutcome {
  const centre = pass.mean;
  const look = { ...pass, low: centre, high: centre };
  if (Math.abs(centre) <= tolerance * scale) return { look, banked: true, decision: 'NO_CHANGE', reason: 'identical' };
  if (centre >= margin / 2) return { look, banked: true, decision: 'IMPROVED', reason: 'deterministic' };
  if (centre <= -margin) return { look, banked: false, decision: 'DOWN', reason: 'deterministic' };
  return { look, banked: true, decision: 'PASS', ...passReason(look, margin, true) };
}

function passReason(look: Look, margin: number, shownHere: boolean): { reason?: string } {
  if (!shownHere) return { reason: 'shown-earlier' };
  if (look.high < 0) return { reason: 'small-decline' };
  return look.high < margin ? { reason: 'equivalent' } : {};
}

interface Spread { readonly centre: number; readonly sd: number; readonly moderated?: true }
interface Multipliers { readonly passMultiplier: number; readonly claimMultiplier: number }

/** The spread that leans on the prior with its multipliers, or the sample's own with its own. */
function moderatedSpread(input: LookInput): { readonly spread: Spread; readonly multipliers: Multipliers } {
  const { moderated, differences, resolution, scale } = input;
  const spread = spreadOf(input);
  const squared = moderated === undefined || spread.sd <= tolerance * scale ? undefined : moderatedVariance(spread.sd ** 2, differences.length, moderated);
  if (moderated === undefined || squared === undefined) return { spread, multipliers: input };
  return { spread: { centre: spread.centre, sd: Math.sqrt(Math.max(squared, resolution ** 2 / 6)), moderated: true }, multipliers: moderated };
}

/** A metric that moves in steps of r carries at least the rounding error of two values, r²/12 each. */
function spreadOf({ differences, resolution }: LookInput): Spread {
  return { centre: mean(differences) ?? Number.NaN, sd: Math.sqrt(Math.max(variance(differences) ?? Number.NaN, resolution ** 2 / 6)) };
}

function isFloored({ differences, resolution }: LookInput): boolean {
  return (variance(differences) ?? Number.NaN) < resolution ** 2 / 6;
}

function intervalOf({ differences }: LookInput, { centre, sd, moderated }: Spread, multiplier: number): Look {
  return { pairs: differences.length, mean: centre, sd, low: centre - multiplier * sd, high: centre + multiplier * sd, ...(moderated === undefined ? {} : { moderated }) };
}
