import { z } from 'zod';
import type { LossTrial, Pruner } from '../model/ports.js';
import { asha, ashaOptions } from './asha.js';
import { curveOf, lowestLoss } from './curve.js';
import { median, medianOptions } from './median.js';
import { percentile, percentileOptions } from './percentile.js';
import { partsOfARun, resource } from './resource.js';
import { threshold, thresholdOptions } from './threshold.js';

const wrapped = z.discriminatedUnion('type', [
  medianOptions.safeExtend({ type: z.literal('median') }),
  percentileOptions.safeExtend({ type: z.literal('percentile') }),
  thresholdOptions.safeExtend({ type: z.literal('threshold') }),
  ashaOptions.safeExtend({ type: z.literal('asha') }),
]);

export const patientOptions = z.strictObject({
  patience: z.int().min(0).default(3).describe('Reports in a row without a better value.'),
  min_delta: z.number().min(0).default(0).describe('By so much a value must be better to count.'),
  wraps: wrapped.optional().describe('Rule that decides once patience is over, e.g. `{ type: median }`; without it the trial is stopped.'),
  resource,
}).superRefine((options, context) => {
  const { wraps, resource: own } = options;
  if (wraps === undefined || own === 'step') return;
  if (wraps.resource !== 'step' && wraps.resource !== own) context.addIssue({ code: 'custom', path: ['resource'], message: `must be what the wrapped rule counts: ${wraps.resource}` });
  // The wrapped rule's own check saw the steps that it would count by itself.
  else if (wraps.resource === 'step') partsOfARun('min_resource', 'warmup', 'interval')({ ...wraps, resource: own }, { addIssue: (issue) => context.addIssue(typeof issue === 'string' ? issue : { ...issue, path: ['wraps', ...issue.path ?? []] }) });
});

/** Leaves a trial alone while it still gets better, then asks another rule or stops it; Optuna's PatientPruner. */
export function patient({ wraps, resource: own, ...options }: z.output<typeof patientOptions>): Pruner {
  const counted = wraps === undefined || wraps.resource === 'step' ? own : wraps.resource;
  const inner = wraps === undefined ? undefined : prunerOf({ ...wraps, resource: counted });
  return {
    name: inner === undefined ? 'patient' : `patient ${inner.name}`, resource: counted,
    decide: (view, trial) => (isStuck(trial, options) ? inner?.decide(view, trial) ?? 'stop' : 'continue'),
  };
}

function prunerOf(options: z.output<typeof wrapped>): Pruner {
  switch (options.type) {
    case 'median': return median(options);
    case 'percentile': return percentile(options);
    case 'threshold': return threshold(options);
    case 'asha': return asha(options);
  }
}

/** The last `patience` + 1 reports brought nothing better than what was before them. */
function isStuck(trial: LossTrial, { patience, min_delta: delta }: { readonly patience: number; readonly min_delta: number }): boolean {
  const points = curveOf(trial);
  if (points.length <= patience + 1) return false;
  const [before, after] = [lowestLoss(points.slice(0, -patience - 1)), lowestLoss(points.slice(-patience - 1))];
  return Number.isNaN(after) ? !Number.isNaN(before) : before + delta < after;
}
