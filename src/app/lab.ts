import type { Params } from '../model/params.js';
import type { Clock, Executor, Journal, OnReport, TrialJob } from '../model/ports.js';
import type { Study, StudyEvent, Trial } from '../model/study.js';
import { checkIdentity, createStudyLog, foldStudy, frozenEvent, isVoid, measurementKey, type StudyLog } from '../model/studyLog.js';
import type { Side, Stage, TrialResult } from '../model/trial.js';
import { createCut } from './cut.js';
import { createReportBuffer } from './reportBuffer.js';

export interface MeasureRequest {
  readonly side: Side;
  readonly stage: Stage;
  readonly params: Params;
  readonly seed: number;
  /** Run on this device, so that both runs of a pair share one. */
  readonly device?: string;
  readonly timeoutMs?: number;
  /** Sees each report live; `stop` prunes. Not called when a finished measurement is reused. */
  readonly onReport?: OnReport;
  readonly signal: AbortSignal;
  /** Stopped here for now by `onReport`; a program that ends by itself at this step is pruned too, not complete. */
  readonly until?: number;
  /** Takes a pruned trial up again, where its checkpoint lies. */
  readonly continues?: boolean;
  /** Keeps the time of each report. */
  readonly timed?: boolean;
}

export interface Measurement {
  readonly trial: Trial;
  /** True when nothing was run: the log already held this measurement. */
  readonly reused: boolean;
}

/** Journaled measurement: what the log holds is never measured again, what runs is in the log first. */
export interface Lab {
  /** The fold so far, live. */
  study(): Study;
  /** A finished measurement, whatever its stage. Cancelled and lost ones are not measurements; nor are pruned ones. */
  find(side: Side, params: Params, seed: number): Trial | undefined;
  /**
   * Never rejects because of the program or an abort: both are results. Rejects when the log cannot be written
   * (UserError `disk-full`) or on a bug of ours. A lost run is repeated once with the same seed.
   */
  measure(request: MeasureRequest): Promise<Measurement>;
  /** Decided once: a resumed run gets the value of the first. The value must survive JSON. */
  freeze<T>(name: string, compute: () => T | Promise<T>): Promise<T>;
  /** Notes why a stage ended; once, however often it is resumed. */
  end(stage: Stage, reason: string): Promise<void>;
}

export interface LabOptions {
  readonly journal: Journal;
  readonly executor: Executor;
  /** Where a side's trials run. */
  readonly trees: (side: Side) => string;
  readonly clock: Clock;
  readonly study: string;
  /** A log with another identity is refused, naming the field. */
  readonly identity: Readonly<Record<string, string>>;
  readonly tool: string;
  /** On `clock`: a run that has not ended by then is cut, and was not a measurement. Undefined = no limit. */
  readonly deadlineMs?: number | undefined;
  /** Told how many bytes of a torn tail were cut. */
  readonly onTorn?: (bytes: number) => void;
}

type Finished = Trial & { readonly result: TrialResult };

/** Loads the log, or begins one. */
export async function openLab(options: LabOptions): Promise<Lab> {
  const { journal, clock, study, identity, tool } = options;
  const { events, tornBytes } = await journal.load();
  if (tornBytes > 0) options.onTorn?.(tornBytes);
  const loaded = foldStudy(events);
  if (loaded !== undefined) {
    checkIdentity(loaded.study, { name: study, identity });
    return createLab(options, loaded);
  }
  const created = { type: 'created', schema: 1, tool, study, at: clock.utc(), identity } as const;
  await journal.append(created);
  return createLab(options, createStudyLog(created));
}

