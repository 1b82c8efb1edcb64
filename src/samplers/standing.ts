import { contains } from '../model/distributionImage.js';
import type { Params } from '../model/params.js';
import type { LossTrial } from '../model/ports.js';
import type { Parameter, SearchSpace } from '../model/searchSpace.js';
import { own } from '../model/own.js';
import { pointFrom, valueAt } from './draw.js';

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

/** Whether a trial has a value for a parameter that the parameter can still have. */
export function hasGene(params: Params, { name, distribution }: Parameter): boolean {
  const value = own(params, name);
  return value !== undefined && contains(distribution, value);
}

const mended = new WeakMap<SearchSpace, WeakMap<Params, Params>>();

/** A trial's point, with the middle of the range where the space has changed since. */
export function insideSpace(space: SearchSpace, params: Params): Params {
  const memory = mended.get(space) ?? new WeakMap<Params, Params>();
  mended.set(space, memory);
  const known = memory.get(params);
  if (known !== undefined) return known;
  const value = (parameter: Parameter): Params[string] => (hasGene(params, parameter) ? params[parameter.name] : undefined) ?? valueAt(parameter.distribution, 0.5);
  const point = pointFrom(space, value);
  memory.set(params, point);
  return point;
}
