import { bounds, kindOf } from '../model/distribution.js';
import { sameValue } from '../model/distributionImage.js';
import { canonicalJson, type ParamValue } from '../model/params.js';
import type { Distribution } from '../model/searchSpace.js';

/** What Optuna allows as a choice. */
export type OptunaChoice = null | boolean | number | string;

/** Optuna's three distributions, as its journal writes them. */
export type OptunaDistribution =
  | { readonly name: 'FloatDistribution'; readonly attributes: { readonly step: number | null; readonly low: number; readonly high: number; readonly log: boolean } }
  | { readonly name: 'IntDistribution'; readonly attributes: { readonly log: boolean; readonly step: number; readonly low: number; readonly high: number } }
  | { readonly name: 'CategoricalDistribution'; readonly attributes: { readonly choices: readonly OptunaChoice[] } };

export interface Translated<T> { readonly distribution: T; /** What the other side has no word for. */ readonly lost?: string }

/** Beyond this many standard deviations one draw in two million lies. */
const normalReach = 5;
/** More values than these are no list any more. */
const mostListed = 1000;

/** The nearest distribution of Optuna that has all our values. */
export function toOptuna(d: Distribution): Translated<OptunaDistribution> {
  switch (d.name) {
    case 'constant': return { distribution: categorical([d.value]), ...(isChoice(d.value) ? {} : { lost: 'a constant list or map is written as text' }) };
    case 'categorical': {
      const choices = d.choices.filter((choice, i) => d.choices.findIndex((one) => sameValue(one, choice)) === i);
      const lost = [...(d.probabilities === undefined ? [] : ['its probabilities']), ...(choices.every(isChoice) ? [] : ['lists and maps among its values are written as text'])];
      return { distribution: categorical(choices), ...(lost.length === 0 ? {} : { lost: lost.join('; ') }) };
    }
    case 'int_uniform': return { distribution: int(d.low, d.high) };
    case 'uniform': return { distribution: float(d.low, d.high) };
    case 'log_uniform':
    case 'log_uniform_values':
    case 'inv_log_uniform':
    case 'inv_log_uniform_values': return { distribution: inBounds(d, true) };
    case 'q_uniform': return { distribution: inBounds(d, false) };
    case 'reverse_log_uniform_values':
    case 'q_reverse_log_uniform_values': return { distribution: inBounds(d, false), lost: 'its reversed log scale' };
    case 'q_log_uniform':
    case 'q_log_uniform_values': return { distribution: inBounds(d, true), ...(d.q === 1 && d.integer ? {} : { lost: `its steps of ${d.q}` }) };
    case 'normal':
    case 'q_normal': return { distribution: ofNormal(d, (x) => x, false), lost: 'its bell shape and what lies beyond 5 standard deviations' };
    case 'log_normal':
    case 'q_log_normal': return { distribution: ofNormal(d, Math.exp, true), lost: 'its bell shape and what lies beyond 5 standard deviations' };
    case 'beta':
    case 'q_beta': return { distribution: inBounds(d, false), lost: 'its beta shape' };
  }
}

/** Ours that draws the same values. */
export function fromOptuna({ name, attributes }: OptunaDistribution): Translated<Distribution> {
  if (name === 'CategoricalDistribution') {
    const [only, second] = attributes.choices;
    return { distribution: second === undefined && only !== undefined ? { name: 'constant', value: only } : { name: 'categorical', choices: attributes.choices } };
  }
  const { low, high, log, step } = attributes;
  if (low === high) return { distribution: { name: 'constant', value: low } };
  const integer = name === 'IntDistribution';
  if (log) return { distribution: integer ? { name: 'q_log_uniform_values', low, high, q: 1, integer } : { name: 'log_uniform_values', low, high } };
  if (integer && step === 1) return { distribution: { name: 'int_uniform', low, high } };
  if (step === null) return { distribution: { name: 'uniform', low, high } };
  if (isMultiple(low, step)) return { distribution: { name: 'q_uniform', low, high, q: step, integer } };
  const count = Math.floor((high - low) / step + 1e-9) + 1;
  if (count > mostListed) return { distribution: integer ? { name: 'int_uniform', low, high } : { name: 'uniform', low, high }, lost: `its steps of ${step} from ${low}` };
  return { distribution: { name: 'categorical', choices: Array.from({ length: count }, (_, i) => Number((low + i * step).toPrecision(12))) }, lost: 'the order of its values' };
}

/** A value in Optuna's own representation: categorical ones by index. */
export function internalOf({ name, attributes }: OptunaDistribution, value: ParamValue): number {
  if (name !== 'CategoricalDistribution') return Number(value);
  const choice = choiceOf(value);
  return Math.max(0, attributes.choices.findIndex((one) => sameValue(one, choice)));
}

/** `undefined` for an index of no choice. */
export function externalOf({ name, attributes }: OptunaDistribution, internal: number): ParamValue | undefined {
  return name === 'CategoricalDistribution' ? attributes.choices[internal] : internal;
}

function inBounds(d: Distribution, isLog: boolean): OptunaDistribution {
  const { low, high } = bounds(d) ?? { low: 0, high: 1 };
  const log = isLog && low > 0;
  const step = 'q' in d && !log ? d.q : undefined;
  return kindOf(d) === 'int' ? int(low, high, { log, step: step !== undefined && Number.isInteger(step) ? step : 1 }) : float(low, high, { log, step: step ?? null });
}

function ofNormal(d: Extract<Distribution, { readonly mu: number }>, from: (x: number) => number, log: boolean): OptunaDistribution {
  const [low, high] = [from(d.mu - normalReach * d.sigma), from(d.mu + normalReach * d.sigma)];
  if (!('q' in d)) return float(low, high, { log, step: null });
  const [first, last] = [Math.floor(low / d.q) * d.q, Math.ceil(high / d.q) * d.q];
  return d.integer ? int(Math.trunc(first), Math.trunc(last)) : float(first, last, { log: false, step: d.q });
}

function float(low: number, high: number, { log, step }: { readonly log: boolean; readonly step: number | null } = { log: false, step: null }): OptunaDistribution {
  return { name: 'FloatDistribution', attributes: { step, low, high, log } };
}

function int(low: number, high: number, { log, step }: { readonly log: boolean; readonly step: number } = { log: false, step: 1 }): OptunaDistribution {
  return { name: 'IntDistribution', attributes: { log, step, low, high } };
}

function categorical(values: readonly ParamValue[]): OptunaDistribution {
  return { name: 'CategoricalDistribution', attributes: { choices: values.map(choiceOf) } };
}

function choiceOf(value: ParamValue): OptunaChoice {
  return isChoice(value) ? value : canonicalJson(value);
}

function isChoice(value: ParamValue): value is OptunaChoice {
  return value === null || typeof value !== 'object';
}

function isMultiple(x: number, step: number): boolean {
  return Math.abs(x / step - Math.round(x / step)) <= 1e-9 * Math.max(1, Math.abs(x / step));
}
