import type { CellLimits } from '../math/cmaMargin.js';
import { kindOf } from '../model/distribution.js';
import { cardinality, sameValue } from '../model/distributionImage.js';
import type { Distribution, Parameter, SearchSpace } from '../model/searchSpace.js';
import type { ParamValue } from '../model/params.js';
import { unitOf } from '../model/unit.js';
import { valueAt } from './draw.js';

/** Halvings of [0, 1] that find the place where a value changes. */
const HALVINGS = 40;

/** The numbers of a space that vary are coordinates of one normal distribution; each choice has probabilities of its own. */
export interface CmaAxes {
  readonly numbers: readonly Parameter[];
  readonly choices: readonly Parameter[];
}

export function axesOf(space: SearchSpace): CmaAxes {
  const varying = space.parameters.filter(({ distribution }) => cardinality(distribution) > 1);
  return {
    numbers: varying.filter(({ distribution }) => kindOf(distribution) !== 'categorical'),
    choices: varying.filter(({ distribution }) => kindOf(distribution) === 'categorical'),
  };
}

export function isDiscrete(d: Distribution): boolean {
  return d.name === 'int_uniform' || 'q' in d;
}

/** Unit coordinates at which the value of a coordinate changes; at the ends of a range there is only one. */
export function cellLimits(d: Distribution, x: number): CellLimits {
  const { low, high } = cellOf(d, valueAt(d, clamped(x)));
  if (low <= 0) return { low: high, high };
  return high >= 1 ? { low, high: low } : { low, high };
}

/** The part of [0, 1] that gives this value. */
export function cellOf(d: Distribution, value: ParamValue): CellLimits {
  const centre = unitOf(d, value);
  return { low: edge(d, centre, 0), high: edge(d, centre, 1) };
}

export function clamped(x: number): number {
  return Math.min(Math.max(x, 0), 1);
}

/** Between `from` and `to`: where the value is no longer that at `from`; `to` itself if it is the same there. */
function edge(d: Distribution, from: number, to: 0 | 1): number {
  const value = valueAt(d, from);
  if (sameValue(valueAt(d, to), value)) return to;
  let [inside, outside] = [from, to as number];
  for (let i = 0; i < HALVINGS; i++) {
    const half = (inside + outside) / 2;
    if (sameValue(valueAt(d, half), value)) inside = half;
    else outside = half;
  }
  return outside;
}
