import type { SearchTrial } from '../model/comparison.js';
import type { StudyConfig } from '../model/config.js';
import { toLoss, type Goal } from '../model/direction.js';
import { paramsKey, type Params } from '../model/params.js';
import { seedFor } from '../model/seeds.js';
import { wasCut } from '../model/studyLog.js';
import type { Side } from '../model/trial.js';
import { inParallel } from './inParallel.js';
import type { Lab } from './lab.js';

/** `auto`: one candidate for every so many trials begun, and one more. A long search has more that differ by less than the noise. */
const CANDIDATES = { trialsEach: 20, most: 6 };
/** Candidates between which the last seed decides. */
const FINALISTS = 2;
/** Candidates that run on one more seed beside the incumbent: the pairs then show whether it was beaten. */
const DUEL = 1;
/** A single run would not tell a good configuration from a lucky one. */
const LEAST_SEEDS = 2;

export type RescoreTop = StudyConfig['verdict']['rescore'];

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
  /** `verdict.rescore`: how many of the best, auto = by the number of trials; 0 = off, the best by its one value wins. */
  readonly top: RescoreTop;
  readonly slots: number;
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (state: { readonly done: number; readonly of: number }) => void;
}

export interface RescoredCandidate {
  /** Number of the search trial. */
  readonly trial: number;
  readonly params: Params;
  /** One per seed that completed, in the order of seeds; fewer than seeds where it dropped out. */
  readonly values: readonly number[];
  /** Absent unless it ran on every seed, or won: it dropped out, or failed. */
  readonly mean?: number;
  readonly winner: boolean;
}

export interface RescoreOutcome {
  readonly candidates: readonly RescoredCandidate[];
  readonly seeds: readonly number[];
  /** A run was ended from outside, by a cancellation or the end of the time. */
  readonly cut: boolean;
  /** The retuned configuration; absent when each of them failed on a seed. */
  readonly winner?: RescoredCandidate;
  /** Every finalist failed on a seed: the winner had dropped out before, and never failed. */
  readonly finalistsFailed?: true;
}

/**
 * The search's best, measured again on fresh seeds: the best of many single values owes part of its value to luck. A
 * race: each seed is run for all that are left, then the worse third drops out, so that most runs go to those between
 * which it is hard to choose (docs/adr/0008). The incumbent runs on every seed, and on a last one against the best
 * alone. The winner has the best mean of those that ran on every seed; where every
 * finalist failed on one, it is the last to drop out of those that never failed.
 */
export async function rescoreCandidates(options: RescoreOptions): Promise<RescoreOutcome> {
  const entrants = entrantsOf(options);
  const best = entrants[0];
  if (options.top === 0 || best === undefined) return { seeds: [], cut: false, ...announced(best === undefined ? [] : [bare(best)], 0) };
  const rounds = [...rescoreRounds(options.top, options.trials.length), ...(entrants.some(({ stays }) => stays) ? [DUEL] : [])];
  const seeds = rounds.map((_, i) => seedFor(`rescore:${options.study}:${options.tree}`, i + 1));
  const cut = await race(options, entrants, { rounds, seeds });
  const finishers = entrants.filter(({ values }) => values.length === seeds.length);
  const sound = finishers.length > 0 || cut ? finishers : lastSound(entrants);
  const losses = sound.map(({ values }) => toLoss(meanOf(values), options.goal));
  const winner = sound[losses.indexOf(Math.min(...losses))];
  const scored = entrants.map((entrant) => ({ ...bare(entrant), ...(finishers.includes(entrant) || entrant === winner ? { mean: meanOf(entrant.values) } : {}) }));
  return { seeds, cut, ...(winner === undefined || finishers.length > 0 ? {} : { finalistsFailed: true as const }), ...announced(scored, winner === undefined ? -1 : entrants.indexOf(winner)) };
}

/** Those that never failed and got furthest. */
function lastSound(entrants: readonly Entrant[]): readonly Entrant[] {
  const sound = entrants.filter(({ failed }) => !failed);
  const furthest = Math.max(...sound.map(({ values }) => values.length));
  return sound.filter(({ values }) => values.length === furthest);
}

