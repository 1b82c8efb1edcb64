import type { ParamValue } from '../model/params.js';

/** Keys of a parameter in a study file. `float`: results are floats even where they are whole. */
export interface Keys {
  readonly distribution?: string;
  readonly min?: number; readonly max?: number; readonly q?: number; readonly float?: boolean;
  readonly mu?: number; readonly sigma?: number;
  readonly values?: readonly ParamValue[]; readonly probabilities?: readonly number[];
  readonly value?: ParamValue;
}

/** What a parameter becomes, with what was changed on the way; or why it cannot be said; or, at `fault`, what is wrong with it in its own tool's terms. */
export type Form = { readonly said: true; readonly keys: Keys; readonly note?: string } | { readonly said: false; readonly why: string; readonly fault?: boolean };

/** More than anybody lists by hand; beyond it a list stands for a range and loses its order. */
const MAX_LISTED = 200;

export function unsaid(why: string): Form {
  return { said: false, why };
}

/** What its own tool would refuse too. */
export function faulty(why: string): Form {
  return { said: false, why, fault: true };
}

export function constant(value: ParamValue, note?: string): Form {
  return { said: true, keys: { value }, ...(note === undefined ? {} : { note }) };
}

export function choices(values: readonly ParamValue[], note?: string): Form {
  if (values.length === 0) return faulty('it has no values');
  if (values.some((value) => typeof value === 'number' && !Number.isFinite(value))) return faulty('one of its values is no finite number');
  return { said: true, keys: { values }, ...(note === undefined ? {} : { note }) };
}

/** Weights need not sum to 1. */
export function weighted(values: readonly ParamValue[], weights: readonly number[]): Form {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (weights.length !== values.length || weights.some((weight) => !(weight >= 0)) || !(sum > 0)) return faulty('its probabilities are not one number of at least 0 per value');
  const form = choices(values);
  return form.said ? { ...form, keys: { values, probabilities: Math.abs(sum - 1) < 1e-6 ? weights : weights.map((weight) => tidy(weight / sum)) } } : form;
}

/** Whole numbers, both ends included. */
export function whole(low: number, high: number): Form {
  const fault = rangeFault(low, high);
  if (fault !== undefined) return fault;
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high)) return faulty(`its range ${low}…${high} is not of whole numbers`);
  return range('int_uniform', low, high);
}

export function uniform(low: number, high: number): Form {
  return rangeFault(low, high) ?? range('uniform', low, high);
}

/** Uniform in the logarithm; low and high are values. */
export function logUniform(low: number, high: number): Form {
  return rangeFault(low, high, true) ?? range('log_uniform_values', low, high);
}

/** The same, rounded to whole numbers. */
export function wholeLog(low: number, high: number): Form {
  const form = whole(low, high);
  if (!form.said || form.keys.value !== undefined) return form;
  return rangeFault(low, high, true) ?? { said: true, keys: { distribution: 'q_log_uniform_values', min: low, max: high, q: 1 } };
}

/** Dense near its upper end, as Vizier and Keras Tuner draw it. */
export function reverseLog(low: number, high: number, isWhole: boolean): Form {
  return rangeFault(low, high, true) ?? (isWhole ? { said: true, keys: { distribution: 'q_reverse_log_uniform_values', min: low, max: high, q: 1 } } : range('reverse_log_uniform_values', low, high));
}

/** Low and high are exponents of `base`. */
export function logOfExponents(base: number, low: number, high: number): Form {
  const ends = [low, high].map((exponent) => tidy(base ** exponent));
  const [min = NaN, max = NaN] = ends;
  if (!(base > 1) || !ends.every(Number.isFinite) || min <= 0) return faulty(`${base} to the power of ${low}…${high} is no range of numbers`);
  const form = logUniform(min, max);
  return form.said ? { ...form, note: `its exponents ${low}…${high} of ${base === Math.E ? 'e' : base} as values` } : form;
}

export interface Steps {
  readonly low: number; readonly high: number; readonly step: number;
  /** Results are whole numbers. */
  readonly whole: boolean;
  /** Steps through all values: they are listed, since our grid leaves the upper end out. */
  readonly grid?: boolean;
  readonly log?: boolean;
}

