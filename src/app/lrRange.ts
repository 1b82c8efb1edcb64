import { createRangeStop, neededPoints, rateAt, readRange, type LossPoint, type RateRange } from '../math/lrRange.js';
import { guideVariables, type LrRangeFinding, type LrRangeResult } from '../model/guide.js';
import type { OnReport } from '../model/ports.js';
import type { TrialReport } from '../model/study.js';
import type { TrialResult } from '../model/trial.js';
import { chosenParameter, failureOf, lossNames, runProbe, startingPoint, type GuideContext } from './guideRun.js';

export interface LrRangeRequest {
  readonly range: RateRange;
  /** Parameter that holds the rate, where its name does not say so. */
  readonly parameter?: string;
  /** Name under which the loss is reported, where that is none of the usual. */
  readonly loss?: string;
  readonly timeoutMs?: number;
  readonly onPoint?: (points: number) => void;
}

/** Names that a learning rate goes by. */
const rateNames = ['learning_rate', 'lr', 'base_lr', 'initial_lr', 'init_lr', 'lr0', 'max_lr', 'peak_lr', 'lrate', 'step_size', 'eta0'];
/** So many reports without a rate, or with one that stays, are no range test. */
const patience = 5;

/** Smith's range test: one short training whose rate rises at each step (arXiv:1506.01186). Rejects on bugs of ours only; UserErrors of the parameter's choice. */
export async function lrRange(context: GuideContext, request: LrRangeRequest): Promise<LrRangeResult> {
  const { config, signal } = context;
  const { range } = request;
  const parameter = chosenParameter(config.space, request.parameter, rateNames);
  const params = startingPoint(config.space);
  const collector = createCollector(request, { parameter, objective: config.metric?.goal === 'minimize' ? config.metric.name : undefined });
  const result = await runProbe(context, {
    folder: 'lr-range', env: { [guideVariables.range]: `${range.start} ${range.end} ${range.steps}` }, params, onReport: collector.take,
    ...(request.timeoutMs === undefined ? {} : { timeoutMs: request.timeoutMs }),
  });
  if (broke(result) && collector.points.length >= neededPoints) collector.breakOff();
  const failure = unlessSeen(result, collector.points.length);
  return {
    study: config.name, range, params, loss: collector.lossName(), points: collector.points, seconds: result.seconds,
    ...(parameter === undefined ? {} : { parameter }), ...(failure === undefined ? {} : { failure }),
    finding: signal.aborted ? { kind: 'cancelled' } : findingOf(collector, failure !== undefined),
  };
}

/** By itself, that is: neither stopped by us nor for the want of a metric. */
function broke({ outcome }: TrialResult): boolean {
  return outcome.state === 'infeasible' || (outcome.state === 'failed' && (outcome.reason === 'exit-code' || outcome.reason === 'signal'));
}

/** A program that breaks once its rate is far too high has shown what was asked; only without a curve its end is the answer. */
function unlessSeen(result: TrialResult, points: number): ReturnType<typeof failureOf> {
  const isOnlyUnread = result.outcome.state === 'failed' && (result.outcome.reason === 'no-objective' || result.outcome.reason === 'non-finite');
  return isOnlyUnread || points >= neededPoints ? undefined : failureOf(result);
}

function findingOf({ points, seen, isAcknowledged }: Collector, hasFailed: boolean): LrRangeFinding {
  if (hasFailed) return { kind: 'failed' };
  if (!isAcknowledged()) return { kind: 'not-acknowledged', seen: [...seen] };
  return readRange(points);
}

interface Collector {
  readonly take: OnReport;
  readonly points: readonly LossPoint[];
  readonly seen: ReadonlySet<string>;
  readonly lossName: () => string;
  /** No number at the rate that would have come next. */
  readonly breakOff: () => void;
  /** The program raised a rate of its own; one that never heard of the test would give a curve as well, of something else. */
  readonly isAcknowledged: () => boolean;
}

function createCollector({ range, loss: wanted, onPoint }: LrRangeRequest, names: { readonly parameter: string | undefined; readonly objective: string | undefined }): Collector {
  const points: LossPoint[] = [];
  const seen = new Set<string>();
  const isOver = createRangeStop();
  const rates = ['lr', 'learning_rate', ...(names.parameter === undefined ? [] : [names.parameter])];
  const losses = wanted === undefined ? [...lossNames, ...(names.objective === undefined ? [] : [names.objective])] : [wanted];
  let lossName = losses[0] ?? 'loss';
  let without = 0;
  const rises = (): boolean => (points.at(-1)?.rate ?? 0) > (points[0]?.rate ?? 0) * 1.0001;
  return {
    points, seen, lossName: () => lossName,
    breakOff: () => { points.push({ rate: (points.at(-1)?.rate ?? range.start) * rateAt({ ...range, start: 1, end: range.end / range.start }, 1), loss: NaN }); },
    isAcknowledged: () => points.length < 2 ? points.length > 0 || seen.size === 0 : rises(),
    take: (report) => {
      for (const name of [...Object.keys(report.metrics), ...report.nonFinite ?? []]) if (seen.size < 20) seen.add(name);
      const name = losses.find((one) => one in report.metrics || report.nonFinite?.includes(one) === true);
      const rate = rates.map((one) => report.metrics[one]).find((value) => value !== undefined);
      if (name === undefined || rate === undefined || !(rate > 0)) {
        without += 1;
        return points.length === 0 && without >= patience ? 'stop' : 'continue';
      }
      lossName = name;
      points.push({ rate, loss: lossIn(report, name) });
      onPoint?.(points.length);
      return isOver(points.at(-1)?.loss ?? NaN) || points.length >= range.steps || (points.length >= patience && !rises()) ? 'stop' : 'continue';
    },
  };
}

function lossIn(report: TrialReport, name: string): number {
  return report.metrics[name] ?? NaN;
}
