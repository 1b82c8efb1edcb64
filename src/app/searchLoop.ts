import { UserError } from '../model/errors.js';
import { wasCut } from '../model/studyLog.js';
import { createCut, type Cut } from './cut.js';
import type { LabOthers, MeasureRequest } from './lab.js';
import { lookAfterMs } from './labLog.js';
import type { SearchOptions } from './search.js';
import { factsOf, limitsNow, tellProgress } from './searchFacts.js';
import type { NextTrial, SearchTrials } from './searchTrials.js';
import { whyStop, type StopReason } from './stopRules.js';

/** The log or a trial's own folder cannot be written: what was measured is reported, nothing more is started. */
export const diskCodes: ReadonlySet<string> = new Set(['disk-full', 'state-unwritable']);

interface Round {
  readonly seed: number;
  /** Shows `trials` what other programs measured. */
  readonly adopt: () => void;
}
interface Ending { stop: StopReason | undefined; bug?: Error; /** How often `stop` was taken back. */ reopenings: number }
type BegunTrial = NextTrial & Pick<MeasureRequest, 'begun'>;
type Asking = BegunTrial & { readonly seed: number; readonly signal: AbortSignal };
/** Trials that run here, and how one is started. */
interface Floor { readonly running: ReadonlyMap<Promise<void>, number>; readonly start: (next: BegunTrial) => void; readonly fail: (error: unknown) => void }

