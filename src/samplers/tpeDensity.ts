import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import type { Rng } from '../math/rng.js';
import type { Axis } from './tpeAxis.js';
import { massBetween, type Mixture } from './tpeParzen.js';

/** Kernels this far (in natural logarithms) below the largest do not reach the last bit of the sum. */
const NEGLIGIBLE = 40;
/** As in model/distribution: keeps draws of unbounded parameters finite. */
const EDGE = 2 ** -53;

/** `ln density` at a point given by its position on each axis; per unit of the axes' scale, for a discrete value its mass. */
export function logDensity(mixture: Mixture, positions: Float64Array): number {
  const probe = probeAt(mixture, positions);
  let top = -Infinity;
  let total = 0;
  // From the last one, the prior: it is wide, so what it gives is a floor that most of the others stay below.
  for (let k = mixture.size - 1; k >= 0; k--) {
    const s = logKernel(mixture, probe, k, top - NEGLIGIBLE);
    if (s > top) {
      total = total * Math.exp(top - s) + 1;
      top = s;
    } else if (s > top - NEGLIGIBLE) total += Math.exp(s - top);
  }
  return top + Math.log(total);
}

/** A point made ready for one mixture after another. */
interface Probe {
  readonly positions: Float64Array;
  readonly continuous: readonly number[];
  readonly categorical: readonly { readonly j: number; readonly match: number; readonly other: number; readonly share: number }[];
  readonly discrete: readonly { readonly j: number; readonly low: number; readonly high: number }[];
}

function probeAt({ axes, spread }: Mixture, positions: Float64Array): Probe {
  const indices = axes.map((_, j) => j);
  const kinds = (kind: Axis['kind']): number[] => indices.filter((j) => axes[j]?.kind === kind);
  return {
    positions,
    continuous: kinds('continuous'),
    categorical: kinds('categorical').map((j) => {
      const share = axes[j]?.shares[at(positions, j)] ?? 0;
      const given = at(spread, j);
      return { j, match: Math.log((1 + given * share) / (1 + given)), other: Math.log((given * share) / (1 + given)), share: Math.log(share) };
    }),
    discrete: kinds('discrete').map((j) => {
      const [low, high] = axes[j]?.cell(at(positions, j)) ?? [0, 1];
      return { j, low, high };
    }),
  };
}

/** ln of weight times density of one kernel, or -Infinity once it is sure to be under the floor. */
function logKernel({ axes, size, mu, inverse, base }: Mixture, { positions, continuous, categorical, discrete }: Probe, k: number, floor: number): number {
  const row = k * axes.length;
  let s = at(base, k);
  for (const j of continuous) {
    const z = (at(positions, j) - at(mu, row + j)) * at(inverse, row + j);
    s -= 0.5 * z * z;
    if (s < floor) return -Infinity;
  }
  for (const { j, match, other, share } of categorical) s += k === size - 1 ? share : at(mu, row + j) === at(positions, j) ? match : other;
  for (const { j, low, high } of discrete) {
    const m = at(mu, row + j);
    const inv = at(inverse, row + j);
    const a = (low - m) * inv;
    const b = (high - m) * inv;
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
  const row = k * axes.length;
  return Float64Array.from(axes, (axis, j) => {
    const u = rng.uniform();
    const m = at(mu, row + j);
    if (axis.kind === 'categorical') return drawChoice(axis, k === size - 1 ? undefined : m, at(spread, j), u);
    const x = truncatedNormal({ mu: m, sigma: 1 / at(inverse, row + j), low: axis.low, high: axis.high }, u);
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
  const from = normalCdf((low - mu) / sigma, 0, 1);
  const to = normalCdf((high - mu) / sigma, 0, 1);
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
