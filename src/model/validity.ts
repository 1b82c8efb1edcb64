import { activeParameters, isActive } from './activity.js';
import { constraintsHold } from './constraint.js';
import { quantile } from './distribution.js';
import { contains } from './distributionImage.js';
import { canonicalJson, type Params, type ParamValue } from './params.js';
import { sha256Hex } from './seeds.js';
import type { Parameter, SearchSpace } from './searchSpace.js';
import { own } from './own.js';

/** Every active parameter present with a value of its distribution, nothing else present, constraints hold. */
export function isValid(space: SearchSpace, params: Params): boolean {
  return whyInvalid(space, params) === undefined;
}

/** The first active parameter whose value is none of its distribution's. */
export function firstOutside(space: SearchSpace, params: Params): Parameter | undefined {
  return activeParameters(space, params).find(({ name, distribution }) => {
    const value = own(params, name);
    return value !== undefined && !contains(distribution, value);
  });
}

/** One sentence about the first thing that makes `params` no point of the space. */
export function whyInvalid(space: SearchSpace, params: Params): string | undefined {
  const active = activeParameters(space, params);
  for (const { name, distribution } of active) {
    const value = own(params, name);
    if (value === undefined) return `${name} has no value`;
    if (!contains(distribution, value)) return `${name} = ${canonicalJson(value)} is outside its space`;
  }
  const names = new Set(active.map(({ name }) => name));
  const extra = Object.keys(params).find((name) => !names.has(name));
  if (extra !== undefined) return `${extra} is no active parameter here`;
  return constraintsHold(space, params) ? undefined : 'a constraint does not hold';
}

export type Projection =
  | { readonly params: Params; readonly dropped: readonly string[]; readonly filled: readonly string[] }
  | { readonly params: undefined; readonly reason: string };

/**
 * Another commit's params in this space: what does not exist here is dropped, constants are this space's, and
 * what is new takes its default. No params, with the reason, where that gives no valid point.
 */
export function projectOnto(space: SearchSpace, other: Params): Projection {
  const filled: string[] = [];
  const params = walk(space, (parameter) => {
    if (parameter.distribution.name === 'constant') return parameter.distribution.value;
    if (Object.hasOwn(other, parameter.name)) return other[parameter.name];
    filled.push(parameter.name);
    return parameter.default;
  });
  const reason = whyInvalid(space, params);
  if (reason !== undefined) return { params: undefined, reason };
  return { params, filled, dropped: Object.keys(other).filter((name) => !Object.hasOwn(params, name)) };
}

/**
 * The declared defaults as a point; `undefined` when none is declared. Parameters without one take their first
 * choice or the middle of their range (`filled`).
 */
export function declaredDefaults(space: SearchSpace): Projection | undefined {
  if (space.parameters.every((parameter) => parameter.default === undefined)) return undefined;
  const filled: string[] = [];
  const params = walk(space, ({ name, distribution, default: declared }) => {
    if (declared !== undefined) return declared;
    if (distribution.name !== 'constant') filled.push(name);
    return distribution.name === 'categorical' ? distribution.choices[0] : quantile(distribution, 0.5);
  });
  const reason = whyInvalid(space, params);
  return reason === undefined ? { params, filled, dropped: [] } : { params: undefined, reason };
}

/** One value per active parameter, parents first. */
function walk(space: SearchSpace, choose: (parameter: Parameter) => ParamValue | undefined): Params {
  const active = new Set<string>();
  let params: Params = {};
  for (const parameter of space.parameters) {
    if (!isActive(parameter, params, active)) continue;
    active.add(parameter.name);
    const value = choose(parameter);
    if (value !== undefined) params = { ...params, [parameter.name]: value };
  }
  return params;
}

/** Names a search space in a record; equal for equal spaces, whatever the order in the file. */
export function spaceDigest(space: SearchSpace): string {
  const parameters = [...space.parameters].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sha256Hex(canonicalJson({ parameters, constraints: [...space.constraints].sort() }));
}
