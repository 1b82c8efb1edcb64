import type { LossTrial } from '../model/ports.js';

export interface CurvePoint { readonly step: number; readonly loss: number }

interface Known { count: number; readonly points: CurvePoint[] }

/** A running trial's list only grows, so each report is sorted in once. */
const curves = new WeakMap<LossTrial['intermediate'], Known>();

/** What a trial reported, by ascending step. Of several reports of one step the first counts, as in Optuna; a step that is no number is none. */
export function curveOf({ intermediate }: Pick<LossTrial, 'intermediate'>): readonly CurvePoint[] {
  const known = curves.get(intermediate) ?? { count: 0, points: [] };
  curves.set(intermediate, known);
  for (; known.count < intermediate.length; known.count++) {
    const point = intermediate[known.count];
    if (point !== undefined && Number.isFinite(point.step)) insert(known.points, point);
  }
  return known.points;
}

function insert(points: CurvePoint[], point: CurvePoint): void {
  let at = points.length;
  while (at > 0 && (points[at - 1]?.step ?? -Infinity) > point.step) at--;
  if (points[at - 1]?.step !== point.step) points.splice(at, 0, point);
}

/** The first report at or past `step`. */
export function firstFrom(points: readonly CurvePoint[], step: number): CurvePoint | undefined {
  const at = lowerBound(points, step);
  return points[at];
}

/** The last report at or before `step`. */
export function lastUpTo(points: readonly CurvePoint[], step: number): CurvePoint | undefined {
  const at = lowerBound(points, step);
  return points[at]?.step === step ? points[at] : points[at - 1];
}

/** Lowest loss that is a number; NaN where there is none. */
export function lowestLoss(points: readonly CurvePoint[]): number {
  let lowest = Number.NaN;
  for (const { loss } of points) if (!Number.isNaN(loss) && !(lowest <= loss)) lowest = loss;
  return lowest;
}

function lowerBound(points: readonly CurvePoint[], step: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.step ?? Infinity) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether the latest report is the first one since the last multiple of `interval` above `warmup`; an interval of 0 = every report. */
export function isTimeToLook(points: readonly CurvePoint[], { warmup, interval }: { readonly warmup: number; readonly interval: number }): boolean {
  const last = points.at(-1)?.step;
  if (last === undefined || last < warmup) return false;
  const before = points.at(-2)?.step ?? -1;
  return interval === 0 || before < Math.floor((last - warmup) / interval) * interval + warmup;
}
