import type { GateResult, Look } from '../model/verdict.js';
import { boundariesFor, claimAlpha, type Boundary } from './looks.js';
import { gateRule, retuneRule, type LookRule } from './lookRule.js';
import { moderatedBoundaries, type NoisePrior } from './moderate.js';
import { deadSide, isHeadUnstable, isValue, isWithheld, suspectReason, tallyOf, type GainPair, type Tally } from './stability.js';

export type { GainPair } from './stability.js';

/** Fixed before the first run. `margin` > 0 and `resolution` are in the metric's unit. */
export interface GatePolicy {
  readonly alpha: number;
  readonly looks: readonly number[];
  readonly margin: number;
  /** Smallest step the metric can take; 0 or absent = continuous. */
  readonly resolution?: number;
  /** How many metrics are gated in all, the objective included; 1 when absent (decisions.md 20). */
  readonly gatedMetrics?: number;
  /** n_test / n_train where the seeds are resplits of one data set, whose results hang together; 0 or absent = independent runs. */
  readonly foldRatio?: number;
  /** Moderates the variance of the differences; absent = the sample's own variance (verdict.md 6.8). */
  readonly prior?: NoisePrior;
}

/** Pairs that failed are replaced by the next seed, this often at most. */
const replacements = 3;

/**
 * Is the head worse than base at the same configuration? Looks are taken over valid pairs in their order, and nothing
 * after the deciding look counts. While `needMore` is set, that many further pairs would help: an undecided gate is
 * INCONCLUSIVE, one that has shown "not worse" and hopes for "better" is PASS. Pure; same pairs, same answer.
 */
export function gate(pairs: readonly GainPair[], policy: GatePolicy): GateResult {
  return runLooks(pairs, policy, gateRule);
}

/**
 * Does the head with its retuned configuration reach base at main's best, on seeds that neither was chosen by?
 * PASS = recovered, DOWN = worse even so, else undecided. Two configurations scatter otherwise than one: no prior.
 */
export function retuneCheck(pairs: readonly GainPair[], policy: GatePolicy): GateResult {
  const result = { ...runLooks(pairs, policy, retuneRule) };
  delete result.prior;
  return result;
}

interface ValidPair { readonly difference: number; readonly size: number; /** Pairs tried up to this one. */ readonly attempt: number }

interface Conclusion { readonly decision: GateResult['decision']; readonly reason?: string | undefined; readonly needMore?: number }

function runLooks(pairs: readonly GainPair[], policy: GatePolicy, rule: LookRule): GateResult {
  const boundaries = boundariesFor(policy.looks, policy.alpha);
  const claimLevel = claimAlpha(policy.alpha, policy.gatedMetrics ?? 1);
  const claims = boundariesFor(policy.looks, claimLevel);
  const moderated = moderatedAt(policy, claimLevel);
  const firstLook = boundaries[0]?.pairs ?? 0;
  const valid = validPairs(pairs);
  const looks: Look[] = [];
  let banked = false;
  let lastReason: string | undefined;
  let tally = tallyOf([]);
  for (const [i, boundary] of boundaries.entries()) {
    const attempt = valid[boundary.pairs - 1]?.attempt ?? Infinity;
    if (attempt > boundary.pairs + replacements) {
      const tried = pairs.slice(0, boundary.pairs + replacements);
      return conclude(policy, looks, tallyOf(tried), missing({ tally: tallyOf(tried), boundary, valid, firstLook, banked }));
    }
    tally = tallyOf(pairs.slice(0, attempt));
    const outcome = rule({ ...lookInput(valid, policy, { boundary, claim: claims[i] ?? boundary, isLast: i === boundaries.length - 1 }), ...moderated[i] }, banked);
    looks.push(outcome.look);
    banked = outcome.banked;
    lastReason = outcome.reason;
    if (isHeadUnstable(tally, firstLook)) return conclude(policy, looks, tally, { decision: 'DOWN', reason: 'stability' });
    if (outcome.decision !== undefined && !isWithheld(outcome.decision, suspectReason(tally))) return conclude(policy, looks, tally, { decision: outcome.decision, reason: outcome.reason });
  }
  return conclude(policy, looks, tally, { decision: 'INCONCLUSIVE', reason: suspectReason(tally) ?? lastReason });
}

