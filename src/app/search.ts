import type { PruningReport, SearchTrial } from '../model/comparison.js';
import type { Goal } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import { paramsKey, type Params } from '../model/params.js';
import type { Clock, LossTrial, Pruner, Sampler, StudyView } from '../model/ports.js';
import type { SearchSpace } from '../model/searchSpace.js';
import { seedFor } from '../model/seeds.js';
import { wasCut } from '../model/studyLog.js';
import type { Trial } from '../model/study.js';
import type { Side } from '../model/trial.js';
import { declaredDefaults, whyInvalid } from '../model/validity.js';
import { createCut } from './cut.js';
import { pruningNotes, pruningReport } from './pruningReport.js';
import type { Lab } from './lab.js';
import { createSearchTrials, type Anchor, type NextTrial, type SearchTrials } from './searchTrials.js';
import { regretBound } from '../samplers/regretBound.js';
import { bestOf, judged, whyStop, type SearchLimits, type StopReason } from './stopRules.js';
import { secondsPerRun, timeLeft, usualSeconds } from './timeLeft.js';

/** The log or a trial's own folder cannot be written: what was measured is reported, nothing more is started. */
export const diskCodes: ReadonlySet<string> = new Set(['disk-full', 'state-unwritable']);

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
  readonly onProgress?: (state: { readonly done: number; readonly running: number; readonly best?: number; readonly secondsLeft?: number }) => void;
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
}

/**
 * Asks, measures and tells until a limit is reached; never rejects because of a trial. What a former run measured
 * is taken from the log, and the list of trials is the same whatever their order of finishing.
 */
