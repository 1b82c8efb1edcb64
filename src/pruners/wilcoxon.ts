import { z } from 'zod';
import { mean } from '../math/describe.js';
import { signedRankGreater } from '../math/wilcoxon.js';
import type { LossTrial, Pruner, StudyView } from '../model/ports.js';
import { curveOf, type CurvePoint } from './curve.js';

export const wilcoxonOptions = z.strictObject({
  p_threshold: z.number().min(0).max(1).default(0.1).describe('Stops below this p-value.'),
  startup_steps: z.int().min(0).default(2).describe('Folds or seeds that a trial finishes in any case.'),
});

/**
 * For trials that report one value per fold or seed, with its number as the step: stops one that is worse than the
 * best trial on the same folds by Wilcoxon's signed-rank test. The test is repeated after each fold, so p is no error
 * rate of the whole (Optuna's WilcoxonPruner, whose defaults these are).
 */
export function wilcoxon(options: z.output<typeof wilcoxonOptions>): Pruner {
  return { name: 'wilcoxon', comparesParts: true, decide: (view, trial) => (isWorse(view, trial, options) ? 'stop' : 'continue') };
}

function isWorse(view: StudyView, trial: LossTrial, { p_threshold: most, startup_steps: startup }: z.output<typeof wilcoxonOptions>): boolean {
  const best = bestOf(view);
  if (best === undefined) return false;
  const [own, others] = [curveOf(trial), curveOf(best)];
  if (![...own, ...others].every(({ loss }) => Number.isFinite(loss))) return false;
  const there = new Map(others.map(({ step, loss }) => [step, loss]));
  const differences = own.flatMap(({ step, loss }) => {
    const other = there.get(step);
    return other === undefined ? [] : [loss - other];
  });
  if (differences.length < Math.max(2, startup)) return false;
  // Better on average though behind in rank: a few folds made all the difference, and the average is what counts.
  return average(own) > average(others) && signedRankGreater(differences) < most;
}

function average(points: readonly CurvePoint[]): number {
  return mean(points.map(({ loss }) => loss)) ?? 0;
}

/** The earliest of equals, as everywhere. */
function bestOf({ finished }: StudyView): LossTrial | undefined {
  let best: LossTrial | undefined;
  for (const trial of finished) {
    if (trial.state === 'complete' && trial.loss !== undefined && Number.isFinite(trial.loss) && !(trial.loss >= (best?.loss ?? Infinity))) best = trial;
  }
  return best;
}
