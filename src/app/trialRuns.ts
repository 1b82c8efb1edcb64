import { aggregateOf, partsIn, type PartReport, type PartsConfig, type TrialPart } from '../model/parts.js';
import type { StudyConfig } from '../model/config.js';
import type { Goal } from '../model/direction.js';
import type { Executor, OnReport, TrialJob } from '../model/ports.js';
import { sha256Hex } from '../model/seeds.js';
import type { StudyEvent, Trial } from '../model/study.js';
import type { TrialResult } from '../model/trial.js';

/** How a trial of several runs is put together. */
export interface PartsPlan extends PartsConfig {
  readonly objective: string;
  /** Of the metrics that have one. */
  readonly goals: ReadonlyMap<string, Goal>;
}

/** Nothing for a study whose trials are one run each: `{}`, to be spread into a lab's options. */
export function partsPlan({ parts, metric, also }: Pick<StudyConfig, 'parts' | 'metric' | 'also'>): { readonly parts?: PartsPlan } {
  if (parts === undefined || metric === undefined) return {};
  return { parts: { ...parts, objective: metric.name, goals: new Map([metric, ...also].map(({ name, goal }) => [name, goal])) } };
}

export interface TrialRuns {
  readonly job: TrialJob;
  readonly parts: readonly TrialPart[];
  readonly plan: PartsPlan;
  readonly executor: Executor;
  readonly signal: AbortSignal;
  /** Hears each run once it has ended, those of earlier attempts first; `stop` ends the trial. */
  readonly onReport: OnReport;
  /** As the log has it: its finished runs are not run again. */
  readonly before: Pick<Trial, 'reports'> | undefined;
  readonly record: (...events: readonly StudyEvent[]) => Promise<void>;
}

/**
 * One run of the program after the other. The first that gives no value ends the trial with its reason: a mean of those that happened to
 * survive would favour what fails on the hard ones. Each run is in the log before the next begins.
 */
export async function runParts(runs: TrialRuns): Promise<TrialResult> {
  const { parts, plan, job } = runs;
  const done: PartReport[] = [];
  const known = new Map(partsIn(runs.before).map((report) => [report.step, report]));
  for (const part of parts) {
    const earlier = known.get(part.index + 1);
    const ended = earlier === undefined ? await runPart(runs, part) : { report: earlier, result: undefined };
    if (!('report' in ended)) return failing(done, ended.result);
    done.push(ended.report);
    const mayStop = done.length < parts.length;
    if (mayStop && (await runs.onReport(ended.report)) === 'stop') {
      const value = metricsOf(done, plan)[plan.objective];
      return { outcome: { state: 'pruned', step: done.length, ...(value === undefined ? {} : { value }) }, metrics: metricsOf(done, plan), ...costs(done, ended.result) };
    }
    if (!mayStop) return whole(done, ended.result, plan);
  }
  throw new Error(`trial ${job.trial} has no runs`);
}

type Ended = { readonly report: PartReport; readonly result: TrialResult } | { readonly result: TrialResult };

/** Its own reports are its own affair: steps of several runs would be one muddled curve. */
async function runPart({ job, plan, executor, signal, record }: TrialRuns, part: TrialPart): Promise<Ended> {
  const result = await executor.run({ ...job, seed: part.seed, part }, () => 'continue', signal);
  const { outcome, metrics, seconds, gpuSeconds, joules, streamSha256 } = result;
  if (outcome.state === 'complete' && Number.isFinite(outcome.value)) {
    const report = {
      step: part.index + 1, metrics: finite({ ...metrics, [plan.objective]: outcome.value }),
      part: { seconds, ...(gpuSeconds === undefined ? {} : { gpuSeconds }), ...(joules === undefined ? {} : { joules }), ...(streamSha256 === undefined ? {} : { streamSha256 }) },
    };
    await job.mayStart;
    await record({ type: 'reported', trial: job.trial, ...report });
    return { report, result };
  }
  const where = `run ${part.index + 1} of ${part.of}${part.fold === undefined ? '' : ` (fold ${part.fold.index})`}`;
  if (outcome.state === 'complete') return { result: { ...result, outcome: { state: 'failed', reason: 'non-finite', message: `${where}: the objective was ${outcome.value}` } } };
  return { result: 'message' in outcome ? { ...result, outcome: { ...outcome, message: `${where}: ${outcome.message}` } } : result };
}

function whole(done: readonly PartReport[], last: TrialResult | undefined, plan: PartsPlan): TrialResult {
  const metrics = metricsOf(done, plan);
  const value = metrics[plan.objective];
  if (value === undefined) throw new Error('a run that ended has the objective');
  const streams = done.flatMap(({ part }) => part.streamSha256 ?? []);
  return {
    outcome: { state: 'complete', value }, metrics, ...costs(done, last),
    ...(streams.length === done.length ? { streamSha256: sha256Hex(streams.join('\n')) } : {}),
  };
}

/** A metric that some runs did not report has no value. */
function metricsOf(done: readonly PartReport[], { aggregate, goals }: PartsPlan): Record<string, number> {
  const names = Object.keys(done[0]?.metrics ?? {});
  return Object.fromEntries(names.flatMap((name) => {
    const values = done.flatMap(({ metrics }) => metrics[name] ?? []);
    return values.length < done.length ? [] : [[name, aggregateOf(values, aggregate, goals.get(name))]];
  }));
}

function failing(done: readonly PartReport[], last: TrialResult): TrialResult {
  const { outcome, logTail } = last;
  return { outcome, metrics: {}, ...costs(done, last), ...(logTail === undefined ? {} : { logTail }) };
}

/** Of all runs, also those of earlier attempts and the one that failed. */
function costs(done: readonly PartReport[], last: TrialResult | undefined): Pick<TrialResult, 'seconds' | 'gpuSeconds' | 'joules' | 'device' | 'backend'> {
  const failed = last === undefined || last.outcome.state === 'complete' ? [] : [last];
  const spent = [...done.map(({ part }) => part), ...failed];
  const gpu = spent.flatMap(({ gpuSeconds }) => gpuSeconds ?? []);
  const energy = spent.flatMap(({ joules }) => joules ?? []);
  return {
    seconds: spent.reduce((sum, { seconds }) => sum + seconds, 0),
    ...(gpu.length === 0 ? {} : { gpuSeconds: gpu.reduce((sum, seconds) => sum + seconds, 0) }),
    // Unknown for one run is unknown for the trial.
    ...(energy.length === 0 || energy.length < spent.length ? {} : { joules: energy.reduce((sum, joules) => sum + joules, 0) }),
    ...(last?.device === undefined ? {} : { device: last.device }), ...(last?.backend === undefined ? {} : { backend: last.backend }),
  };
}

function finite(metrics: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}
