import { minimizeWithin } from '../math/minimize.js';
import type { Rng } from '../math/rng.js';
import { constraintsHold } from '../model/constraint.js';
import type { Score } from './gpAcquisition.js';
import { INACTIVE, paramsAt, positionAt, type AxisSpace } from './gpSpace.js';

/** Where to look for the best score. `centres` are good places known so far, best first. */
export interface Hunt {
  readonly axes: AxisSpace;
  readonly score: Score;
  readonly weights: Float64Array;
  readonly centres: readonly Float64Array[];
  /** Every place, where there are few. */
  readonly all: readonly Float64Array[] | undefined;
  /** Keys of what the model sees of places that were tried: never proposed again. */
  readonly tried: ReadonlySet<string>;
  readonly effort: Effort;
  /** Positions that the score takes: those of the axes, and zeros. */
  readonly width: number;
}

export interface Effort { readonly samples: number; readonly neighbours: number; readonly climbs: number }

interface Found { readonly place: Float64Array; readonly value: number }

/** Values of a discrete parameter that one step looks at. */
const MOST_STEPS = 16;
/** Places kept for climbing and, should the best be taken, for proposing. */
const MOST_KEPT = 64;
const MOST_ROUNDS = 6;
const CLIMB = { evaluations: 24, tolerance: 1e-3 };

/** Untried places that the constraints allow, best score first. */
export function bestPlaces(hunt: Hunt, rng: Rng): readonly Float64Array[] {
  const { effort } = hunt;
  const places = hunt.all ?? [
    ...Array.from({ length: effort.samples }, () => randomPlace(hunt.axes, rng)),
    ...hunt.centres.flatMap((centre) => Array.from({ length: effort.neighbours }, () => neighbour(hunt, centre, rng))),
  ];
  const scored = evaluated(hunt, places);
  if (hunt.all !== undefined) return scored.map(({ place }) => place);
  const tops = apart(scored, effort.climbs).map((found) => climb(hunt, found, rng));
  return [...tops, ...scored].sort((a, b) => b.value - a.value).map(({ place }) => place);
}

/** Scores of those of the places that may be proposed, best first; the first comes first among equals. */
function evaluated(hunt: Hunt, places: readonly Float64Array[]): Found[] {
  const seen = new Float64Array(hunt.width);
  const found = places.map((place) => ({ place, value: valueAt(hunt, place, seen) })).sort((a, b) => b.value - a.value);
  const kept: Found[] = [];
  for (const one of found) {
    if (kept.length === MOST_KEPT) break;
    if (mayPropose(hunt, one.place)) kept.push(one);
  }
  return kept;
}

export function randomPlace({ axes }: AxisSpace, rng: Rng): Float64Array {
  return Float64Array.from(axes, (axis) => positionAt(axis, rng.uniform()));
}

export function keyOf(seen: Float64Array): string {
  return seen.join(' ');
}

function valueAt({ axes, score }: Hunt, place: Float64Array, seen: Float64Array): number {
  axes.show(place, seen);
  const value = score.at(seen);
  return Number.isNaN(value) ? -Infinity : value;
}

function mayPropose({ axes, tried }: Hunt, place: Float64Array): boolean {
  if (tried.size > 0) {
    const seen = new Float64Array(place.length);
    axes.show(place, seen);
    if (tried.has(keyOf(seen))) return false;
  }
  return axes.space.constraints.length === 0 || constraintsHold(axes.space, paramsAt(axes, place));
}

/** A few positions changed: by about a length scale's share where there is an order, else to any other. */
function neighbour({ axes: { axes }, weights }: Hunt, centre: Float64Array, rng: Rng): Float64Array {
  const rate = Math.max(1.5 / axes.length, 0.2);
  const radius = 0.5 ** (1 + 4 * rng.uniform());
  return centre.map((position, i) => {
    const axis = axes[i];
    if (axis === undefined || rng.uniform() > rate) return position;
    if (axis.measure === 'category') return positionAt(axis, rng.uniform());
    const spread = Math.min(1, 2 / Math.sqrt(weights[i] ?? 1)) * radius;
    const moved = position + spread * (rng.uniform() + rng.uniform() + rng.uniform() - 1.5);
    return positionAt(axis, Math.min(Math.max(moved, 0), 1));
  });
}

