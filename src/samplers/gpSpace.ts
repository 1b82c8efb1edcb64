import { kindOf } from '../model/distribution.js';
import { cardinality, sameValue } from '../model/distributionImage.js';
import { canonicalJson, type Params, type ParamValue } from '../model/params.js';
import type { Parameter, SearchSpace } from '../model/searchSpace.js';
import { unitOf } from '../model/unit.js';
import { pointFrom, valueAt } from './draw.js';
import { imageOf } from './finiteSpace.js';
import type { Measure } from './gpKernel.js';

/** Larger ranges of whole numbers are searched as if they were continuous. */
const MOST_LEVELS = 64;
/** Where a parameter stands that does not exist at a point. */
export const INACTIVE = -1;

/** A parameter with more than one value. Its position is an index for a category, else a place in [0, 1]. */
export interface Axis {
  readonly parameter: Parameter;
  readonly measure: Measure;
  /** Positions of all values, where there are few; `values` beside them. */
  readonly levels: readonly number[] | undefined;
  readonly values: readonly ParamValue[];
}

/**
 * A point in two forms: its positions (`place`, inactive parameters included, so that a local search can turn a branch
 * on and off), and what the model sees (`seen`, INACTIVE where a parameter does not exist).
 */
export interface AxisSpace {
  readonly axes: readonly Axis[];
  readonly measures: readonly Measure[];
  readonly space: SearchSpace;
  /** Writes what the model sees of a place. */
  readonly show: (place: Float64Array, seen: Float64Array) => void;
}

const spaces = new WeakMap<SearchSpace, AxisSpace>();

export function axisSpace(space: SearchSpace): AxisSpace {
  const known = spaces.get(space);
  if (known !== undefined) return known;
  const axes = space.parameters.filter(({ distribution }) => cardinality(distribution) > 1).map(axisOf);
  const made = { axes, measures: axes.map(({ measure }) => measure), space, show: shower(space, axes) };
  spaces.set(space, made);
  return made;
}

function axisOf(parameter: Parameter): Axis {
  const { distribution: d, when } = parameter;
  const values = cardinality(d) <= MOST_LEVELS || d.name === 'categorical' ? imageOf(d) : [];
  if (d.name === 'categorical') {
    const numbers = values.filter((value) => typeof value === 'number');
    if (values.length < 3 || numbers.length < values.length) return { parameter, measure: 'category', levels: values.map((_, i) => i), values };
    const sorted = numbers.toSorted((a, b) => a - b);
    return { parameter, measure: when === undefined ? 'line' : 'arc', levels: sorted.map((_, i) => (i + 0.5) / sorted.length), values: sorted };
  }
  const levels = values.length === 0 ? undefined : values.map((value) => unitOf(d, value));
  return { parameter, measure: when === undefined ? 'line' : 'arc', levels, values };
}

/** Follows the conditions from parents to dependents without making a set of parameters for each point. */
function shower(space: SearchSpace, axes: readonly Axis[]): AxisSpace['show'] {
  const indexOf = new Map(axes.map(({ parameter }, i) => [parameter.name, i]));
  const constants = new Map(space.parameters.filter(({ name }) => !indexOf.has(name)).map((parameter) => [parameter.name, parameter]));
  const rulesOf = ({ when }: Parameter): readonly Rule[] => Object.entries(when ?? {}).flatMap(([parent, allowed]): readonly Rule[] => {
    const i = indexOf.get(parent);
    const axis = axes[i ?? -1];
    if (i !== undefined && axis !== undefined) return [{ parent: i, holds: memberOf(axis, allowed) }];
    const constant = constants.get(parent);
    if (constant === undefined || !allowed.some((value) => sameValue(value, valueAt(constant.distribution, 0.5)))) return [never];
    return rulesOf(constant);
  });
  const rules = axes.map(({ parameter }) => rulesOf(parameter));
  return (place, seen) => {
    for (let i = 0; i < rules.length; i++) {
      let active = true;
      for (const { parent, holds } of rules[i] ?? []) active &&= seen[parent] !== INACTIVE && holds(place[parent] ?? 0);
      seen[i] = active ? place[i] ?? 0 : INACTIVE;
    }
  };
}

