import type { Sampler } from '../model/ports.js';
import { gridPlan } from './gridPlan.js';
import { triedPoints } from './seen.js';

/** Every combination once, in the order of Weights & Biases; spread evenly over the grid when the budget is smaller. */
export function grid(): Sampler {
  return {
    name: 'grid',
    suggest: (view) => {
      const plan = gridPlan(view.space);
      return plan.next(triedPoints(view), plan.size > view.budget ? 'spread' : 'grid');
    },
  };
}
