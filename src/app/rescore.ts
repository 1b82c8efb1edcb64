import type { SearchTrial } from '../model/comparison.js';
import { toLoss, type Goal } from '../model/direction.js';
import { paramsKey, type Params } from '../model/params.js';
import { seedFor } from '../model/seeds.js';
import { wasCut } from '../model/studyLog.js';
import type { Side } from '../model/trial.js';
import { inParallel } from './inParallel.js';
import type { Lab } from './lab.js';

/** A search this small re-scores the top two on two seeds (decisions.md 3). */
const FEW_TRIALS = 10;
const SEEDS = 3;

export interface RescoreOptions {
  readonly lab: Lab;
  readonly side: Side;
  readonly study: string;
  /** Tree of the searched commit: part of the seeds' label. */
  readonly tree: string;
  readonly goal: Goal;
  readonly trials: readonly SearchTrial[];
  /** Numbers of trials as the sampler's model ranks them: these are the search's best, where it has one. */
  readonly ranking?: readonly number[];
  /** Re-scored along, if it was a trial of the search. */
  readonly incumbent?: Params;
  /** `verdict.rescore`: how many of the best; 0 = off, the best by its one value wins. */
  readonly top: number;
  readonly slots: number;
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (state: { readonly done: number; readonly of: number }) => void;
}

export interface RescoredCandidate {
  /** Number of the search trial. */
  readonly trial: number;
  readonly params: Params;
  /** One per seed that completed, in the order of seeds. */
  readonly values: readonly number[];
  /** Absent unless every seed completed: a configuration that fails now and then does not win. */
  readonly mean?: number;
  readonly winner: boolean;
}

export interface RescoreOutcome {
  readonly candidates: readonly RescoredCandidate[];
  readonly seeds: readonly number[];
  /** A run was ended from outside, by a cancellation or the end of the time. */
  readonly cut: boolean;
  /** The retuned configuration; absent when nothing completed. */
  readonly winner?: RescoredCandidate;
}

/** The search's best, measured again on fresh seeds: the best of many single values owes part of its value to luck. */
export async function rescoreCandidates(options: RescoreOptions): Promise<RescoreOutcome> {
  const { lab, side, signal } = options;
  const candidates = candidatesOf(options);
  const best = candidates[0];
  if (options.top === 0 || best === undefined) return { seeds: [], cut: false, ...announced(best === undefined ? [] : [{ ...bare(best), values: [] }], 0) };
  const seeds = Array.from({ length: isFew(options) ? 2 : SEEDS }, (_, i) => seedFor(`rescore:${options.study}:${options.tree}`, i + 1));
  const runs = seeds.flatMap((seed) => candidates.map(({ params, number }) => ({ seed, params, number })));
  let done = 0;
  let cut = false;
  const values = await inParallel(runs, options.slots, async ({ seed, params, number }) => {
    cut ||= signal.aborted;
    if (cut) return { number, value: undefined };
    const { trial } = await lab.measure({
      side, stage: 'rescore', params, seed, signal, ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    });
    cut ||= trial.result !== undefined && wasCut(trial.result);
    options.onProgress?.({ done: ++done, of: runs.length });
    return { number, value: trial.result?.outcome.state === 'complete' ? trial.result.outcome.value : undefined };
  });
  const scored = candidates.map((candidate): Omit<RescoredCandidate, 'winner'> => {
    const own = values.filter((run) => run.number === candidate.number).flatMap(({ value }) => (value === undefined ? [] : [value]));
    const mean = own.length < seeds.length ? {} : { mean: own.reduce((sum, value) => sum + value, 0) / own.length };
    return { ...bare(candidate), values: own, ...mean };
  });
  const losses = scored.map(({ mean }) => (mean === undefined ? Infinity : toLoss(mean, options.goal)));
  const lowest = Math.min(...losses);
  return { seeds, cut, ...announced(scored, lowest === Infinity ? -1 : losses.indexOf(lowest)) };
}

/** The incumbent counted as one more than the best. */
export function mostRescoreRuns(top: number, trials: number): number {
  if (top === 0) return 0;
  return trials < FEW_TRIALS ? 2 * (Math.min(2, top, trials) + 1) : SEEDS * (top + 1);
}

/** Those that the model expects most of, then by their one value; of equals the earlier trial. */
function candidatesOf(options: RescoreOptions): readonly (SearchTrial & { readonly value: number })[] {
  const { goal, incumbent } = options;
  const ranked = options.trials
    .flatMap((trial) => (trial.state === 'complete' && trial.value !== undefined ? [{ ...trial, value: trial.value }] : []))
    .sort((a, b) => toLoss(a.value, goal) - toLoss(b.value, goal) || a.number - b.number);
  if (options.top === 0) return ranked.slice(0, 1);
  const expected = (options.ranking ?? []).flatMap((number) => ranked.find((trial) => trial.number === number) ?? []);
  const top = [...new Set([...expected, ...ranked])].slice(0, isFew(options) ? Math.min(2, options.top) : options.top);
  const own = incumbent === undefined ? undefined : ranked.find(({ params }) => paramsKey(params) === paramsKey(incumbent));
  return own === undefined || top.includes(own) ? top : [...top, own];
}

function isFew({ trials }: RescoreOptions): boolean {
  return trials.length < FEW_TRIALS;
}

function bare({ number, params }: SearchTrial): { readonly trial: number; readonly params: Params } {
  return { trial: number, params };
}

function announced(scored: readonly Omit<RescoredCandidate, 'winner'>[], best: number): Pick<RescoreOutcome, 'candidates' | 'winner'> {
  const candidates = scored.map((candidate, i) => ({ ...candidate, winner: i === best }));
  const winner = candidates[best];
  return { candidates, ...(winner === undefined ? {} : { winner }) };
}
