import { z } from 'zod';
import { percentile } from '../math/percentile.js';
import type { LossTrial, Pruner, StudyView } from '../model/ports.js';
import { curveOf, lastUpTo, lowestLoss } from './curve.js';
import { resource } from './resource.js';

export const autoOptions = z.strictObject({
  startup_trials: z.int().min(1).default(5).describe('So many trials run to their end first: they show how long a run is.'),
  grace: z.number().min(0).max(1).default(0.2).describe('Nothing is stopped in this first part of a run; curves cross most there.'),
  resource,
});

/** A median rule that waits. */
export function auto(options: z.output<typeof autoOptions>): Pruner {
  return { name: 'auto', resource: options.resource, decide: (view, trial) => (isBehind(view, trial, options) ? 'stop' : 'continue') };
}

function isBehind(view: StudyView, trial: LossTrial, { startup_trials: startup, grace }: z.output<typeof autoOptions>): boolean {
  const complete = view.finished.filter(({ state }) => state === 'complete');
  const own = curveOf(trial);
  const step = own.at(-1)?.step;
  if (step === undefined || complete.length < startup) return false;
  const lengths = complete.flatMap((other) => curveOf(other).at(-1)?.step ?? []);
  if (step < grace * percentile(lengths, 50)) return false;
  const best = lowestLoss(own);
  if (Number.isNaN(best)) return true;
  const others = complete.flatMap((other) => lastUpTo(curveOf(other), step)?.loss ?? []);
  return best > percentile(others, 50);
}
