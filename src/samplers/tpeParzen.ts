import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import type { Axis } from './tpeAxis.js';
import { bandwidths, type Bandwidth } from './tpeBandwidth.js';
import type { Ledger } from './tpeLedger.js';

const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);
/** Beyond this many deviations a double holds no mass of the normal: 1 - Φ(8.3) < 2^-53. */
const REACH = 8.3;
/** Narrower cells than this many deviations are height times width, where a difference would lose digits. */
const NARROW = 1e-4;
/** Products beyond this become logarithms before they leave a double's range. */
const LARGE = 1e150;

export interface KernelStyle {
  readonly bandwidth: Bandwidth;
  /** Deviation of the narrowest kernel among `n` observations. */
  readonly narrowest: (n: number) => number;
  /** What the bounds cut off is given back to each kernel (Optuna) or to the whole mixture (Hyperopt). */
  readonly truncation: 'kernel' | 'mixture';
  /** A categorical kernel shares its mass with the other choices (Optuna), or the prior alone has the weight of all choices (Hyperopt). */
  readonly categorical: 'smoothed' | 'pooled';
}

export interface Observations {
  readonly ledger: Ledger;
  /** Which axes of the ledger the mixture is over. */
  readonly dims: readonly number[];
  /** Row numbers, rising; each has a position on every one of these axes. */
  readonly members: Int32Array;
  readonly weights: Float64Array;
  /** Of the prior's kernel. */
  readonly priorWeight: number;
  /** What a categorical kernel gives to all choices together: this much per choice, shared by the number of kernels. */
  readonly smoothing: number;
}

/** A mixture of products: one kernel per observation, and last the prior's. */
export interface Mixture {
  readonly axes: readonly Axis[];
  readonly size: number;
  /** Kernel by kernel: place and 1 / deviation on each axis. */
  readonly mu: Float64Array;
  readonly inverse: Float64Array;
  /** ln of each kernel's weight and constants. */
  readonly base: Float64Array;
  readonly cumulative: Float64Array;
  /** By axis: what a categorical kernel gives to all choices, relative to 1 for its own. */
  readonly spread: Float64Array;
}

export function mixtureOf({ ledger, dims, members, weights, priorWeight, smoothing }: Observations, style: KernelStyle): Mixture {
  const axes = dims.flatMap((dim) => ledger.axes[dim] ?? []);
  const d = axes.length;
  const n = members.length;
  const mu = new Float64Array((n + 1) * d);
  const inverse = new Float64Array((n + 1) * d).fill(1);
  const spread = new Float64Array(d);
  const slots = new Int32Array(ledger.rows.length).fill(-1);
  for (const [k, row] of members.entries()) slots[row] = k;
  for (const [j, axis] of axes.entries()) {
    const dim = dims[j] ?? 0;
    const column = ledger.columns[dim] ?? [];
    for (let k = 0; k < n; k++) mu[k * d + j] = column[members[k] ?? 0] ?? NaN;
    mu[n * d + j] = axis.kind === 'categorical' ? -1 : axis.centre;
    if (axis.kind === 'categorical') {
      spread[j] = style.categorical === 'pooled' ? 0 : (smoothing * axis.shares.length) / (n + 1);
      continue;
    }
    const sigmas = bandwidths({ order: ledger.orders[dim] ?? [], slots, column, n, axis, rule: style.bandwidth, narrowest: style.narrowest(n) });
    for (let k = 0; k < n; k++) inverse[k * d + j] = 1 / at(sigmas, k);
  }
  const kernels = new Float64Array(n + 1);
  kernels.set(weights);
  kernels[n] = priorShare(axes, n, priorWeight, style);
  return { axes, size: n + 1, mu, inverse, spread, ...weighted({ axes, mu, inverse, kernels }, style) };
}

function priorShare(axes: readonly Axis[], n: number, priorWeight: number, { categorical }: KernelStyle): number {
  if (n === 0) return 1;
  return priorWeight * axes.reduce((product, { kind, shares }) => product * (kind === 'categorical' && categorical === 'pooled' ? shares.length : 1), 1);
}

/** Constants of every kernel, divided by the mass that it has inside the bounds. */
function weighted({ axes, mu, inverse, kernels }: Pick<Mixture, 'axes' | 'mu' | 'inverse'> & { readonly kernels: Float64Array }, { truncation }: KernelStyle): Pick<Mixture, 'base' | 'cumulative'> {
  const d = axes.length;
  const base = new Float64Array(kernels.length);
  const numeric = axes.flatMap((axis, j) => (axis.kind === 'categorical' ? [] : [{ j, low: axis.low, high: axis.high, continuous: axis.kind === 'continuous' }]));
  for (let k = 0; k < kernels.length; k++) {
    let height = 1;
    let inside = 1;
    let constant = 0;
    for (const { j, low, high, continuous } of numeric) {
      const inv = at(inverse, k * d + j);
      const m = at(mu, k * d + j);
      inside *= massBetween((low - m) * inv, (high - m) * inv);
      if (continuous) height *= inv;
      // One logarithm for a kernel instead of one per axis, as long as the products are in range.
      if (height < LARGE && inside > 1 / LARGE) continue;
      constant += Math.log(height / inside);
      height = 1;
      if (truncation === 'mixture') kernels[k] = at(kernels, k) * inside;
      inside = 1;
    }
    base[k] = constant + Math.log(height / inside);
    if (truncation === 'mixture') kernels[k] = at(kernels, k) * inside;
  }
  let total = 0;
  const cumulative = kernels.map((w) => (total += w));
  const constant = numeric.filter(({ continuous }) => continuous).length * LOG_SQRT_2PI + Math.log(total);
  for (let k = 0; k < kernels.length; k++) base[k] = at(base, k) + Math.log(at(kernels, k)) - constant;
  return { base, cumulative };
}

/** Φ(b) - Φ(a) for a <= b, without loss of digits in either tail. */
export function massBetween(a: number, b: number): number {
  if (a < -REACH && b > REACH) return 1;
  if (b - a < NARROW) return Math.exp(-0.125 * (a + b) * (a + b) - LOG_SQRT_2PI) * (b - a);
  return a > 0 ? below(-a) - below(-b) : below(b) - below(a);
}

function below(z: number): number {
  return z > REACH ? 1 : normalCdf(z, 0, 1);
}

function at(values: Float64Array, i: number): number {
  return values[i] ?? NaN;
}
