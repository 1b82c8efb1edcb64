import type { StudyView } from '../model/ports.js';
import { expectedLoss } from './gpBelief.js';
import { usableLoss } from './standing.js';

/**
 * Numbers of the complete trials by the mean of the observed and the expected loss, the lowest first: under noise the
 * lowest observed one owes much to luck, but part of what a smooth model takes for noise is the trial's own.
 */
export function rankedByExpectation(view: StudyView): readonly number[] {
  const expected = expectedLoss(view);
  if (expected === undefined) return [];
  return view.finished
    .filter((trial) => trial.state === 'complete' && usableLoss(trial) < Infinity)
    .map((trial) => ({ number: trial.number, loss: (usableLoss(trial) + expected(trial.params)) / 2 }))
    .sort((a, b) => a.loss - b.loss || a.number - b.number)
    .map(({ number }) => number);
}