/** Runs trials until a limit is reached or an end comes from outside; says which. */
export async function runTrials(options: SearchOptions, trials: SearchTrials, round: Round): Promise<StopReason> {
  const { beside } = options;
  const cut = createCut({ signal: options.signal, deadlineMs: limitsNow(options).deadlineMs, clock: options.clock });
  /** With the time of their start. */
  const running = new Map<Promise<void>, number>();
  const ending: Ending = { stop: undefined, reopenings: 0 };
  const floor = createFloor(options, trials, { running, ending, cut, seed: round.seed });
  try {
    for (;;) {
      if (beside?.over() !== undefined) cut.endAt(limitsNow(options).deadlineMs);
      const before = ending.reopenings;
      if (!cut.signal.aborted && ending.stop === undefined) {
        const stop = await startAll(options, trials, { ...floor, ...round, signal: cut.signal });
        if (ending.reopenings === before) ending.stop ??= stop;
      }
      const mayGoOn = beside !== undefined && beside.over() === undefined && ending.stop === undefined && !cut.signal.aborted;
      if (!mayGoOn || trials.asked > 0) tellProgress(options, trials, [...running.values()]);
      if (ending.reopenings !== before) continue;
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

interface FloorParts { readonly running: Map<Promise<void>, number>; readonly ending: Ending; readonly cut: Cut; readonly seed: number }

function createFloor(options: SearchOptions, trials: SearchTrials, { running, ending, cut, seed }: FloorParts): Floor {
  const fail = (error: unknown): void => {
    if (error instanceof UserError && diskCodes.has(error.code)) ending.stop = 'disk';
    else ending.bug ??= error instanceof Error ? error : new Error(String(error));
    cut.now();
  };
  const start = (next: BegunTrial): void => {
    const work = runOne(options, trials, { ...next, seed, signal: cut.signal }).then((madeWay) => {
      // A trial that rests may have been the last one that others waited for.
      if ((madeWay || options.pruner.next !== undefined) && ending.stop !== 'disk') reopen(ending);
    }).catch(fail).finally(() => running.delete(work));
    running.set(work, options.clock.now());
  };
  return { running, start, fail };
}

/** A trial that ended may give way to others. */
function reopen(ending: Ending): void {
  ending.stop = undefined;
  ending.reopenings += 1;
}

type Start = Floor & Round & { readonly signal: AbortSignal };

async function startAll(options: SearchOptions, trials: SearchTrials, start: Start): Promise<StopReason | undefined> {
  const { others } = options.lab;
  const starting = others === undefined ? startSome(options, trials, start) : startBesideOthers(options, trials, { ...start, others });
  return await starting.catch((error: unknown) => { start.fail(error); return undefined; });
}

/** Starts what may start now; says why, if nothing more may ever. */
async function startSome(options: SearchOptions, trials: SearchTrials, { running, start, signal }: Start): Promise<StopReason | undefined> {
  while (running.size < slotsNow(options) && !signal.aborted) {
    const next = await askedFor(options, trials, { running, signal });
    // What the answer waits for ended while it was on its way: nothing would ever come to ask it again.
    if (next === 'again') continue;
    if (next === undefined || typeof next === 'string') return next;
    start(next);
  }
  return undefined;
}

/** Beside other programs: what they measured is seen first, and each trial is begun in the log before anything else may be. */
async function startBesideOthers(options: SearchOptions, trials: SearchTrials, { running, start, others, adopt, ...request }: Start & { readonly others: LabOthers }): Promise<StopReason | undefined> {
  while (running.size < slotsNow(options) && !request.signal.aborted) {
    await others.refresh();
    adopt();
    const next = await askedFor(options, trials, { running, signal: request.signal });
    if (next === 'again') {
      // It waits for a trial of theirs, whose end nobody tells us.
      if (trials.view().running.length > 0) {
        tellProgress(options, trials, [...running.values()]);
        await options.clock.sleep(lookAfterMs, request.signal);
      }
      continue;
    }
    if (next === undefined || typeof next === 'string') return next;
    const claim = await others.claim(measureRequest(options, { ...next, ...request }));
    if (claim === undefined) trials.withdraw(next.number);
    else start({ ...next, ...claim });
  }
  return undefined;
}

/** As `nextOf`, once a sampler that is another program has thought. */
async function askedFor(options: SearchOptions, trials: SearchTrials, { running, signal }: Pick<Start, 'running' | 'signal'>): Promise<ReturnType<typeof nextOf>> {
  return (await prepared(options, trials, { running, signal })) ? nextOf(options, trials, running.size) : undefined;
}

/** Lets a sampler that is another program think. False when by then nothing may be started: its answer is kept for later. */
async function prepared(options: SearchOptions, trials: SearchTrials, { running, signal }: Pick<Start, 'running' | 'signal'>): Promise<boolean> {
  if (options.sampler.prepare === undefined || !mayAsk(options, stopOf(options, trials, running.size))) return true;
  await trials.prepare(signal);
  return !signal.aborted && running.size < slotsNow(options);
}

/** One that takes trials up again may still do so when there are no more new ones. */
function mayAsk({ pruner }: SearchOptions, stop: StopReason | undefined): boolean {
  return stop === undefined || (stop === 'trials' && pruner.next !== undefined);
}

function stopOf(options: SearchOptions, trials: SearchTrials, running: number): StopReason | undefined {
  return whyStop(limitsNow(options), factsOf(options, trials, running + (options.beside?.runsAhead() ?? 0)));
}

/** A trial to start; why there never will be one more; undefined = not now; `again` = the answer waits for trials, and none runs here (any more). */
function nextOf(options: SearchOptions, trials: SearchTrials, running: number): NextTrial | StopReason | 'again' | undefined {
  const stop = stopOf(options, trials, running);
  // The stage beside may end early and leave the rest to the search.
  if (isBeside(options) && stop === 'gpu_hours') return undefined;
  const next = stop === undefined || stop === 'trials' ? trials.next({ fresh: stop === undefined }) : undefined;
  if (next === undefined && trials.waits()) {
    if (running > 0) return undefined;
    if (mayAsk(options, stop)) return 'again';
  }
  return next ?? stop ?? 'exhausted';
}

function slotsNow(options: SearchOptions): number {
  return Math.max(isBeside(options) ? 0 : 1, options.slots());
}

function isBeside({ beside }: SearchOptions): boolean {
  return beside !== undefined && beside.over() === undefined;
}

/** True when the trial was cut for a stage that goes first, and is still to be measured. */
async function runOne(options: SearchOptions, trials: SearchTrials, ask: Asking): Promise<boolean> {
  const { trial } = await options.lab.measure({ ...measureRequest(options, ask), onReport: trials.listen(ask.number) });
  trials.settle(ask.number, trial);
  return trial.result !== undefined && wasCut(trial.result) && !ask.signal.aborted;
}

function measureRequest({ side, limits, pruner }: SearchOptions, { params, seed, signal, continues, until, begun }: Asking): MeasureRequest {
  const timed = pruner.resource === 'seconds';
  return {
    side, stage: 'search', params, seed, signal, continues, timed,
    ...(until === undefined || timed ? {} : { until }),
    ...(limits.trialTimeMs === undefined ? {} : { timeoutMs: limits.trialTimeMs }),
    ...(begun === undefined ? {} : { begun }),
  };
}
