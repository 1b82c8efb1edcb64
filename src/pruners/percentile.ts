import { z } from 'zod';
import { percentile as percentileOf } from '../math/percentile.js';
import type { LossTrial, Pruner, StudyView } from '../model/ports.js';
import { curveOf, isTimeToLook, lastUpTo, lowestLoss, type CurvePoint } from './curve.js';
import { interval, partsOfARun, resource, warmup } from './resource.js';

/** Options of the rules that compare with the finished trials at the same step. */
export const sameStepOptions = {
  startup_trials: z.int().min(0).default(5).describe('Nothing is stopped before so many trials ran to their end.'),
  warmup, interval,
  min_trials: z.int().min(1).default(1).describe('Trials that must have a value at the same step.'),
  resource,
};

export const percentileOptions = z.strictObject({
  percentile: z.number().min(0).max(100).default(25).describe('A trial goes on while its best value so far is among this best share (in percent) of the values at the same step.'),
  ...sameStepOptions,
}).superRefine(partsOfARun('warmup', 'interval'));

/** Stops a trial whose best loss so far is above this percentile of the finished trials' losses at the same step; Optuna's PercentilePruner. */
export function percentile(options: z.output<typeof percentileOptions>): Pruner {
  return { name: 'percentile', resource: options.resource, decide: (view, trial) => (isBehind(view, trial, options) ? 'stop' : 'continue') };
}

function isBehind(view: StudyView, trial: LossTrial, options: z.output<typeof percentileOptions>): boolean {
  const complete = view.finished.filter(({ state }) => state === 'complete');
  if (complete.length === 0 || complete.length < options.startup_trials) return false;
  const own = curveOf(trial);
  const step = own.at(-1)?.step;
  if (step === undefined || !isTimeToLook(own, options)) return false;
  const best = lowestLoss(own);
  if (Number.isNaN(best)) return true;
  const others = complete.flatMap((other) => at(curveOf(other), step, options.resource));
  return others.length >= options.min_trials && best > percentileOf(others, options.percentile);
}

/** Seconds and fractions are never reported twice alike: the last value up to then counts, of trials that went as far. */
function at(points: readonly CurvePoint[], step: number, counted: z.output<typeof resource>): readonly number[] {
  const last = lastUpTo(points, step);
  if (last === undefined || (points.at(-1)?.step ?? -Infinity) < step) return [];
  return counted === 'step' && last.step !== step ? [] : [last.loss];
}
