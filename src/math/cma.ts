import type { Rng } from './rng.js';
import { symmetricEigen } from './eigen.js';
import { standardNormal } from './normal.js';

const LARGEST_SIGMA = 1e32;
const EPSILON = 1e-8;

/** A normal distribution N(mean, sigma² C) that learns, and what it has learnt with. Never changed once made. */
export interface CmaState {
  readonly generation: number;
  readonly mean: Float64Array;
  readonly sigma: number;
  /** Row by row. */
  readonly covariance: Float64Array;
  /** Evolution paths of the covariance and of the step size. */
  readonly path: Float64Array;
  readonly sigmaPath: Float64Array;
  /** Columns B and lengths D of the covariance's axes: C = B D² Bᵀ. */
  readonly axes: Float64Array;
  readonly lengths: Float64Array;
}

/** Weights and rates of Hansen, "The CMA Evolution Strategy: A Tutorial" (arXiv:1604.00772), table 1, negative weights included. */
export interface CmaRates {
  readonly population: number;
  readonly weights: Float64Array;
  readonly parents: number;
  readonly muEff: number;
  readonly cSigma: number;
  readonly dSigma: number;
  readonly cc: number;
  readonly c1: number;
  readonly cMu: number;
  /** Expected length of a standard normal vector. */
  readonly chi: number;
}

export function defaultPopulation(n: number): number {
  return 4 + Math.floor(3 * Math.log(Math.max(n, 1)));
}

export function cmaRates(n: number, population: number): CmaRates {
  const raw = Array.from({ length: population }, (_, i) => Math.log((population + 1) / 2) - Math.log(i + 1));
  const parents = Math.floor(population / 2);
  const muEff = effective(raw.slice(0, parents));
  const c1 = 2 / ((n + 1.3) ** 2 + muEff);
  const cMu = Math.min(1 - c1 - 1e-8, (2 * (muEff - 2 + 1 / muEff)) / ((n + 2) ** 2 + muEff));
  const least = Math.min(1 + c1 / cMu, 1 + (2 * effective(raw.slice(parents))) / (muEff + 2), (1 - c1 - cMu) / (n * cMu));
  const positive = sum(raw.filter((w) => w > 0));
  const negative = -sum(raw.filter((w) => w < 0));
  const cSigma = (muEff + 2) / (n + muEff + 5);
  return {
    population, parents, muEff, c1, cMu, cSigma,
    weights: Float64Array.from(raw, (w) => (w >= 0 ? w / positive : (least * w) / negative)),
    dSigma: 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (n + 1)) - 1) + cSigma,
    cc: (4 + muEff / n) / (n + 4 + (2 * muEff) / n),
    chi: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}

export function cmaStart(mean: Float64Array, sigma: number, covariance?: Float64Array): CmaState {
  const n = mean.length;
  const unit = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  return { generation: 0, mean, sigma, path: new Float64Array(n), sigmaPath: new Float64Array(n), ...decomposed(covariance ?? unit, n) };
}

/** One draw from N(mean, sigma² C), a standard normal per axis in order. */
export function cmaDraw(state: CmaState, rng: Rng): Float64Array {
  const z = Float64Array.from(state.mean, () => standardNormal(rng));
  const y = product(state.axes, z.map((value, k) => value * (state.lengths[k] ?? 0)));
  return y.map((value, i) => (state.mean[i] ?? 0) + state.sigma * value);
}

/** Length of a step in units of the distribution: about the square root of the dimension for its own draws. */
export function mahalanobis(state: CmaState, x: Float64Array): number {
  return norm(whitened(state, x.map((value, i) => (value - (state.mean[i] ?? 0)) / state.sigma)));
}

