import { z } from 'zod';
import type { Pruner } from '../model/ports.js';
import type { Rung } from '../math/brackets.js';
import { halving } from './halving.js';
import { partsOfARun, resource } from './resource.js';

export const shaOptions = z.strictObject({
  trials: z.int().min(1).optional().describe('Configurations per bracket; all of the budget unless given.'),
  min_resource: z.number().positive().default(1).describe('First rung.'),
  max_resource: z.number().positive().optional().describe('A full run; from there on nothing is stopped. Unless given, the last one that is left runs to its end.'),
  eta: z.int().min(2).default(3).describe('Each rung is so many times the one before, and keeps one of so many trials.'),
  resource,
}).superRefine(partsOfARun('min_resource'));

/**
 * Successive halving as in Jamieson and Talwalkar 2016: all run to the first rung, the best 1/eta are taken up again to
 * the next. (What Optuna calls SuccessiveHalving is asynchronous: `asha`.)
 */
export function sha({ trials, ...options }: z.output<typeof shaOptions>): Pruner {
  return halving('sha', ({ budget }) => [{ name: 'sha', rungs: rungsOf(trials ?? budget, options) }], { resource: options.resource });
}

function rungsOf(trials: number, { min_resource: first, max_resource: most = Infinity, eta }: Omit<z.output<typeof shaOptions>, 'trials'>): readonly Rung[] {
  const rungs: Rung[] = [];
  let [keep, step] = [trials, first];
  for (; keep > 1 && step < most; keep = Math.floor(keep / eta), step *= eta) rungs.push({ resource: step, keep });
  return [...rungs, { resource: undefined, keep: Math.max(1, keep) }];
}
