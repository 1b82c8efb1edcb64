import type { Rng } from '../math/rng.js';
import { isActive } from '../model/activity.js';
import { bounds, kindOf, quantile } from '../model/distribution.js';
import type { Params, ParamValue } from '../model/params.js';
import type { Distribution, Parameter, SearchSpace } from '../model/searchSpace.js';

/** Ten thousand million steps across a range, and beyond the reach of the last digits in which math libraries differ. */
const SIGNIFICANT_DIGITS = 12;

/** One point, constraints not looked at. Each parameter has a stream of its own: adding one does not change the values of the others. */
export function drawPoint(space: SearchSpace, rng: Rng): Params {
  return pointFrom(space, ({ name, distribution }) => valueAt(distribution, rng.fork(name).uniform()));
}

/** A value for each parameter that is active given those before it, parents first. */
export function pointFrom(space: SearchSpace, choose: (parameter: Parameter) => ParamValue): Params {
  const params: Record<string, ParamValue> = {};
  const active = new Set<string>();
  for (const parameter of space.parameters) {
    if (!isActive(parameter, params, active)) continue;
    active.add(parameter.name);
    params[parameter.name] = choose(parameter);
  }
  return params;
}

/** The value at cumulative probability `u`, floats shortened to the digits that are the same on every machine. */
export function valueAt(d: Distribution, u: number): ParamValue {
  const value = quantile(d, u);
  if (typeof value !== 'number' || kindOf(d) !== 'float') return value;
  const rounded = Number(value.toPrecision(SIGNIFICANT_DIGITS));
  const range = 'q' in d ? undefined : bounds(d);
  return range === undefined ? rounded : Math.min(Math.max(rounded, range.low), range.high);
}
