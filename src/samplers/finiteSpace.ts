import { activeParameters } from '../model/activity.js';
import { constraintsHold } from '../model/constraint.js';
import { bounds } from '../model/distribution.js';
import { cardinality, gridValues } from '../model/distributionImage.js';
import type { Params, ParamValue } from '../model/params.js';
import type { Distribution, Parameter, SearchSpace } from '../model/searchSpace.js';
import { valueAt } from './draw.js';

/** Larger spaces are drawn from, never listed. */
const MOST_POINTS = 50_000;

/** Values by parameter name, of every parameter whether active or not. */
export type Axes = readonly { readonly parameter: Parameter; readonly values: readonly ParamValue[] }[];

/** Every point that a draw can give and the constraints allow; undefined for a space too large to list. */
export function drawablePoints(space: SearchSpace): readonly Params[] | undefined {
  const size = space.parameters.reduce((product, { distribution }) => product * cardinality(distribution), 1);
  if (!(size <= MOST_POINTS)) return undefined;
  const axes = space.parameters.map((parameter) => ({ parameter, values: imageOf(parameter.distribution) }));
  return Array.from({ length: productOf(axes) }, (_, i) => pointAt(space, axes, i)).filter((params) => params !== undefined);
}

export function productOf(axes: Axes): number {
  return axes.reduce((product, { values }) => product * values.length, 1);
}

/**
 * The point number `index` of the product, the last axis fastest. `undefined` where a constraint forbids it, or
 * where it repeats another one: of points that differ in inactive parameters only the first one counts.
 */
export function pointAt(space: SearchSpace, axes: Axes, index: number): Params | undefined {
  const digits: number[] = [];
  let rest = index;
  for (const { values } of axes.toReversed()) {
    digits.unshift(rest % values.length);
    rest = Math.floor(rest / values.length);
  }
  const point = pointOf(space, axes, digits);
  const repeated = point !== undefined && axes.some(({ parameter }, i) => digits[i] !== 0 && !Object.hasOwn(point, parameter.name));
  return repeated ? undefined : point;
}

/** The point with these positions on the axes, inactive parameters left out; `undefined` where a constraint forbids it. */
export function pointOf(space: SearchSpace, axes: Axes, digits: readonly number[]): Params | undefined {
  const all = Object.fromEntries(axes.map(({ parameter, values }, i): [string, ParamValue] => [parameter.name, values[digits[i] ?? 0] ?? null]));
  const point = Object.fromEntries(activeParameters(space, all).map(({ name }): [string, ParamValue] => [name, all[name] ?? null]));
  return constraintsHold(space, point) ? point : undefined;
}

/** What `quantile` can give, for distributions with finitely many values. */
export function imageOf(d: Distribution): readonly ParamValue[] {
  if (d.name === 'categorical') return d.choices.filter((_, i) => d.probabilities?.[i] !== 0);
  const range = 'q' in d ? bounds(d) : undefined;
  if (!('q' in d) || range === undefined) return gridValues(d) ?? [valueAt(d, 0.5)];
  const first = Math.round(range.low / d.q);
  return Array.from({ length: Math.round(range.high / d.q) - first + 1 }, (_, i) => {
    const value = (first + i) * d.q + 0;
    return d.integer ? Math.trunc(value) : Number(value.toPrecision(12));
  });
}