interface Rule { readonly parent: number; readonly holds: (position: number) => boolean }
const never: Rule = { parent: 0, holds: () => false };

function memberOf(axis: Axis, allowed: readonly ParamValue[]): (position: number) => boolean {
  const among = (value: ParamValue): boolean => allowed.some((one) => sameValue(one, value));
  if (axis.levels === undefined) return (position) => among(valueAt(axis.parameter.distribution, position));
  const positions = new Set(axis.levels.filter((_, i) => among(axis.values[i] ?? null)));
  return (position) => positions.has(position);
}

/** The position nearest to `u` that a value has. */
export function positionAt({ measure, levels }: Axis, u: number): number {
  if (levels === undefined) return u;
  // Indices, and ordered choices too many to look through: evenly spaced.
  if (measure === 'category' || levels.length > MOST_LEVELS) return levels[Math.min(Math.floor(u * levels.length), levels.length - 1)] ?? 0;
  return levels.reduce((best, level) => (Math.abs(level - u) < Math.abs(best - u) ? level : best), levels[0] ?? 0.5);
}

export function paramsAt({ axes, space }: AxisSpace, place: Float64Array): Params {
  const byName = new Map(axes.map((axis, i) => [axis.parameter.name, { axis, position: place[i] ?? 0.5 }]));
  return pointFrom(space, ({ name, distribution }) => {
    const found = byName.get(name);
    if (found === undefined) return valueAt(distribution, 0.5);
    const { levels, values } = found.axis;
    return levels === undefined ? valueAt(distribution, found.position) : values[levels.indexOf(found.position)] ?? null;
  });
}

const seenBy = new WeakMap<AxisSpace, WeakMap<Params, Float64Array>>();

/** What the model sees of given values. A choice that the space does not have is unlike all others. */
export function seenOf(axisSpace: AxisSpace, params: Params): Float64Array {
  const table = seenBy.get(axisSpace) ?? new WeakMap<Params, Float64Array>();
  seenBy.set(axisSpace, table);
  const known = table.get(params);
  if (known !== undefined) return known;
  const seen = Float64Array.from(axisSpace.axes, (axis) => {
    const value = params[axis.parameter.name];
    if (value !== undefined) return positionOf(axis, value);
    // A trial of an older space may lack what exists everywhere now.
    return axis.parameter.when === undefined && axis.measure === 'line' ? 0.5 : INACTIVE;
  });
  table.set(params, seen);
  return seen;
}

const tags = { own: new WeakMap<Float64Array, Float64Array>(), prior: new WeakMap<Float64Array, Float64Array>() };

/** With one more position that tells this study's trials from another commit's. */
export function taggedAs(task: 'own' | 'prior', seen: Float64Array): Float64Array {
  const known = tags[task].get(seen);
  if (known !== undefined) return known;
  const tagged = Float64Array.of(...seen, task === 'own' ? 0 : 1);
  tags[task].set(seen, tagged);
  return tagged;
}

/** Any place that looks like this to the model; where it says nothing, `fill` decides. */
export function placeOf({ axes }: AxisSpace, seen: Float64Array, fill: () => number): Float64Array {
  return Float64Array.from(axes, (axis, i) => {
    const position = seen[i] ?? INACTIVE;
    const real = position >= 0 && (axis.measure !== 'category' || position < axis.values.length);
    return real ? positionAt(axis, axis.measure === 'category' ? (position + 0.5) / axis.values.length : position) : positionAt(axis, fill());
  });
}

function positionOf({ parameter: { distribution: d }, levels, values, measure }: Axis, value: ParamValue): number {
  if (d.name !== 'categorical') return unitOf(d, kindOf(d) === 'float' || typeof value === 'number' ? value : Number(value));
  const index = indexIn(values, value);
  if (index === undefined) return measure === 'category' ? values.length : 0.5;
  return levels?.[index] ?? index;
}

const indices = new WeakMap<readonly ParamValue[], ReadonlyMap<string, number>>();

function indexIn(values: readonly ParamValue[], value: ParamValue): number | undefined {
  const known = indices.get(values) ?? new Map(values.map((one, i) => [canonicalJson(one), i]));
  indices.set(values, known);
  return known.get(canonicalJson(value));
}
