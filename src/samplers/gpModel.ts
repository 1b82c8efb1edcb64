import { appendRow, backwardSolve, cholesky, dot, forwardSolve, type Triangle } from '../math/cholesky.js';
import { columnsOf, distancesTo, distanceSlope, matern, maternSlope, type Hyper, type Measure } from './gpKernel.js';
import type { Observations } from './gpFit.js';

/** Mean and variance of the function itself, noise left out. */
export interface Belief { readonly mean: number; readonly variance: number }

/** A Gaussian process given its observations. Calls share scratch space: one at a time. */
export interface Posterior {
  readonly hyper: Hyper;
  readonly measures: readonly Measure[];
  readonly at: (seen: Float64Array) => Belief;
  /** The same, and the derivatives by each position. */
  readonly slopes: (seen: Float64Array, meanSlope: Float64Array, varianceSlope: Float64Array) => Belief;
  /** The posterior once the function is known to have its mean at `seen` (Kriging believer, without the noise, so that trials spread): only the variance changes. */
  readonly believing: (seen: Float64Array) => Posterior;
}

/** Rounds of ten times more noise before a matrix counts as beyond repair. */
const MOST_REPAIRS = 8;
const JITTER = 1e-6;

export function posteriorOf(data: Observations, hyper: Hyper): Posterior {
  let noise = hyper.noise;
  for (let i = 0; i < MOST_REPAIRS; i++, noise *= 10) {
    const factor = factorOf(data, { ...hyper, noise });
    if (factor === undefined) continue;
    const alpha = data.values.slice();
    forwardSolve(factor, alpha, alpha.length);
    backwardSolve(factor, alpha, alpha.length);
    return makePosterior({ data, hyper: { ...hyper, noise }, factor, alpha });
  }
  throw new Error('a kernel matrix that no noise makes positive definite');
}

function factorOf({ measures, points }: Observations, { weights, scale, noise }: Hyper): Triangle | undefined {
  const columns = columnsOf(points, measures, weights);
  return cholesky(points.map((point, i) => {
    const row = new Float64Array(i + 1);
    distancesTo(columns, point, row);
    for (let j = 0; j < i; j++) row[j] = scale * matern(row[j] ?? 0);
    row[i] = scale + noise;
    return row;
  }));
}

interface Parts { readonly data: Observations; readonly hyper: Hyper; readonly factor: Triangle; readonly alpha: Float64Array }

function makePosterior(parts: Parts): Posterior {
  const { data: { points, measures }, hyper, factor, alpha } = parts;
  const { weights, scale } = hyper;
  const n = points.length;
  const columns = columnsOf(points, measures, weights);
  const covariances = new Float64Array(n);
  const solved = new Float64Array(n);
  const distances = new Float64Array(n);
  const believe = (seen: Float64Array): Belief => {
    distancesTo(columns, seen, distances);
    for (let j = 0; j < n; j++) covariances[j] = scale * matern(distances[j] ?? 0);
    solved.set(covariances);
    forwardSolve(factor, solved, n);
    return { mean: dot(covariances, alpha, n), variance: Math.max(scale - dot(solved, solved, n), 0) };
  };
  return {
    hyper,
    measures,
    at: believe,
    slopes: (seen, meanSlope, varianceSlope) => {
      const belief = believe(seen);
      backwardSolve(factor, solved, n);
      writeSlopes({ ...parts, distances, solved }, seen, { meanSlope, varianceSlope });
      return belief;
    },
    believing: (seen) => {
      const { mean } = believe(seen);
      return extended(parts, seen, { mean, row: Float64Array.from([...covariances, scale * (1 + JITTER)]) });
    },
  };
}

interface Slopes { readonly meanSlope: Float64Array; readonly varianceSlope: Float64Array }

function writeSlopes(parts: Parts & { readonly distances: Float64Array; readonly solved: Float64Array }, seen: Float64Array, { meanSlope, varianceSlope }: Slopes): void {
  const { data: { points, measures }, hyper: { weights, scale }, alpha, distances, solved } = parts;
  meanSlope.fill(0);
  varianceSlope.fill(0);
  for (let j = 0; j < points.length; j++) {
    const pull = scale * maternSlope(distances[j] ?? 0);
    const a = pull * (alpha[j] ?? 0);
    const b = -2 * pull * (solved[j] ?? 0);
    const point = points[j] ?? seen;
    for (let i = 0; i < weights.length; i++) {
      const slope = (weights[i] ?? 0) * distanceSlope(measures[i], seen[i] ?? 0, point[i] ?? 0);
      meanSlope[i] = (meanSlope[i] ?? 0) + a * slope;
      varianceSlope[i] = (varianceSlope[i] ?? 0) + b * slope;
    }
  }
}

function extended({ data, hyper, factor, alpha }: Parts, seen: Float64Array, { mean, row }: { readonly mean: number; readonly row: Float64Array }): Posterior {
  const longer = [...factor];
  if (!appendRow(longer, row)) return makePosterior({ data, hyper, factor, alpha });
  const values = Float64Array.from([...data.values, mean]);
  return makePosterior({ data: { ...data, points: [...data.points, seen], values }, hyper, factor: longer, alpha: Float64Array.from([...alpha, 0]) });
}
