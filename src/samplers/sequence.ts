import type { Rng } from '../math/rng.js';
import { constraintsHold } from '../model/constraint.js';
import { cardinality } from '../model/distributionImage.js';
import type { Params } from '../model/params.js';
import type { Sampler, StudyView } from '../model/ports.js';
import type { Parameter, SearchSpace } from '../model/searchSpace.js';
import { pointFrom, valueAt } from './draw.js';
import { suggestRandom } from './random.js';
import { keyOf, pointKeys, triedPoints } from './seen.js';

/** Points in a row that constraints forbid or that came before, after which a sequence is over. */
const MOST_USELESS = 1000;

/** The coordinate in [0, 1] of a point, by its place in the sequence. */
export type Axis = (index: number) => number;

/** What a sequence is made of: the parameters that can vary, and a stream that is the same in every trial of a study. */
export interface Layout { readonly parameters: readonly Parameter[]; readonly rng: Rng; readonly budget: number }

/**
 * A sampler that walks a fixed sequence of points, whatever the trials give: the first point of it that was not tried
 * yet, so that a study goes on where it stopped, and studies of one seed try the same points. Every parameter has an
 * axis, whether it is active or not. Points that repeat an earlier one or break a constraint are passed over; after
 * the sequence a random point is taken.
 */
export function sequenceSampler(name: string, axesOf: (layout: Layout) => readonly Axis[]): Sampler {
  const made = new WeakMap<SearchSpace, { readonly key: string; readonly sequence: Sequence }>();
  const sequenceFor = ({ space, budget }: StudyView, rng: Rng): Sequence => {
    const own = rng.root().fork(name);
    const key = `${own.uniform()} ${budget}`;
    const known = made.get(space);
    if (known?.key === key) return known.sequence;
    const parameters = space.parameters.filter(({ distribution }) => cardinality(distribution) > 1);
    const axes = axesOf({ parameters, rng: own, budget });
    const sequence = sequenceOf(space, new Map(parameters.map((parameter, i) => [parameter, axes[i] ?? middle])));
    made.set(space, { key, sequence });
    return sequence;
  };
  return {
    name,
    suggest: (view, rng) => {
      const sequence = sequenceFor(view, rng);
      const tried = pointKeys(triedPoints(view));
      for (let i = 0; ; i++) {
        const params = sequence.at(i);
        if (params === undefined) return suggestRandom(view, rng.fork('after the sequence'));
        if (!tried.has(keyOf(params))) return params;
      }
    },
  };
}

const middle: Axis = () => 0.5;

/** The points that a study can use, in order; `undefined` after the last one. */
interface Sequence { at(i: number): Params | undefined }

function sequenceOf(space: SearchSpace, axes: ReadonlyMap<Parameter, Axis>): Sequence {
  const points: Params[] = [];
  const keys = new Set<string>();
  let index = 0;
  let useless = 0;
  const extend = (): void => {
    const params = pointFrom(space, (parameter) => valueAt(parameter.distribution, (axes.get(parameter) ?? middle)(index)));
    index += 1;
    if (keys.has(keyOf(params)) || !constraintsHold(space, params)) {
      useless += 1;
      return;
    }
    useless = 0;
    keys.add(keyOf(params));
    points.push(params);
  };
  return {
    at: (i) => {
      while (points.length <= i && useless < MOST_USELESS) extend();
      return points[i];
    },
  };
}