function createLab(options: LabOptions, log: StudyLog): Lab {
  const { journal, clock } = options;
  const record: Journaling = async (...events) => {
    for (const event of events) log.apply(event);
    await journal.append(...events);
  };
  return {
    study: () => log.study,
    find: (side, params, seed) => reusable(log, { side, params, seed, stage: 'canonical' }),
    measure: createMeasure({ ...options, log, record }),
    freeze: createFreeze({ ...options, log, record }),
    end: async (stage, reason) => {
      const last = log.study.ended.findLast((e) => e.stage === stage);
      if (last?.reason !== reason) await record({ type: 'ended', stage, reason, at: clock.utc() });
    },
  };
}

type Journaling = (...events: readonly StudyEvent[]) => Promise<void>;

interface Bench extends LabOptions {
  readonly log: StudyLog;
  readonly record: Journaling;
}

/** Two requests for one measurement share one run. */
function createMeasure(bench: Bench): Lab['measure'] {
  const inFlight = new Map<string, Promise<Finished>>();
  return async (request) => {
    const key = measurementKey(request.side, request.params, request.seed);
    for (;;) {
      const found = reusable(bench.log, request);
      if (found !== undefined) return { trial: found, reused: true };
      const other = inFlight.get(key);
      if (other === undefined) break;
      const trial = await other;
      if (request.signal.aborted) return { trial, reused: true };
    }
    const run = runTrial(bench, request).finally(() => inFlight.delete(key));
    inFlight.set(key, run);
    return { trial: await run, reused: false };
  };
}

function createFreeze(bench: Bench): Lab['freeze'] {
  const { log, record, clock } = bench;
  const deciding = new Map<string, Promise<void>>();
  return async <T>(name: string, compute: () => T | Promise<T>) => {
    if (!Object.hasOwn(log.study.frozen, name)) {
      const decision = deciding.get(name) ?? (async () => {
        await record(frozenEvent(name, await compute(), clock.utc()));
      })().finally(() => deciding.delete(name));
      deciding.set(name, decision);
      await decision;
    }
    return log.study.frozen[name] as T;
  };
}

/** Runs one trial, a lost one twice; a trial which took the coordinator down twice is lost without a third try. */
async function runTrial(bench: Bench, request: MeasureRequest): Promise<Finished> {
  const { log } = bench;
  const { side, params, seed } = request;
  const before = log.latest(side, params, seed);
  const reopened = before !== undefined && (before.result === undefined || isVoid(before.result) || goesOn(before.result, request)) ? before : undefined;
  const number = reopened?.number ?? log.study.trials.length;
  const crashes = reopened === undefined ? 0 : log.unfinishedAttempts(number);
  let attempt = reopened?.attempt ?? 0;
  if (crashes >= 2) return await finish(bench, { number, attempt, result: lostResult(crashes) });
  for (let left = 2 - crashes; ; left--) {
    attempt += 1;
    const trial = await runAttempt(bench, request, { number, attempt });
    if (!isLost(trial.result) || left <= 1 || request.signal.aborted) return trial;
  }
}

async function runAttempt(bench: Bench, request: MeasureRequest, id: { number: number; attempt: number }): Promise<Finished> {
  const { side, stage, params, seed } = request;
  const { number, attempt } = id;
  const started = { type: 'started', trial: number, attempt, side, stage, params, seed, at: bench.clock.utc() } as const;
  const mayStart = bench.record(started);
  // Whoever runs the job waits for it too, but perhaps later than it fails.
  mayStart.catch(() => undefined);
  const cut = createCut({ signal: request.signal, deadlineMs: bench.deadlineMs, clock: bench.clock });
  if (cut.signal.aborted) {
    await mayStart;
    return await finish(bench, { ...id, result: cancelledResult(0) });
  }
  const job: TrialJob = {
    study: bench.study, trial: number, attempt, side, stage, params, seed, cwd: bench.trees(side), mayStart,
    ...(request.timeoutMs === undefined ? {} : { timeoutMs: request.timeoutMs }),
    ...(request.device === undefined ? {} : { device: request.device }),
    ...(request.until === undefined ? {} : { until: request.until }),
    ...homeOf(bench.log.study.trials[number]),
  };
  const reports = createReportBuffer({ trial: number, timed: request.timed === true, clock: bench.clock, record: bench.record });
  let [last, before] = [-Infinity, 0];
  const result = await bench.executor.run(job, (report) => {
    reports.add(report);
    if (report.step > last) [last, before] = [report.step, last];
    return request.onReport?.(report) ?? 'continue';
  }, cut.signal).finally(() => { cut.close(); });
  await mayStart;
  return await finish(bench, { ...id, result: paused(settled(result, cut.signal), { last, before, until: request.until }), reports: reports.take() });
}

