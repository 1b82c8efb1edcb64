import type { ParamValue } from '../model/params.js';
import { commandWords } from './commandWords.js';
import type { DialectReader, Draft, DraftParameter } from './dialect.js';
import { at, countOf, fieldsOf, listOf, numberOf, textOf, type Fields } from './document.js';
import { choices, constant, listed, logOfExponents, tidy, uniform, unsaid, whole, type Form } from './form.js';
import { optional } from './optional.js';

const methods: Readonly<Record<string, string>> = { random: 'random', grid: 'grid', adaptive_asha: 'random', async_halving: 'random', single: 'random' };

/** Determined AI experiment configuration: `hyperparameters` beside `searcher`. */
export const determined: DialectReader = {
  tool: 'Determined',
  detects: ({ root }) => fieldsOf(at(root)['hyperparameters']) !== undefined && fieldsOf(at(root)['searcher']) !== undefined,
  read: ({ root }) => {
    const file = at(root);
    const searcher = at(file, 'searcher');
    const name = textOf(searcher['name']);
    const { earlyTerminate, notes } = stopping(searcher);
    const entry = Array.isArray(file['entrypoint']) ? listOf(file['entrypoint']).map(String).join(' ') : textOf(file['entrypoint'])?.trim();
    const isProgram = entry !== undefined && /\s/.test(entry);
    return {
      ...optional({
        name: textOf(file['name']), metric: textOf(searcher['metric']), trials: name === 'single' ? 1 : countOf(searcher['max_trials']), method: name === undefined ? undefined : methods[name], earlyTerminate,
        command: isProgram ? [...commandWords(entry), '${args}'] : undefined,
      }),
      goal: searcher['smaller_is_better'] === false ? 'maximize' : 'minimize',
      parameters: readGroup(at(file, 'hyperparameters'), [], name === 'grid'),
      notes: [
        ...notes,
        ...(name === undefined || name in methods ? [] : [`searcher ${name}: left out`]),
        ...(isProgram ? ['command: Determined hands hyperparameters over through its own library; here they are arguments'] : entry === undefined ? [] : [`entrypoint ${entry}: left out, since it is a class and no program`]),
      ],
    };
  },
};

function readGroup(group: Fields, path: readonly string[], grid: boolean): readonly DraftParameter[] {
  return Object.entries(group).flatMap(([name, given]) => {
    const here = [...path, name];
    const fields = fieldsOf(given);
    if (fields === undefined) return [{ path: here, form: constant(given) }];
    return typeof fields['type'] === 'string' ? [{ path: here, form: formOf(fields, grid) }] : readGroup(fields, here, grid);
  });
}

function formOf({ type, minval, maxval, base, vals, val, count }: Fields, grid: boolean): Form {
  const [low, high] = [numberOf(minval), numberOf(maxval)];
  if (grid && count !== undefined && type !== 'categorical' && type !== 'const') return evenly(low, high, { count: numberOf(count), base: type === 'log' ? numberOf(base ?? 10) : undefined, isWhole: type === 'int' });
  switch (type) {
    case 'int':
      return whole(low, high);
    case 'double':
      return uniform(low, high);
    case 'log':
      return logOfExponents(numberOf(base ?? 10), low, high);
    case 'categorical':
      return choices(listOf(vals));
    case 'const':
      return constant(val ?? null);
    default:
      return unsaid(`its type ${JSON.stringify(type ?? null)} is unknown`);
  }
}

/** `count` values with both ends, evenly spaced; in the exponent where there is a base. */
function evenly(low: number, high: number, { count, base, isWhole }: { readonly count: number; readonly base: number | undefined; readonly isWhole: boolean }): Form {
  if (!Number.isSafeInteger(count) || count < 1 || count > 1000) return unsaid(`its count is ${count}`);
  if (!Number.isFinite(low) || !Number.isFinite(high) || low > high) return unsaid(`its range ${low}…${high} is none`);
  const points = count === 1 ? [(low + high) / 2] : listed(low, (high - low) / (count - 1), count);
  const values = points.map((point) => (base === undefined ? (isWhole ? Math.round(point) : point) : tidy(base ** point)));
  return choices([...new Set<ParamValue>(values)]);
}

function stopping({ name, divisor, time_metric: unit, max_time: most, max_length: length }: Fields): { readonly earlyTerminate?: Draft['earlyTerminate']; readonly notes: readonly string[] } {
  if (name !== 'adaptive_asha' && name !== 'async_halving') return { notes: [] };
  const eta = numberOf(divisor ?? 4);
  const [lengthUnit, lengthValue] = Object.entries(fieldsOf(length) ?? {})[0] ?? [];
  const full = countOf(most ?? lengthValue);
  const counted = textOf(unit) ?? lengthUnit;
  return {
    earlyTerminate: { type: 'asha', eta: eta >= 2 ? eta : 4 },
    notes: [`searcher ${name}: random search with early_terminate: asha, whose rungs count the steps that the program reports${full === undefined ? '' : ` (a full run was ${full} ${counted ?? 'units'})`}; set min_resource to the first rung that tells anything`],
  };
}
