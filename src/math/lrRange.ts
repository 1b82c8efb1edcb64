/** From `start` towards `end` in `steps` iterations, each rate the same factor above the one before. */
export interface RateRange { readonly start: number; readonly end: number; readonly steps: number }

/** `loss` is NaN or infinite where training broke. */
export interface LossPoint { readonly rate: number; readonly loss: number }

/**
 * What a range test shows. Rates: `steepest` where the smoothed loss falls fastest per decade, `minimum` where it is lowest, `turn` the
 * end of that valley, `suggested` one order of magnitude below the turn; `low` … `high` is the part of the axis worth searching.
 */
export type RangeFinding =
  | { readonly kind: 'found'; readonly turn: number; readonly minimum: number; readonly steepest: number; readonly suggested: number; readonly low: number; readonly high: number }
  | { readonly kind: 'few-points'; readonly points: number; readonly needed: number }
  | { readonly kind: 'not-a-number' }
  | { readonly kind: 'diverged-at-once'; readonly rate: number }
  | { readonly kind: 'never-fell' }
  | { readonly kind: 'noisy' }
  | { readonly kind: 'flat' }
  | { readonly kind: 'still-falling'; readonly rate: number };

export interface RangeCurve {
  /** The points before training broke or the loss ran away. */
  readonly usable: readonly LossPoint[];
  /** Of each usable point, without lag: for reading rates off. */
  readonly smoothed: readonly number[];
  /** Rate at which the loss was no number or more than four times the best. */
  readonly divergedAt?: number;
}

/** fastai's and Lightning's weight of the past in the smoothed loss that decides when to stop. */
const stopWeight = 0.98;
/**
 * Of the smoothed loss that rates are read off. An average over the past lags by w / (1 - w) iterations: 49 for 0.98, more than
 * half a decade of a test over six decades in 500 iterations. Run forwards and then backwards the two lags cancel.
 */
const readWeight = 0.95;
/** Lightning leaves out the first ten points and the last one: the average begins with next to nothing in it. */
const skippedAtStart = 10;
/** Fewer points cannot show where a curve turns. */
export const neededPoints = 40;
/** A minimum in this last part of the points is no turn. */
const lastPart = 0.03;
/** A fall of less than so many standard errors of the smoothed loss is noise: of its some ten independent stretches the highest and the lowest lie three or four apart. */
const falls = 6;
/** A fall of more standard errors than this, and of less than `falls`, may be one: more steps would tell. */
const mayFall = 2;
/** Median of the absolute value of a standard normal number. */
const normalMedian = 0.6745;
/**
 * A loss that has given back no more than this part of its fall still lies in the valley. In a flat one the very lowest point is
 * anywhere, and a whole training does best beyond it (docs/guide/lr-range.md); where training breaks, the part hardly matters.
 */
const valley = 0.5;
/**
 * A network that a large rate has broken may go on with the same answer to everything: the loss climbs out of the valley by at least
 * this part of its fall, and stays there, within this part of the climb, over so many decades. Half of the fall would be given back
 * much later, if ever (bench/RESULTS.md, the autoencoder).
 */
const plateau = { climb: 0.1, wavers: 0.1, decades: 0.5 };
/** How far below the turn the recommended rate lies (A. Géron, "Hands-On Machine Learning", ch. 11; fastai divides the minimum likewise). */
const belowTurn = 10;

export function rateAt({ start, end, steps }: RateRange, step: number): number {
  return start * (end / start) ** (step / steps);
}

/** Exponential average, corrected for its start at 0 as Adam's moments are. */
export function createSmoother(weight = stopWeight): (value: number) => number {
  let sum = 0;
  let share = 1;
  return (value) => {
    sum = weight * sum + (1 - weight) * value;
    share *= weight;
    return sum / (1 - share);
  };
}

/**
 * The rule of fastai's `lr_find` and Lightning's tuner, more than four times the best so far, in a form that also works for
 * losses below zero.
 */
export function hasRunAway(smoothed: number, best: number): boolean {
  return !Number.isFinite(smoothed) || smoothed > best + 3 * Math.abs(best);
}

/** Watches a test as it goes: true once it may be stopped. */
export function createRangeStop(): (loss: number) => boolean {
  const smooth = createSmoother();
  let best = Infinity;
  let points = 0;
  return (loss) => {
    const smoothed = smooth(loss);
    points += 1;
    if (points > 1 && hasRunAway(smoothed, best)) return true;
    best = Math.min(best, smoothed);
    return !Number.isFinite(loss);
  };
}

export function rangeCurve(points: readonly LossPoint[]): RangeCurve {
  const isOver = createRangeStop();
  const end = points.findIndex(({ loss }) => isOver(loss));
  const usable = end === -1 ? points : points.slice(0, end);
  return { usable, smoothed: smoothedBothWays(usable.map(({ loss }) => loss)), ...(end === -1 ? {} : { divergedAt: points[end]?.rate ?? NaN }) };
}

