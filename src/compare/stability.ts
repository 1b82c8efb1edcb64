import { fairUpperTail } from '../math/binomial.js';
import type { GateResult } from '../model/verdict.js';

/** One metric's value on both sides for one seed, in gain units. An absent side = that run failed. */
export interface GainPair {
  readonly seed: number;
  readonly base?: number;
  readonly head?: number;
}

/** How many runs of a set of pairs gave a value, and how many failed on one side alone. */
export interface Tally {
  readonly attempted: number;
  readonly headValues: number;
  readonly baseValues: number;
  readonly headOnlyFailures: number;
  readonly baseOnlyFailures: number;
}

/** Level of McNemar's test on crashes: fixed, as it guards the gate and is no claim about the metric. */
const crashLevel = 0.05;

export function tallyOf(pairs: readonly GainPair[]): Tally {
  let [headValues, baseValues, both] = [0, 0, 0];
  for (const { base, head } of pairs) {
    const headRan = isValue(head);
    const baseRan = isValue(base);
    if (headRan) headValues++;
    if (baseRan) baseValues++;
    if (headRan && baseRan) both++;
  }
  return { attempted: pairs.length, headValues, baseValues, headOnlyFailures: baseValues - both, baseOnlyFailures: headValues - both };
}

/** Head fails where base does not, beyond chance (one-sided McNemar), or always while base gave a first look's worth of values. */
export function isHeadUnstable(tally: Tally, firstLook: number): boolean {
  const { headOnlyFailures: k, baseOnlyFailures } = tally;
  if (tally.headValues === 0 && tally.baseValues >= firstLook) return true;
  return fairUpperTail(k, k + baseOnlyFailures) <= crashLevel;
}

export type SuspectReason = 'stability' | 'base-stability';

/** Failures on one side alone beyond the other's that no answer stands upon: too many for chance, too few for a claim. */
const imbalance = 2;

/** Which side fails too often, as a reason: `stability` the head, `base-stability` the base; undefined where neither does. */
export function suspectReason({ headOnlyFailures, baseOnlyFailures }: Pick<Tally, 'headOnlyFailures' | 'baseOnlyFailures'>): SuspectReason | undefined {
  if (headOnlyFailures - baseOnlyFailures >= imbalance) return 'stability';
  return baseOnlyFailures - headOnlyFailures >= imbalance ? 'base-stability' : undefined;
}

/**
 * A head that fails more often may be called worse, never fine. Of a base that does, only the seeds that went well are
 * left: too good to be called better than, too few to be called as good as.
 */
export function isWithheld(decision: GateResult['decision'], suspect: SuspectReason | undefined): boolean {
  return suspect === 'base-stability' || (suspect === 'stability' && decision !== 'DOWN');
}

/** Neither side, or base alone, gave any value in a first look's worth of pairs: more of the same would tell nothing. */
export function deadSide(tally: Tally, firstLook: number): 'both-failed' | 'base-failed' | undefined {
  if (tally.attempted < firstLook || tally.baseValues > 0) return undefined;
  if (tally.headValues === 0) return 'both-failed';
  return tally.headValues >= firstLook ? 'base-failed' : undefined;
}

/** A run that failed, or gave NaN or an infinity, has no value. */
export function isValue(gain: number | undefined): gain is number {
  return gain !== undefined && Number.isFinite(gain);
}
