import { z } from 'zod';
import type { PruningReport, SearchTrial } from '../model/comparison.js';
import type { Goal } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import { paramsKey, type Params } from '../model/params.js';
import type { Clock, Pruner, Sampler, StudyView } from '../model/ports.js';
import type { SearchSpace } from '../model/searchSpace.js';
import { seedFor } from '../model/seeds.js';
import type { Trial } from '../model/study.js';
import type { Side } from '../model/trial.js';
import { declaredDefaults, whyInvalid } from '../model/validity.js';
import { pruningNotes, pruningReport } from './pruningReport.js';
import type { Lab } from './lab.js';
import { runTrials } from './searchLoop.js';
import { othersOf } from './searchOthers.js';
import { createSearchTrials, type Anchor, type SearchTrials } from './searchTrials.js';
import { bestOf, type SearchLimits, type StopReason } from './stopRules.js';

export interface SearchOptions {
  readonly lab: Lab;
  readonly clock: Clock;
  readonly study: string;
  readonly side: Side;
  readonly space: SearchSpace;
  readonly objective: { readonly name: string; readonly goal: Goal };
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  /** Another one gives another list of trials; 0 unless the user chose one. */
  readonly samplerSeed?: number;
  /** Main's best configuration, tried after the declared defaults if it is a point of this space. */
  readonly incumbent?: Params;
  /** For the sampler alone: main's trials and the noise from seed to seed. */
  readonly knowledge?: Pick<StudyView, 'prior' | 'noise'>;
  readonly limits: SearchLimits;
  /** Trials at once; asked before each start. At least one is used. */
  readonly slots: () => number;
  /** A stage that goes first; while it is there, `slots` may be 0 and what it is to spend is not the search's to spend. */
  readonly beside?: Beside;
  readonly signal: AbortSignal;
  /** After each start and end. */
  readonly onProgress?: (state: { readonly done: number; readonly running: number; readonly elsewhere?: number; readonly best?: number; readonly secondsLeft?: number }) => void;
}

export interface Beside {
  /** Resolves once `slots` may answer otherwise. */
  changed(): Promise<void>;
  /** Runs that it may still start: they are counted in GPU-hours as if they ran. */
  runsAhead(): number;
  /** Undefined while the stage goes on; then the search's deadline, in place of the one in `limits`. */
  over(): { readonly deadlineMs: number | undefined } | undefined;
}

export interface SearchOutcome {
  readonly side: Side;
  readonly method: string;
  /** NOREGRET_SEED of every trial. */
  readonly seed: number;
  readonly stopReason: StopReason;
  /** In order of asking; a trial that the end of the time or a cancellation cut is `running`. */
  readonly trials: readonly SearchTrial[];
  readonly best?: SearchTrial & { readonly value: number };
  readonly counts: Readonly<Record<SearchTrial['state'], number>>;
  readonly notes: readonly string[];
  /** Numbers of complete trials as the sampler's model ranks them, best first. */
  readonly ranking?: readonly number[];
  /** What early stopping did. */
  readonly pruning?: PruningReport;
  /** Of the optimiser, another program: the search as far as it went. */
  readonly failure?: UserError;
}

/**
 * Asks, measures and tells until a limit is reached; never rejects because of a trial. UserErrors `external-…` where the optimiser failed before anything was begun. What a former run measured
 * is taken from the log, and the list of trials is the same whatever their order of finishing.
 */
