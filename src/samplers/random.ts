import type { Rng } from '../math/rng.js';
import { constraintsHold } from '../model/constraint.js';
import { UserError } from '../model/errors.js';
import { paramsKey, type Params } from '../model/params.js';
import type { Sampler, StudyView } from '../model/ports.js';
import type { SearchSpace } from '../model/searchSpace.js';
import { drawPoint } from './draw.js';
import { drawablePoints } from './finiteSpace.js';
import { isAmong, pointKeys, triedPoints } from './seen.js';

/** Draws before the rest of a finite space is looked through instead. */
const DRAWS_BEFORE_LISTING = 200;
/** Constraints that fewer than about one draw in this many satisfies are refused. */
const MOST_DRAWS = 10_000;

/** Independent draws from the space. No point twice; `undefined` once a finite space is used up. */
export function random(): Sampler {
  return { name: 'random', suggest: suggestRandom };
}

export function suggestRandom(view: StudyView, rng: Rng): Params | undefined {
  const { space } = view;
  const tried = triedPoints(view);
  let allowed = 0;
  for (let i = 0; i < MOST_DRAWS; i++) {
    const params = drawPoint(space, i === 0 ? rng : rng.fork(`again ${i}`));
    if (constraintsHold(space, params)) {
      if (!isAmong(tried, params)) return params;
      allowed += 1;
    }
    if (i === DRAWS_BEFORE_LISTING) {
      const points = drawablePoints(space);
      if (points !== undefined) return pick(points, pointKeys(tried), rng.fork('rest'), space);
    }
  }
  if (allowed === 0) throw tooTight(space, `${MOST_DRAWS} draws from the space gave no point that satisfies them`);
  return undefined;
}

function pick(points: readonly Params[], seen: ReadonlySet<string>, rng: Rng, space: SearchSpace): Params | undefined {
  if (points.length === 0) throw tooTight(space, 'no point of the space satisfies them');
  const left = points.filter((params) => !seen.has(paramsKey(params)));
  return left[rng.integer(left.length)];
}

function tooTight(space: SearchSpace, why: string): UserError {
  return new UserError('constraints-too-tight', `The constraints leave almost nothing of the space: ${why} (${space.constraints.join('; ')}).`, {
    fix: 'Loosen a constraint, or narrow the parameters to the part of the space that satisfies them.',
  });
}
