import betaQuantile from '@stdlib/stats-base-dists-beta-quantile';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import type { ParamValue } from './params.js';
import type { Distribution } from './searchSpace.js';

export type ParameterKind = 'float' | 'int' | 'categorical' | 'constant';

/** Smallest and largest u that a 53-bit generator gives besides 0: keeps the unbounded tails finite. */
const EDGE = 2 ** -53;

/**
 * Value at cumulative probability `u` in [0, 1], by the formulas of Weights & Biases sweeps (scipy's `ppf`,
 * rounded half to even). Where theirs leaves the space at u = 0 or 1 (an integer below `min`, ±infinity)
 * this stays at the nearest value inside.
 */
export function quantile(d: Distribution, u: number): ParamValue {
  switch (d.name) {
    case 'constant':
      return d.value;
    case 'categorical':
      return d.choices[choiceIndex(d.choices.length, d.probabilities, u)] ?? null;
    case 'int_uniform':
      return d.low + cell(d.high - d.low + 1, u);
    case 'q_uniform':
    case 'q_log_uniform':
    case 'q_log_uniform_values':
    case 'q_reverse_log_uniform_values':
    case 'q_normal':
    case 'q_log_normal':
    case 'q_beta':
      return quantized(continuousQuantile(d, u), d.q, d.integer);
    case 'uniform':
    case 'log_uniform':
    case 'log_uniform_values':
    case 'inv_log_uniform':
    case 'inv_log_uniform_values':
    case 'reverse_log_uniform_values':
    case 'normal':
    case 'log_normal':
    case 'beta':
      return continuousQuantile(d, u);
  }
}

export function kindOf(d: Distribution): ParameterKind {
  if (d.name === 'constant' || d.name === 'categorical') return d.name;
  if (d.name === 'int_uniform') return 'int';
  return 'integer' in d && d.integer ? 'int' : 'float';
}

/** True where equal steps of probability are equal ratios of the value. */
export function isLog(d: Distribution): boolean {
  return d.name.includes('log_') && !d.name.includes('reverse_');
}

/** Smallest and largest value; infinite for the normal family, `undefined` where values have no order. */
export function bounds(d: Distribution): { readonly low: number; readonly high: number } | undefined {
  if (d.name === 'constant' || d.name === 'categorical') return undefined;
  if (d.name === 'int_uniform') return { low: d.low, high: d.high };
  const [low, high] = support(d);
  return 'q' in d ? { low: quantized(low, d.q, d.integer), high: quantized(high, d.q, d.integer) } : { low, high };
}

type Numeric = Exclude<Distribution, { readonly name: 'constant' | 'categorical' | 'int_uniform' }>;

function continuousQuantile(d: Numeric, u: number): number {
  switch (d.name) {
    case 'uniform':
    case 'q_uniform':
      return d.low + u * (d.high - d.low);
    case 'log_uniform':
    case 'q_log_uniform':
      return Math.exp(d.low + u * (d.high - d.low));
    case 'log_uniform_values':
    case 'q_log_uniform_values':
      return Math.exp(Math.log(d.low) + u * (Math.log(d.high) - Math.log(d.low)));
    case 'inv_log_uniform':
      return Math.exp(-(d.low + (1 - u) * (d.high - d.low)));
    case 'inv_log_uniform_values':
      return Math.exp(Math.log(d.high) - (1 - u) * (Math.log(d.high) - Math.log(d.low)));
    case 'reverse_log_uniform_values':
    case 'q_reverse_log_uniform_values':
      // Keras Tuner 1.4, hp_types/numerical.py: dense near the upper end, as 0.9, 0.99, 0.999 are for a momentum.
      return d.high + d.low - d.low * (d.high / d.low) ** (1 - u);
    case 'normal':
    case 'q_normal':
      return normal(d, u);
    case 'log_normal':
    case 'q_log_normal':
      return Math.exp(normal(d, u));
    case 'beta':
    case 'q_beta':
      return betaQuantile(u, d.a, d.b);
  }
}

function support(d: Numeric): readonly [number, number] {
  switch (d.name) {
    case 'normal':
    case 'q_normal':
      return [-Infinity, Infinity];
    case 'log_normal':
    case 'q_log_normal':
      return [0, Infinity];
    case 'beta':
    case 'q_beta':
      return [0, 1];
    case 'log_uniform':
    case 'q_log_uniform':
      return [Math.exp(d.low), Math.exp(d.high)];
    case 'inv_log_uniform':
      return [Math.exp(-d.high), Math.exp(-d.low)];
    case 'uniform':
    case 'q_uniform':
    case 'log_uniform_values':
    case 'q_log_uniform_values':
    case 'inv_log_uniform_values':
    case 'reverse_log_uniform_values':
    case 'q_reverse_log_uniform_values':
      return [d.low, d.high];
  }
}

function normal(d: { readonly mu: number; readonly sigma: number }, u: number): number {
  return d.mu + d.sigma * normalQuantile(Math.min(Math.max(u, EDGE), 1 - EDGE), 0, 1);
}

/** Which of `n` equal cells holds u; a cell owns its upper edge. */
function cell(n: number, u: number): number {
  return Math.min(Math.max(Math.ceil(u * n) - 1, 0), n - 1);
}

function choiceIndex(n: number, probabilities: readonly number[] | undefined, u: number): number {
  if (probabilities === undefined) return cell(n, u);
  let sum = 0;
  let last = 0;
  for (const [i, p] of probabilities.entries()) {
    sum += p;
    if (sum > u) return i;
    if (p > 0) last = i;
  }
  return last;
}

function quantized(x: number, q: number, integer: boolean): number {
  const value = roundHalfEven(x / q) * q;
  // Adding 0 turns -0 into 0, which JSON and a command line could not tell apart anyway.
  return (integer ? Math.trunc(value) : value) + 0;
}

/** Python's and numpy's rounding. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