/** low, low + step, … up to high, itself included where a step meets it; each as likely as the other (in its logarithm, with `log`). */
export function stepped({ low, high, step, whole: areWhole, grid = false, log = false }: Steps): Form {
  const fault = rangeFault(low, high, log);
  if (fault !== undefined) return fault;
  if (!(step > 0) || !Number.isFinite(step)) return faulty(`its step is ${step}`);
  const count = Math.floor((high - low) / step + 1e-9) + 1;
  const top = tidy(low + (count - 1) * step);
  if (count === 1) return constant(low, 'its step is larger than its range: a constant');
  if (areWhole && !(Number.isInteger(low) && Number.isInteger(step))) return faulty(`its range ${low}…${high} in steps of ${step} is not of whole numbers`);
  if (areWhole && step === 1 && !log) return whole(low, top);
  const isAligned = Math.abs(low / step - Math.round(low / step)) < 1e-9;
  if (isAligned && !grid) return { said: true, keys: { distribution: log ? 'q_log_uniform_values' : 'q_uniform', min: low, max: top, q: step, float: !areWhole }, ...(log ? {} : { note: 'its two ends are drawn half as often as what lies between' }) };
  if (count > MAX_LISTED) return unsaid(grid ? `its ${count} steps are too many to list` : `its ${count} steps do not start at a multiple of ${step}, and are too many to list`);
  return choices(listed(low, step, count), grid ? undefined : `its steps do not start at a multiple of ${step}: listed${log ? ', and drawn evenly instead of by their logarithm' : ''}`);
}

export type Rounding = Pick<Steps, 'low' | 'high' | 'step' | 'whole' | 'log'>;

/** round(U / step) * step, U between low and high: as W&B's own, which may leave them by half a step. */
export function rounded({ low, high, step, whole: areWhole, log = false }: Rounding): Form {
  const fault = rangeFault(low, high, log);
  if (fault !== undefined) return fault;
  if (!(step > 0) || !Number.isFinite(step)) return faulty(`its step is ${step}`);
  return { said: true, keys: { distribution: log ? 'q_log_uniform_values' : 'q_uniform', min: low, max: high, q: step, float: !areWhole } };
}

/** `count` values from `low` on. */
export function listed(low: number, step: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => tidy(low + i * step));
}

/** With both ends, evenly spaced. */
export function linear(low: number, high: number, count: number): readonly number[] {
  return listed(low, count === 1 ? 0 : (high - low) / (count - 1), count);
}

/** numpy's arange: the stop is left out. `called`: the range as its file has it. */
export function arange({ start, stop, step }: { readonly start: number; readonly stop: number; readonly step: number }, called: string): Form {
  const count = Math.ceil((stop - start) / step - 1e-9);
  if (!Number.isFinite(count) || count < 1) return faulty(`its range ${called} is empty`);
  return tooMany(count) ?? choices(listed(start, step, count));
}

/** Longer lists are no grid that anybody runs. */
const mostValues = 1000;

export function tooMany(count: number): Form | undefined {
  return count > mostValues ? unsaid(`its ${count} values are too many to list`) : undefined;
}

/** `count` values from `low` to `high`, each as many times the one before. */
export function geometric(low: number, high: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => tidy(count === 1 ? low : low * (high / low) ** (i / (count - 1))));
}

export interface Bell { readonly mu: number; readonly sigma: number; readonly q?: number; readonly whole?: boolean; readonly log?: boolean }

/** Normal, or log-normal with mu and sigma of the logarithm; with `q` rounded to its multiples. */
export function bell({ mu, sigma, q, whole: areWhole = false, log = false }: Bell): Form {
  if (!Number.isFinite(mu) || !Number.isFinite(sigma) || !(sigma > 0)) return faulty(`its mean ${mu} and deviation ${sigma} are no normal distribution`);
  if (q !== undefined && !(q > 0)) return faulty(`its step is ${q}`);
  const name = `${q === undefined ? '' : 'q_'}${log ? 'log_normal' : 'normal'}`;
  return { said: true, keys: { distribution: name, mu: tidy(mu), sigma: tidy(sigma), ...(q === undefined ? {} : { q, float: !areWhole }) } };
}

/** Twelve digits: what is computed from exponents and steps is meant to be a round number. */
export function tidy(x: number): number {
  return Number(x.toPrecision(12));
}

export function withNote(form: Form, note: string): Form {
  return form.said ? { ...form, note: form.note === undefined ? note : `${note}; ${form.note}` } : form;
}

function range(distribution: string, min: number, max: number): Form {
  return { said: true, keys: { distribution, min, max } };
}

/** A range that is none, or a single value. */
function rangeFault(low: number, high: number, log = false): Form | undefined {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return faulty(`its range ${low}…${high} is not two numbers`);
  if (low > high) return faulty(`its range ${low}…${high} is upside down`);
  if (low === high) return constant(low, 'its two ends are equal: a constant');
  return log && low <= 0 ? faulty(`it is logarithmic from ${low} on, which has no logarithm`) : undefined;
}
