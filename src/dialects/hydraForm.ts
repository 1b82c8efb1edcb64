import type { ParamValue } from '../model/params.js';
import { at, listOf, numberOf, spoken, type Fields } from './fields.js';
import { arange, choices, constant, faulty, stepped, tidy, unsaid, withNote, type Form } from './form.js';
import { scaled } from './scaled.js';
import { parseOverride, type Argument, type Override } from './hydraGrammar.js';

export type Sweeper = 'basic' | 'optuna' | 'nevergrad';

interface Reading { readonly sweeper: Sweeper; readonly grid: boolean; readonly log: boolean; readonly cast: 'int' | 'float' | undefined }

/** A parameter's text or map of a sweeper, by that sweeper's reading. */
export function hydraForm(given: ParamValue, sweeper: Sweeper, grid: boolean): Form {
  if (typeof given === 'number' || typeof given === 'boolean' || given === null) return constant(given);
  if (Array.isArray(given)) return choices(listOf(given));
  if (typeof given !== 'string') return 'type' in at(given) ? optunaMap(at(given), grid) : nevergradMap(at(given));
  const parsed = parseOverride(given);
  const form = parsed === undefined ? undefined : formOf(parsed, { sweeper, grid, log: false, cast: undefined });
  return form ?? faulty(`${JSON.stringify(given)} is no override of Hydra's grammar`);
}

function formOf(override: Override, reading: Reading): Form | undefined {
  if (override.kind === 'value') return constant(override.value);
  if (override.kind === 'sweep') return listOfValues(override.items);
  const { name, args } = override;
  const [first, second] = args;
  switch (name) {
    case 'choice':
      return listOfValues(args.map(({ value }) => value));
    case 'shuffle':
    case 'sort':
      return args.length === 1 && first?.value.kind === 'call' ? formOf(first.value, reading) : listOfValues(args.filter((arg) => arg.name === undefined).map(({ value }) => value));
    case 'int':
    case 'float':
      return first === undefined ? undefined : formOf(first.value, { ...reading, cast: name });
    case 'tag':
      return second === undefined ? undefined : formOf(args.at(-1)?.value ?? second.value, { ...reading, log: reading.log || args.slice(0, -1).some(({ value }) => value.kind === 'value' && value.value === 'log') });
    case 'interval':
      return intervalForm(args, reading);
    case 'range':
      return rangeForm(args, reading);
    default:
      return unsaid(`${name}(…) is no function of Hydra's grammar`);
  }
}

function listOfValues(items: readonly Override[]): Form | undefined {
  const values = items.flatMap((item) => (item.kind === 'value' ? [item.value] : []));
  return values.length === items.length ? choices(values) : undefined;
}

interface Numbers { readonly values: readonly number[]; readonly areWhole: boolean }

function numbersOf(args: readonly Argument[], names: readonly string[]): Numbers {
  const positional = args.filter(({ name }) => name === undefined);
  const found = names.flatMap((name, i) => args.find((arg) => arg.name === name) ?? positional[i] ?? []);
  return {
    values: found.map(({ value }) => (value.kind === 'value' ? numberOf(value.value) : NaN)),
    areWhole: found.every(({ value }) => value.kind === 'value' && !value.float),
  };
}

function intervalForm(args: readonly Argument[], { log, cast, sweeper }: Reading): Form {
  const { values: [low = NaN, high = NaN], areWhole } = numbersOf(args, ['start', 'end']);
  // Nevergrad's sweeper makes scalars of intervals unless they are cast; Optuna's goes by how the ends are written.
  const isWhole = cast === 'int' || (cast === undefined && areWhole && sweeper !== 'nevergrad');
  return scaled({ low, high, whole: isWhole, scale: log ? 'log' : 'linear' });
}

/** Optuna's sweeper includes the stop where a step meets it; Python's range, and so the others, does not. */
function rangeForm(args: readonly Argument[], { log, cast, sweeper, grid }: Reading): Form {
  const { values, areWhole } = numbersOf(args, ['start', 'stop', 'step']);
  const [start = NaN, stop = NaN, step = 1] = values.length === 1 ? [0, ...values] : values;
  const isWhole = cast === 'int' || (cast === undefined && areWhole);
  if (sweeper === 'optuna') return withNote(stepped({ low: start, high: stop, step, whole: isWhole, grid, log }), `Optuna's sweeper includes the stop ${stop}`);
  return arange({ start, stop, step }, `from ${start} to ${stop}`);
}

/** `{type: float, low, high, step, log}` of the Optuna sweeper's older `search_space`. */
function optunaMap({ type, low, high, step, log, choices: given }: Fields, grid: boolean): Form {
  const [a, b, isWhole] = [numberOf(low), numberOf(high), type === 'int'];
  if (type === 'categorical') return choices(listOf(given));
  if (type !== 'float' && type !== 'int') return unsaid(`its type ${spoken(type)} is unknown`);
  if (step !== undefined && step !== null && !(isWhole && step === 1)) return stepped({ low: a, high: b, step: numberOf(step), whole: isWhole, grid, log: log === true });
  return scaled({ low: a, high: b, whole: isWhole, scale: log === true ? 'log' : 'linear' });
}

/** `{lower, upper, log, integer}`; a scalar without bounds walks from `init` by `step`, without end. */
function nevergradMap({ init, lower, upper, step, log, integer }: Fields): Form {
  const [low, high] = [numberOf(lower), numberOf(upper)];
  if (Number.isNaN(low) || Number.isNaN(high)) {
    const [start, pace] = [numberOf(init), numberOf(step)];
    const nearest = log === true && start > 0 && pace > 1 ? `; two steps to either side would be ${tidy(start / pace ** 2)}…${tidy(start * pace ** 2)}` : '';
    return unsaid(`it has no lower and upper bound${nearest}`);
  }
  return scaled({ low, high, whole: integer === true, scale: log === true ? 'log' : 'linear' });
}
