import type { StudyView } from '../model/ports.js';
import { expectedLoss } from './gpBelief.js';
import { usableLoss } from './standing.js';

/** Numbers of the complete trials, the lowest expected loss first: under noise the lowest observed one owes much to luck. */
export function rankedByExpectation(view: StudyView): readonly number[] {
  const expected = expectedLoss(view);
  if (expected === undefined) return [];
  return view.finished
    .filter((trial) => trial.state === 'complete' && usableLoss(trial) < Infinity)
    .map(({ number, params }) => ({ number, loss: expected(params) }))
    .sort((a, b) => a.loss - b.loss || a.number - b.number)
    .map(({ number }) => number);
}
