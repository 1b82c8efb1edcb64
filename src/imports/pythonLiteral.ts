import type { ParamValue } from '../model/params.js';

/**
 * A value as Python prints it: `{'C': np.float64(0.1), 'kernel': None}`, `OrderedDict([('a', 1)])`, `(1, 2)`. A call of one argument that is
 * no container is that argument; an object that Python cannot print as a value stays the text it printed. Nothing is executed.
 * Undefined where the text is no literal.
 */
export function parsePythonLiteral(text: string): ParamValue | undefined {
  const cursor: Cursor = { text, at: 0, depth: 0 };
  try {
    const value = valueAt(cursor);
    skip(cursor);
    return cursor.at === text.length ? value : undefined;
  } catch (error) {
    if (error instanceof NoLiteral) return undefined;
    throw error;
  }
}

class NoLiteral extends Error {}
interface Cursor { readonly text: string; at: number; depth: number }

const maxDepth = 64;
const words: Readonly<Record<string, ParamValue>> = { None: null, True: true, False: false };
const numberToken = /[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;
const nameToken = /[A-Za-z_][\w.]*/y;

function valueAt(cursor: Cursor): ParamValue {
  skip(cursor);
  const sign = cursor.text[cursor.at] ?? '';
  if (++cursor.depth > maxDepth) throw new NoLiteral();
  try {
    if (sign === '{') return mapAt(cursor);
    if (sign === '[') return listAt(cursor, ']');
    if (sign === '(') return tupleAt(cursor);
    if (sign === "'" || sign === '"') return stringAt(cursor);
    if (sign === '<') return printedAt(cursor);
    return numberAt(cursor) ?? namedAt(cursor);
  } finally {
    cursor.depth -= 1;
  }
}

function mapAt(cursor: Cursor): ParamValue {
  cursor.at += 1;
  const found: [string, ParamValue][] = [];
  while (!ends(cursor, '}')) {
    const key = valueAt(cursor);
    if (!ends(cursor, ':')) throw new NoLiteral();
    found.push([typeof key === 'string' ? key : JSON.stringify(key), valueAt(cursor)]);
    if (!ends(cursor, ',')) { if (!ends(cursor, '}')) throw new NoLiteral(); break; }
  }
  return Object.fromEntries(found);
}

function listAt(cursor: Cursor, close: string): readonly ParamValue[] {
  cursor.at += 1;
  const found: ParamValue[] = [];
  while (!ends(cursor, close)) {
    found.push(valueAt(cursor));
    if (!ends(cursor, ',')) { if (!ends(cursor, close)) throw new NoLiteral(); break; }
  }
  return found;
}

/** `(x)` is x, `(x,)` and `(x, y)` are lists. */
function tupleAt(cursor: Cursor): ParamValue {
  const from = cursor.at;
  const items = listAt(cursor, ')');
  const isGroup = items.length === 1 && !/,\s*\)$/.test(cursor.text.slice(from, cursor.at));
  return isGroup ? items[0] ?? null : items;
}

function stringAt(cursor: Cursor): string {
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

function escapeAt(cursor: Cursor): string {
  cursor.at += 1;
  const sign = cursor.text[cursor.at] ?? '';
  const digits = { x: 2, u: 4, U: 8 }[sign];
  if (digits === undefined) return escapes[sign] ?? `\\${sign}`;
  const code = Number.parseInt(cursor.text.slice(cursor.at + 1, cursor.at + 1 + digits), 16);
  if (!Number.isInteger(code) || code > 0x10_FF_FF) throw new NoLiteral();
  cursor.at += digits;
  return String.fromCodePoint(code);
}

function numberAt(cursor: Cursor): number | undefined {
  const token = match(cursor, numberToken);
  return token === undefined ? undefined : Number(token.replaceAll('_', ''));
}

/** `nan`, `-inf`, `None`, or a call. A value that is not finite is no parameter's value: it stays a text. */
function namedAt(cursor: Cursor): ParamValue {
  const from = cursor.at;
  if (cursor.text[cursor.at] === '-') cursor.at += 1;
  const name = match(cursor, nameToken);
  if (name === undefined) throw new NoLiteral();
  if (cursor.text[cursor.at] !== '(') return Object.hasOwn(words, name) ? words[name] ?? null : cursor.text.slice(from, cursor.at);
  const args = argumentsAt(cursor);
  const [only, second] = args ?? [];
  if (args === undefined || second !== undefined || only === undefined) return cursor.text.slice(from, cursor.at);
  return /(^|\.)OrderedDict$/.test(name) && Array.isArray(only) ? Object.fromEntries(only.map((pair) => (Array.isArray(pair) ? [String(pair[0]), pair[1] as ParamValue] : ['', null]))) : only;
}

/** What stands between the brackets; undefined (and the cursor behind them) where it is no list of values, e.g. `RBF(length_scale=1)`. */
function argumentsAt(cursor: Cursor): readonly ParamValue[] | undefined {
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

function behindBrackets(cursor: Cursor): void {
  let depth = 0;
  for (; cursor.at < cursor.text.length; cursor.at += 1) {
    const sign = cursor.text[cursor.at] ?? '';
    if ('([{'.includes(sign)) depth += 1;
    if (')]}'.includes(sign) && --depth === 0) { cursor.at += 1; return; }
  }
  throw new NoLiteral();
}

/** `<function f at 0x7f>` */
function printedAt(cursor: Cursor): string {
  const end = cursor.text.indexOf('>', cursor.at);
  if (end === -1) throw new NoLiteral();
  const printed = cursor.text.slice(cursor.at, end + 1).replace(/ at 0x[0-9a-f]+/i, '');
  cursor.at = end + 1;
  return printed;
}

function ends(cursor: Cursor, sign: string): boolean {
  skip(cursor);
  if (cursor.text[cursor.at] !== sign) return false;
  cursor.at += 1;
  return true;
}

function skip(cursor: Cursor): void {
  while (/\s/.test(cursor.text[cursor.at] ?? '')) cursor.at += 1;
}

function match(cursor: Cursor, token: RegExp): string | undefined {
  token.lastIndex = cursor.at;
  const found = token.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.at += found.length;
  return found;
}
