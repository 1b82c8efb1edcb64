import { z } from 'zod';
import { percentile } from '../math/percentile.js';
import type { LossTrial, Pruner, StudyView } from '../model/ports.js';
import { curveOf, lowestLoss, type CurvePoint } from './curve.js';
import { resource } from './resource.js';

export const autoOptions = z.strictObject({
  startup_trials: z.int().min(1).optional().describe('So many trials run to their end first: they show how long a run is and what it reaches. Unless given, a twelfth of the budget, but at least 4.'),
  grace: z.number().min(0).max(1).default(0.1).describe('Nothing is stopped in this first part of the longest run; curves cross most there.'),
  percentile: z.number().min(0).max(100).default(33).describe('A trial among this best share (in percent) of the finished ones at the same step is never stopped.'),
  trend: z.number().min(0).default(0.7).describe('Share of its recent gain that a trial is expected to make again with each doubling of its length. More is more careful; 0 = the percentile alone.'),
  resource,
});
type AutoOptions = z.output<typeof autoOptions>;

/**
 * Stops a trial that is behind and would not catch up: its best loss so far is not among the best third of the
 * finished trials' up to the same step, and, were each further doubling of its length to bring most of what the last
 * one brought, it would still end above the best of them. Learning curves flatten in the logarithm of the step, so that
 * is generous, and slow starters, which a percentile alone cuts off, go on. How the defaults were chosen, on other tasks
 * than those reported, is in bench/RESULTS.md.
 */
export function auto(options: AutoOptions): Pruner {
  return { name: 'auto', resource: options.resource, decide: (view, trial) => (isHopeless(view, trial, options) ? 'stop' : 'continue') };
}

function isHopeless({ finished, budget }: StudyView, trial: LossTrial, { startup_trials: startup = Math.max(4, Math.floor(budget / 12)), grace, percentile: rank, trend }: AutoOptions): boolean {
  const complete = finished.filter(({ state }) => state === 'complete');
  const own = curveOf(trial);
  const step = own.at(-1)?.step ?? 0;
  if (complete.length < startup || step <= 0) return false;
  const curves = complete.map(curveOf);
  const length = curves.reduce((longest, points) => Math.max(longest, points.at(-1)?.step ?? 0), 0);
  if (step < grace * length) return false;
  const best = lowestLoss(own);
  if (Number.isNaN(best)) return true;
  if (!(best > percentile(curves.map((points) => bestUpTo(points, step)), rank))) return false;
  const target = complete.reduce((lowest, { loss = Infinity }) => (loss < lowest ? loss : lowest), Infinity);
  return best - (trend === 0 ? 0 : trend * gainToCome(own, best, step, length)) > target;
}

/** Twice as far each time, the same gain each time; none is left at the end. Unknown, hence endless, without a report in the first half. */
function gainToCome(own: readonly CurvePoint[], best: number, step: number, length: number): number {
  if (step >= length) return 0;
  const gain = bestUpTo(own, step / 2) - best;
  return Number.isNaN(gain) ? Infinity : gain * Math.log2(length / step);
}

function bestUpTo(points: readonly CurvePoint[], step: number): number {
  let best = Number.NaN;
  for (const point of points) {
    if (point.step > step) break;
    if (!Number.isNaN(point.loss) && !(best <= point.loss)) best = point.loss;
  }
  return best;
}