async function finish(bench: Bench, end: { number: number; attempt: number; result: TrialResult; reports?: readonly StudyEvent[] }): Promise<Finished> {
  const { number, attempt, result } = end;
  await bench.record(...(end.reports ?? []), { type: 'finished', trial: number, attempt, result, at: bench.clock.utc() });
  const trial = bench.log.study.trials[number];
  if (trial === undefined) throw new Error(`trial ${number} vanished from the log`);
  // The fold adds what earlier attempts of a trial that was taken up again took.
  return { ...trial, result: trial.result ?? result };
}

function goesOn({ outcome }: TrialResult, request: Pick<MeasureRequest, 'continues'>): boolean {
  return request.continues === true && outcome.state === 'pruned';
}

function homeOf(trial: Trial | undefined): Pick<TrialJob, 'continues'> {
  return trial?.home === undefined ? {} : { continues: trial.home };
}

/** A program that reads NOREGRET_RESOURCE ends there by itself, counting its steps from 1 or from 0; in parts of a run, at the last one that does not go beyond. */
function paused(result: TrialResult, { last, before, until }: { readonly last: number; readonly before: number; readonly until: number | undefined }): TrialResult {
  const { outcome } = result;
  const stride = until === undefined || until >= 1 ? 1 : Math.max(0, last - Math.max(0, before));
  const atLimit = until !== undefined && last <= until && (last >= until * 0.999 || last >= until - stride);
  return outcome.state === 'complete' && atLimit ? { ...result, outcome: { state: 'pruned', step: last, value: outcome.value } } : result;
}

/** A kill after an abort is a cancellation, whatever it looked like; numbers that JSON cannot hold never reach the log. */
function settled(result: TrialResult, signal: AbortSignal): TrialResult {
  const metrics = Object.fromEntries(Object.entries(result.metrics).filter(([, value]) => Number.isFinite(value)));
  const { outcome } = result;
  if (signal.aborted && outcome.state === 'failed') return { ...result, metrics, outcome: cancelledResult(0).outcome };
  if (outcome.state === 'complete' && !Number.isFinite(outcome.value)) {
    return { ...result, metrics, outcome: { state: 'failed', reason: 'non-finite', message: `the objective was ${outcome.value}` } };
  }
  return { ...result, metrics };
}

function cancelledResult(seconds: number): TrialResult {
  return { outcome: { state: 'failed', reason: 'cancelled', message: 'cancelled before it finished' }, metrics: {}, seconds };
}

function lostResult(attempts: number): TrialResult {
  return { outcome: { state: 'failed', reason: 'lost', message: `lost ${attempts} times: noregret itself ended while this trial ran` }, metrics: {}, seconds: 0 };
}

function isLost(result: TrialResult): boolean {
  return result.outcome.state === 'failed' && result.outcome.reason === 'lost';
}

/** A pruned search trial is an answer to the search, but not a measurement of anything else. */
function reusable(log: StudyLog, request: Pick<MeasureRequest, 'side' | 'params' | 'seed' | 'stage' | 'continues'>): Finished | undefined {
  const trial = log.latest(request.side, request.params, request.seed);
  const result = trial?.result;
  if (trial === undefined || result === undefined || isVoid(result) || goesOn(result, request)) return undefined;
  return result.outcome.state === 'pruned' && request.stage !== 'search' ? undefined : { ...trial, result };
}