/** What the state becomes after a generation of `rates.population` points, best first. */
export function cmaUpdate(state: CmaState, rates: CmaRates, sorted: readonly Float64Array[]): CmaState {
  const n = state.mean.length;
  const { cSigma, cc, chi, muEff } = rates;
  const generation = state.generation + 1;
  const steps = sorted.map((x) => x.map((value, i) => (value - (state.mean[i] ?? 0)) / state.sigma));
  const step = Float64Array.from({ length: n }, (_, i) => sum(steps.slice(0, rates.parents).map((y, k) => (rates.weights[k] ?? 0) * (y[i] ?? 0))));
  const sigmaPath = mixed(state.sigmaPath, whitened(state, step), 1 - cSigma, Math.sqrt(cSigma * (2 - cSigma) * muEff));
  const length = norm(sigmaPath);
  const rises = length / Math.sqrt(1 - (1 - cSigma) ** (2 * (generation + 1))) < (1.4 + 2 / (n + 1)) * chi;
  const path = mixed(state.path, step, 1 - cc, rises ? Math.sqrt(cc * (2 - cc) * muEff) : 0);
  const forgotten = rises ? 0 : cc * (2 - cc);
  return {
    generation, sigmaPath, path,
    mean: mixed(state.mean, step, 1, state.sigma),
    sigma: Math.min(state.sigma * Math.exp((cSigma / rates.dSigma) * (length / chi - 1)), LARGEST_SIGMA),
    ...decomposed(learntCovariance({ state, rates, steps, path, forgotten }), n),
  };
}

interface Learning { readonly state: CmaState; readonly rates: CmaRates; readonly steps: readonly Float64Array[]; readonly path: Float64Array; readonly forgotten: number }

function learntCovariance({ state, rates: { c1, cMu, weights }, steps, path, forgotten }: Learning): Float64Array {
  const n = path.length;
  const keep = 1 + c1 * forgotten - c1 - cMu * sum([...weights]);
  const scaled = steps.map((y, k) => {
    const weight = weights[k] ?? 0;
    return weight >= 0 ? weight : (weight * n) / (norm(whitened(state, y)) ** 2 + EPSILON);
  });
  return Float64Array.from(state.covariance, (old, at) => {
    const i = Math.floor(at / n);
    const j = at % n;
    let rank = 0;
    for (const [k, y] of steps.entries()) rank += (scaled[k] ?? 0) * (y[i] ?? 0) * (y[j] ?? 0);
    return keep * old + c1 * (path[i] ?? 0) * (path[j] ?? 0) + cMu * rank;
  });
}

/** Axes of a covariance, negative lengths (rounding) raised to almost nothing. */
function decomposed(covariance: Float64Array, n: number): Pick<CmaState, 'covariance' | 'axes' | 'lengths'> {
  const { values, vectors } = symmetricEigen(covariance, n);
  return { covariance, axes: vectors, lengths: values.map((value) => Math.sqrt(value < 0 ? EPSILON : value)) };
}

/** C^(-1/2) y. */
function whitened({ axes, lengths }: CmaState, y: Float64Array): Float64Array {
  const n = y.length;
  const along = Float64Array.from({ length: n }, (_, k) => {
    let dot = 0;
    for (let i = 0; i < n; i++) dot += (axes[i * n + k] ?? 0) * (y[i] ?? 0);
    return dot / (lengths[k] ?? 1);
  });
  return product(axes, along);
}

function product(matrix: Float64Array, x: Float64Array): Float64Array {
  const n = x.length;
  return Float64Array.from({ length: n }, (_, i) => {
    let dot = 0;
    for (let k = 0; k < n; k++) dot += (matrix[i * n + k] ?? 0) * (x[k] ?? 0);
    return dot;
  });
}

function mixed(a: Float64Array, b: Float64Array, ofA: number, ofB: number): Float64Array {
  return a.map((value, i) => ofA * value + ofB * (b[i] ?? 0));
}

function effective(weights: readonly number[]): number {
  const squares = sum(weights.map((w) => w * w));
  return squares === 0 ? 0 : sum(weights) ** 2 / squares;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function norm(x: Float64Array): number {
  let squares = 0;
  for (const value of x) squares += value * value;
  return Math.sqrt(squares);
}
