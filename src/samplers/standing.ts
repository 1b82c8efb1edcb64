import type { LossTrial } from '../model/ports.js';

/** Loss to learn from; Infinity for a trial that has none. A pruned trial stands at the last value that it reported. */
export function usableLoss({ state, loss, intermediate }: LossTrial): number {
  if (state !== 'complete' && state !== 'pruned') return Infinity;
  const last = state === 'pruned' ? loss ?? intermediate.at(-1)?.loss : loss;
  return last !== undefined && Number.isFinite(last) ? last : Infinity;
}

/** Trials to learn from, best first: complete ones before pruned ones, which were not given the time to be good. */
export function bestFirst(trials: readonly LossTrial[]): readonly LossTrial[] {
  return trials
    .map((trial) => ({ trial, loss: usableLoss(trial) }))
    .filter(({ loss }) => loss < Infinity)
    .sort((a, b) => Number(a.trial.state === 'pruned') - Number(b.trial.state === 'pruned') || a.loss - b.loss)
    .map(({ trial }) => trial);
}
