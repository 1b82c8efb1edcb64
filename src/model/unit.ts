import betaCdf from '@stdlib/stats-base-dists-beta-cdf';
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { sameValue } from './distributionImage.js';
import type { ParamValue } from './params.js';
import type { Distribution } from './searchSpace.js';

/**
 * Where a value lies on [0, 1] under the distribution's own probability: what `quantile` turns back into the value.
 * A discrete value gets the middle of its cell. A value from outside the space is moved to the nearest edge, or to
 * the middle where it has no order, so that another commit's trials never break a sampler.
 */
export function unitOf(d: Distribution, value: ParamValue): number {
  const unit = rawUnit(d, value);
  return Number.isFinite(unit) ? Math.min(Math.max(unit, 0), 1) : 0.5;
}

function rawUnit(d: Distribution, value: ParamValue): number {
  if (d.name === 'constant') return 0.5;
  if (d.name === 'categorical') return categoricalUnit(d, value);
  if (typeof value !== 'number') return NaN;
  if (d.name === 'int_uniform') return (value - d.low + 0.5) / (d.high - d.low + 1);
  return 'q' in d ? (cdf(d, value - d.q / 2) + cdf(d, value + d.q / 2)) / 2 : cdf(d, value);
}

function categoricalUnit({ choices, probabilities }: Distribution & { readonly name: 'categorical' }, value: ParamValue): number {
  const index = choices.findIndex((choice) => sameValue(choice, value));
  if (index === -1) return NaN;
  if (probabilities === undefined) return (index + 0.5) / choices.length;
  const below = probabilities.slice(0, index).reduce((sum, p) => sum + p, 0);
  return below + (probabilities[index] ?? 0) / 2;
}

type Continuous = Exclude<Distribution, { readonly name: 'constant' | 'categorical' | 'int_uniform' }>;

/** Probability of a value at most `x`, before rounding to multiples of q; 0 and 1 beyond the edges. */
function cdf(d: Continuous, x: number): number {
  switch (d.name) {
    case 'uniform':
    case 'q_uniform':
      return share(x, d.low, d.high);
    case 'log_uniform':
    case 'q_log_uniform':
      return share(logOf(x), d.low, d.high);
    case 'log_uniform_values':
    case 'inv_log_uniform_values':
    case 'q_log_uniform_values':
      return share(logOf(x), Math.log(d.low), Math.log(d.high));
    case 'inv_log_uniform':
      return share(logOf(x), -d.high, -d.low);
    case 'reverse_log_uniform_values':
    case 'q_reverse_log_uniform_values':
      return 1 - share(logOf(d.high + d.low - x), Math.log(d.low), Math.log(d.high));
    case 'normal':
    case 'q_normal':
      return normalCdf(x, d.mu, d.sigma);
    case 'log_normal':
    case 'q_log_normal':
      return normalCdf(logOf(x), d.mu, d.sigma);
    case 'beta':
    case 'q_beta':
      return betaCdf(x, d.a, d.b);
  }
}

/** Half for a range of one value: it has no inside. */
function share(x: number, low: number, high: number): number {
  if (high === low) return 0.5;
  return Math.min(Math.max((x - low) / (high - low), 0), 1);
}

function logOf(x: number): number {
  return x > 0 ? Math.log(x) : -Infinity;
}
