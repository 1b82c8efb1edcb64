import { largestThatFits, nextBatch } from '../math/batchSearch.js';
import { hasRunAway } from '../math/lrRange.js';
import { guideVariables, type BatchRun, type BatchSizeResult } from '../model/guide.js';
import type { Params } from '../model/params.js';
import type { TrialReport } from '../model/study.js';
import type { TrialResult } from '../model/trial.js';
import { UserError } from '../model/errors.js';
import { chosenParameter, failureOf, lossNames, runProbe, startingPoint, type GuideContext } from './guideRun.js';

export interface BatchSizeRequest {
  readonly parameter?: string;
  readonly start: number;
  /** Largest size to try; the size of the data as the program reports it (`data_size`) takes its place where that is smaller. */
  readonly limit: number;
  readonly warmup: number;
  readonly steps: number;
  readonly exact: boolean;
  readonly timeoutMs: number;
  readonly loss?: string;
  readonly onRun?: (run: BatchRun) => void;
}

const batchNames = ['batch_size', 'batch', 'bs', 'train_batch_size', 'per_device_train_batch_size', 'per_device_batch_size', 'micro_batch_size', 'mini_batch_size', 'batchsize'];
/** Memory that fragments, a longer sequence, another program on the device: some room is left (tfjs.md §6). */
const headroom = 0.9;
/** An example that gets cheaper by less than this is not worth a larger batch. */
const worthwhile = 0.05;
/** A line's time is when it was read: pipe and event loop put it off by some milliseconds, more on a busy machine, which over a tenth of a second is what `worthwhile` can bear. */
const leastSeconds = 0.1;

/** The largest batch that fits, each size in a process of its own. Rejects on bugs of ours only; UserErrors `no-batch-parameter`, `which-parameter`. */
export async function batchSize(context: GuideContext, request: BatchSizeRequest): Promise<BatchSizeResult> {
  const { config, signal } = context;
  const parameter = chosenParameter(config.space, request.parameter, batchNames);
  if (parameter === undefined) throw new UserError('no-batch-parameter', `None of the parameters of ${config.name} looks like a batch size.`, { fix: 'Name it: --parameter NAME. If the program takes none, add one that it reads: parameters: { batch_size: { value: 32 } }' });
  const params = startingPoint(config.space);
  const runs: BatchRun[] = [];
  let failure: BatchSizeResult['failure'];
  let data = Infinity;
  let seconds = 0;
  const isCancelled = (): boolean => signal.aborted;
  while (!isCancelled()) {
    const size = nextBatch(runs, { start: request.start, limit: Math.min(request.limit, data), exact: request.exact });
    if (size === undefined) break;
    const probe = await runSize(context, request, { params: { ...params, [parameter]: size }, size });
    seconds += probe.seconds;
    data = Math.min(data, probe.dataSize);
    if (isCancelled()) break;
    if ('failure' in probe) { failure = { ...probe.failure, size }; break; }
    runs.push(probe.run);
    request.onRun?.(probe.run);
  }
  return {
    study: config.name, parameter, params, warmup: request.warmup, steps: request.steps, limit: Math.min(request.limit, data), limitIsData: data <= request.limit,
    exact: request.exact, runs, cancelled: isCancelled(), seconds, ...(failure === undefined ? {} : { failure }),
    // Of a search that was broken off nobody knows what would have come.
    ...(failure === undefined && !isCancelled() ? conclusions(runs) : {}),
  };
}

/** `suggested`: nine tenths of the largest, or all of a limit that fits, else the largest stable size below. */
function conclusions(runs: readonly BatchRun[]): Pick<BatchSizeResult, 'largest' | 'suggested' | 'enough'> {
  const largest = largestThatFits(runs);
  if (largest === undefined) return {};
  const isLimited = runs.some(({ fits, size }) => !fits && size > largest);
  const most = isLimited ? roundDown(headroom * largest) : largest;
  const unstable = Math.min(...runs.filter(({ fits, stable }) => fits && !stable).map(({ size }) => size));
  const stable = runs.filter((run) => run.fits && run.stable && run.size < unstable).map(({ size }) => size);
  const suggested = unstable <= most ? Math.max(...stable, 0) : most;
  return { largest, ...(suggested > 0 ? { suggested } : {}), ...enoughOf(runs) };
}

/** To whole eighths of the power of two below, which devices like best. */
function roundDown(size: number): number {
  const unit = Math.max(1, 2 ** Math.floor(Math.log2(size)) / 8);
  return Math.max(1, Math.floor(size / unit) * unit);
}

