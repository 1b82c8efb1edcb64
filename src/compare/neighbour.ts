import { quantile } from '../model/distribution.js';
import type { Params } from '../model/params.js';
import type { Parameter, SearchSpace } from '../model/searchSpace.js';
import { unitOf } from '../model/unit.js';
import { whyInvalid } from '../model/validity.js';

/** Of the range of a parameter: too little to change what is learned, enough for every rounding error to come out otherwise. */
const step = 0.01;

/**
 * A point next to `params`: every continuous parameter a hundredth of its range further in. It stands for a change of the
 * code that changes nothing: what it still scatters on the same seeds is the noise of a change. Undefined where the
 * space has no such point.
 */
export function neighbourOf(space: SearchSpace, params: Params): Params | undefined {
  const movable = space.parameters.filter((parameter) => Object.hasOwn(params, parameter.name) && isContinuous(parameter));
  const all = moved(params, movable);
  if (movable.length > 0 && whyInvalid(space, all) === undefined) return all;
  // A constraint may bind some of them together; one alone may still move.
  return movable.map((parameter) => moved(params, [parameter])).find((point) => whyInvalid(space, point) === undefined);
}

function isContinuous({ distribution: { name } }: Parameter): boolean {
  return name !== 'constant' && name !== 'categorical' && name !== 'int_uniform' && !name.startsWith('q_');
}

function moved(params: Params, parameters: readonly Parameter[]): Params {
  const changes = parameters.map(({ name, distribution }) => {
    const unit = unitOf(distribution, params[name] ?? null);
    return [name, quantile(distribution, unit > 0.5 ? unit - step : unit + step)] as const;
  });
  return { ...params, ...Object.fromEntries(changes) };
}
