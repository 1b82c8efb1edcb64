import { z } from 'zod';
import { permutation } from '../math/halton.js';
import type { Rng } from '../math/rng.js';
import type { Sampler } from '../model/ports.js';
import { sequenceSampler, type Axis } from './sequence.js';

/** Latin hypercubes compared for `maximin`, and the largest that are: all distances are looked at. */
const CANDIDATES = 20;
const MOST_COMPARED = 500;
const LARGEST = 10_000;

export const lhsOptions = z.strictObject({
  criterion: z.enum(['maximin', 'random', 'centered']).default('maximin')
    .describe('maximin: of 20 random designs the one whose nearest two points lie farthest apart; random: the first one; centered: the first one, each point in the middle of its strata.'),
});
type LhsOptions = z.output<typeof lhsOptions>;

/**
 * Latin hypercube sampling (McKay, Beckman and Conover, 1979): the budget's number of points, of which each of as
 * many equal slices of every parameter holds exactly one. Trials after the budget begin another such design.
 */
export function lhs({ criterion }: LhsOptions): Sampler {
  return sequenceSampler('lhs', ({ parameters, rng, budget }) => {
    const size = Math.min(Math.max(1, Math.floor(budget)), LARGEST);
    const names = parameters.map(({ name }) => name);
    const designs: Design[] = [];
    const design = (block: number): Design => designs[block] ??= designOf(names, size, { criterion, rng: rng.fork(`design ${block}`) });
    return parameters.map((_, axis): Axis => (index) => design(Math.floor(index / size))[axis]?.[index % size] ?? 0.5);
  });
}

/** Coordinates by axis, then by point. */
type Design = readonly (readonly number[])[];

function designOf(names: readonly string[], size: number, { criterion, rng }: LhsOptions & { readonly rng: Rng }): Design {
  const draw = (attempt: number): Design => names.map((name) => stratified(size, rng.fork(`${attempt} ${name}`), criterion === 'centered'));
  if (criterion !== 'maximin' || size > MOST_COMPARED) return draw(0);
  let best = draw(0);
  let farthest = nearest(best, size);
  for (let attempt = 1; attempt < CANDIDATES; attempt++) {
    const design = draw(attempt);
    const distance = nearest(design, size);
    if (distance > farthest) [best, farthest] = [design, distance];
  }
  return best;
}

/** One coordinate in each of `size` strata, in random order. */
function stratified(size: number, rng: Rng, centered: boolean): readonly number[] {
  return permutation(size, rng).map((stratum) => (stratum + (centered ? 0.5 : rng.uniform())) / size);
}

/** Squared distance of the two points of a design that lie nearest to each other. */
function nearest(design: Design, size: number): number {
  let least = Infinity;
  for (let i = 1; i < size; i++) {
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (const axis of design) {
        const gap = (axis[i] ?? 0) - (axis[j] ?? 0);
        sum += gap * gap;
      }
      if (sum < least) least = sum;
    }
  }
  return least;
}
