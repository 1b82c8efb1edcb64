import { backwardSolve, cholesky, dot, forwardSolve, inverseOf } from '../math/cholesky.js';
import { minimizeWithin, type Box } from '../math/minimize.js';
import { squaredDistance, type Hyper, type Measure } from './gpKernel.js';

/** Points as the model sees them with standardised values, lower better. */
export interface Observations {
  readonly measures: readonly Measure[];
  readonly points: readonly Float64Array[];
  readonly values: Float64Array;
}

/** Noise variance expected of the standardised values, where the seed's noise is known. */
export interface FitOptions {
  readonly noise?: number;
  /** The last axis tells related tasks apart: expected to matter little. */
  readonly related?: boolean;
}

const LEAST_NOISE = 1e-6;
/** Bounds of ln weight, ln scale and ln noise. */
const WEIGHT = [Math.log(1e-3), Math.log(1e3)] as const;
const SCALE = [Math.log(1e-2), Math.log(20)] as const;
const NOISE = [Math.log(1e-6), Math.log(2)] as const;
/** Observations from which one start is as good as two. */
const FEW = 20;
const MOST_KNOWN = 4;
/** Expected weight between related tasks: a correlation of 0.92. */
const RELATED = 0.1;
/**
 * Parameters up to which a weight of 1 is expected of each. With more of them the same weights would put any two points
 * too far apart to tell each other anything, so the expected sum stays (after Hvarfner et al., "Vanilla Bayesian
 * optimization performs great in high dimensions", 2024, who let length scales grow with the root of the dimension).
 */
const FULL_WEIGHTS = 10;
const EFFORT = { evaluations: 60, tolerance: 1e-2 };

interface Fitted extends FitOptions { readonly data: Observations; readonly hyper: Hyper }

/** By the last point: the same data gives the same hyperparameters, so they are looked up where they are known. */
const known = new WeakMap<Float64Array, Fitted[]>();

export function fittedHyper(data: Observations, options: FitOptions = {}): Hyper {
  const last = data.points.at(-1);
  if (last === undefined) return fitHyper(data, options);
  const list = known.get(last) ?? [];
  const found = list.find((one) => one.noise === options.noise && one.related === options.related && sameData(one.data, data));
  if (found !== undefined) return found.hyper;
  const hyper = fitHyper(data, options);
  known.set(last, [{ data, hyper, ...options }, ...list].slice(0, MOST_KNOWN));
  return hyper;
}

function sameData(a: Observations, b: Observations): boolean {
  return a.points.length === b.points.length && a.points.every((point, i) => point === b.points[i]) && a.values.every((value, i) => value === b.values[i]);
}

/** Most probable hyperparameters; from two starts while the data leave room for two explanations. */
export function fitHyper(data: Observations, options: FitOptions = {}): Hyper {
  const d = data.measures.length;
  const pairs = pairDistances(data);
  const box: Box = { lower: boundsOf(d, 0), upper: boundsOf(d, 1) };
  const f = (x: Float64Array, gradient: Float64Array): number => lossOf({ data, pairs, options }, x, gradient);
  const starts = startsOf(d, options).slice(0, data.points.length <= FEW ? 2 : 1);
  const found = starts.map((start) => minimizeWithin(box, start, f, EFFORT));
  const best = found.reduce((a, b) => (b.value < a.value ? b : a));
  return hyperOf(best.value < Infinity ? best.x : starts[0] ?? best.x);
}

function startsOf(d: number, { noise = 0.03, related = false }: FitOptions): readonly Float64Array[] {
  return [[0, noise], [1.5, 10 * noise]].map(([weight = 0, variance = 0]) => {
    const start = new Float64Array(d + 2).fill(weight + Math.log(expectedWeight(d)));
    if (related) start[d - 1] = Math.log(RELATED);
    start[d] = 0;
    start[d + 1] = Math.log(Math.min(Math.max(variance, 2 * LEAST_NOISE), 0.5));
    return start;
  });
}

function expectedWeight(d: number): number {
  return Math.min(1, FULL_WEIGHTS / d);
}

function boundsOf(d: number, side: 0 | 1): Float64Array {
  const bounds = new Float64Array(d + 2).fill(WEIGHT[side]);
  bounds[d] = SCALE[side];
  bounds[d + 1] = NOISE[side];
  return bounds;
}

function hyperOf(x: Float64Array): Hyper {
  const d = x.length - 2;
  return { weights: x.slice(0, d).map(Math.exp), scale: Math.exp(x[d] ?? 0), noise: Math.exp(x[d + 1] ?? 0) + LEAST_NOISE };
}

/** Squared distances by axis for each pair i > j, pair after pair. */
export function pairDistances({ measures, points }: Observations): Float64Array {
  const d = measures.length;
  const out = new Float64Array(((points.length * (points.length - 1)) / 2) * d);
  let at = 0;
  for (const [i, a] of points.entries()) {
    for (const b of points.slice(0, i)) {
      for (let k = 0; k < d; k++) out[at++] = squaredDistance(measures[k], a[k] ?? 0, b[k] ?? 0);
    }
  }
  return out;
}

