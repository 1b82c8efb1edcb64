import type { ParamValue } from './params.js';

/** What becomes of the parts of a literal; `at` counts characters from the beginning of the text. */
export interface LiteralParts<T> {
  scalar(value: string | number | boolean | null, token: { readonly source: string; readonly quoted: boolean; readonly at: number }): T;
  /** A bare word that is no constant: `relu`, `nan`. */
  word(source: string, at: number): T;
  list(items: readonly T[], at: number): T;
  tuple(items: readonly T[], at: number): T;
  map(entries: readonly { readonly key: T; readonly keyAt: number; readonly value: T }[], at: number): T;
  /** `args` is undefined where what stands between the brackets is no list of values. */
  call(name: string, args: readonly T[] | undefined, printed: string): T;
}

/**
 * A value as Python prints it: `{'C': np.float64(0.1), 'kernel': None}`, `OrderedDict([('a', 1)])`, `(1, 2)`. A call of one argument that is
 * no container is that argument; an object that Python cannot print as a value stays the text it printed. Nothing is executed.
 * Undefined where the text is no literal.
 */
export function parsePythonLiteral(text: string): ParamValue | undefined {
  const read = readLiteral(text, 0, plain);
  return 'value' in read && read.end === text.length ? read.value : undefined;
}

export type ReadLiteral<T> = { readonly value: T; readonly end: number } | { readonly failedAt: number };

/** The literal that begins at `from`, and where it and the blanks behind it end; or where it is none. */
export function readLiteral<T>(text: string, from: number, parts: LiteralParts<T>): ReadLiteral<T> {
  const cursor: Cursor<T> = { text, at: from, depth: 0, parts };
  try {
    const value = valueAt(cursor);
    skip(cursor);
    return { value, end: cursor.at };
  } catch (error) {
    if (error instanceof NoLiteral) return { failedAt: cursor.at };
    throw error;
  }
}

/** Values that are not finite are no parameter's: `nan` and `inf` stay texts. */
const plain: LiteralParts<ParamValue> = {
  scalar: (value) => value,
  word: (source) => source,
  list: (items) => items,
  tuple: (items) => items,
  map: (entries) => Object.fromEntries(entries.map(({ key, value }) => [typeof key === 'string' ? key : JSON.stringify(key), value])),
  call: (name, args, printed) => {
    const [only, second] = args ?? [];
    if (only === undefined || second !== undefined) return printed;
    return /(^|\.)OrderedDict$/.test(name) && Array.isArray(only) ? Object.fromEntries(only.map((pair) => (Array.isArray(pair) ? [String(pair[0]), pair[1] as ParamValue] : ['', null]))) : only;
  },
};

class NoLiteral extends Error {}
interface Cursor<T> { readonly text: string; at: number; depth: number; readonly parts: LiteralParts<T> }

const maxDepth = 64;
const words: Readonly<Record<string, boolean | null>> = { None: null, True: true, False: false };
const numberToken = /[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;
const nameToken = /[A-Za-z_][\w.]*/y;

function valueAt<T>(cursor: Cursor<T>): T {
  skip(cursor);
  const { at } = cursor;
  const sign = cursor.text[at] ?? '';
  if (++cursor.depth > maxDepth) throw new NoLiteral();
  try {
    if (sign === '{') return mapAt(cursor);
    if (sign === '[') return cursor.parts.list(listAt(cursor, ']'), at);
    if (sign === '(') return tupleAt(cursor);
    if (sign === "'" || sign === '"') return scalarOf(cursor, at, stringAt(cursor));
    if (sign === '<') return scalarOf(cursor, at, printedAt(cursor));
    return numberAt(cursor) ?? namedAt(cursor);
  } finally {
    cursor.depth -= 1;
  }
}

function scalarOf<T>({ text, at: end, parts }: Cursor<T>, at: number, value: string | number | boolean | null): T {
  return parts.scalar(value, { source: text.slice(at, end), quoted: typeof value === 'string', at });
}

function mapAt<T>(cursor: Cursor<T>): T {
  const { at } = cursor;
  cursor.at += 1;
  const found: { readonly key: T; readonly keyAt: number; readonly value: T }[] = [];
  while (!ends(cursor, '}')) {
    const keyAt = cursor.at;
    const key = valueAt(cursor);
    if (!ends(cursor, ':')) throw new NoLiteral();
    found.push({ key, keyAt, value: valueAt(cursor) });
    if (!ends(cursor, ',')) { if (!ends(cursor, '}')) throw new NoLiteral(); break; }
  }
  return cursor.parts.map(found, at);
}

function listAt<T>(cursor: Cursor<T>, close: string): readonly T[] {
  cursor.at += 1;
  const found: T[] = [];
  while (!ends(cursor, close)) {
    found.push(valueAt(cursor));
    if (!ends(cursor, ',')) { if (!ends(cursor, close)) throw new NoLiteral(); break; }
  }
  return found;
}

/** `(x)` is x, `(x,)` and `(x, y)` are tuples. */
function tupleAt<T>(cursor: Cursor<T>): T {
  const from = cursor.at;
  const items = listAt(cursor, ')');
  const [only] = items;
  const isGroup = items.length === 1 && only !== undefined && !/,\s*\)$/.test(cursor.text.slice(from, cursor.at));
  return isGroup ? only : cursor.parts.tuple(items, from);
}

