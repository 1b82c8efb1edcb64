import { gate, type GainPair, type GatePolicy } from '../compare/gate.js';
import { toGain, type Goal } from '../model/direction.js';
import type { Clock } from '../model/ports.js';
import type { GateResult } from '../model/verdict.js';
import { measurePairs, missingRuns, type MeasuredPair, type PairsRequest, type PairSide } from './pairs.js';
import { secondsFor, secondsPerRun } from './timeLeft.js';

/** A metric that takes part in the decision. `policy.margin` is in gain units, frozen before the first run. */
export interface StageMetric {
  readonly name: string;
  readonly goal: Goal;
  readonly policy: GatePolicy;
}

export interface PairedStageRequest extends PairsRequest {
  /** The objective first, gated `also` metrics after it. */
  readonly metrics: readonly StageMetric[];
  readonly clock: Clock;
  /** On the clock of `clock`; a look that is not expected to finish by then is not started (decisions.md 16). */
  readonly deadlineMs: number | undefined;
  /** Asked after the first two pairs; true ends the stage: nothing changed. */
  readonly isCanary?: (pairs: readonly MeasuredPair[]) => boolean;
  /** How many pairs may come at most, for those who watch; the last look unless given. */
  readonly mostPairs?: number;
  /** No pair beyond this one can be measured. */
  readonly maxPairs?: number;
  /** Judges the pairs of one metric; `gate` unless the stage has a rule of its own. */
  readonly judge?: typeof gate;
}

export interface PairedStageOutcome {
  readonly pairs: readonly MeasuredPair[];
  /** One result per metric, same order. */
  readonly results: readonly GateResult[];
  readonly canary: boolean;
  /** Why it ended early: there was no time for the next look, or somebody cancelled. */
  readonly cut: 'budget' | 'cancelled' | undefined;
}

const canaryPairs = 2;

/** Runs pairs look by look until every metric is decided, or the looks, the time or the patience end. */
export async function runPairedStage(request: PairedStageRequest): Promise<PairedStageOutcome> {
  const { metrics, signal, isCanary } = request;
  const judge = request.judge ?? gate;
  const pairs: MeasuredPair[] = [];
  const judged = (): GateResult[] => metrics.map((metric) => judge(gainPairs(pairs, metric), metric.policy));
  let results = judged();
  for (;;) {
    const wanted = Math.max(0, ...results.map((result) => result.needMore ?? 0));
    if (wanted === 0) return { pairs, results, canary: false, cut: undefined };
    if (pairs.length + wanted > (request.maxPairs ?? Infinity)) return { pairs, results: results.map(asFinal), canary: false, cut: undefined };
    const canaryIsDue = isCanary !== undefined && pairs.length === 0 && wanted >= canaryPairs;
    const more = canaryIsDue ? canaryPairs : wanted;
    if (!fits(request, pairs, more)) return { pairs, results, canary: false, cut: 'budget' };
    const measured = await measurePairs(request, pairs.length + 1, pairs.length + more);
    if (signal.aborted) return { pairs, results, canary: false, cut: 'cancelled' };
    if (measured.some(({ base, head }) => base.cut === true || head.cut === true)) return { pairs, results, canary: false, cut: 'budget' };
    pairs.push(...measured);
    if (canaryIsDue && isCanary(pairs)) return { pairs, results: results.map((result) => asIdentical(result, pairs.length)), canary: true, cut: undefined };
    results = judged();
  }
}

/** No further pair will come: what is undecided stays so because of the noise, not for want of time. */
function asFinal(result: GateResult): GateResult {
  const final = { ...result };
  delete final.needMore;
  return final.decision === 'INCONCLUSIVE' && final.effect === undefined && final.reason === undefined ? { ...final, reason: 'failures' } : final;
}

/** Equal in every number of every step: no look is needed. */
function asIdentical(result: GateResult, pairs: number): GateResult {
  return { ...asFinal(result), decision: 'NO_CHANGE', reason: 'canary', pairs };
}

/** One metric's pairs in gain units; a run that failed, or did not report this metric, leaves its side undefined. */
export function gainPairs(pairs: readonly MeasuredPair[], metric: { readonly name: string; readonly goal: Goal }): GainPair[] {
  const gainOf = (side: PairSide): number | undefined => {
    const value = side.metrics[metric.name];
    return side.complete && value !== undefined ? toGain(value, metric.goal) : undefined;
  };
  return pairs.map((pair) => {
    const base = gainOf(pair.base);
    const head = gainOf(pair.head);
    return { seed: pair.seed, ...(base === undefined ? {} : { base }), ...(head === undefined ? {} : { head }) };
  });
}

/** Whether the runs that `more` pairs still need are expected to end before the deadline; unknown durations are tried. */
function fits(request: PairedStageRequest, pairs: readonly MeasuredPair[], more: number): boolean {
  const { deadlineMs, clock, executor, alone, lab, stored } = request;
  if (deadlineMs === undefined) return true;
  const left = deadlineMs - clock.now();
  if (left <= 0) return false;
  const waiting = missingRuns(request, pairs.length + 1, pairs.length + more);
  const seconds = secondsFor({ waiting, slots: alone ? 1 : executor.capacity, each: secondsPerRun(lab, [...stored.values()]) });
  return 1000 * (seconds ?? 0) <= left;
}
