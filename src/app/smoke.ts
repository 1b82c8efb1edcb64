import type { StudyConfig } from '../model/config.js';
import { guideVariables, type GuideFailure, type SmokeCheck, type SmokeResult } from '../model/guide.js';
import type { Params } from '../model/params.js';
import type { TrialReport } from '../model/study.js';
import type { Side, TrialResult } from '../model/trial.js';
import { pruners } from '../pruners/index.js';
import { estimateWords } from '../report/guide/smoke.js';
import { failureOf, runProbe, startingPoint, type GuideContext } from './guideRun.js';
import type { SearchContext } from './searchStep.js';

export interface SmokeRequest {
  readonly timeoutMs: number;
  /** Only whether a trial starts and its metric arrives: what a search needs to know before it begins. */
  readonly isShort: boolean;
  /** Ask whether a second run goes on from the first one's files, whatever the pruner. */
  readonly checkpoint?: boolean;
  /** What a probe left in its own folder. */
  readonly filesOf?: (folder: string) => Promise<readonly string[]>;
}

/** One short run, and of a full check up to three. Rejects on bugs of ours only; UserError `no-point`. */
export async function smoke(context: GuideContext, request: SmokeRequest): Promise<SmokeResult> {
  const { config, executor, signal } = context;
  const { metric } = config;
  if (metric === undefined) throw new Error(`${config.path} has no metric`);
  const isCancelled = (): boolean => signal.aborted;
  const params = startingPoint(config.space);
  const first = await runOnce(context, request, { folder: 'smoke', params });
  const checks: SmokeCheck[] = [metricCheck(first, metric.name)];
  const time = timeOf(first);
  let seconds = first.result.seconds;
  if (!request.isShort && checks[0]?.state === 'ok' && !isCancelled()) {
    const again = await runOnce(context, request, { folder: 'smoke-again', params });
    checks.push(sameSeed(first, again, metric.name));
    seconds += again.result.seconds;
    if (!isCancelled() && (request.checkpoint === true || takesTrialsUp(config))) {
      const resumed = await checkpointCheck(context, request, params);
      checks.push(resumed.check);
      seconds += resumed.seconds;
    }
  }
  const failure = checks[0]?.state === 'failed' ? failureOf(first.result) ?? first.own : undefined;
  return {
    study: config.name, metric: { name: metric.name, goal: metric.goal }, params, checks, trials: config.budget.trials, slots: executor.capacity,
    cancelled: isCancelled(), seconds, ...(failure === undefined ? {} : { failure }), ...(time === undefined ? {} : { time }),
  };
}

/** The cause in one sentence, with the last line the program wrote; undefined where a search may begin. */
function smokeFault({ checks, failure }: SmokeResult): string | undefined {
  const bad = checks.find(({ state }) => state === 'failed');
  if (bad === undefined) return undefined;
  const last = failure?.logTail?.trimEnd().split('\n').at(-1)?.trim();
  return `${bad.text}${last === undefined || last === '' ? '' : `; its last line: ${last}`}`;
}

interface Seen {
  readonly result: TrialResult;
  /** Reports with a finite objective, as they came. */
  readonly values: readonly { readonly step: number; readonly value: number; readonly seconds: number }[];
  /** Steps of all reports. */
  readonly steps: readonly number[];
  readonly isAcknowledged: boolean;
  readonly fullSteps: number | undefined;
  /** What is wrong with a report that came. */
  readonly own: GuideFailure | undefined;
}

interface Run { readonly folder: string; readonly params: Params; readonly goesOnIn?: string; readonly until?: number }

/** A program that does not make itself short is ended once it has reported the objective, or what stands in its place. */
async function runOnce(context: GuideContext, { timeoutMs }: SmokeRequest, { folder, params, goesOnIn, until }: Run): Promise<Seen> {
  const name = context.config.metric?.name ?? '';
  const values: { step: number; value: number; seconds: number }[] = [];
  const steps: number[] = [];
  let [isAcknowledged, fullSteps, own]: [boolean, number | undefined, GuideFailure | undefined] = [false, undefined, undefined];
  const take = ({ step, metrics, nonFinite, seconds = NaN }: TrialReport): 'continue' | 'stop' => {
    if (metrics['smoke'] !== undefined) isAcknowledged = true;
    if ((metrics['full_steps'] ?? 0) >= 1) fullSteps = metrics['full_steps'];
    const value = metrics[name];
    if (value === undefined && nonFinite?.includes(name) !== true) return 'continue';
    steps.push(step);
    if (value === undefined) own ??= { message: `"${name}" is not finite at its first report (step ${step})` };
    else values.push({ step, value, seconds });
    return isAcknowledged || (until !== undefined && step < until) ? 'continue' : 'stop';
  };
  const result = await runProbe(context, {
    folder, env: { [guideVariables.smoke]: '1' }, params, timeoutMs, onReport: take,
    ...(goesOnIn === undefined ? {} : { goesOnIn }), ...(until === undefined ? {} : { until }),
  });
  return { result, values, steps, isAcknowledged, fullSteps, own };
}

function metricCheck({ result, values, own }: Seen, name: string): SmokeCheck {
  const { outcome } = result;
  const check = (state: SmokeCheck['state'], text: string): SmokeCheck => ({ name: 'metric', state, text });
  if (own !== undefined && values.length === 0) return check('failed', own.message);
  // Some sources of metrics are read at the end only: then the outcome has it.
  if (outcome.state === 'complete') return check('ok', `${name} arrived: ${short(values.at(-1)?.value ?? outcome.value)}`);
  if (outcome.state === 'pruned') return check('ok', `${name} arrived: ${short(values.at(-1)?.value ?? NaN)}`);
  if (outcome.state === 'failed' && outcome.reason === 'timeout') {
    return values.length > 0 ? check('warning', `${name} arrived, but the program said that it makes itself short and did not end within the time limit of the check`)
      : check('unknown', `no ${name} before the time limit of the check: the program is slow to its first report, or it reports nothing`);
  }
  return check('failed', outcome.message);
}

