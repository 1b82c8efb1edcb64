import type { StopPolicy } from '../model/config.js';
import { toLoss, type Goal } from '../model/direction.js';
import type { LossTrial, Pruner } from '../model/ports.js';
import { standingStill, type StandingStill } from './standingStill.js';
import { usualSeconds } from './timeLeft.js';

/** Why a search ended; the words of `report.json`. */
export type StopReason = 'cancelled' | 'disk' | 'time' | 'gpu_hours' | 'failures' | 'threshold' | 'regret_bound' | StandingStill | 'exhausted' | 'trials' | 'optimiser_failed';

export interface SearchLimits extends StopPolicy {
  readonly trials: number;
  /** Failures in a row. */
  readonly failures: number;
  readonly trialTimeMs?: number;
  readonly gpuHours?: number;
  /** Runs after the search that `gpuHours` has to pay for as well; at most a quarter of it is kept for them. */
  readonly runsAfter?: number;
  /** On the clock handed to the search. */
  readonly deadlineMs?: number;
}

export interface SearchFacts {
  readonly goal: Goal;
  /** In order of number; `judged` of the pruner's trials. */
  readonly finished: readonly LossTrial[];
  readonly asked: number;
  readonly failuresInARow: number;
  /** Spent so far by all stages, and by one run on average; 0 while nothing was timed. */
  readonly gpuSeconds: number;
  readonly gpuSecondsEach: number;
  /** Trials that are running now: what they will have spent belongs to the budget too. */
  readonly running: number;
  readonly nowMs: number;
  /** What there may be left to gain, worked out only when asked; undefined while that is unknown. */
  readonly regret?: () => number | undefined;
}

/** Trials whose end is known: where a pruner takes trials up again, one that it stopped may still become the best. */
export function judged(pruner: Pick<Pruner, 'next'>, finished: readonly LossTrial[]): readonly LossTrial[] {
  return pruner.next === undefined ? finished : finished.filter(({ state }) => state !== 'pruned');
}

/** The first limit that forbids another trial; undefined when one may start. */
export function whyStop(limits: SearchLimits, facts: SearchFacts): StopReason | undefined {
  const { finished } = facts;
  if (limits.deadlineMs !== undefined && facts.nowMs + expectedMs(finished) > limits.deadlineMs) return 'time';
  if (isOverGpuBudget(limits, facts)) return 'gpu_hours';
  if (facts.failuresInARow >= limits.failures) return 'failures';
  const best = bestOf(finished);
  if (best !== undefined && limits.threshold !== undefined && best.loss <= toLoss(limits.threshold, facts.goal)) return 'threshold';
  const still = standingStill(limits, facts);
  if (still !== undefined) return still;
  if (limits.regretBound !== undefined && (facts.regret?.() ?? Infinity) <= limits.regretBound) return 'regret_bound';
  return facts.asked >= limits.trials ? 'trials' : undefined;
}

/** Whether one more trial would spend more than there is, as far as the runs so far tell. */
function isOverGpuBudget({ gpuHours, runsAfter = 0 }: SearchLimits, { gpuSeconds, gpuSecondsEach, running }: SearchFacts): boolean {
  if (gpuHours === undefined || gpuSeconds === 0) return false;
  const kept = Math.min(runsAfter * gpuSecondsEach, gpuHours * 900);
  return gpuSeconds + (running + 1) * gpuSecondsEach > gpuHours * 3600 - kept;
}

/** Lowest loss of the complete trials; the earliest of equals. */
export function bestOf(trials: readonly LossTrial[]): { readonly number: number; readonly loss: number } | undefined {
  let best: { number: number; loss: number } | undefined;
  for (const { state, loss, number } of trials) {
    if (state === 'complete' && loss !== undefined && (best === undefined || loss < best.loss)) best = { number, loss };
  }
  return best;
}

/** 0 while nothing is known, so that the first one is tried. */
function expectedMs(finished: readonly LossTrial[]): number {
  return 1000 * (usualSeconds(finished.filter((trial) => trial.state === 'complete')) ?? 0);
}
