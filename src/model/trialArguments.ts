import { allWidths, givenParameters } from './layerShape.js';
import type { Params } from './params.js';
import { toPython, type PythonValue } from './pythonText.js';
import type { Distribution, SearchSpace } from './searchSpace.js';

/** Chosen values by top-level name, nested parameters put back into their maps, in the order of the space. */
export type TrialArguments = ReadonlyMap<string, PythonValue>;

/** Inactive parameters are absent; of a `shape` parameter the list of widths stands for its parts. Names of `params` outside the space (a foreign record) come last, as they are. */
export function trialArguments(space: SearchSpace, params: Params): TrialArguments {
  const root = new Map<string, PythonValue>();
  const known = new Set<string>();
  const flat = flatArguments(space, params);
  for (const { name } of space.parameters) known.add(name);
  for (const { name, path } of givenParameters(space)) {
    const value = flat.get(name);
    if (value !== undefined) place(root, path, value);
  }
  for (const [name, value] of Object.entries(params)) if (!known.has(name)) root.set(name, toPython(value));
  return root;
}

/** The same by the space's own flat names, with the lists of widths and their parts; inactive parameters are absent. */
export function flatArguments(space: SearchSpace, params: Params): ReadonlyMap<string, PythonValue> {
  const own = space.parameters.flatMap(({ name, distribution }): [string, PythonValue][] => {
    const value = params[name];
    if (value === undefined) return [];
    return [[name, typeof value === 'number' && givesFloats(distribution) ? { float: value } : toPython(value)]];
  });
  const widths = [...allWidths(space, params)].map(([name, list]): [string, PythonValue] => [name, toPython(list)]);
  return new Map([...own, ...widths]);
}

/** Every name that `flatArguments` may give, for checks before anything is run. */
export function argumentNames({ parameters, shapes = [] }: SearchSpace): readonly string[] {
  return [...parameters, ...shapes].map(({ name }) => name);
}

function place(root: Map<string, PythonValue>, path: readonly string[], value: PythonValue): void {
  let level = root;
  for (const key of path.slice(0, -1)) {
    const below = level.get(key);
    const next = below instanceof Map ? (below as Map<string, PythonValue>) : new Map<string, PythonValue>();
    level.set(key, next);
    level = next;
  }
  const leaf = path.at(-1);
  if (leaf !== undefined) level.set(leaf, value);
}

/** Distributions whose samples are Python floats even where they are whole. */
function givesFloats(distribution: Distribution): boolean {
  switch (distribution.name) {
    case 'constant':
    case 'categorical':
    case 'int_uniform':
      return false;
    case 'uniform':
    case 'log_uniform_values':
    case 'inv_log_uniform_values':
    case 'reverse_log_uniform_values':
    case 'log_uniform':
    case 'inv_log_uniform':
    case 'normal':
    case 'log_normal':
    case 'beta':
      return true;
    case 'q_uniform':
    case 'q_log_uniform_values':
    case 'q_reverse_log_uniform_values':
    case 'q_log_uniform':
    case 'q_normal':
    case 'q_log_normal':
    case 'q_beta':
      return !distribution.integer;
  }
}
