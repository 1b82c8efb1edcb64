import { correlationRatio, spearman } from '../math/rank.js';
import { kindOf } from '../model/distribution.js';
import type { ImportanceMethod } from '../model/config.js';
import { canonicalJson } from '../model/params.js';
import type { Parameter, SearchSpace } from '../model/searchSpace.js';
import { own } from '../model/own.js';
import { forestSurrogate } from './forestSurrogate.js';
import { pedAnova, type LossPoint } from './pedAnova.js';

/** Below this a rank correlation is noise. */
const fewestTrials = 5;
/** Five trials in the best tenth, as Optuna's documentation wants them. */
const fewestForDensities = 50;

export interface Importances {
  readonly method: 'rank' | 'ped-anova' | 'fanova';
  /** By parameter, 0…1; those of PED-ANOVA and functional ANOVA sum to 1. Describes this search, proves nothing. */
  readonly shares: Readonly<Record<string, number>>;
}

/**
 * What mattered for the objective, from finite losses of complete trials. `auto`: PED-ANOVA from 50 trials on, rank correlation below. A parameter
 * that fewer than five trials had, or that never varied, has none; nor has any where the objective never varied.
 */
export function importanceOf(space: SearchSpace, trials: readonly LossPoint[], wanted: ImportanceMethod = 'auto'): Importances {
  const method = wanted === 'auto' ? (trials.length < fewestForDensities ? 'rank' : 'ped-anova') : wanted;
  const parameters = trials.some(({ loss }) => loss !== trials[0]?.loss) ? space.parameters.filter((parameter) => hasVaried(parameter, trials)) : [];
  const varied = { ...space, parameters };
  switch (method) {
    case 'rank': return { method, shares: rankImportance(varied, trials) };
    case 'ped-anova': return { method, shares: normalized(pedAnova(varied, trials)) };
    case 'fanova': return { method, shares: parameters.length === 0 ? {} : forestSurrogate(varied, trials).shares };
  }
}

function hasVaried({ name }: Parameter, trials: readonly LossPoint[]): boolean {
  const values = trials.flatMap(({ params }) => (Object.hasOwn(params, name) ? [canonicalJson(params[name])] : []));
  return values.length >= fewestTrials && new Set(values).size > 1;
}

function normalized(shares: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const total = Object.values(shares).reduce((a, b) => a + b, 0);
  return total > 0 ? Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, share / total])) : {};
}

/**
 * How strongly each parameter goes with the objective among the trials where it was active, 0…1: |Spearman's rho| of a
 * numeric one, the rank correlation ratio of a categorical one.
 */
function rankImportance(space: SearchSpace, trials: readonly LossPoint[]): Readonly<Record<string, number>> {
  return Object.fromEntries(space.parameters.flatMap((parameter) => {
    const importance = importanceOfParameter(parameter, trials);
    return importance === undefined ? [] : [[parameter.name, importance] as const];
  }));
}

function importanceOfParameter({ name, distribution }: Parameter, trials: readonly LossPoint[]): number | undefined {
  const active = trials.flatMap(({ params, loss }) => {
    const chosen = own(params, name);
    return chosen === undefined ? [] : [{ chosen, loss }];
  });
  if (active.length < fewestTrials) return undefined;
  const values = active.map(({ loss }) => loss);
  const kind = kindOf(distribution);
  if (kind === 'categorical' || kind === 'constant') return correlationRatio(active.map(({ chosen }) => canonicalJson(chosen)), values);
  const rho = spearman(active.map(({ chosen }) => (typeof chosen === 'number' ? chosen : Number.NaN)), values);
  return rho === undefined || Number.isNaN(rho) ? undefined : Math.abs(rho);
}
