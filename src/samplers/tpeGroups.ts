import { canonicalJson } from '../model/params.js';
import type { SearchSpace } from '../model/searchSpace.js';
import type { Axis } from './tpeAxis.js';

/**
 * Axes modelled together, by number: those whose parameters exist under the same condition. What Optuna's
 * `group=True` finds out from the trials, read from the space. Fixed axes are in no group.
 */
export function groupsOf(space: SearchSpace, axes: readonly Axis[], { multivariate, group }: { readonly multivariate: boolean; readonly group: boolean }): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  for (const [i, parameter] of space.parameters.entries()) {
    if (axes[i]?.kind === 'fixed') continue;
    const together = multivariate && (group || parameter.when === undefined);
    const key = together ? `when ${canonicalJson(parameter.when ?? {})}` : `name ${parameter.name}`;
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [i]);
    else members.push(i);
  }
  return [...groups.values()];
}
