import type { ParamValue } from '../model/params.js';
import { commandWords } from './commandWords.js';
import type { DialectReader } from './dialect.js';
import { at, countAt, fieldsOf, goalAt, listOf, numberOf, optional, placeOf, plainGoals, spoken, textOf, type Fields } from './fields.js';
import { arange, bell, choices, faulty, geometric, linear, logOfExponents, stepped, tidy, tooMany, uniform, unsaid, weighted, withNote, type Form } from './form.js';

const methods: Readonly<Record<string, string>> = { random: 'random', grid: 'grid', bayes: 'auto', hyperband: 'random', mapping: 'grid', iterative: 'random', hyperopt: 'tpe' };

/** Polyaxon: an operation's `matrix` (polyaxon/hypertune). */
export const polyaxon: DialectReader = {
  tool: 'Polyaxon',
  detects: ({ root }) => matrixOf(root) !== undefined,
  read: (root) => {
    const matrix = matrixOf(root) ?? {};
    const kind = textOf(matrix['kind']) ?? '';
    const metric = at(matrix, 'metric');
    const run = commandOf(at(root));
    return {
      ...optional({
        name: textOf(at(root)['name']), metric: textOf(metric['name']), goal: goalAt(metric, 'optimization', plainGoals), method: methods[kind], command: run.command,
        trials: countAt(matrix, 'numRuns') ?? (kind === 'hyperband' ? undefined : countAt(matrix, 'maxIterations')),
      }),
      parameters: kind === 'mapping' ? [{ path: ['mapping'], at: placeOf(matrix, 'values'), form: choices(listOf(matrix['values'])), note: 'Polyaxon gives these values as parameters of their own; here they are one map' }]
        : Object.entries(at(matrix, 'params')).map(([name, given]) => ({ path: [name], at: placeOf(matrix['params'], name), form: formOf(spoken(at(given)['kind']), at(given)['value']) })),
      notes: [...run.notes, ...leftOut(matrix, kind, at(root))],
    };
  },
};

function matrixOf(root: ParamValue): Fields | undefined {
  return [at(root, 'matrix'), at(root, 'operation', 'matrix')].find((matrix) => (textOf(matrix['kind']) ?? '') in methods && (fieldsOf(matrix['params']) !== undefined || Array.isArray(matrix['values'])));
}

function leftOut(matrix: Fields, kind: string, file: Fields): readonly string[] {
  return [
    ...(kind === 'hyperband' ? [`matrix hyperband: random search; for its stopping write early_terminate: { type: hyperband, max_resource: ${spoken(matrix['maxIterations'])}, eta: ${spoken(matrix['eta'] ?? 3)} }`] : []),
    ...(matrix['earlyStopping'] === undefined ? [] : ['earlyStopping: left out; stop: has its like']),
    ...['pathRef', 'urlRef', 'hubRef', 'dagRef'].filter((key) => file[key] !== undefined).map((key) => `${key} ${spoken(file[key])}: the command stands there and is not read`),
  ];
}

/** The container of a component that stands in the file; `{{ lr }}` is the parameter, `{{ params.lr.as_arg }}` its argument. */
function commandOf(file: Fields): { readonly command?: readonly string[]; readonly notes: readonly string[] } {
  const container = at(file, 'component', 'run', 'container');
  const texts = ['command', 'args'].flatMap((key) => (Array.isArray(container[key]) ? listOf(container[key]).map(spoken) : commandWords(textOf(container[key]) ?? '')));
  const words = texts.map((word) => word.replaceAll(/\{\{\s*(?:params\.)?([\w-]+)(?:\.as_arg|\.value)?\s*\}\}/g, (macro, name: string) => (macro.includes('as_arg') ? `--${name}=\${param:${name}}` : `\${param:${name}}`)));
  return words.length === 0 ? { notes: [] } : { command: words, notes: [] };
}

function formOf(kind: string, value: ParamValue | undefined): Form {
  const [a = NaN, b = NaN, c = NaN] = numbersOf(value);
  switch (kind) {
    case 'choice':
      return choices(listOf(value));
    case 'pchoice':
      return weighted(listOf(value).map((pair) => listOf(pair)[0] ?? null), listOf(value).map((pair) => numberOf(listOf(pair)[1])));
    case 'range':
      return numbersOf(value).length === 3 ? arange({ start: a, stop: b, step: c }, `${a}:${b}:${c}`) : faulty(`its value ${spoken(value)} is not start, stop and step`);
    case 'linspace':
      return spaced(a, b, { count: c, of: () => linear(a, b, c) });
    case 'logspace':
      return spaced(a, b, { count: c, of: () => geometric(10 ** a, 10 ** b, c) });
    case 'geomspace':
      return a > 0 && b > 0 ? spaced(a, b, { count: c, of: () => geometric(a, b, c) }) : faulty(`its ends ${a} and ${b} are not above 0`);
    case 'uniform':
      return uniform(a, b);
    case 'quniform':
      return floored(a, b, c);
    case 'loguniform':
      return logOfExponents(Math.E, a, b);
    case 'normal':
    case 'lognormal':
      return bell({ mu: a, sigma: b, log: kind === 'lognormal' });
    case 'qnormal':
    case 'qlognormal':
      return withNote(bell({ mu: a, sigma: b, q: c, log: kind === 'qlognormal' }), `rounded to the nearest multiple of ${c}, where Polyaxon rounds down`);
    default:
      return unsaid(`its kind ${kind} cannot be said here`);
  }
}

/** `0:1`, `[0, 1]` or a map, whose keys differ by kind. */
function numbersOf(value: ParamValue | undefined): readonly number[] {
  if (typeof value === 'string') return value.split(':').map((part) => numberOf(part));
  if (Array.isArray(value)) return listOf(value).map(numberOf);
  const map = at(value);
  return [map['start'] ?? map['low'] ?? map['loc'], map['stop'] ?? map['high'] ?? map['scale'], map['step'] ?? map['num'] ?? map['q']].filter((item) => item !== undefined).map(numberOf);
}

function spaced(from: number, to: number, { count, of }: { readonly count: number; readonly of: () => readonly number[] }): Form {
  if (!Number.isSafeInteger(count) || count < 1 || !Number.isFinite(from) || !Number.isFinite(to)) return faulty('it is not given as start, stop and a number of values');
  return tooMany(count) ?? choices(of());
}

/** round(U // q) * q: rounded down, so that the upper end is never reached. */
function floored(low: number, high: number, q: number): Form {
  if (!(q > 0) || !(high > low)) return faulty(`its range ${low}:${high}:${q} is empty`);
  const first = Math.floor(low / q + 1e-9);
  const last = Math.ceil(high / q - 1e-9) - 1;
  return withNote(stepped({ low: tidy(first * q), high: tidy(Math.max(first, last) * q), step: q, whole: false }), 'Polyaxon rounds down, so its upper end is never reached');
}
