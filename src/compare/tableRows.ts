import { UserError } from '../model/errors.js';

/** One row of a CSV or JSON-lines table: `cells[i]` belongs to `names[i]`, undefined = a JSON object without that key. `header` = the line that names the columns, undefined for JSON. */
export interface TableRow { readonly line: number; readonly header?: number; readonly names: readonly string[]; readonly cells: readonly unknown[] }

/** Takes a file piece by piece. `end` returns how many rows there were. */
export interface RowReader { push(text: string): void; end(): number }

const longestLine = 1 << 20;
const [lineFeed, carriageReturn] = [10, 13];

/**
 * CSV with a header (comma, semicolon or tab) or one JSON object per line, row by row, in whatever pieces it comes.
 * `namesFor`: names of a first CSV line that is data already; undefined where it is a header.
 */
export function rowReader(take: (row: TableRow) => void, namesFor: (cells: readonly string[]) => readonly string[] | undefined = () => undefined): RowReader {
  let [rest, line, rows] = ['', 0, 0];
  let read: ((source: string) => TableRow | undefined) | undefined;
  const feed = (source: string): void => {
    line += 1;
    if (source.trim() === '') return;
    read ??= source.trimStart().startsWith('{') ? jsonLines(() => line) : csvLines(() => line, namesFor);
    const row = read(source);
    if (row === undefined) return;
    rows += 1;
    take(row);
  };
  return {
    push: (text) => {
      const whole = line === 0 && rest === '' ? text.replace(/^\uFEFF/, '') : rest + text;
      // A carriage return at the end may be the first half of a line end.
      const cut = whole.endsWith('\r') ? whole.length - 1 : whole.length;
      const fed = feedLines(whole, cut, feed);
      rest = whole.slice(fed);
      if (rest.length > longestLine) throw refusal(line + 1, 'a line of more than a million characters', 'give a table with one run or pair of runs per line');
    },
    end: () => {
      if (rest !== '') feed(rest);
      return rows;
    },
  };
}

/** Feeds the whole lines among the first `end` characters, one at a time: a list of all of them would outlive V8's collections. Returns where the next line begins. */
function feedLines(text: string, end: number, feed: (source: string) => void): number {
  let start = 0;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code !== lineFeed && code !== carriageReturn) continue;
    feed(text.slice(start, i));
    if (code === carriageReturn && text.charCodeAt(i + 1) === lineFeed) i += 1;
    start = i + 1;
  }
  return start;
}

function csvLines(lineNow: () => number, namesFor: (cells: readonly string[]) => readonly string[] | undefined): (source: string) => TableRow | undefined {
  let names: readonly string[] | undefined;
  let [separator, header] = [',', 0];
  return (source) => {
    const line = lineNow();
    if (names === undefined) {
      if (source.trim().startsWith('[')) throw refusal(line, 'a JSON array', 'write one JSON object per line, without the array around them');
      separator = [',', ';', '\t'].find((candidate) => source.includes(candidate)) ?? ',';
      const first = cellsOf(source, separator);
      const given = namesFor(first);
      names = given ?? first;
      header = line;
      const twice = names.find((name, i) => names?.indexOf(name) !== i);
      if (twice !== undefined) throw refusal(line, `two columns are called ${twice}`, 'keep one column of each name');
      return given === undefined ? undefined : { line, header, names, cells: first };
    }
    const cells = cellsOf(source, separator);
    if (cells.length !== names.length) throw refusal(line, `${cells.length} cells, but the header names ${names.length}`, 'leave the cell of a failed run empty, but keep its separator');
    return { line, header, names, cells };
  };
}

/** Trimmed cells of one line, quotes as in RFC 4180. */
function cellsOf(source: string, separator: string): string[] {
  if (!source.includes('"')) return source.split(separator).map((cell) => cell.trim());
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
  return cells.map((cell) => cell.trim());
}

function jsonLines(lineNow: () => number): (source: string) => TableRow {
  const names: string[] = [];
  const at = new Map<string, number>();
  return (source) => {
    const line = lineNow();
    // Python's json writes NaN and Infinity, which JSON does not know; either means that the run gave no value.
    const strict = /NaN|Infinity/.test(source) ? source.replace(/(:\s*)(?:NaN|-?Infinity)(?=\s*[,}])/g, '$1null') : source;
    const value = parsedJson(strict);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refusal(line, 'not a JSON object', 'write one object per line, e.g. {"seed": 1, "base": 0.912, "head": 0.915}');
    const cells = new Array<unknown>(names.length).fill(undefined);
    for (const [name, cell] of Object.entries(value)) {
      const place = at.get(name) ?? names.push(name) - 1;
      at.set(name, place);
      cells[place] = cell;
    }
    return { line, names, cells };
  };
}

function parsedJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

/** Value of a run; NaN = it failed: null, an infinity, a word for "no number", or nothing at all. */
export function valueOf(cell: unknown, column: string, line: number): number {
  if (cell === null || cell === '' || (typeof cell === 'string' && isNoNumber(cell))) return Number.NaN;
  const value = numberOf(cell);
  if (value === undefined) throw refusal(line, `${column} is ${shown(cell)}, not a number`, 'write the metric as a plain number (decimal point, no unit), or leave it empty for a run that failed');
  return value;
}

export function seedOf(cell: unknown, line: number): number {
  const seed = numberOf(cell);
  if (seed === undefined || !Number.isSafeInteger(seed)) throw refusal(line, `seed ${shown(cell)} is not a whole number`, 'name each pair by the seed that both of its runs used');
  return seed;
}

/** Whether a cell can be a run's value, failed ones included. */
export function isMeasured(cell: unknown): boolean {
  return cell === null || cell === '' || numberOf(cell) !== undefined || (typeof cell === 'string' && isNoNumber(cell));
}

export function refusal(line: number, problem: string, fix: string): UserError {
  return new UserError('judge-input', `line ${line}: ${problem}`, { fix });
}

function isNoNumber(cell: string): boolean {
  return /^[-+]?(?:nan|inf(?:inity)?|null|none|na|n\/a)$/i.test(cell);
}

function numberOf(cell: unknown): number | undefined {
  const value = typeof cell === 'string' && cell !== '' ? Number(cell) : cell;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function shown(cell: unknown): string {
  return cell === undefined ? 'missing' : JSON.stringify(cell);
}
