import type { Params, ParamValue } from './params.js';
import type { SearchSpace } from './searchSpace.js';

interface Leaf { readonly path: readonly string[]; readonly value: ParamValue }

/** Flat names to the nested object that the program gets. */
export function nest(space: SearchSpace, params: Params): Readonly<Record<string, ParamValue>> {
  return treeOf(space.parameters.flatMap(({ name, path }) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    return value === undefined ? [] : [{ path, value }];
  }));
}

/** Nested maps from paths. Where one name is both a value and a map, the value stays. */
export function treeOf(leaves: readonly Leaf[]): Readonly<Record<string, ParamValue>> {
  const values = new Map<string, ParamValue>();
  const groups = new Map<string, Leaf[]>();
  for (const { path: [key = '', ...rest], value } of leaves) {
    if (rest.length === 0) values.set(key, value);
    else groups.set(key, [...(groups.get(key) ?? []), { path: rest, value }]);
  }
  const nested = [...groups].map(([key, inner]): [string, ParamValue] => [key, treeOf(inner)]);
  // fromEntries defines own keys, so that a name such as `constructor` cannot reach a prototype.
  return Object.fromEntries([...nested, ...values]);
}
