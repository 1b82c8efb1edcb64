import { bounds, kindOf } from './distribution.js';
import { canonicalJson, type ParamValue } from './params.js';
import type { Distribution } from './searchSpace.js';

/** exp(ln x) is a few ulps off x: how far beyond a bound, or off a multiple of q, still counts as on it. */
const TOLERANCE = 1e-9;

/** Python's equality as W&B applies it to choices: 1 equals 1.0, while true and "1" differ from both. */
export function sameValue(a: ParamValue, b: ParamValue): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** How many distinct values a draw can give; Infinity for continuous and unbounded ones. */
export function cardinality(d: Distribution): number {
  if (d.name === 'constant') return 1;
  if (d.name === 'categorical') return distinct(d.choices.filter((_, i) => d.probabilities?.[i] !== 0)).length;
  const range = bounds(d);
  if (range === undefined || range.low === range.high) return 1;
  if (d.name === 'int_uniform') return range.high - range.low + 1;
  return 'q' in d ? Math.round((range.high - range.low) / d.q) + 1 : Infinity;
}

/**
 * Values of a W&B grid in its order; `undefined` where W&B refuses one. `q_uniform` steps by q from `low` and
 * never reaches `high` (numpy's arange), so these are not always values that a draw can give.
 */
export function gridValues(d: Distribution): readonly ParamValue[] | undefined {
  switch (d.name) {
    case 'constant':
      return [d.value];
    case 'categorical':
      return d.probabilities === undefined ? distinct(d.choices) : undefined;
    case 'int_uniform':
      return Array.from({ length: d.high - d.low + 1 }, (_, i) => d.low + i);
    case 'q_uniform':
      return Array.from({ length: Math.ceil((d.high - d.low) / d.q) }, (_, i) => d.low + i * d.q);
    case 'uniform':
    case 'log_uniform':
    case 'log_uniform_values':
    case 'inv_log_uniform':
    case 'inv_log_uniform_values':
    case 'q_log_uniform':
    case 'q_log_uniform_values':
    case 'reverse_log_uniform_values':
    case 'q_reverse_log_uniform_values':
    case 'normal':
    case 'log_normal':
    case 'q_normal':
    case 'q_log_normal':
    case 'beta':
    case 'q_beta':
      return undefined;
  }
}

/** Size of `gridValues` without building it. */
export function gridSize(d: Distribution): number | undefined {
  if (d.name === 'int_uniform') return d.high - d.low + 1;
  if (d.name === 'q_uniform') return Math.ceil((d.high - d.low) / d.q);
  return gridValues(d)?.length;
}

const shownChoices = 12;

/** In words, e.g. `a number from 0 to 1`. */
export function allowedText(d: Distribution): string {
  if (d.name === 'constant') return `only ${canonicalJson(d.value)}`;
  if (d.name === 'categorical') return `one of ${d.choices.slice(0, shownChoices).map(canonicalJson).join(', ')}${d.choices.length > shownChoices ? ` and ${d.choices.length - shownChoices} more` : ''}`;
  const { low, high } = bounds(d) ?? { low: -Infinity, high: Infinity };
  const from = Number.isFinite(low) ? ` from ${low}` : '';
  const to = Number.isFinite(high) ? `${from === '' ? ' up' : ''} to ${high}` : from === '' ? '' : ' on';
  const isWhole = kindOf(d) === 'int';
  return `a ${isWhole ? 'whole ' : ''}number${from}${to}${'q' in d && !(isWhole && d.q === 1) ? ` in steps of ${d.q}` : ''}`;
}

/** True for every value that a draw or a grid of this distribution can give. */
export function contains(d: Distribution, value: ParamValue): boolean {
  if (d.name === 'constant') return sameValue(d.value, value);
  if (d.name === 'categorical') return d.choices.some((choice) => sameValue(choice, value));
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (!withinBounds(d, value) && d.name !== 'q_uniform') return false;
  if (d.name === 'int_uniform') return Number.isInteger(value);
  if (!('q' in d)) return true;
  if (d.name === 'q_uniform') return (withinBounds(d, value) && onStep(value / d.q)) || onGrid(d, value);
  return onStep(value / d.q);
}

function onGrid(d: { readonly low: number; readonly high: number; readonly q: number }, value: number): boolean {
  const steps = (value - d.low) / d.q;
  return onStep(steps) && Math.round(steps) >= 0 && value < d.high;
}

function onStep(steps: number): boolean {
  return Math.abs(steps - Math.round(steps)) <= TOLERANCE * Math.max(1, Math.abs(steps));
}

function withinBounds(d: Distribution, value: number): boolean {
  const range = bounds(d);
  if (range === undefined) return false;
  return value >= range.low - slack(range.low) && value <= range.high + slack(range.high);
}

function slack(bound: number): number {
  return Number.isFinite(bound) ? TOLERANCE * Math.abs(bound) : 0;
}

function distinct(values: readonly ParamValue[]): readonly ParamValue[] {
  return [...new Map(values.map((value) => [canonicalJson(value), value])).values()];
}
