import type { Distribution } from '../../src/model/searchSpace.js';
import type { ParamValue } from '../../src/model/params.js';

interface Filled {
  distribution: string; min: number; max: number; q: unknown; mu: number; sigma: number; a: number; b: number;
  value: ParamValue; values: ParamValue[]; probabilities: number[];
}

/** Reads a number written `{"$float": "1.0"}` as well as a plain one. */
export function plain(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && '$float' in value) return Number(String(value.$float).replace('inf', 'Infinity'));
  return value;
}

/** A parameter of the reference vectors as our type; `integer` comes from the source text of q. */
export function fromFilled(filled: Record<string, unknown>, qText: string): Distribution {
  const f = Object.fromEntries(Object.entries(filled).map(([k, v]) => [k, plain(v)])) as unknown as Filled;
  const q = { q: Number(f.q), integer: !qText.includes('.') };
  const range = { low: f.min, high: f.max };
  const name = f.distribution;
  if (name === 'constant') return { name, value: f.value };
  if (name === 'categorical') return { name, choices: f.values };
  if (name === 'categorical_w_probabilities') return { name: 'categorical', choices: f.values, probabilities: f.probabilities };
  if (name === 'q_normal' || name === 'q_log_normal') return { name, mu: f.mu, sigma: f.sigma, ...q };
  if (name === 'normal' || name === 'log_normal') return { name, mu: f.mu, sigma: f.sigma };
  if (name === 'beta') return { name, a: f.a, b: f.b };
  if (name === 'q_beta') return { name, a: f.a, b: f.b, ...q };
  if (name === 'q_uniform' || name === 'q_log_uniform' || name === 'q_log_uniform_values') return { name, ...range, ...q };
  if (name === 'uniform' || name === 'int_uniform' || name === 'log_uniform' || name === 'inv_log_uniform' || name === 'log_uniform_values' || name === 'inv_log_uniform_values') return { name, ...range };
  throw new Error(`unknown distribution ${name}`);
}