export async function search(options: SearchOptions): Promise<SearchOutcome> {
  const { lab, side, objective, limits } = options;
  const seed = seedFor(`search:${options.study}`, 1);
  const notes: string[] = [];
  const logged = (): readonly Trial[] => lab.study().trials.filter((trial) => trial.stage === 'search' && trial.side === side && trial.seed === seed);
  const trials = createSearchTrials({
    space: options.space, objective, sampler: options.sampler, pruner: options.pruner, trials: limits.trials,
    samplerSeed: `${options.samplerSeed ?? 0}:sampler:${options.study}`, anchors: anchorsOf(options, notes), knowledge: options.knowledge ?? {},
  }, logged());
  const stopReason = await runTrials(options, trials, seed);
  const rows = trials.rows();
  const best = bestRow(trials, rows);
  if (stopReason !== 'disk') await lab.end('search', stopReason);
  const view = trials.view();
  notes.push(...options.sampler.explain?.(view) ?? [], ...pruningNotes(options.pruner, logged()));
  const ranking = options.sampler.ranked?.(view);
  const pruning = pruningReport(options.pruner, view, logged());
  return {
    side, method: options.sampler.name, seed, stopReason, trials: rows, counts: countStates(rows), notes,
    ...(best === undefined ? {} : { best }), ...(ranking === undefined ? {} : { ranking }),
    ...(pruning === undefined ? {} : { pruning }),
  };
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

async function runTrials(options: SearchOptions, trials: SearchTrials, seed: number): Promise<StopReason> {
  const { beside } = options;
  const cut = createCut({ signal: options.signal, deadlineMs: limitsNow(options).deadlineMs, clock: options.clock });
  /** With the time of their start. */
  const running = new Map<Promise<void>, number>();
  const ending: { stop: StopReason | undefined; bug?: Error } = { stop: undefined };
  const start = (next: NextTrial): void => {
    const work = runOne(options, trials, { ...next, seed, signal: cut.signal }).then((madeWay) => {
      // A trial that rests may have been the last one that others waited for.
      if ((madeWay || options.pruner.next !== undefined) && ending.stop !== 'disk') ending.stop = undefined;
    }).catch((error: unknown) => {
      if (error instanceof UserError && diskCodes.has(error.code)) ending.stop = 'disk';
      else ending.bug ??= error instanceof Error ? error : new Error(String(error));
      cut.now();
    }).finally(() => running.delete(work));
    running.set(work, options.clock.now());
  };
  try {
    for (;;) {
      if (beside?.over() !== undefined) cut.endAt(limitsNow(options).deadlineMs);
      if (!cut.signal.aborted) ending.stop ??= startSome(options, trials, { running, start });
      const mayGoOn = beside !== undefined && beside.over() === undefined && ending.stop === undefined && !cut.signal.aborted;
      if (!mayGoOn || trials.asked > 0) tell(options, trials, [...running.values()]);
      if (running.size === 0 && !mayGoOn) break;
      await Promise.race([...running.keys(), ...(mayGoOn ? [beside.changed()] : [])]);
    }
  } finally {
    cut.close();
    await Promise.allSettled(running.keys());
  }
  if (ending.bug !== undefined) throw ending.bug;
  if (ending.stop === 'disk') return 'disk';
  if (options.signal.aborted) return 'cancelled';
  return cut.signal.aborted ? 'time' : ending.stop ?? 'trials';
}

/** Starts what may start now; says why, if nothing more may ever. */
function startSome(options: SearchOptions, trials: SearchTrials, { running, start }: { running: { readonly size: number }; start: (next: NextTrial) => void }): StopReason | undefined {
  const isBeside = options.beside !== undefined && options.beside.over() === undefined;
  while (running.size < Math.max(isBeside ? 0 : 1, options.slots())) {
    const stop = whyStop(limitsNow(options), factsOf(options, trials, running.size + (options.beside?.runsAhead() ?? 0)));
    // The stage beside may end early and leave the rest to the search.
    if (isBeside && stop === 'gpu_hours') return undefined;
    const next = stop === undefined || stop === 'trials' ? trials.next({ fresh: stop === undefined }) : undefined;
    if (next === undefined) return stop ?? 'exhausted';
    start(next);
  }
  return undefined;
}

function limitsNow({ limits, beside }: SearchOptions): SearchLimits {
  return beside === undefined ? limits : { ...limits, deadlineMs: beside.over()?.deadlineMs ?? Infinity };
}

/** True when the trial was cut for a stage that goes first, and is still to be measured. */
async function runOne(options: SearchOptions, trials: SearchTrials, ask: NextTrial & { seed: number; signal: AbortSignal }): Promise<boolean> {
  const { lab, side, limits, pruner } = options;
  const { number, params, seed, signal, continues, until } = ask;
  const timed = pruner.resource === 'seconds';
  const { trial } = await lab.measure({
    side, stage: 'search', params, seed, signal, onReport: trials.listen(number), continues, timed,
    ...(until === undefined || timed ? {} : { until }),
    ...(limits.trialTimeMs === undefined ? {} : { timeoutMs: limits.trialTimeMs }),
  });
  trials.settle(number, trial);
  return trial.result !== undefined && wasCut(trial.result) && !signal.aborted;
}

function factsOf(options: SearchOptions, trials: SearchTrials, running: number): Parameters<typeof whyStop>[1] {
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

function tell(options: SearchOptions, trials: SearchTrials, startedMs: readonly number[]): void {
  if (options.onProgress === undefined) return;
  const { finished } = trials.view();
  const best = bestOf(finished);
  const value = best === undefined ? {} : { best: options.objective.goal === 'minimize' ? best.loss : -best.loss };
  options.onProgress({ done: finished.length, running: startedMs.length, ...value, ...timeLeftOf(options, finished, startedMs) });
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

function bestRow(trials: SearchTrials, rows: readonly SearchTrial[]): (SearchTrial & { readonly value: number }) | undefined {
  const row = rows[bestOf(trials.view().finished)?.number ?? -1];
  return row?.value === undefined ? undefined : { ...row, value: row.value };
}

function countStates(rows: readonly SearchTrial[]): Readonly<Record<SearchTrial['state'], number>> {
  const counts = { complete: 0, pruned: 0, infeasible: 0, failed: 0, running: 0 };
  for (const { state } of rows) counts[state] += 1;
  return counts;
}