/** How many candidates each seed is run for, after a search of so many trials; the incumbent and its duel come on top. */
export function rescoreRounds(top: RescoreTop, trials: number): readonly number[] {
  const wanted = top === 'auto' ? Math.min(Math.ceil(trials / CANDIDATES.trialsEach) + 1, CANDIDATES.most) : top;
  const rounds: number[] = [];
  for (let left = Math.min(wanted, trials); left > 0; left = Math.ceil((2 * left) / 3)) {
    rounds.push(left);
    if (left <= FINALISTS && rounds.length >= LEAST_SEEDS) break;
  }
  return rounds;
}

/** With the incumbent as one more than the best. */
export function mostRescoreRuns(top: RescoreTop, trials: number): number {
  const rounds = rescoreRounds(top, trials);
  return rounds.length === 0 ? 0 : [...rounds, DUEL].reduce((sum, left) => sum + left + 1, 0);
}

interface Entrant {
  readonly number: number;
  readonly params: Params;
  /** It is the incumbent. */
  readonly stays: boolean;
  readonly values: number[];
  failed: boolean;
}

/** Fills the entrants' values; true when a run was ended from outside. */
async function race(options: RescoreOptions, entrants: readonly Entrant[], { rounds, seeds }: { readonly rounds: readonly number[]; readonly seeds: readonly number[] }): Promise<boolean> {
  const { lab, side, signal, goal } = options;
  const along = entrants.filter(({ stays }) => stays).length;
  const of = rounds.reduce((sum, places) => sum + Math.min(places, entrants.length - along) + along, 0);
  let [done, cut] = [0, false];
  let left = entrants;
  for (const [i, seed] of seeds.entries()) {
    await inParallel(left, options.slots, async (entrant) => {
      const { params, values } = entrant;
      cut ||= signal.aborted;
      if (cut) return;
      const { trial } = await lab.measure({ side, stage: 'rescore', params, seed, signal, ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }) });
      cut ||= trial.result !== undefined && wasCut(trial.result);
      options.onProgress?.({ done: ++done, of });
      if (trial.result?.outcome.state === 'complete') values.push(trial.result.outcome.value);
      else entrant.failed = true;
    });
    // A configuration that fails now and then does not win.
    const sound = left.filter(({ values }) => values.length === i + 1).sort((a, b) => toLoss(meanOf(a.values), goal) - toLoss(meanOf(b.values), goal));
    left = [...sound.filter(({ stays }) => !stays).slice(0, rounds[i + 1] ?? 0), ...sound.filter(({ stays }) => stays)];
  }
  return cut;
}

/** Those that the sampler ranks first, then by their one value; of equals the earlier trial. */
function entrantsOf(options: RescoreOptions): readonly Entrant[] {
  const { goal, incumbent, top } = options;
  const complete = options.trials
    .flatMap((trial) => (trial.state === 'complete' && trial.value !== undefined ? [{ ...trial, value: trial.value }] : []))
    .sort((a, b) => toLoss(a.value, goal) - toLoss(b.value, goal) || a.number - b.number);
  if (top === 0) return complete.slice(0, 1).map(({ number, params }) => ({ number, params, stays: false, values: [], failed: false }));
  const expected = (options.ranking ?? []).flatMap((number) => complete.find((trial) => trial.number === number) ?? []);
  const own = incumbent === undefined ? undefined : complete.find(({ params }) => paramsKey(params) === paramsKey(incumbent));
  return [...new Set([...expected, ...complete])]
    .map(({ number, params }): Entrant => ({ number, params, stays: number === own?.number, values: [], failed: false }))
    .filter(({ stays }, place) => stays || place < (rescoreRounds(top, options.trials.length)[0] ?? 0));
}

function bare({ number, params, values }: Entrant): Omit<RescoredCandidate, 'winner'> {
  return { trial: number, params, values };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function announced(scored: readonly Omit<RescoredCandidate, 'winner'>[], best: number): Pick<RescoreOutcome, 'candidates' | 'winner'> {
  const candidates = scored.map((candidate, i) => ({ ...candidate, winner: i === best }));
  const winner = candidates[best];
  return { candidates, ...(winner === undefined ? {} : { winner }) };
}
