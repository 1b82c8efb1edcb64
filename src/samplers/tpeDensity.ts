import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { massBetween, normalBelow } from '../math/normal.js';
import type { Rng } from '../math/rng.js';
import type { Axis } from './tpeAxis.js';
import type { Mixture } from './tpeParzen.js';

/** Kernels this far (in natural logarithms) below the largest add nothing: ten thousand of them 1e-10. */
const NEGLIGIBLE = 32;
/** As in model/distribution: keeps draws of unbounded parameters finite. */
const EDGE = 2 ** -53;

/** `ln density` at a point given by its position on each axis; per unit of the axes' scale, for a discrete value its mass. */
export function logDensity(mixture: Mixture, positions: Float64Array): number {
  const { size, scratch } = mixture;
  const probe = probeAt(mixture, positions);
  scratch.set(mixture.base);
  for (const { x, mu, inverse } of probe.continuous) lower(scratch, mu, inverse, x);
  let top = -Infinity;
  let total = 0;
  // From the last one, the prior: it is wide, so what it gives is a floor that most of the others stay below.
  for (let k = size - 1; k >= 0; k--) {
    const floor = top - NEGLIGIBLE;
    const bound = at(scratch, k);
    if (bound < floor) continue;
    const s = logKernel(probe, k, bound, floor);
    if (s > top) {
      total = total * Math.exp(top - s) + 1;
      top = s;
    } else if (s > floor) total += Math.exp(s - top);
  }
  return top + Math.log(total);
}

/** Takes the squared distances on one continuous axis from all kernels: no branch, so that it runs as fast as memory. */
function lower(logs: Float64Array, mu: Float64Array, inverse: Float64Array, x: number): void {
  for (let k = 0; k < logs.length; k++) {
    const z = (x - at(mu, k)) * at(inverse, k);
    logs[k] = at(logs, k) - 0.5 * z * z;
  }
}

/** A point made ready for one mixture: what it is on each axis beside that axis' kernels. */
interface Probe {
  readonly last: number;
  readonly continuous: readonly { readonly x: number; readonly mu: Float64Array; readonly inverse: Float64Array }[];
  /** ln of the probability of this choice: from kernels at it, from kernels at another one, and from the prior. */
  readonly categorical: readonly { readonly x: number; readonly mu: Float64Array; readonly match: number; readonly other: number; readonly share: number }[];
  readonly discrete: readonly { readonly low: number; readonly high: number; readonly mu: Float64Array; readonly inverse: Float64Array }[];
}

function probeAt({ axes, size, mu, inverse, spread }: Mixture, positions: Float64Array): Probe {
  const columns = axes.map((axis, j) => ({ axis, x: at(positions, j), mu: mu[j] ?? positions, inverse: inverse[j] ?? positions, given: at(spread, j) }));
  return {
    last: size - 1,
    continuous: columns.filter(({ axis }) => axis.kind === 'continuous'),
    categorical: columns.filter(({ axis }) => axis.kind === 'categorical').map(({ axis, x, mu: own, given }) => {
      const share = axis.shares[x] ?? 0;
      return { x, mu: own, match: Math.log((1 + given * share) / (1 + given)), other: Math.log((given * share) / (1 + given)), share: Math.log(share) };
    }),
    discrete: columns.filter(({ axis }) => axis.kind === 'discrete').map(({ axis, x, mu: places, inverse: inverses }) => {
      const [low, high] = axis.cell(x);
      return { low, high, mu: places, inverse: inverses };
    }),
  };
}

/** ln of weight times density of one kernel, whose continuous axes are in `bound`; -Infinity once it is sure to be under the floor. */
function logKernel({ categorical, discrete, last }: Probe, k: number, bound: number, floor: number): number {
  let s = bound;
  for (const { x, mu, match, other, share } of categorical) s += k === last ? share : at(mu, k) === x ? match : other;
  for (const { low, high, mu, inverse } of discrete) {
    const a = (low - at(mu, k)) * at(inverse, k);
    const b = (high - at(mu, k)) * at(inverse, k);
    const nearest = a > 0 ? a : b < 0 ? b : 0;
    // The mass beyond z is less than exp(-z² / 2): mostly enough to leave the error function alone.
    if (s - 0.5 * nearest * nearest < floor) return -Infinity;
    s += Math.log(massBetween(a, b));
  }
  return s;
}

/** One draw: a kernel by weight, then every axis from that kernel; discrete values at their own position. */
export function drawFrom(mixture: Mixture, rng: Rng): Float64Array {
  const { axes, size, mu, inverse, spread, cumulative } = mixture;
  const k = firstAbove(cumulative, rng.uniform() * at(cumulative, size - 1));
  return Float64Array.from(axes, (axis, j) => {
    const u = rng.uniform();
    const m = mu[j]?.[k] ?? axis.centre;
    if (axis.kind === 'categorical') return drawChoice(axis, k === size - 1 ? undefined : m, at(spread, j), u);
    const x = truncatedNormal({ mu: m, sigma: 1 / (inverse[j]?.[k] ?? 1), low: axis.low, high: axis.high }, u);
    return axis.kind === 'discrete' ? axis.position(axis.value(x)) : x;
  });
}

/** `own` with probability 1 / (1 + spread), else any by its prior share. */
function drawChoice({ shares }: Axis, own: number | undefined, spread: number, u: number): number {
  const kept = own === undefined ? 0 : 1 / (1 + spread);
  if (own !== undefined && u < kept) return own;
  let rest = (u - kept) / (1 - kept);
  let last = 0;
  for (const [i, share] of shares.entries()) {
    rest -= share;
    if (rest < 0) return i;
    if (share > 0) last = i;
  }
  return last;
}

function truncatedNormal({ mu, sigma, low, high }: { readonly mu: number; readonly sigma: number; readonly low: number; readonly high: number }, u: number): number {
  const from = normalBelow((low - mu) / sigma);
  const to = normalBelow((high - mu) / sigma);
  const p = Math.min(Math.max(from + u * (to - from), EDGE), 1 - EDGE);
  return Math.min(Math.max(mu + sigma * normalQuantile(p, 0, 1), low), high);
}

function firstAbove(cumulative: Float64Array, target: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(cumulative, middle) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

function at(values: Float64Array, i: number): number {
  return values[i] ?? NaN;
}