/** The best ones that differ from each other, so that climbs do not all end on one hill. */
function apart(sorted: readonly Found[], count: number): readonly Found[] {
  const picked: Found[] = [];
  for (const found of sorted) {
    if (picked.length === count) break;
    const close = picked.some(({ place }) => place.every((position, i) => Math.abs(position - (found.place[i] ?? 0)) < 0.05));
    if (!close) picked.push(found);
  }
  return picked;
}

function climb(hunt: Hunt, from: Found, rng: Rng): Found {
  let best = from;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const before = best.value;
    best = slide(hunt, best);
    for (const i of hunt.axes.axes.keys()) best = step(hunt, best, i, rng);
    if (!(best.value > before + 1e-6 * Math.abs(before))) break;
  }
  return best;
}

/** Uphill along all continuous axes at once, in units of their length scales. */
function slide(hunt: Hunt, from: Found): Found {
  const { axes: { axes, show }, score, weights, width } = hunt;
  const seen = new Float64Array(width);
  show(from.place, seen);
  const free = axes.flatMap(({ levels }, i) => (levels === undefined && seen[i] !== INACTIVE ? [i] : []));
  if (free.length === 0) return from;
  const scales = Float64Array.from(free, (i) => 1 / Math.sqrt(weights[i] ?? 1));
  const placeOf = (x: Float64Array): Float64Array => {
    const place = from.place.slice();
    for (const [k, i] of free.entries()) place[i] = Math.min(Math.max((x[k] ?? 0) * (scales[k] ?? 1), 0), 1);
    return place;
  };
  const slopes = new Float64Array(width);
  const descend = (x: Float64Array, gradient: Float64Array): number => {
    show(placeOf(x), seen);
    const value = score.slopes(seen, slopes);
    for (const [k, i] of free.entries()) gradient[k] = -(slopes[i] ?? 0) * (scales[k] ?? 1);
    return -value;
  };
  const start = Float64Array.from(free, (i, k) => (from.place[i] ?? 0) / (scales[k] ?? 1));
  const { x, value } = minimizeWithin({ lower: start.map(() => 0), upper: scales.map((scale) => 1 / scale) }, start, descend, CLIMB);
  const place = placeOf(x);
  return -value > from.value && mayPropose(hunt, place) ? { place, value: -value } : from;
}

/** The best of the values that a discrete parameter can step to. */
function step(hunt: Hunt, from: Found, i: number, rng: Rng): Found {
  const { levels, measure } = hunt.axes.axes[i] ?? {};
  const seen = new Float64Array(hunt.width);
  hunt.axes.show(from.place, seen);
  if (levels === undefined || seen[i] === INACTIVE) return from;
  const places = stepsFrom(levels, measure === 'category', { position: from.place[i] ?? 0, rng }).map((level) => from.place.with(i, level));
  let best = from;
  for (const place of places) {
    const value = valueAt(hunt, place, seen);
    if (value > best.value && mayPropose(hunt, place)) best = { place, value };
  }
  return best;
}

function stepsFrom(levels: readonly number[], unordered: boolean, from: { readonly position: number; readonly rng: Rng }): readonly number[] {
  if (levels.length <= MOST_STEPS) return levels.filter((level) => level !== from.position);
  if (unordered) return Array.from({ length: MOST_STEPS }, () => levels[from.rng.integer(levels.length)] ?? from.position);
  const at = levels.indexOf(from.position);
  return [-8, -4, -2, -1, 1, 2, 4, 8].flatMap((offset) => levels[at + offset] ?? []);
}
