import type { Rng } from '../math/rng.js';
import { constraintsHold } from '../model/constraint.js';
import { kindOf } from '../model/distribution.js';
import { sameValue } from '../model/distributionImage.js';
import type { Params, ParamValue } from '../model/params.js';
import type { Distribution, Parameter, SearchSpace } from '../model/searchSpace.js';
import { unitOf } from '../model/unit.js';
import { own } from '../model/own.js';
import { drawPoint, pointFrom, valueAt } from './draw.js';

/** A genome is a point of the space: genes of inactive parameters do not exist, and are drawn when they come to life. */
export interface Individual {
  readonly params: Params;
  /** Infinity where the trial gave none. */
  readonly loss: number;
  readonly trial: number;
}

/** Probabilities of the operators, as DEAP and sklearn-deap name and apply them. */
export interface Breeding {
  readonly crossover: number;
  readonly mutation: number;
  readonly geneCrossover: number;
  readonly geneMutation: number;
  readonly tournament: number;
  /** `ordered`: all numbers are crossed as intervals; `floats`: sklearn-deap's rule, by which whole numbers are swapped. */
  readonly intervals: 'ordered' | 'floats';
}

const CONSTRAINT_TRIES = 10;

/** The next generation before it is measured (DEAP's eaSimple: tournaments, then varAnd). As many as there are parents. */
export function offspringOf(space: SearchSpace, parents: readonly Individual[], breeding: Breeding, rng: Rng): readonly Params[] {
  const selected = parents.map(() => tournament(parents, breeding.tournament, rng));
  const children: Params[] = [];
  for (let i = 0; i < selected.length; i += 2) {
    const pair = selected.slice(i, i + 2);
    children.push(...allowed(space, pair, () => vary(space, pair, breeding, rng)));
  }
  return children;
}

/** One child for a free slot, from the same operators; always changed in some way. */
export function childOf(space: SearchSpace, parents: readonly Individual[], breeding: Breeding, rng: Rng): Params {
  const pair = [tournament(parents, breeding.tournament, rng), tournament(parents, breeding.tournament, rng)];
  return allowed(space, pair, () => vary(space, pair, { ...breeding, crossover: 1, mutation: 1 }, rng))[0] ?? drawPoint(space, rng);
}

/** Random points that satisfy the constraints, fewer where those are tight. */
export function newcomers(space: SearchSpace, count: number, rng: Rng): readonly Params[] {
  return Array.from({ length: count * CONSTRAINT_TRIES }, (_, i) => i)
    .reduce<readonly Params[]>((points, i) => {
      if (points.length === count) return points;
      const point = drawPoint(space, rng.fork(`newcomer ${i}`));
      return constraintsHold(space, point) ? [...points, point] : points;
    }, []);
}

function allowed(space: SearchSpace, pair: readonly Params[], make: () => readonly Params[]): readonly Params[] {
  for (let i = 0; i < CONSTRAINT_TRIES; i++) {
    const children = make();
    if (children.every((params) => constraintsHold(space, params))) return children;
  }
  return pair;
}

/** The best of `size` drawn with replacement, the first of equals. */
function tournament(parents: readonly Individual[], size: number, rng: Rng): Params {
  let best = parents[rng.integer(parents.length)];
  for (let i = 1; i < size; i++) {
    const rival = parents[rng.integer(parents.length)];
    if (rival !== undefined && (best === undefined || rival.loss < best.loss)) best = rival;
  }
  return best?.params ?? {};
}

function vary(space: SearchSpace, pair: readonly Params[], breeding: Breeding, rng: Rng): readonly Params[] {
  const [first, second] = pair;
  const mated = first !== undefined && second !== undefined && rng.uniform() < breeding.crossover ? mate(space, [first, second], breeding, rng) : pair;
  return mated.map((params) => (rng.uniform() < breeding.mutation ? mutate(space, params, breeding, rng) : params));
}

function mate(space: SearchSpace, [a, b]: readonly [Params, Params], { geneCrossover, intervals }: Breeding, rng: Rng): readonly Params[] {
  const crossed = new Map<string, readonly [ParamValue, ParamValue]>();
  for (const { name, distribution } of space.parameters) {
    const [geneA, geneB] = [own(a, name), own(b, name)];
    if (geneA === undefined || geneB === undefined || rng.uniform() > geneCrossover) continue;
    crossed.set(name, isInterval(distribution, intervals) ? interval(distribution, geneA, geneB, rng) : [geneB, geneA]);
  }
  return ([[a, b], [b, a]] as const).map(([mine, other], i) =>
    pointFrom(space, ({ name, distribution }) => crossed.get(name)?.[i] ?? own(mine, name) ?? own(other, name) ?? valueAt(distribution, rng.uniform())));
}

/** Each gene is drawn anew with the given probability. */
function mutate(space: SearchSpace, params: Params, { geneMutation }: Breeding, rng: Rng): Params {
  return pointFrom(space, ({ name, distribution }: Parameter) => {
    const gene = rng.uniform() < geneMutation ? undefined : own(params, name);
    return gene ?? valueAt(distribution, rng.uniform());
  });
}

function isInterval(d: Distribution, intervals: Breeding['intervals']): boolean {
  if (d.name === 'categorical') {
    return d.probabilities === undefined && d.choices.every((choice) => typeof choice === 'number') && (intervals === 'ordered' || !d.choices.every(Number.isInteger));
  }
  return kindOf(d) === 'float' || (kindOf(d) === 'int' && intervals === 'ordered');
}

/** sklearn-deap draws the second child between the new first one and the old second one; so is it here. */
function interval(d: Distribution, a: ParamValue, b: ParamValue, rng: Rng): readonly [ParamValue, ParamValue] {
  const first = between(d, a, b, rng);
  return [first, between(d, first, b, rng)];
}

/** A value between two, both included. */
function between(d: Distribution, a: ParamValue, b: ParamValue, rng: Rng): ParamValue {
  if (d.name === 'categorical') {
    const sorted = [...d.choices].sort((x, y) => Number(x) - Number(y));
    const [low, high] = orderedPair(sorted.findIndex((choice) => sameValue(choice, a)), sorted.findIndex((choice) => sameValue(choice, b)));
    return sorted[low + rng.integer(high - low + 1)] ?? a;
  }
  const [low, high] = orderedPair(unitOf(d, a), unitOf(d, b));
  const half = d.name === 'int_uniform' ? 0.5 / (d.high - d.low + 1) : 0;
  return valueAt(d, low - half + rng.uniform() * (high - low + 2 * half));
}

function orderedPair(a: number, b: number): readonly [number, number] {
  return a <= b ? [a, b] : [b, a];
}