function sameSeed(first: Seen, again: Seen, name: string): SmokeCheck {
  const check = (state: SmokeCheck['state'], text: string): SmokeCheck => ({ name: 'same seed', state, text });
  const [a = [], b = []] = [first, again].map(({ values, result }) => (values.length > 0 ? values.map(({ value }) => value) : result.outcome.state === 'complete' ? [result.outcome.value] : []));
  const shared = Math.min(a.length, b.length);
  if (shared === 0) return check('unknown', 'the second run with the same seed gave no value to compare');
  const differs = a.slice(0, shared).findIndex((value, i) => value !== b[i]);
  if (differs === -1) return check('ok', `the same seed gave the same ${name} twice: ${short(a[shared - 1] ?? NaN)}`);
  return check('warning', `the same seed gave ${short(a[differs] ?? NaN)} and then ${short(b[differs] ?? NaN)}: pairs of runs will be noisier than they need be. Does all chance follow NOREGRET_SEED?`);
}

/** Rules that let trials rest and take the best of them up again. */
function takesTrialsUp({ earlyTerminate }: StudyConfig): boolean {
  if (earlyTerminate === undefined || !Object.hasOwn(pruners, earlyTerminate.name)) return false;
  return pruners[earlyTerminate.name]?.create(earlyTerminate.options).next !== undefined;
}

/** A run as far as step 1, and another in the same folder: its first step lies beyond, or it began anew. */
async function checkpointCheck(context: GuideContext, request: SmokeRequest, params: Params): Promise<{ readonly check: SmokeCheck; readonly seconds: number }> {
  const folder = 'smoke-checkpoint';
  const first = await runOnce(context, request, { folder, params, until: 1 });
  const files = await request.filesOf?.(folder) ?? [];
  const second = await runOnce(context, request, { folder: 'smoke-resumed', params, goesOnIn: folder, until: 2 });
  const seconds = first.result.seconds + second.result.seconds;
  const check = (state: SmokeCheck['state'], text: string): { check: SmokeCheck; seconds: number } => ({ check: { name: 'checkpoint', state, text }, seconds });
  const [last, next] = [first.steps.at(-1), second.steps[0]];
  const broken = [first, second].map(({ result }) => failureOf(result)).find((failure) => failure !== undefined);
  if (last === undefined || broken !== undefined) return check(broken === undefined ? 'unknown' : 'failed', broken?.message ?? 'no step was reported, so nothing can be told about checkpoints');
  if (request.filesOf !== undefined && files.length === 0) return check('failed', `nothing was written into $NOREGRET_TRIAL_DIR up to step ${last}: a trial that is taken up again begins anew`);
  if (next === undefined) return check('unknown', 'the second run in the same folder reported no step');
  if (next <= last) return check('failed', `a second run in the same $NOREGRET_TRIAL_DIR began at step ${next} again, after step ${last}: the checkpoint${files.length > 0 ? ` (${files.slice(0, 3).join(', ')})` : ''} is not read`);
  return check('ok', `a second run went on at step ${next} after step ${last}${files.length > 0 ? `, from ${files.slice(0, 3).join(', ')}` : ''}`);
}

/** A program that ran to its end without having been shortened, or that said how many steps it has, tells what a trial takes. */
function timeOf({ result, values, isAcknowledged, fullSteps }: Seen): SmokeResult['time'] {
  const toFirst = values[0]?.seconds ?? (result.outcome.state === 'complete' ? result.seconds : NaN);
  if (!Number.isFinite(toFirst)) return undefined;
  if (fullSteps !== undefined) return { toFirst, trial: toFirst + Math.max(0, fullSteps - 1) * perStep(values, toFirst), isWhole: true };
  return { toFirst, trial: Math.max(toFirst, result.outcome.state === 'complete' ? result.seconds : toFirst), isWhole: result.outcome.state === 'complete' && !isAcknowledged };
}

/** Between two reports, else the whole of the first: too much by the start of the program. */
function perStep(values: Seen['values'], toFirst: number): number {
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined || last.step <= first.step) return toFirst;
  return (last.seconds - first.seconds) / (last.step - first.step);
}

function short(value: number): string {
  return String(Number(value.toPrecision(5)));
}

/** For programs that are slow to their first report; a study's own limit of a trial takes its place. */
const shortTimeoutMs = 10 * 60_000;

/** Before the first search of a study that asks for it, and only while nothing was measured yet: later the gate's first run says as much. Undefined = go on. */
export async function smokeBeforeSearch({ run, lab, executor, tools }: Pick<SearchContext, 'run' | 'lab' | 'executor' | 'tools'>, side: Side): Promise<string | undefined> {
  const config = run.configs[side];
  const isCancelled = (): boolean => run.signal.aborted;
  if (config.smoke !== true || lab.study().trials.length > 0 || isCancelled()) return undefined;
  const result = await smoke({ config, executor, dir: lab.tree(side), side, signal: run.signal }, { timeoutMs: config.budget.trialTimeMs ?? shortTimeoutMs, isShort: true });
  if (isCancelled()) return undefined;
  const fault = smokeFault(result);
  if (fault !== undefined) return `the smoke test failed, so no trial was started: ${fault}`;
  const estimate = estimateWords(result);
  for (const { state, text } of result.checks) tools.progress[state === 'ok' ? 'line' : 'warn'](`${config.name}: smoke: ${text}${estimate === undefined ? '' : `; ${estimate}`}`);
  return undefined;
}
