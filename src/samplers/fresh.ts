import type { Rng } from '../math/rng.js';
import { constraintsHold } from '../model/constraint.js';
import type { Params } from '../model/params.js';
import { paramsKey } from '../model/params.js';
import type { StudyView } from '../model/ports.js';
import { suggestRandom } from './random.js';
import { isAmong, pointKeys, triedPoints } from './seen.js';

/** Proposals looked at before a random point is taken. */
const MOST_PROPOSALS = 64;
/** Proposals compared with the tried points one by one; a set of those pays off after a few more. */
const COMPARED_SINGLY = 4;

/**
 * The first proposal that the constraints allow and that was not tried yet, else a random point that was not.
 * `propose(i)` gives points of the space (`pointFrom`), or `undefined` for "no more"; `undefined` comes back only
 * when a finite space is used up.
 */
export function freshPoint(view: StudyView, rng: Rng, propose: (i: number) => Params | undefined): Params | undefined {
  const tried = triedPoints(view);
  let keys: ReadonlySet<string> | undefined;
  const isTried = (params: Params, i: number): boolean => {
    if (i < COMPARED_SINGLY) return isAmong(tried, params);
    keys ??= pointKeys(tried);
    return keys.has(paramsKey(params));
  };
  for (let i = 0; i < MOST_PROPOSALS; i++) {
    const params = propose(i);
    if (params === undefined) break;
    if (!isTried(params, i) && constraintsHold(view.space, params)) return params;
  }
  return suggestRandom(view, rng.fork('fresh'));
}
