import { z } from 'zod';
import type { Pruner } from '../model/ports.js';
import { percentile, sameStepOptions } from './percentile.js';
import { partsOfARun } from './resource.js';

export const medianOptions = z.strictObject(sameStepOptions).superRefine(partsOfARun('warmup', 'interval'));

/** Stops a trial whose best loss so far is above the median of the finished trials' losses at the same step (Golovin et al. 2017, Vizier; Optuna's MedianPruner). */
export function median(options: z.output<typeof medianOptions>): Pruner {
  return { ...percentile({ ...options, percentile: 50 }), name: 'median' };
}
