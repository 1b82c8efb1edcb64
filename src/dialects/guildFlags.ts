import type { ParamValue } from '../model/params.js';
import { at, fieldsOf, isFloatAt, listOf, numberOf, spoken, type Fields } from './fields.js';
import { arange, choices, constant, faulty, geometric, linear, logUniform, tooMany, uniform, unsaid, whole, withNote, type Form } from './form.js';

/** A flag: what it becomes, and the value that Guild begins with. */
export interface Flag { readonly form: Form; readonly default?: ParamValue }

/** `name[a:b:c]`; without a name it is uniform (guild/flag_util.py). */
const call = /^([A-Za-z0-9_.-]*)\[(.*)\]\s*$/;

/** True for what Guild would vary: a list, a function, or a definition with bounds or choices. */
export function isSearched(given: ParamValue): boolean {
  if (Array.isArray(given)) return true;
  if (typeof given === 'string') return isCall(given);
  const { min, max, choices: listed } = at(given);
  return (min !== undefined && max !== undefined) || listed !== undefined || (fieldsOf(given) !== undefined && isSearched(at(given)['default'] ?? null));
}

/** A value, a list, a function, or a definition `{default, min, max, choices, type}` of an operation's flag. */
export function flagOf(given: ParamValue): Flag {
  if (Array.isArray(given)) return { form: choices(listOf(given)) };
  if (typeof given === 'string' && isCall(given)) return callOf(given);
  const fields = fieldsOf(given);
  return fields === undefined ? { form: constant(given) } : defined(fields);
}

/** `[a]` alone is a text; a list of YAML never gets here. */
function isCall(text: string): boolean {
  const [, name = '', args = ''] = call.exec(text) ?? [];
  return name !== '' || args.split(':').length >= 2;
}

function defined(fields: Fields): Flag {
  const { default: start } = fields;
  const own = start === undefined || start === null || (typeof start === 'string' && isCall(start)) ? {} : { default: start };
  const listedChoices = fields['choices'];
  if (listedChoices !== undefined) return { form: choices(listOf(listedChoices).map((item) => at(item)['value'] ?? item)), ...own };
  const [low, high] = [numberOf(fields['min']), numberOf(fields['max'])];
  if (fields['min'] === undefined || fields['max'] === undefined) return start === undefined || start === null ? { form: unsaid('it has neither a value nor both bounds') } : flagOf(start);
  const isWhole = fields['type'] === 'int' || (fields['type'] === undefined && !isFloatAt(fields, 'min') && !isFloatAt(fields, 'max') && Number.isInteger(low) && Number.isInteger(high));
  return { form: isWhole ? whole(low, high) : uniform(low, high), ...own };
}

/** scikit-optimize takes two whole numbers for a range of whole numbers (guild/plugins/skopt_util.py). */
function callOf(text: string): Flag {
  const [, name = '', raw = ''] = call.exec(text) ?? [];
  const words = raw.split(':').map((word) => word.trim());
  const numbers = words.map((word) => numberOf(word));
  const [a = NaN, b = NaN, c] = numbers;
  const start = c === undefined || Number.isNaN(c) ? {} : { default: c };
  switch (name) {
    case '':
    case 'uniform':
      return { form: words.slice(0, 2).every((word) => /^[-+]?\d+$/.test(word)) ? whole(a, b) : uniform(a, b), ...start };
    case 'loguniform':
      return { form: logUniform(a, b), ...start };
    case 'range':
      return { form: range(numbers) };
    case 'linspace':
      return { form: spaced(numbers, (count) => linear(a, b, count)) };
    case 'logspace':
      return { form: spaced(numbers, (count) => geometric((numbers[3] ?? 10) ** a, (numbers[3] ?? 10) ** b, count)) };
    case 'geomspace':
      return { form: a > 0 && b > 0 ? spaced(numbers, (count) => geometric(a, b, count)) : faulty(`its ends ${spoken(raw)} are not above 0`) };
    default:
      return { form: unsaid(`${name}[…] is no function of Guild's that can be said here`) };
  }
}

/** numpy's arange with the end made part of it, where a step meets it. */
function range([first = NaN, second, step = 1]: readonly number[]): Form {
  const [start, end] = second === undefined ? [0, first] : [first, second + Math.min(step, 1)];
  return arange({ start, stop: end, step }, `from ${start} to ${second ?? first}`);
}

/** Guild rounds to eight decimals what is above 1e-8. */
function spaced([from = NaN, to = NaN, count = 5]: readonly number[], of: (count: number) => readonly number[]): Form {
  if (!Number.isFinite(from) || !Number.isFinite(to) || !Number.isSafeInteger(count) || count < 1) return faulty('it is not given as start, end and a number of values');
  const refused = tooMany(count);
  if (refused !== undefined) return refused;
  const values = of(count).map((x) => (x > 1e-8 ? Number(x.toFixed(8)) : x));
  const distinct = [...new Set(values)];
  return distinct.length === values.length ? choices(values) : withNote(choices(distinct), 'Guild rounds to eight decimals, which makes some of its values equal');
}
