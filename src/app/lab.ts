import type { Params } from '../model/params.js';
import { partsOf } from '../model/parts.js';
import type { Clock, Executor, Journal, OnReport, TrialJob } from '../model/ports.js';
import type { Study, StudyEvent, Trial } from '../model/study.js';
import { frozenEvent, measurementKey } from '../model/studyLog.js';
import type { Side, Stage, TrialResult } from '../model/trial.js';
import { createCut } from './cut.js';
import { createLabLog, reusable, type BegunAttempt, type Finished, type LabLog, type OtherWriters } from './labLog.js';
import { openStudyLog } from './openStudyLog.js';
import { createReportBuffer } from './reportBuffer.js';
import { runParts, type PartsPlan } from './trialRuns.js';

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
  /** Of `claim`: its first attempt stands in the log already. */
  readonly begun?: BegunAttempt;
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
  /** Where a side's trials run. */
  tree(side: Side): string;
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
  /** Only where other programs write the study too. */
  readonly others?: LabOthers;
}

export interface LabOthers extends Pick<OtherWriters, 'refresh' | 'touched' | 'isElsewhere'> {
  /** Begins what is measured next (with `begun`, if there is anything to begin); undefined when others were faster, so that something else may better be tried. */
  readonly claim: (request: MeasureRequest) => Promise<Pick<MeasureRequest, 'begun'> | undefined>;
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
  /** Model of main that every trial trains on from. */
  readonly baseCheckpoint?: string;
  /** Where a trial is several runs of the program. */
  readonly parts?: PartsPlan;
  /** Told how many bytes of a torn tail were cut. */
  readonly onTorn?: (bytes: number) => void;
}

/** Loads the log, or begins one. */
export async function openLab(options: LabOptions): Promise<Lab> {
  const log = createLabLog(await openStudyLog(options), options);
  const { others } = log;
  const { measure, isKnown } = createMeasure({ ...options, log });
  return {
    study: () => log.study,
    tree: options.trees,
    find: (side, params, seed) => reusable(log, { side, params, seed, stage: 'canonical' }),
    measure,
    freeze: createFreeze({ ...options, log }),
    end: async (stage, reason) => {
      const last = log.study.ended.findLast((e) => e.stage === stage);
      if (last?.reason !== reason) await log.record({ type: 'ended', stage, reason, at: options.clock.utc() });
    },
    ...(others === undefined ? {} : { others: {
      refresh: others.refresh, touched: others.touched, isElsewhere: others.isElsewhere,
      claim: async (request) => {
        if (isKnown(request)) return {};
        const begun = await others.claim(request);
        return begun && { begun };
      },
    } }),
  };
}

interface Bench extends LabOptions { readonly log: LabLog }

/** Two requests for one measurement share one run. */
function createMeasure(bench: Bench): Pick<Lab, 'measure'> & { readonly isKnown: (request: MeasureRequest) => boolean } {
  const inFlight = new Map<string, Promise<Finished>>();
  const keyOf = ({ side, params, seed }: MeasureRequest): string => measurementKey(side, params, seed);
  const measure = async (request: MeasureRequest): Promise<Measurement> => {
    const key = keyOf(request);
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
  return { measure, isKnown: (request) => inFlight.has(keyOf(request)) || reusable(bench.log, request) !== undefined };
}

function createFreeze(bench: Bench): Lab['freeze'] {
  const { log, clock } = bench;
  const deciding = new Map<string, Promise<void>>();
  return async <T>(name: string, compute: () => T | Promise<T>) => {
    if (!Object.hasOwn(log.study.frozen, name)) {
      const decision = deciding.get(name) ?? (async () => {
        await log.record(frozenEvent(name, await compute(), clock.utc()));
      })().finally(() => deciding.delete(name));
      deciding.set(name, decision);
      await decision;
    }
    return log.study.frozen[name] as T;
  };
}

/** Runs one trial, a lost one twice; a trial which took the coordinator down twice is lost without a third try. */
async function runTrial(bench: Bench, request: MeasureRequest): Promise<Finished> {
  const first = request.begun ?? bench.log.begin(request);
  let begun = first instanceof Promise ? await first : first;
  if (begun === undefined) return reusable(bench.log, request) ?? await runTrial(bench, request);
  const { number, attempt, crashes } = begun;
  if (crashes >= 2) return await finish(bench, { number, attempt, result: lostResult(crashes) });
  for (let left = 2 - crashes; ; left--) {
    const trial = await runAttempt(bench, request, begun);
    if (!isLost(trial.result) || left <= 1 || request.signal.aborted) return trial;
    const again = await bench.log.begin(request);
    if (again === undefined) return reusable(bench.log, request) ?? trial;
    begun = again;
  }
}

async function runAttempt(bench: Bench, request: MeasureRequest, begun: BegunAttempt): Promise<Finished> {
  const { side, stage, params, seed } = request;
  const { number, attempt, written: mayStart } = begun;
  const id = { number, attempt };
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
    ...(bench.baseCheckpoint === undefined ? {} : { baseCheckpoint: bench.baseCheckpoint }),
    ...homeOf(bench.log.study.trials[number]),
  };
  const { result, reports } = await (bench.parts === undefined ? runWhole(bench, request, { job, signal: cut.signal }) : runInParts(bench, request, { job, signal: cut.signal, plan: bench.parts })).finally(() => { cut.close(); });
  await mayStart;
  return await finish(bench, { ...id, result, reports });
}

interface Ended { readonly result: TrialResult; /** Not in the log yet. */ readonly reports: readonly StudyEvent[] }

async function runWhole(bench: Bench, request: MeasureRequest, { job, signal }: { readonly job: TrialJob; readonly signal: AbortSignal }): Promise<Ended> {
  const reports = createReportBuffer({ trial: job.trial, timed: request.timed === true, clock: bench.clock, record: bench.log.record });
  let [last, before] = [-Infinity, 0];
  const result = await bench.executor.run(job, (report) => {
    reports.add(report);
    if (report.step > last) [last, before] = [report.step, last];
    return request.onReport?.(report) ?? 'continue';
  }, signal);
  return { result: paused(settled(result, signal), { last, before, until: request.until }), reports: reports.take() };
}

async function runInParts(bench: Bench, { onReport = () => 'continue' }: MeasureRequest, { job, signal, plan }: { readonly job: TrialJob; readonly signal: AbortSignal; readonly plan: PartsPlan }): Promise<Ended> {
  const before = bench.log.study.trials[job.trial];
  const result = await runParts({ job, signal, plan, parts: partsOf(plan, job), executor: bench.executor, onReport, before, record: bench.log.record });
  return { result: settled(result, signal), reports: [] };
}

async function finish(bench: Bench, end: { number: number; attempt: number; result: TrialResult; reports?: readonly StudyEvent[] }): Promise<Finished> {
  const { number, attempt, result } = end;
  await bench.log.record(...(end.reports ?? []), { type: 'finished', trial: number, attempt, result, at: bench.clock.utc() });
  const trial = bench.log.study.trials[number];
  if (trial === undefined) throw new Error(`trial ${number} vanished from the log`);
  // The fold adds what earlier attempts of a trial that was taken up again took.
  return { ...trial, result: trial.result ?? result };
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
