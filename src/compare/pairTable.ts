import { UserError } from '../model/errors.js';
import type { Pair } from '../model/verdict.js';

/** Pairs of a file in the order of its rows. `ignored` = columns that mean nothing here. */
export interface PairTable { readonly pairs: readonly Pair[]; readonly ignored: readonly string[] }

const columns = ['seed', 'base', 'head'] as const;
const example = 'seed,base,head\n1,0.912,0.915';

interface Row { readonly line: number; readonly cells: ReadonlyMap<string, unknown> }

/** CSV with a header (comma, semicolon or tab) or one JSON object per line. An empty or non-finite value = that run failed. */
export function parsePairs(text: string): PairTable {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/).map((source, i) => ({ source, line: i + 1 })).filter(({ source }) => source.trim() !== '');
  const first = lines[0]?.source.trim() ?? '';
  if (first.startsWith('[')) throw refusal(1, 'a JSON array', 'write one JSON object per line, without the array around them');
  const rows = first.startsWith('{') ? lines.map(jsonRow) : csvRows(lines);
  if (rows.length === 0) throw new UserError('judge-empty', 'the file holds no rows', { fix: `write one row per seed, e.g.\n${example}` });
  const lineOfSeed = new Map<number, number>();
  const pairs = rows.map((row) => {
    const pair = pairOf(row);
    const before = lineOfSeed.get(pair.seed);
    if (before !== undefined) throw refusal(row.line, `seed ${pair.seed} again (first on line ${before})`, 'keep one row per seed: a repeated seed is the same measurement, not a new one');
    lineOfSeed.set(pair.seed, row.line);
    return pair;
  });
  const names = new Set(rows.flatMap((row) => [...row.cells.keys()]));
  return { pairs, ignored: [...names].filter((name) => !columns.some((column) => column === name)) };
}

function csvRows(lines: readonly { source: string; line: number }[]): Row[] {
  const [header, ...body] = lines;
  if (header === undefined) return [];
  const separator = [',', ';', '\t'].find((candidate) => header.source.includes(candidate)) ?? ',';
  const names = cellsOf(header.source, separator).map((name) => name.trim());
  const absent = columns.filter((column) => !names.includes(column));
  if (absent.length > 0) {
    throw refusal(header.line, `no column ${absent.join(', ')} among: ${names.join(', ')}`, `name the columns seed, base and head (one row per seed, both sides in it), e.g.\n${example}`);
  }
  const twice = columns.find((column) => names.filter((name) => name === column).length > 1);
  if (twice !== undefined) throw refusal(header.line, `two columns are called ${twice}`, 'keep one column of each name');
  return body.map(({ source, line }) => {
    const cells = cellsOf(source, separator).map((cell) => cell.trim());
    if (cells.length !== names.length) throw refusal(line, `${cells.length} cells, but the header names ${names.length}`, 'leave the cell of a failed run empty, but keep its separator');
    return { line, cells: new Map(names.map((name, i) => [name, cells[i]])) };
  });
}

/** Cells of one line, quotes as in RFC 4180. */
function cellsOf(source: string, separator: string): string[] {
  const cells = [''];
  let quoted = false;
  for (let i = 0; i < source.length; i++) {
    const char = source.charAt(i);
    if (char === '"') {
      if (!quoted && source[i - 1] === '"') cells.push((cells.pop() ?? '') + char);
      quoted = !quoted;
    } else if (char === separator && !quoted) cells.push('');
    else cells.push((cells.pop() ?? '') + char);
  }
  return cells;
}

function jsonRow({ source, line }: { source: string; line: number }): Row {
  // Python's json writes NaN and Infinity, which JSON does not know; either means that the run gave no value.
  const strict = source.replace(/(:\s*)(?:NaN|-?Infinity)(?=\s*[,}])/g, '$1null');
  const value = parsedJson(strict);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refusal(line, 'not a JSON object', 'write one object per line, e.g. {"seed": 1, "base": 0.912, "head": 0.915}');
  const cells = new Map<string, unknown>(Object.entries(value));
  const absent = columns.filter((column) => !cells.has(column));
  if (absent.length > 0) throw refusal(line, `no ${absent.join(', ')} in this row`, 'a row needs seed, base and head; write null for a run that failed');
  return { line, cells };
}

function parsedJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

function pairOf({ line, cells }: Row): Pair {
  const seed = numberOf(cells.get('seed'));
  if (seed === undefined || !Number.isSafeInteger(seed)) throw refusal(line, `seed ${shown(cells.get('seed'))} is not a whole number`, 'name each pair by the seed that both of its runs used');
  const base = valueOf(cells.get('base'), 'base', line);
  const head = valueOf(cells.get('head'), 'head', line);
  return { seed, ...(base === undefined ? {} : { base }), ...(head === undefined ? {} : { head }) };
}

/** Finite value of a run; undefined = it failed. */
function valueOf(cell: unknown, column: string, line: number): number | undefined {
  if (cell === null || cell === '' || (typeof cell === 'string' && /^[-+]?(?:nan|inf(?:inity)?|null|none|na|n\/a)$/i.test(cell))) return undefined;
  const value = numberOf(cell);
  if (value === undefined) throw refusal(line, `${column} is ${shown(cell)}, not a number`, 'write the metric as a plain number (decimal point), or leave it empty for a run that failed');
  return value;
}

function numberOf(cell: unknown): number | undefined {
  const value = typeof cell === 'string' && cell !== '' ? Number(cell) : cell;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function shown(cell: unknown): string {
  return cell === undefined ? 'missing' : JSON.stringify(cell);
}

function refusal(line: number, problem: string, fix: string): UserError {
  return new UserError('judge-input', `line ${line}: ${problem}`, { fix });
}