interface Problem { readonly data: Observations; readonly pairs: Float64Array; readonly options: FitOptions }

const SQRT5 = Math.sqrt(5);

/** Negative log of likelihood times priors at ln hyperparameters, and its gradient (Rasmussen and Williams, eq. 5.9). */
export function lossOf(problem: Problem, x: Float64Array, gradient: Float64Array): number {
  const { data: { values }, pairs } = problem;
  const n = values.length;
  const hyper = hyperOf(x);
  const d = hyper.weights.length;
  const slopes = new Float64Array((n * (n - 1)) / 2);
  const correlations = new Float64Array(slopes.length);
  const rows = kernelRows({ hyper, pairs, slopes, correlations }, n);
  const factor = cholesky(rows);
  if (factor === undefined) return Infinity;
  const alpha = values.slice();
  forwardSolve(factor, alpha, n);
  let loss = 0.5 * dot(alpha, alpha, n);
  for (const [i, row] of factor.entries()) loss += Math.log(row[i] ?? 1);
  backwardSolve(factor, alpha, n);
  const inverse = inverseOf(factor);
  let byScale = 0;
  let trace = 0;
  for (let i = 0, p = 0; i < n; i++) {
    const row = inverse[i];
    const a = alpha[i] ?? 0;
    if (row === undefined) break;
    for (let j = 0; j < i; j++, p++) {
      const outer = (row[j] ?? 0) - a * (alpha[j] ?? 0);
      byScale += outer * (correlations[p] ?? 0);
      const pull = outer * (slopes[p] ?? 0);
      for (let k = 0, at = p * d; k < d; k++, at++) gradient[k] = (gradient[k] ?? 0) + pull * (pairs[at] ?? 0);
    }
    trace += (row[i] ?? 0) - a * a;
  }
  for (let k = 0; k < d; k++) gradient[k] = (gradient[k] ?? 0) * hyper.scale * (hyper.weights[k] ?? 0);
  gradient[d] = hyper.scale * (byScale + 0.5 * trace);
  gradient[d + 1] = 0.5 * (hyper.noise - LEAST_NOISE) * trace;
  return loss + priorLoss(hyper, gradient, problem.options);
}

interface KernelWork { readonly hyper: Hyper; readonly pairs: Float64Array; readonly slopes: Float64Array; readonly correlations: Float64Array }

function kernelRows({ hyper: { weights, scale, noise }, pairs, slopes, correlations }: KernelWork, n: number): Float64Array[] {
  const d = weights.length;
  const rows: Float64Array[] = [];
  for (let i = 0, p = 0; i < n; i++) {
    const row = new Float64Array(i + 1);
    for (let j = 0; j < i; j++, p++) {
      let q = 0;
      for (let k = 0, at = p * d; k < d; k++, at++) q += (weights[k] ?? 0) * (pairs[at] ?? 0);
      const r = SQRT5 * Math.sqrt(q);
      const decay = Math.exp(-r);
      slopes[p] = (-5 / 6) * (1 + r) * decay;
      correlations[p] = (1 + r + (5 / 3) * q) * decay;
      row[j] = scale * (correlations[p] ?? 0);
    }
    row[i] = scale + noise;
    rows.push(row);
  }
  return rows;
}

/**
 * Minus the log priors, as Optuna 5 has them: 0.1c/w + 0.1w/c for each weight (c = 1 up to ten parameters), Gamma(2, 1) for the scale and
 * Gamma(1.1, 30) for the noise; a log-normal one around the noise where that is known. Adds to the gradient.
 */
function priorLoss({ weights, scale, noise }: Hyper, gradient: Float64Array, options: FitOptions): number {
  const d = weights.length;
  let loss = 0;
  for (let k = 0; k < d; k++) {
    const w = weights[k] ?? 1;
    const centre = options.related === true && k === d - 1 ? RELATED : expectedWeight(d);
    loss += 0.1 * (centre / w + w / centre);
    gradient[k] = (gradient[k] ?? 0) + 0.1 * (w / centre - centre / w);
  }
  loss += scale - Math.log(scale);
  gradient[d] = (gradient[d] ?? 0) + scale - 1;
  const free = (noise - LEAST_NOISE) / noise;
  if (options.noise === undefined) {
    gradient[d + 1] = (gradient[d + 1] ?? 0) + free * (30 * noise - 0.1);
    return loss + 30 * noise - 0.1 * Math.log(noise);
  }
  const off = Math.log(noise / Math.max(options.noise, LEAST_NOISE));
  gradient[d + 1] = (gradient[d + 1] ?? 0) + free * off;
  return loss + 0.5 * off * off;
}
