import { isActive } from './activity.js';
import { constraintsHold } from './constraint.js';
import { gridSize, gridValues } from './distributionImage.js';
import type { Params } from './params.js';
import type { SearchSpace } from './searchSpace.js';

const MAX_COUNTED = 100_000;

/** Points of the whole grid; `exact` is false where conditions or constraints make it too long to count (then an upper bound). */
export function countGrid(space: SearchSpace): { readonly points: number; readonly exact: boolean } {
  const product = space.parameters.reduce((points, { distribution }) => points * (gridSize(distribution) ?? Infinity), 1);
  if (space.constraints.length === 0 && space.parameters.every(({ when }) => when === undefined)) return { points: product, exact: true };
  if (product > MAX_COUNTED) return { points: product, exact: false };
  return { points: countFrom(space, 0, {}), exact: true };
}

function countFrom(space: SearchSpace, index: number, params: Params): number {
  const parameter = space.parameters[index];
  if (parameter === undefined) return constraintsHold(space, params) ? 1 : 0;
  if (!isActive(parameter, params, new Set(Object.keys(params)))) return countFrom(space, index + 1, params);
  const values = gridValues(parameter.distribution) ?? [];
  return values.reduce<number>((sum, value) => sum + countFrom(space, index + 1, { ...params, [parameter.name]: value }), 0);
}