/** The prior and its multipliers for each look; nothing without one. */
function moderatedAt({ looks, alpha, prior, foldRatio = 0 }: GatePolicy, claimLevel: number): readonly Pick<Parameters<LookRule>[0], 'moderated'>[] {
  if (prior === undefined || foldRatio > 0) return [];
  const claims = moderatedBoundaries(looks, claimLevel, prior.df);
  return moderatedBoundaries(looks, alpha, prior.df).map(({ multiplier, largestRatio }, i) => ({ moderated: { prior, largestRatio, passMultiplier: multiplier, claimMultiplier: claims[i]?.multiplier ?? multiplier } }));
}

/** The pairs ended before the next look: what can be said, and whether more pairs may still be run. */
function missing(at: { tally: Tally; boundary: Boundary; valid: readonly ValidPair[]; firstLook: number; banked: boolean }): Conclusion {
  const { tally, boundary, firstLook } = at;
  if (isHeadUnstable(tally, firstLook)) return { decision: 'DOWN', reason: 'stability' };
  const dead = deadSide(tally, firstLook);
  if (dead !== undefined) return { decision: 'INCONCLUSIVE', reason: dead };
  const validHere = at.valid.filter((pair) => pair.attempt <= tally.attempted).length;
  const needMore = Math.min(boundary.pairs - validHere, boundary.pairs + replacements - tally.attempted);
  const suspect = suspectReason(tally);
  const decision = at.banked && suspect === undefined ? 'PASS' : 'INCONCLUSIVE';
  if (needMore > 0) return { decision, needMore };
  if (decision === 'PASS') return { decision };
  return { decision, reason: suspect === 'stability' ? suspect : 'failures' };
}

function lookInput(valid: readonly ValidPair[], policy: GatePolicy, at: { boundary: Boundary; claim: Boundary; isLast: boolean }): Parameters<LookRule>[0] {
  const used = valid.slice(0, at.boundary.pairs);
  const widening = foldWidening(used.length, policy);
  return {
    differences: used.map((pair) => pair.difference),
    scale: Math.max(...used.map((pair) => pair.size)),
    passMultiplier: at.boundary.multiplier * widening,
    claimMultiplier: at.claim.multiplier * widening,
    isLast: at.isLast,
    margin: policy.margin,
    resolution: policy.resolution ?? 0,
  };
}

/** Variance (1/n + n_test/n_train) s² of a mean over resplits, in place of s²/n (Nadeau and Bengio, "Inference for the generalization error", 2003). */
export function foldWidening(pairs: number, { foldRatio = 0 }: GatePolicy): number {
  return Math.sqrt(1 + pairs * foldRatio);
}

function conclude(policy: GatePolicy, looks: readonly Look[], tally: Tally, { decision, reason, needMore }: Conclusion): GateResult {
  const last = looks.at(-1);
  const bothValid = tally.headValues - tally.baseOnlyFailures;
  return {
    decision,
    ...(reason === undefined ? {} : { reason }),
    alpha: policy.alpha,
    margin: policy.margin,
    ...(last === undefined ? {} : { effect: last.mean, low: last.low, high: last.high }),
    pairs: last?.pairs ?? bothValid,
    looks: [...looks],
    ...(policy.prior === undefined ? {} : { prior: policy.prior }),
    headOnlyFailures: tally.headOnlyFailures,
    baseOnlyFailures: tally.baseOnlyFailures,
    ...(needMore === undefined ? {} : { needMore }),
  };
}

function validPairs(pairs: readonly GainPair[]): ValidPair[] {
  const valid: ValidPair[] = [];
  for (const [i, { base, head }] of pairs.entries()) {
    if (isValue(base) && isValue(head)) valid.push({ difference: head - base, size: Math.max(Math.abs(base), Math.abs(head)), attempt: i + 1 });
  }
  return valid;
}