export async function search(options: SearchOptions): Promise<SearchOutcome> {
  const { lab, side, objective, limits } = options;
  const seed = seedFor(`search:${options.study}`, 1);
  const notes: string[] = [];
  const others = othersOf(options, seed);
  const logged = (): readonly Trial[] => lab.study().trials.filter(others.belongs);
  const trials = createSearchTrials({
    space: options.space, objective, sampler: askable(options), pruner: options.pruner, trials: limits.trials,
    samplerSeed: `${options.samplerSeed ?? 0}:sampler:${options.study}`, anchors: anchorsOf(options, notes), knowledge: options.knowledge ?? {},
    isElsewhere: (trial) => lab.others?.isElsewhere(trial) === true, waiting: others.waiting,
  }, logged());
  const { stopReason, failure } = await ended(runTrials(options, trials, { seed, adopt: () => { for (const trial of others.touched()) trials.adopt(trial); } }));
  const rows = trials.rows();
  if (failure !== undefined && rows.length === 0) throw failure;
  const best = bestRow(trials, rows);
  // It keeps its own count of what is left, and a new process of it knows nothing of that.
  if (stopReason === 'exhausted' && options.sampler.prepare !== undefined) await lab.freeze(exhaustedName(options), () => true);
  if (stopReason !== 'disk' && failure === undefined) await lab.end('search', stopReason);
  const view = trials.view();
  notes.push(...await explained(options, { view, rows, isKept: stopReason !== 'disk' && failure === undefined }), ...others.notes(), ...pruningNotes(options.pruner, logged()));
  const ranking = options.sampler.ranked?.(view);
  const pruning = pruningReport(options.pruner, view, logged());
  return {
    side, method: options.sampler.name, seed, stopReason, trials: rows, counts: countStates(rows), notes,
    ...(best === undefined ? {} : { best }), ...(ranking === undefined ? {} : { ranking }),
    ...(pruning === undefined ? {} : { pruning }), ...(failure === undefined ? {} : { failure }),
  };
}

/** One that said in a former run that there is nothing more to try is not asked: as a new process it would begin anew. */
function askable(options: SearchOptions): Sampler {
  const { sampler, lab } = options;
  return Object.hasOwn(lab.study().frozen, exhaustedName(options)) ? { name: sampler.name, suggest: () => undefined } : sampler;
}

/** With more trials or another seed there may be more to try. An `ended` of the log says neither, nor which side's search it was. */
function exhaustedName({ side, limits, samplerSeed }: SearchOptions): string {
  return `nothing more to try in the ${side} search of ${limits.trials} trials, seed ${samplerSeed ?? 0}`;
}

interface Ended { readonly view: StudyView; readonly rows: readonly SearchTrial[]; /** Whether the log may still be written. */ readonly isKept: boolean }

/** A program that was not needed any more (its search is taken up again at its end) says nothing: what the former run's said is in the log. */
async function explained({ sampler, lab, side, limits }: SearchOptions, { view, rows, isKept }: Ended): Promise<readonly string[]> {
  const given = rows.flatMap(({ number, anchor }) => (anchor === undefined ? [] : [{ number, anchor }]));
  const said = sampler.explain?.(view, given) ?? [];
  if (sampler.prepare === undefined) return said;
  const name = `words of the optimiser after ${rows.length} of ${limits.trials} trials of the ${side} search`;
  if (said.length > 0) return isKept ? await lab.freeze(name, () => said) : said;
  return z.array(z.string()).safeParse(lab.study().frozen[name]).data ?? [];
}

/** What was measured before the optimiser failed is kept. */
async function ended(running: Promise<StopReason>): Promise<Pick<SearchOutcome, 'stopReason' | 'failure'>> {
  try {
    return { stopReason: await running };
  } catch (error) {
    if (!(error instanceof UserError && error.code.startsWith('external-'))) throw error;
    return { stopReason: 'optimiser_failed', failure: error };
  }
}

/** Declared defaults, then main's best, each if it is a point of this space. */
function anchorsOf(options: SearchOptions, notes: string[]): readonly Anchor[] {
  const anchors: Anchor[] = [];
  const defaults = declaredDefaults(options.space);
  if (defaults?.params !== undefined) anchors.push({ params: defaults.params, name: 'defaults' });
  else if (defaults !== undefined) notes.push(`The declared defaults are not tried: ${defaults.reason}.`);
  const { incumbent } = options;
  if (incumbent === undefined) return anchors;
  const reason = whyInvalid(options.space, incumbent);
  if (reason !== undefined) notes.push(`Main's best configuration is not tried: ${reason}.`);
  else if (anchors.every(({ params }) => paramsKey(params) !== paramsKey(incumbent))) anchors.push({ params: incumbent, name: 'incumbent' });
  return anchors;
}

function bestRow(trials: SearchTrials, rows: readonly SearchTrial[]): (SearchTrial & { readonly value: number }) | undefined {
  const row = rows[bestOf(trials.view().finished)?.number ?? -1];
  return row?.value === undefined ? undefined : { ...row, value: row.value };
}

function countStates(rows: readonly SearchTrial[]): Readonly<Record<SearchTrial['state'], number>> {
  const counts = { complete: 0, pruned: 0, infeasible: 0, failed: 0, running: 0 };
  for (const { state } of rows) counts[state] += 1;
  return counts;
}
