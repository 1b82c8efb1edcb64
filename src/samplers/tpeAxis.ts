import { bounds, kindOf, quantile } from '../model/distribution.js';
import { canonicalJson, type ParamValue } from '../model/params.js';
import { cardinality } from '../model/distributionImage.js';
import type { Distribution, Parameter } from '../model/searchSpace.js';
import { unitOf } from '../model/unit.js';
import { valueAt } from './draw.js';

/** Floats as `valueAt` gives them: what math libraries agree on. */
const SIGNIFICANT_DIGITS = 12;

/**
 * Where the outermost cells of a quantized range end: half a step beyond the last value (Optuna), or at the bounds
 * as they were written (Hyperopt).
 */
export type Edges = 'half-step' | 'as-written';

/**
 * One parameter on the model's own scale: a bounded range is [0, 1] (its logarithm where it is a log range), a
 * normal one has mean 0 and deviation 1, a choice is its index. The prior kernel has deviation 1 at `centre`.
 */
export interface Axis {
  readonly name: string;
  readonly kind: 'fixed' | 'continuous' | 'discrete' | 'categorical';
  readonly low: number;
  readonly high: number;
  readonly centre: number;
  /** Prior probability of each choice; empty for numbers. */
  readonly shares: Float64Array;
  /** NaN for what is no value of this parameter. */
  position(value: ParamValue | undefined): number;
  value(position: number): ParamValue;
  /** Edges of a discrete value's cell on the scale. */
  cell(position: number): readonly [number, number];
}

export function axisOf({ name, distribution: d }: Parameter, edges: Edges): Axis {
  if (d.name === 'constant' || cardinality(d) === 1) return fixed(name, d);
  if (d.name === 'categorical') return categorical(name, d);
  const scale = scaleOf(d, edges);
  return scale === undefined ? fixed(name, d) : numeric(name, d, scale);
}

function fixed(name: string, d: Distribution): Axis {
  const value = valueAt(d, 0.5);
  return { name, kind: 'fixed', low: 0, high: 1, centre: 0.5, shares: new Float64Array(), position: () => 0.5, value: () => value, cell: () => [0, 1] };
}

function categorical(name: string, { choices, probabilities }: Distribution & { readonly name: 'categorical' }): Axis {
  const indices = new Map<string, number>();
  for (const [i, choice] of choices.entries()) {
    const key = canonicalJson(choice);
    if (!indices.has(key)) indices.set(key, i);
  }
  const shares = Float64Array.from(choices, (_, i) => (probabilities === undefined ? 1 / choices.length : probabilities[i] ?? 0));
  const position = (value: ParamValue | undefined): number => (value === undefined ? NaN : indices.get(canonicalJson(value)) ?? NaN);
  return { name, kind: 'categorical', low: 0, high: choices.length - 1, centre: 0, shares, position, value: (i) => choices[i] ?? null, cell: (i) => [i, i] };
}

type Numeric = Exclude<Distribution, { readonly name: 'constant' | 'categorical' }>;

/** `to` and `from` go between the parameter's unit and the model's scale. */
interface Scale { readonly to: (x: number) => number; readonly from: (t: number) => number; readonly low: number; readonly high: number; readonly centre: number }

function numeric(name: string, d: Numeric, scale: Scale): Axis {
  const step = stepOf(d);
  const range = bounds(d) ?? { low: -Infinity, high: Infinity };
  const clamp = (x: number): number => Math.min(Math.max(x, range.low, -Number.MAX_VALUE), range.high, Number.MAX_VALUE);
  const value = (t: number): number => (step === undefined ? clamp(Number(scale.from(t).toPrecision(SIGNIFICANT_DIGITS))) : onStep(d, clamp(scale.from(t)), step));
  return {
    name, low: scale.low, high: scale.high, centre: scale.centre, shares: new Float64Array(), kind: step === undefined ? 'continuous' : 'discrete',
    value,
    position: (x) => (typeof x === 'number' && Number.isFinite(x) ? scale.to(clamp(x)) : NaN),
    cell: (t) => {
      const x = value(t);
      const half = (step ?? 0) / 2;
      return [Math.max(scale.to(x - half), scale.low), Math.min(scale.to(x + half), scale.high)];
    },
  };
}

function stepOf(d: Numeric): number | undefined {
  if (d.name === 'int_uniform') return 1;
  return 'q' in d ? d.q : undefined;
}

