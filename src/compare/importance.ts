import { correlationRatio, spearman } from '../math/rank.js';
import { kindOf } from '../model/distribution.js';
import { canonicalJson, type Params } from '../model/params.js';
import type { Parameter, SearchSpace } from '../model/searchSpace.js';

/** A complete trial of a search. */
export interface ScoredParams { readonly params: Params; readonly value: number }

/** Below this a rank correlation is noise. */
const fewestTrials = 5;

/**
 * How strongly each parameter goes with the objective among the trials where it was active, 0…1: |Spearman's rho| of a
 * numeric one, the rank correlation ratio of a categorical one. Absent where fewer than five complete trials had the
 * parameter, or where it or the objective never varied. Describes this search, proves nothing.
 */
export function importanceOf(space: SearchSpace, trials: readonly ScoredParams[]): Readonly<Record<string, number>> {
  return Object.fromEntries(space.parameters.flatMap((parameter) => {
    const importance = importanceOfParameter(parameter, trials);
    return importance === undefined ? [] : [[parameter.name, importance] as const];
  }));
}

function importanceOfParameter({ name, distribution }: Parameter, trials: readonly ScoredParams[]): number | undefined {
  const active = trials.flatMap(({ params, value }) => {
    const chosen = params[name];
    return chosen === undefined ? [] : [{ chosen, value }];
  });
  if (active.length < fewestTrials) return undefined;
  const values = active.map(({ value }) => value);
  const kind = kindOf(distribution);
  if (kind === 'categorical' || kind === 'constant') return correlationRatio(active.map(({ chosen }) => canonicalJson(chosen)), values);
  const rho = spearman(active.map(({ chosen }) => (typeof chosen === 'number' ? chosen : Number.NaN)), values);
  return rho === undefined || Number.isNaN(rho) ? undefined : Math.abs(rho);
}
