import { z } from 'zod';
import type { Pruner } from '../model/ports.js';
import { curveOf, isTimeToLook } from './curve.js';
import { interval, partsOfARun, resource, warmup } from './resource.js';

export const thresholdOptions = z.strictObject({
  lower: z.number().optional().describe('A trial that reports less is stopped; in the metric\'s own unit.'),
  upper: z.number().optional().describe('A trial that reports more is stopped; in the metric\'s own unit.'),
  warmup, interval, resource,
}).superRefine(partsOfARun('warmup', 'interval'));

/** Stops a trial whose latest value is out of bounds or not a number; without bounds only the latter. Optuna's ThresholdPruner. */
export function threshold({ lower = -Infinity, upper = Infinity, ...options }: z.output<typeof thresholdOptions>): Pruner {
  return {
    name: 'threshold', resource: options.resource,
    decide: (view, trial) => {
      const points = curveOf(trial);
      const loss = points.at(-1)?.loss;
      if (loss === undefined || !isTimeToLook(points, options)) return 'continue';
      const value = view.goal === 'maximize' ? -loss : loss;
      return value >= lower && value <= upper ? 'continue' : 'stop';
    },
  };
}
