import type { Rng } from '../math/rng.js';
import { constraintsHold } from '../model/constraint.js';
import type { Params } from '../model/params.js';
import { paramsKey } from '../model/params.js';
import type { StudyView } from '../model/ports.js';
import { suggestRandom } from './random.js';
import { pointKeys, triedPoints } from './seen.js';

/** Proposals looked at before a random point is taken. */
const MOST_PROPOSALS = 64;

/**
 * The first proposal that the constraints allow and that was not tried yet, else a random point that was not.
 * `propose(i)` gives points of the space (`pointFrom`), or `undefined` for "no more"; `undefined` comes back only
 * when a finite space is used up.
 */
export function freshPoint(view: StudyView, rng: Rng, propose: (i: number) => Params | undefined): Params | undefined {
  const tried = pointKeys(triedPoints(view));
  for (let i = 0; i < MOST_PROPOSALS; i++) {
    const params = propose(i);
    if (params === undefined) break;
    if (!tried.has(paramsKey(params)) && constraintsHold(view.space, params)) return params;
  }
  return suggestRandom(view, rng.fork('fresh'));
}
