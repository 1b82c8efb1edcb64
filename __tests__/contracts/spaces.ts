import type { Distribution, Parameter, SearchSpace } from '../../src/model/searchSpace.js';

/** A space in short: distributions by name. */
export function spaceOf(parameters: Readonly<Record<string, Distribution | (Omit<Parameter, 'name' | 'path'>)>>, ...constraints: readonly string[]): SearchSpace {
  return {
    parameters: Object.entries(parameters).map(([name, given]) => ({ name, path: [name], ...('distribution' in given ? given : { distribution: given }) })),
    constraints,
  };
}

export const values = (...choices: readonly (string | number | boolean | null)[]): Distribution => ({ name: 'categorical', choices });
export const ints = (low: number, high: number): Distribution => ({ name: 'int_uniform', low, high });
