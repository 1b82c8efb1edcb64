import type { Clock } from '../model/ports.js';
import { isVoid } from '../model/studyLog.js';
import type { Lab } from './lab.js';

/** What is still to be done, as far as one can tell. */
export interface Work {
  /** Runs that have not been started. */
  readonly waiting: number;
  /** For how many seconds each of the running ones has been at it. */
  readonly running?: readonly number[];
  readonly slots: number;
  /** Seconds that a run takes; undefined while nothing was timed. */
  readonly each: number | undefined;
}

/** Seconds until all of it has ended, each run in the slot that is free first; undefined while nothing is known. */
export function secondsFor({ waiting, running = [], slots, each }: Work): number | undefined {
  if (waiting + running.length === 0) return 0;
  if (each === undefined) return undefined;
  const busy = running.map((elapsed) => Math.max(0, each - elapsed));
  const ends = [...busy, ...Array.from({ length: Math.max(0, Math.max(1, slots) - busy.length) }, () => 0)].sort((a, b) => a - b);
  // Whole rounds are alike: only what remains of them is dealt out.
  const rounds = Math.floor(waiting / ends.length);
  for (let left = waiting % ends.length; left > 0; left--) {
    ends[0] = (ends[0] ?? 0) + each;
    ends.sort((a, b) => a - b);
  }
  return rounds * each + (ends.at(-1) ?? 0);
}

/** What people are told: until the work or the time is over, whichever comes first. */
export function timeLeft(work: Work, clock: Pick<Clock, 'now'>, deadlineMs = Infinity): { readonly secondsLeft?: number } {
  const seconds = secondsFor(work);
  return seconds === undefined ? {} : { secondsLeft: Math.max(0, Math.min(seconds, (deadlineMs - clock.now()) / 1000)) };
}

/** Mean time of the runs that were timed; undefined without any. */
export function usualSeconds(runs: readonly { readonly seconds?: number | undefined }[]): number | undefined {
  const timed = runs.flatMap(({ seconds }) => (seconds === undefined ? [] : [seconds]));
  return timed.length === 0 ? undefined : timed.reduce((sum, seconds) => sum + seconds, 0) / timed.length;
}

/** Of all that ran here, else of what is stored. */
export function secondsPerRun(lab: Pick<Lab, 'study'>, stored: readonly { readonly seconds: number }[] = []): number | undefined {
  return usualSeconds(lab.study().trials.flatMap(({ result }) => (result === undefined || isVoid(result) ? [] : [result]))) ?? usualSeconds(stored);
}
