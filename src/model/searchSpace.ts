import type { ShapedLayers } from './layerShape.js';
import type { ParamValue } from './params.js';

/** Distribution names are those of Weights & Biases sweeps, and two for Keras Tuner's `reverse_log`; formulas in `distribution.ts`. */
export type Distribution =
  | { readonly name: 'constant'; readonly value: ParamValue }
  | { readonly name: 'categorical'; readonly choices: readonly ParamValue[]; readonly probabilities?: readonly number[] }
  | { readonly name: 'int_uniform'; readonly low: number; readonly high: number }
  | { readonly name: 'uniform' | 'log_uniform_values' | 'inv_log_uniform_values' | 'reverse_log_uniform_values'; readonly low: number; readonly high: number }
  /** v1 forms: low and high are natural-log exponents. */
  | { readonly name: 'log_uniform' | 'inv_log_uniform'; readonly low: number; readonly high: number }
  | { readonly name: 'q_uniform' | 'q_log_uniform_values' | 'q_log_uniform' | 'q_reverse_log_uniform_values'; readonly low: number; readonly high: number; readonly q: number; readonly integer: boolean }
  | { readonly name: 'normal' | 'log_normal'; readonly mu: number; readonly sigma: number }
  | { readonly name: 'q_normal' | 'q_log_normal'; readonly mu: number; readonly sigma: number; readonly q: number; readonly integer: boolean }
  | { readonly name: 'beta'; readonly a: number; readonly b: number }
  | { readonly name: 'q_beta'; readonly a: number; readonly b: number; readonly q: number; readonly integer: boolean };

/** Every listed parameter must be active and hold one of the listed values. */
export type Condition = Readonly<Record<string, readonly ParamValue[]>>;

export const roles = ['learning_rate', 'batch_size', 'architecture', 'optimizer', 'other'] as const;
export type Role = (typeof roles)[number];

export interface Parameter {
  /** Unique in the space: the path joined by dots. */
  readonly name: string;
  /** Keys from the outermost map to the leaf; longer than one only for nested `parameters:`. */
  readonly path: readonly string[];
  readonly distribution: Distribution;
  readonly default?: ParamValue;
  readonly when?: Condition;
  /** What it is in a training program, where its name does not say. */
  readonly role?: Role;
}

/** Parents stand before the parameters that depend on them. Constraints are CEL expressions over parameter names. */
export interface SearchSpace {
  readonly parameters: readonly Parameter[];
  readonly constraints: readonly string[];
  /** Of `shape` parameters, whose parts are among the parameters. */
  readonly shapes?: readonly ShapedLayers[];
}