function stringAt(cursor: Cursor<unknown>): string {
  const mark = cursor.text[cursor.at] ?? '';
  let out = '';
  for (cursor.at += 1; ; cursor.at += 1) {
    const sign = cursor.text[cursor.at];
    if (sign === undefined) throw new NoLiteral();
    if (sign === mark) { cursor.at += 1; return out; }
    out += sign === '\\' ? escapeAt(cursor) : sign;
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"', '0': '\0' };

function escapeAt(cursor: Cursor<unknown>): string {
  cursor.at += 1;
  const sign = cursor.text[cursor.at] ?? '';
  const digits = { x: 2, u: 4, U: 8 }[sign];
  if (digits === undefined) return escapes[sign] ?? `\\${sign}`;
  const code = Number.parseInt(cursor.text.slice(cursor.at + 1, cursor.at + 1 + digits), 16);
  if (!Number.isInteger(code) || code > 0x10_FF_FF) throw new NoLiteral();
  cursor.at += digits;
  return String.fromCodePoint(code);
}

function numberAt<T>(cursor: Cursor<T>): T | undefined {
  const { at } = cursor;
  const token = match(cursor, numberToken);
  return token === undefined ? undefined : scalarOf(cursor, at, Number(token.replaceAll('_', '')));
}

/** `None`, `nan`, `-inf`, or a call. */
function namedAt<T>(cursor: Cursor<T>): T {
  const from = cursor.at;
  if (cursor.text[cursor.at] === '-') cursor.at += 1;
  const name = match(cursor, nameToken);
  if (name === undefined) throw new NoLiteral();
  const printed = (): string => cursor.text.slice(from, cursor.at);
  if (cursor.text[cursor.at] !== '(') return Object.hasOwn(words, name) ? scalarOf(cursor, from, words[name] ?? null) : cursor.parts.word(printed(), from);
  const args = argumentsAt(cursor);
  return cursor.parts.call(name, args, printed());
}

/** What stands between the brackets; undefined (and the cursor behind them) where it is no list of values, e.g. `RBF(length_scale=1)`. */
function argumentsAt<T>(cursor: Cursor<T>): readonly T[] | undefined {
  const from = cursor.at;
  try {
    return listAt(cursor, ')');
  } catch (error) {
    if (!(error instanceof NoLiteral)) throw error;
    cursor.at = from;
    behindBrackets(cursor);
    return undefined;
  }
}

function behindBrackets(cursor: Cursor<unknown>): void {
  let depth = 0;
  for (; cursor.at < cursor.text.length; cursor.at += 1) {
    const sign = cursor.text[cursor.at] ?? '';
    if ('([{'.includes(sign)) depth += 1;
    if (')]}'.includes(sign) && --depth === 0) { cursor.at += 1; return; }
  }
  throw new NoLiteral();
}

/** `<function f at 0x7f>` */
function printedAt(cursor: Cursor<unknown>): string {
  const end = cursor.text.indexOf('>', cursor.at);
  if (end === -1) throw new NoLiteral();
  const printed = cursor.text.slice(cursor.at, end + 1).replace(/ at 0x[0-9a-f]+/i, '');
  cursor.at = end + 1;
  return printed;
}

function ends(cursor: Cursor<unknown>, sign: string): boolean {
  skip(cursor);
  if (cursor.text[cursor.at] !== sign) return false;
  cursor.at += 1;
  return true;
}

/** Blanks and comments. */
function skip(cursor: Cursor<unknown>): void {
  match(cursor, /(?:\s+|#[^\n]*)+/y);
}

function match(cursor: Cursor<unknown>, token: RegExp): string | undefined {
  token.lastIndex = cursor.at;
  const found = token.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.at += found.length;
  return found;
}