export function readRange(points: readonly LossPoint[]): RangeFinding {
  const { usable, smoothed, divergedAt } = rangeCurve(points);
  if (points.length > 0 && points.every(({ loss }) => !Number.isFinite(loss))) return { kind: 'not-a-number' };
  if (usable.length < neededPoints) return divergedAt === undefined ? { kind: 'few-points', points: points.length, needed: neededPoints } : { kind: 'diverged-at-once', rate: divergedAt };
  const lowest = indexOfLeast(smoothed);
  const settled = smoothed.slice(skippedAtStart);
  const change = Math.max(...settled) - Math.min(...settled);
  const noise = noiseOfSmoothed(usable);
  if (change <= Math.max(falls * noise, 1e-3 * Math.abs(smoothed[0] ?? 0))) return { kind: 'flat' };
  const fall = lowest < skippedAtStart ? 0 : Math.max(...smoothed.slice(0, lowest)) - (smoothed[lowest] ?? 0);
  if (fall <= falls * noise) return { kind: fall > mayFall * noise ? 'noisy' : 'never-fell' };
  const rate = (index: number): number => usable[index]?.rate ?? NaN;
  if (divergedAt === undefined && lowest >= (1 - lastPart) * (usable.length - 1)) return { kind: 'still-falling', rate: rate(usable.length - 1) };
  const steepest = rate(steepestFall(usable, smoothed, lowest));
  const turn = rate(endOfValley({ usable, smoothed }, lowest, { fall, noise: falls * noise }));
  const suggested = turn / belowTurn;
  return { kind: 'found', turn, minimum: rate(lowest), steepest, suggested, low: Math.min(suggested / belowTurn, steepest), high: turn };
}

interface Depth { readonly fall: number; readonly noise: number }

function endOfValley(curve: RangeCurve, lowest: number, depth: Depth): number {
  const { smoothed } = curve;
  const bottom = smoothed[lowest] ?? 0;
  const climb = Math.min(depth.fall, climbToPlateau(curve, lowest, depth));
  const out = smoothed.findIndex((value, i) => i > lowest && value > bottom + Math.max(depth.noise, valley * climb));
  return (out === -1 ? smoothed.length : out) - 1;
}

/** From the bottom to the first plateau beyond it; infinite where there is none. */
function climbToPlateau({ usable, smoothed }: RangeCurve, lowest: number, { fall, noise }: Depth): number {
  for (let i = lowest + 1; i < smoothed.length; i++) {
    const climb = (smoothed[i] ?? 0) - (smoothed[lowest] ?? 0);
    const until = usable.findIndex(({ rate }) => rate >= (usable[i]?.rate ?? Infinity) * 10 ** plateau.decades);
    if (until === -1) return Infinity;
    const stretch = smoothed.slice(i, until + 1);
    if (climb > Math.max(noise, plateau.climb * fall) && Math.max(...stretch) - Math.min(...stretch) <= plateau.wavers * climb) return climb;
  }
  return Infinity;
}

function smoothedBothWays(losses: readonly number[]): readonly number[] {
  const forwards = losses.map(createSmoother(readWeight));
  return forwards.reverse().map(createSmoother(readWeight)).reverse();
}

/** Where the loss falls most per decade between the start and the minimum; slopes over ten points to either side. */
function steepestFall(points: readonly LossPoint[], smoothed: readonly number[], lowest: number): number {
  const reach = 10;
  let [best, at] = [Infinity, lowest];
  for (let i = Math.min(skippedAtStart, lowest); i <= lowest; i++) {
    const [from, to] = [Math.max(0, i - reach), Math.min(smoothed.length - 1, i + reach)];
    const slope = ((smoothed[to] ?? 0) - (smoothed[from] ?? 0)) / (Math.log10(points[to]?.rate ?? 1) - Math.log10(points[from]?.rate ?? 1));
    if (slope < best) [best, at] = [slope, i];
  }
  return at;
}

/** Standard error of the average that the weight amounts to, from the median difference of neighbours: near its end a curve is many times as noisy as elsewhere. */
function noiseOfSmoothed(points: readonly LossPoint[]): number {
  const differences = points.slice(1).map(({ loss }, i) => Math.abs(loss - (points[i]?.loss ?? 0))).sort((a, b) => a - b);
  const sd = (differences[Math.floor(differences.length / 2)] ?? 0) / (normalMedian * Math.SQRT2);
  return sd * Math.sqrt((1 - readWeight) / (1 + readWeight));
}

function indexOfLeast(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value < (values[best] ?? Infinity) ? i : best), 0);
}