/** The multiple of the step nearest to a value inside the bounds, in the digits that `quantile` gives. */
function onStep(d: Numeric, x: number, step: number): number {
  const nearest = Math.round(x / step) * step + 0;
  if (kindOf(d) === 'int') return Math.trunc(nearest);
  return Number(nearest.toPrecision(SIGNIFICANT_DIGITS));
}

/** Undefined where the range holds one value only. */
function scaleOf(d: Numeric, edges: Edges): Scale | undefined {
  switch (d.name) {
    case 'uniform':
      return bounded(d.low, d.high);
    case 'int_uniform':
      return edges === 'half-step' ? bounded(d.low - 0.5, d.high + 0.5) : bounded(d.low, d.high);
    case 'q_uniform':
      return edges === 'half-step' ? widened(d, (low, high) => bounded(low, high)) : bounded(d.low, d.high);
    case 'log_uniform':
      return logBounded(d.low, d.high);
    case 'inv_log_uniform':
      return logBounded(-d.high, -d.low);
    case 'log_uniform_values':
    case 'inv_log_uniform_values':
      return logBounded(Math.log(d.low), Math.log(d.high));
    case 'q_log_uniform':
      return quantizedLog(d, d.low, d.high, edges);
    case 'q_log_uniform_values':
      return quantizedLog(d, Math.log(d.low), Math.log(d.high), edges);
    case 'reverse_log_uniform_values':
      return mirrored(d, logBounded(Math.log(d.low), Math.log(d.high)));
    case 'q_reverse_log_uniform_values':
      return mirrored(d, quantizedLog(d, Math.log(d.low), Math.log(d.high), edges));
    case 'normal':
    case 'q_normal':
      return normal(d, (x) => x, (x) => x);
    case 'log_normal':
      return normal(d, Math.log, Math.exp);
    case 'q_log_normal':
      // Zero has no logarithm; it stands a quarter of a step up, inside its own cell.
      return normal(d, (x) => (x === 0 ? Math.log(d.q / 4) : x < 0 ? -Infinity : Math.log(x)), Math.exp);
    case 'beta':
    case 'q_beta':
      return betaScale(d);
  }
}

function bounded(low: number, high: number): Scale | undefined {
  const width = high - low;
  if (!(width > 0)) return undefined;
  return { to: (x) => (x - low) / width, from: (t) => low + t * width, low: 0, high: 1, centre: 0.5 };
}

function logBounded(low: number, high: number): Scale | undefined {
  const inner = bounded(low, high);
  if (inner === undefined) return undefined;
  const least = Math.exp(low);
  return { ...inner, to: (x) => inner.to(x > least ? Math.log(x) : low), from: (t) => Math.exp(inner.from(t)) };
}

function widened(d: Numeric & { readonly q: number }, scale: (low: number, high: number) => Scale | undefined): Scale | undefined {
  const range = bounds(d) ?? { low: 0, high: 0 };
  return scale(range.low - d.q / 2, range.high + d.q / 2);
}

/** A range whose lowest value is rounded to 0 starts at the bound as written, or inside that value's cell. */
function quantizedLog(d: Numeric & { readonly q: number }, low: number, high: number, edges: Edges): Scale | undefined {
  if (edges === 'as-written') return logBounded(low, high);
  return widened(d, (least, most) => logBounded(least > 0 ? Math.log(least) : Math.min(low, Math.log(d.q / 4)), Math.log(most)));
}

/** The same scale counted down from the upper end. */
function mirrored(d: Numeric, inner: Scale | undefined): Scale | undefined {
  const { low, high } = bounds(d) ?? { low: 0, high: 0 };
  return inner && { ...inner, to: (x) => 1 - inner.to(low + high - x), from: (t) => low + high - inner.from(1 - t) };
}

function normal({ mu, sigma }: { readonly mu: number; readonly sigma: number }, warp: (x: number) => number, unwarp: (x: number) => number): Scale | undefined {
  if (!(sigma > 0)) return undefined;
  return { to: (x) => (warp(x) - mu) / sigma, from: (t) => unwarp(mu + t * sigma), low: -Infinity, high: Infinity, centre: 0 };
}

/** A beta variable by its own cumulative probability, so that the prior kernel means what the space says. */
function betaScale({ a, b }: { readonly a: number; readonly b: number }): Scale {
  const plain = { name: 'beta', a, b } as const;
  return { to: (x) => unitOf(plain, Math.min(Math.max(x, 0), 1)), from: (t) => Number(quantile(plain, Math.min(Math.max(t, 0), 1))), low: 0, high: 1, centre: 0.5 };
}