/** The smallest size from which no larger one that was tried is cheaper by more than a twentieth. */
function enoughOf(runs: readonly BatchRun[]): Pick<BatchSizeResult, 'enough'> {
  const timed = runs.flatMap(({ size, secondsPerExample: each, stable }) => (each === undefined || !stable ? [] : [{ size, each }]));
  if (timed.length < 2) return {};
  const best = Math.min(...timed.map(({ each }) => each));
  return { enough: Math.min(...timed.filter(({ each }) => each * (1 - worthwhile) <= best).map(({ size }) => size)) };
}

type SizeOutcome = { readonly seconds: number; readonly dataSize: number } & ({ readonly run: BatchRun } | { readonly failure: NonNullable<ReturnType<typeof failureOf>> });

async function runSize(context: GuideContext, request: BatchSizeRequest, { params, size }: { readonly params: Params; readonly size: number }): Promise<SizeOutcome> {
  const wanted = request.warmup + request.steps;
  const watch = watchSteps(request, wanted);
  const result = await runProbe(context, { folder: `batch-${size}`, env: { [guideVariables.steps]: String(wanted) }, params, timeoutMs: request.timeoutMs, onReport: watch.take });
  const base = { seconds: result.seconds, dataSize: watch.dataSize() };
  const memory = result.outcome.state === 'infeasible' && result.outcome.message.startsWith('out of memory') ? result.outcome.message : undefined;
  if (memory !== undefined) return { ...base, run: { size, fits: false, stable: true, message: memory } };
  const failure = realFailure(result, watch.reports());
  if (failure !== undefined) return { ...base, failure };
  const isCounted = watch.reports() === wanted && result.outcome.state !== 'pruned';
  return { ...base, run: { size, fits: true, stable: watch.isStable(), ...watch.secondsPerExample(size, isCounted) } };
}

/** A probe needs no objective: it ends long before a training would give one. */
function realFailure(result: TrialResult, reports: number): ReturnType<typeof failureOf> {
  const failure = failureOf(result);
  if (failure === undefined || result.outcome.state !== 'failed') return failure;
  const { reason, message } = result.outcome;
  if (reason === 'non-finite' || reason === 'no-objective') return reports > 0 || reason === 'non-finite' ? undefined : { ...failure, message: 'it ended well, but reported nothing: nobody can tell that it trained' };
  // One step that ended is what memory is about: a slow program fits as well.
  if (reason === 'timeout') return reports > 0 ? undefined : { ...failure, message: `${message}, without a single report: nobody can tell whether it trained` };
  return failure;
}

interface StepWatch {
  readonly take: (report: TrialReport) => 'continue' | 'stop';
  reports(): number;
  dataSize(): number;
  isStable(): boolean;
  secondsPerExample(size: number, isCounted: boolean): Pick<BatchRun, 'secondsPerExample' | 'untimed'>;
}

interface Moment { readonly seconds: number; readonly isOwnClock: boolean; readonly examples: number | undefined; readonly step: number }

/** Time is the program's own (`seconds`) where it tells, else when its report came; examples are its own (`examples`, counted on), else steps times the batch where it kept to the steps asked for. */
function watchSteps({ warmup, loss: wanted }: BatchSizeRequest, most: number): StepWatch {
  const moments: Moment[] = [];
  const losses: number[] = [];
  let dataSize = Infinity;
  return {
    reports: () => moments.length, dataSize: () => dataSize,
    isStable: () => losses.every((value, i) => Number.isFinite(value) && (i === 0 || !hasRunAway(value, losses[0] ?? value))),
    take: (report) => {
      const { metrics, nonFinite = [], step } = report;
      const name = (wanted === undefined ? lossNames : [wanted]).find((one) => one in metrics || nonFinite.includes(one));
      if (name !== undefined) losses.push(metrics[name] ?? NaN);
      if ((metrics['data_size'] ?? 0) >= 1) dataSize = Math.floor(metrics['data_size'] ?? Infinity);
      moments.push({ seconds: metrics['seconds'] ?? report.seconds ?? NaN, isOwnClock: metrics['seconds'] !== undefined, examples: metrics['examples'], step });
      // A program that ends by itself is let do so: it knows that it counts steps.
      return moments.length > most ? 'stop' : 'continue';
    },
    secondsPerExample: (size, isCounted) => {
      const [first, last] = [moments[Math.min(warmup, moments.length - 1)], moments.at(-1)];
      if (first === undefined || last === undefined) return {};
      const examples = last.examples !== undefined && first.examples !== undefined ? last.examples - first.examples : isCounted ? (last.step - first.step) * size : 0;
      if (!(examples > 0)) return { untimed: 'uncounted' };
      const seconds = last.seconds - first.seconds;
      return seconds > (first.isOwnClock && last.isOwnClock ? 0 : leastSeconds) ? { secondsPerExample: seconds / examples } : { untimed: 'too-short' };
    },
  };
}
