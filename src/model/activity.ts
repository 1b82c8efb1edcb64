import { sameValue } from './distributionImage.js';
import type { Params } from './params.js';
import type { Parameter, SearchSpace } from './searchSpace.js';

/** Parameters that exist for these values, in the order of the space: parents stand before their dependents. */
export function activeParameters(space: SearchSpace, params: Params): readonly Parameter[] {
  const active = new Set<string>();
  return space.parameters.filter((parameter) => {
    if (!isActive(parameter, params, active)) return false;
    active.add(parameter.name);
    return true;
  });
}

/** Whether a parameter exists, given the names of the active ones before it; for walking a space value by value. */
export function isActive(parameter: Parameter, params: Params, active: ReadonlySet<string>): boolean {
  return Object.entries(parameter.when ?? {}).every(([parent, values]) => {
    if (!active.has(parent) || !Object.hasOwn(params, parent)) return false;
    const chosen = params[parent];
    return chosen !== undefined && values.some((value) => sameValue(value, chosen));
  });
}

export interface WhenProblem {
  readonly kind: 'unknown-parent' | 'cycle';
  readonly parameter: string;
  /** The unknown parent, or the names along the cycle. */
  readonly names: readonly string[];
}

/** Puts parents before dependents, otherwise keeping the given order; names what makes that impossible. */
export function orderByDependency(parameters: readonly Parameter[]): { readonly ordered: readonly Parameter[]; readonly problems: readonly WhenProblem[] } {
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const problems: WhenProblem[] = [];
  const ordered = new Set<Parameter>();
  const visit = (parameter: Parameter, trail: readonly string[]): void => {
    if (ordered.has(parameter)) return;
    if (trail.includes(parameter.name)) {
      const names = [...trail.slice(trail.indexOf(parameter.name)), parameter.name];
      problems.push({ kind: 'cycle', parameter: parameter.name, names });
      return;
    }
    for (const parent of Object.keys(parameter.when ?? {})) {
      const found = byName.get(parent);
      if (found === undefined) problems.push({ kind: 'unknown-parent', parameter: parameter.name, names: [parent] });
      else visit(found, [...trail, parameter.name]);
    }
    ordered.add(parameter);
  };
  for (const parameter of parameters) visit(parameter, []);
  return { ordered: [...ordered], problems };
}
