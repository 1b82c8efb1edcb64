import { massBetween } from '../math/normal.js';
import type { Axis } from './tpeAxis.js';
import { bandwidths, type Bandwidth } from './tpeBandwidth.js';
import type { KnownMasses, Ledger } from './tpeLedger.js';

const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);
/** Products beyond this become logarithms before they leave a double's range. */
const LARGE = 1e150;
const NONE = new Float64Array();

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
  /** Axis by axis: place and 1 / deviation of every kernel. */
  readonly mu: readonly Float64Array[];
  readonly inverse: readonly Float64Array[];
  /** ln of each kernel's weight and constants. */
  readonly base: Float64Array;
  readonly cumulative: Float64Array;
  /** By axis: what a categorical kernel gives to all choices, relative to 1 for its own. */
  readonly spread: Float64Array;
  /** Room for one number per kernel. */
  readonly scratch: Float64Array;
}

export function mixtureOf(observations: Observations, style: KernelStyle): Mixture {
  const { ledger, dims, members, weights, smoothing } = observations;
  const axes = dims.flatMap((dim) => ledger.axes[dim] ?? []);
  const n = members.length;
  const slots = new Int32Array(ledger.rows.length).fill(-1);
  const insides: Float64Array[] = [];
  for (let k = 0; k < n; k++) slots[members[k] ?? 0] = k;
  const mu: Float64Array[] = [];
  const inverse: Float64Array[] = [];
  for (const [j, axis] of axes.entries()) {
    const dim = dims[j] ?? 0;
    const column = ledger.columns[dim] ?? new Float64Array();
    mu.push(placesOf(members, column, axis.kind === 'categorical' ? -1 : axis.centre));
    if (axis.kind === 'categorical') {
      inverse.push(NONE);
      insides.push(NONE);
      continue;
    }
    const inverses = bandwidths({ order: ledger.orders[dim] ?? new Int32Array(), slots, column, n, axis, rule: style.bandwidth, narrowest: style.narrowest(n) });
    inverse.push(inverses);
    insides.push(insidesOf({ axis, column, inverses, members }, ledger.masses[dim]));
  }
  const kernels = new Float64Array(n + 1);
  kernels.set(weights);
  kernels[n] = priorShare(axes, observations, style);
  const spread = Float64Array.from(axes, ({ shares }) => (style.categorical === 'pooled' ? 0 : (smoothing * shares.length) / (n + 1)));
  return { axes, size: n + 1, mu, inverse, spread, scratch: new Float64Array(n + 1), ...weighted({ axes, inverse, insides }, kernels, style) };
}

function placesOf(members: Int32Array, column: Float64Array, prior: number): Float64Array {
  const n = members.length;
  const places = new Float64Array(n + 1);
  for (let k = 0; k < n; k++) places[k] = column[members[k] ?? 0] ?? NaN;
  places[n] = prior;
  return places;
}

function priorShare(axes: readonly Axis[], { members, priorWeight }: Observations, { categorical }: KernelStyle): number {
  if (members.length === 0) return 1;
  return priorWeight * axes.reduce((product, { kind, shares }) => product * (kind === 'categorical' && categorical === 'pooled' ? shares.length : 1), 1);
}

/** Mass that each kernel has inside the bounds. Hardly any kernel changes from one question to the next: what was worked out is kept. */
function insidesOf({ axis, column, inverses, members }: { readonly axis: Axis; readonly column: Float64Array; readonly inverses: Float64Array; readonly members: Int32Array }, known: KnownMasses | undefined): Float64Array {
  const n = members.length;
  const insides = new Float64Array(n + 1);
  const massOf = (place: number, inv: number): number => massBetween((axis.low - place) * inv, (axis.high - place) * inv);
  for (let k = 0; k < n; k++) {
    const row = members[k] ?? 0;
    const inv = at(inverses, k);
    if (known !== undefined && at(known.inverse, row) !== inv) {
      known.inverse[row] = inv;
      known.mass[row] = massOf(at(column, row), inv);
    }
    insides[k] = known === undefined ? massOf(at(column, row), inv) : at(known.mass, row);
  }
  insides[n] = massOf(axis.centre, 1);
  return insides;
}

interface Shapes extends Pick<Mixture, 'axes' | 'inverse'> { readonly insides: readonly Float64Array[] }

/** Every kernel is divided by the mass that it has inside the bounds, and with it the weight where the mixture is what is cut off. */
function weighted({ axes, inverse, insides }: Shapes, kernels: Float64Array, { truncation }: KernelStyle): Pick<Mixture, 'base' | 'cumulative'> {
  const size = kernels.length;
  const base = new Float64Array(size);
  const heights = new Float64Array(size).fill(1);
  let constant = 0;
  for (const [j, axis] of axes.entries()) {
    if (axis.kind === 'categorical') continue;
    const continuous = axis.kind === 'continuous';
    if (continuous) constant += LOG_SQRT_2PI;
    const inside = insides[j] ?? heights;
    const inverses = inverse[j] ?? heights;
    for (let k = 0; k < size; k++) {
      const mass = at(inside, k);
      if (truncation === 'mixture') kernels[k] = at(kernels, k) * mass;
      const height = (at(heights, k) * (continuous ? at(inverses, k) : 1)) / mass;
      // One logarithm for a kernel instead of one per axis, as long as the product is in range.
      heights[k] = height < LARGE ? height : 1;
      if (height >= LARGE) base[k] = at(base, k) + Math.log(height);
    }
  }
  const cumulative = new Float64Array(size);
  let total = 0;
  for (let k = 0; k < size; k++) cumulative[k] = total += at(kernels, k);
  constant += Math.log(total);
  for (let k = 0; k < size; k++) base[k] = at(base, k) + Math.log(at(kernels, k) * at(heights, k)) - constant;
  return { base, cumulative };
}

function at(values: Float64Array, i: number): number {
  return values[i] ?? NaN;
}
