import { toGain, type Goal } from '../../model/direction.js';
import { paramsKey, type Params } from '../../model/params.js';
import type { SearchSpace } from '../../model/searchSpace.js';
import { configurationDistance } from '../moved.js';
import { interaction, kendall, topOverlap, type Interaction, type PairNoise } from './movement.js';

/** One configuration of a search with its gain; absent unless it ran to its end. */
export interface Candidate { readonly params: Params; readonly gain?: number }

/** Two searches over candidates that both tried, whose own seed was the same. */
export interface SearchesCompared {
  /** Candidates with a value on both sides. */
  readonly shared: number;
  readonly interaction?: Interaction;
  /** Of the best by one value on each side, 0…1. */
  readonly distance?: number;
  readonly tau?: number;
  readonly overlap?: number;
  readonly sameBest?: boolean;
  /** Every shared candidate gave the same number. */
  readonly identical: boolean;
}

/** The best so many of both sides are compared (verdict.md 7.1). */
const topCompared = 5;
/** Fewer candidates in common: half of them are too few to see anything by. */
const fewestShared = 8;

export interface SearchesRequest {
  readonly space: SearchSpace;
  readonly head: readonly Candidate[];
  readonly base: readonly Candidate[];
  /** Of one paired difference; without it there is no F. */
  readonly noise?: PairNoise;
  readonly alpha: number;
}

/** What two searches of the same candidates say on the landscape (verdict.md 7.1). With few in common only their number. */
export function compareSearches({ space, head, base, noise, alpha }: SearchesRequest): SearchesCompared {
  const onBase = new Map(base.map(({ params, gain }) => [paramsKey(params), gain]));
  const both = head.flatMap(({ params, gain }) => {
    const other = onBase.get(paramsKey(params));
    return gain === undefined || other === undefined ? [] : [{ params, head: gain, base: other }];
  });
  const identical = both.length > 0 && both.every((one) => one.head === one.base);
  if (both.length < fewestShared) return { shared: both.length, identical };
  const [heads, bases] = [both.map((one) => one.head), both.map((one) => one.base)];
  const found = noise === undefined ? undefined : interaction(heads, bases, noise, { alpha });
  const [tau, overlap] = [kendall(heads, bases), topOverlap(heads, bases, topCompared)];
  const [mine, theirs] = [bestOf(both, 'head'), bestOf(both, 'base')];
  return {
    shared: both.length, identical, sameBest: paramsKey(mine) === paramsKey(theirs), distance: configurationDistance(space, mine, theirs),
    ...(found === undefined ? {} : { interaction: found }), ...(tau === undefined ? {} : { tau }), ...(overlap === undefined ? {} : { overlap }),
  };
}

function bestOf(both: readonly { readonly params: Params; readonly head: number; readonly base: number }[], side: 'head' | 'base'): Params {
  return both.reduce((best, one) => (best === undefined || one[side] > best[side] ? one : best), both[0])?.params ?? {};
}

export function candidatesOf(trials: readonly { readonly params: Params; readonly value?: number | undefined }[], goal: Goal): readonly Candidate[] {
  return trials.map(({ params, value }) => ({ params, ...(value === undefined ? {} : { gain: toGain(value, goal) }) }));
}
