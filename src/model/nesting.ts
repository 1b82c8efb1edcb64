import { allWidths, givenParameters } from './layerShape.js';
import type { Params, ParamValue } from './params.js';
import type { SearchSpace } from './searchSpace.js';

interface Leaf { readonly path: readonly string[]; readonly value: ParamValue }

/** Flat names to the nested object that the program gets; of a `shape` parameter the list of widths stands for its parts. */
export function nest(space: SearchSpace, params: Params): Readonly<Record<string, ParamValue>> {
  const [widths, own] = [allWidths(space, params), new Map(Object.entries(params))];
  return treeOf(givenParameters(space).flatMap(({ name, path }) => {
    const value = widths.get(name) ?? own.get(name);
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
