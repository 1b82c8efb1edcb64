import { toLoss } from '../model/direction.js';
import type { LossTrial } from '../model/ports.js';
import { regretBound } from '../samplers/regretBound.js';
import type { Lab } from './lab.js';
import type { SearchOptions } from './search.js';
import type { SearchTrials } from './searchTrials.js';
import { bestOf, judged, type SearchLimits, type whyStop } from './stopRules.js';
import { secondsPerRun, timeLeft, usualSeconds } from './timeLeft.js';

export function limitsNow({ limits, beside }: SearchOptions): SearchLimits {
  return beside === undefined ? limits : { ...limits, deadlineMs: beside.over()?.deadlineMs ?? Infinity };
}

export function factsOf(options: SearchOptions, trials: SearchTrials, running: number): Parameters<typeof whyStop>[1] {
  const spent = gpuSecondsOf(options.lab);
  return {
    goal: options.objective.goal, finished: judged(options.pruner, trials.view().finished), regret: () => regretBound(trials.view()), asked: trials.asked, failuresInARow: trials.failuresInARow,
    gpuSeconds: spent.all, gpuSecondsEach: spent.each, running, nowMs: options.clock.now(),
  };
}

/** What the log's runs spent on GPUs, together and on average. */
export function gpuSecondsOf(lab: Pick<Lab, 'study'>): { readonly all: number; readonly each: number } {
  let [all, runs] = [0, 0];
  for (const { result } of lab.study().trials) {
    if (result?.gpuSeconds === undefined) continue;
    all += result.gpuSeconds;
    runs += 1;
  }
  return { all, each: runs === 0 ? 0 : all / runs };
}

export function tellProgress(options: SearchOptions, trials: SearchTrials, startedMs: readonly number[]): void {
  if (options.onProgress === undefined) return;
  const { finished, running } = trials.view();
  const best = bestOf(finished);
  const elsewhere = options.lab.others === undefined ? 0 : running.length - startedMs.length;
  const value = best === undefined ? {} : { best: toLoss(best.loss, options.objective.goal) };
  options.onProgress({ done: finished.length, running: startedMs.length, ...(elsewhere > 0 ? { elsewhere } : {}), ...value, ...timeLeftOf(options, finished, startedMs) });
}

/** Beside another stage nobody knows when it gets which slots. */
function timeLeftOf(options: SearchOptions, finished: readonly LossTrial[], startedMs: readonly number[]): { readonly secondsLeft?: number } {
  const { clock, lab, beside } = options;
  if (beside !== undefined && beside.over() === undefined) return {};
  const { trials, deadlineMs } = limitsNow(options);
  const waiting = Math.max(0, trials - finished.length - startedMs.length);
  const running = startedMs.map((at) => (clock.now() - at) / 1000);
  return timeLeft({ waiting, running, slots: options.slots(), each: usualSeconds(finished) ?? secondsPerRun(lab) }, clock, deadlineMs);
}

