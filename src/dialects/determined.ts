import type { ParamValue } from '../model/params.js';
import { commandWords } from './commandWords.js';
import type { DialectReader, Draft, DraftParameter } from './dialect.js';
import { at, countAt, fieldsOf, listOf, methodFor, numberOf, numbersAt, optional, placeOf, spoken, textOf, type Fields } from './fields.js';
import { choices, constant, faulty, listed, logOfExponents, tidy, tooMany, uniform, unsaid, whole, type Form } from './form.js';

const methods: Readonly<Record<string, string>> = { random: 'random', grid: 'grid', adaptive_asha: 'random', async_halving: 'random', single: 'random' };

/** Determined AI experiment configuration: `hyperparameters` beside `searcher`. */
export const determined: DialectReader = {
  tool: 'Determined',
  detects: ({ root }) => fieldsOf(at(root)['hyperparameters']) !== undefined && fieldsOf(at(root)['searcher']) !== undefined,
  read: (root) => {
    const file = at(root);
    const searcher = at(file, 'searcher');
    const name = textOf(searcher['name']);
    const { method, notes } = methodFor(name, methods, 'searcher');
    const stopping = stoppingOf(searcher, name);
    const entry = entryOf(file);
    return {
      ...optional({
        name: textOf(file['name']), metric: textOf(searcher['metric']), trials: name === 'single' ? 1 : countAt(searcher, 'max_trials'), method,
        earlyTerminate: stopping.earlyTerminate, command: entry.command,
      }),
      goal: searcher['smaller_is_better'] === false ? 'maximize' : 'minimize',
      parameters: readGroup(at(file, 'hyperparameters'), [], name === 'grid'),
      notes: [...stopping.notes, ...notes, ...entry.notes],
    };
  },
};

/** A program, or a class that Determined's own harness would run. */
function entryOf({ entrypoint }: Fields): { readonly command?: readonly string[]; readonly notes: readonly string[] } {
  const entry = Array.isArray(entrypoint) ? listOf(entrypoint).map(spoken).join(' ') : textOf(entrypoint)?.trim();
  if (entry === undefined) return { notes: [] };
  if (!/\s/.test(entry)) return { notes: [`entrypoint ${entry}: left out, since it is a class and no program`] };
  return { command: [...commandWords(entry), '${args}'], notes: ['command: Determined hands hyperparameters over through its own library; here they are arguments'] };
}

function readGroup(group: Fields, path: readonly string[], grid: boolean): readonly DraftParameter[] {
  return Object.entries(group).flatMap(([name, given]): readonly DraftParameter[] => {
    const found = { path: [...path, name], at: placeOf(group, name) };
    const fields = fieldsOf(given);
    if (fields === undefined) return [{ ...found, form: constant(given) }];
    return typeof fields['type'] === 'string' ? [{ ...found, form: formOf(fields, grid) }] : readGroup(fields, found.path, grid);
  });
}

function formOf(given: Fields, grid: boolean): Form {
  const type = spoken(given['type']);
  if (type === 'categorical') return choices(listOf(given['vals']));
  if (type === 'const') return constant(given['val'] ?? null);
  const [low = NaN, high = NaN] = numbersAt(given, 'minval', 'maxval');
  const base = type === 'log' ? numberOf(given['base'] ?? 10) : undefined;
  const count = given['count'];
  if (grid && count !== undefined) return evenly(low, high, { count: numberOf(count), base, isWhole: type === 'int' });
  switch (type) {
    case 'int':
      return whole(low, high);
    case 'double':
      return uniform(low, high);
    case 'log':
      return logOfExponents(base ?? 10, low, high);
    default:
      return unsaid(`its type ${type} is unknown`);
  }
}

/** `count` values with both ends, evenly spaced; in the exponent where there is a base. */
function evenly(low: number, high: number, { count, base, isWhole }: { readonly count: number; readonly base: number | undefined; readonly isWhole: boolean }): Form {
  if (!Number.isSafeInteger(count) || count < 1) return faulty(`its count is ${count}`);
  const refused = tooMany(count);
  if (refused !== undefined) return refused;
  if (!Number.isFinite(low) || !Number.isFinite(high) || low > high) return faulty(`its range ${low}…${high} is none`);
  const points = count === 1 ? [(low + high) / 2] : listed(low, (high - low) / (count - 1), count);
  const values = points.map((point) => (base === undefined ? (isWhole ? Math.round(point) : point) : tidy(base ** point)));
  return choices([...new Set<ParamValue>(values)]);
}

function stoppingOf(searcher: Fields, name: string | undefined): { readonly earlyTerminate?: Draft['earlyTerminate']; readonly notes: readonly string[] } {
  if (name !== 'adaptive_asha' && name !== 'async_halving') return { notes: [] };
  const eta = numberOf(searcher['divisor'] ?? 4);
  const [lengthUnit, lengthValue] = Object.entries(at(searcher, 'max_length'))[0] ?? [];
  const full = numberOf(searcher['max_time'] ?? lengthValue);
  const unit = textOf(searcher['time_metric']) ?? lengthUnit ?? 'units';
  return {
    earlyTerminate: { type: 'asha', eta: eta >= 2 ? eta : 4 },
    notes: [`searcher ${name}: random search with early_terminate: asha, whose rungs count the steps that the program reports${full > 0 ? ` (a full run was ${full} ${unit})` : ''}; set min_resource to the first rung that tells anything`],
  };
}
