/**
 * How far apart two positions on an axis are. `line`: their difference. `category`: equal or not (Hamming). `arc`: for
 * numbers that do not exist everywhere, one radian of a circle, with INACTIVE (negative) at its centre: equally far
 * from every value, while values of two existing parameters are compared as on a line (after Swersky et al., "Raiders
 * of the lost architecture", 2014). Each is a squared distance in some plane, so that the kernel stays positive definite.
 */
export type Measure = 'line' | 'category' | 'arc';

/** Hyperparameters: a weight (inverse squared length scale) for each axis, the variances of function and noise. */
export interface Hyper {
  readonly weights: Float64Array;
  readonly scale: number;
  readonly noise: number;
}

const SQRT5 = Math.sqrt(5);

export function squaredDistance(measure: Measure | undefined, a: number, b: number): number {
  if (a === b) return 0;
  if (measure === 'line') return (a - b) * (a - b);
  return measure === 'category' || a < 0 || b < 0 ? 1 : 2 - 2 * Math.cos(a - b);
}

/** Derivative of `squaredDistance` by its first position. */
export function distanceSlope(measure: Measure | undefined, a: number, b: number): number {
  if (measure === 'line') return 2 * (a - b);
  return measure === 'category' || a < 0 || b < 0 ? 0 : 2 * Math.sin(a - b);
}

/** Matérn 5/2 at squared distance `q`. */
export function matern(q: number): number {
  const r = SQRT5 * Math.sqrt(q);
  return (1 + r + (5 / 3) * q) * Math.exp(-r);
}

/** Its derivative by the squared distance, finite at 0. */
export function maternSlope(q: number): number {
  const r = SQRT5 * Math.sqrt(q);
  return (-5 / 6) * (1 + r) * Math.exp(-r);
}

/** Points to measure distances to, axis by axis: one kind of distance at a time leaves the inner loop without a branch. */
export interface Columns { readonly measures: readonly Measure[]; readonly weights: Float64Array; readonly columns: readonly Float64Array[] }

export function columnsOf(points: readonly Float64Array[], measures: readonly Measure[], weights: Float64Array): Columns {
  return { measures, weights, columns: measures.map((_, i) => Float64Array.from(points, (point) => point[i] ?? 0)) };
}

/** Weighted squared distances from a position to the first `out.length` of the points. */
export function distancesTo({ measures, weights, columns }: Columns, seen: Float64Array, out: Float64Array): void {
  out.fill(0);
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i];
    if (column !== undefined) addDistances({ measure: measures[i], weight: weights[i] ?? 0, column }, seen[i] ?? 0, out);
  }
}

interface Column { readonly measure: Measure | undefined; readonly weight: number; readonly column: Float64Array }

function addDistances({ measure, weight, column }: Column, x: number, out: Float64Array): void {
  const n = out.length;
  if (measure === 'line') {
    for (let j = 0; j < n; j++) {
      const gap = x - (column[j] ?? 0);
      out[j] = (out[j] ?? 0) + weight * gap * gap;
    }
  } else if (measure === 'category') {
    for (let j = 0; j < n; j++) if (column[j] !== x) out[j] = (out[j] ?? 0) + weight;
  } else for (let j = 0; j < n; j++) out[j] = (out[j] ?? 0) + weight * squaredDistance(measure, x, column[j] ?? 0);
}
