import { UserError } from '../model/errors.js';
import { parsePythonJson } from '../model/pythonNumbers.js';
import { limits } from './limits.js';

/** A value of a document that is read piece by piece: an element of a list, or a whole member. `key` is '' in a list at the top. */
export interface Piece { readonly key: string; readonly value: unknown; /** As it is written: tells 3 from 3.0. */ readonly text: string; /** In a list that was opened: from 0. */ readonly index?: number }

const [quote, backslash, comma, colon, openList, closeList, openMap, closeMap] = [34, 92, 44, 58, 91, 93, 123, 125];

/**
 * JSON as Python writes it (NaN and Infinity bare), one value after the other: the elements of a list at the top, or the members of a map at
 * the top, where the lists that are `opened` come element by element. The return says whether the document was whole.
 * UserError `json-invalid` names file and byte.
 */
export function* jsonPieces(chunks: Iterable<Buffer>, name: string, opened: (key: string) => boolean = () => false): Generator<Piece, { readonly whole: boolean }> {
  const cut = beginning(name, opened);
  for (const chunk of chunks) yield* piecesOf(cut, chunk);
  return { whole: cut.ended };
}

export type JsonLines<T> = Generator<{ readonly value: T; readonly line: number }, { readonly whole: boolean }>;

/** One JSON value per line; blank lines are passed over. A last line without its end that is no JSON is left out: the return says so. */
export function jsonLines(chunks: Iterable<Buffer>, name: string): JsonLines<unknown> {
  return jsonTexts(lines(chunks, name), name, parsed);
}

/** The same of lines that are there already. `read` gives undefined for what is no JSON. */
export function* jsonTexts<T>(texts: Iterable<string>, name: string, read: (text: string) => T | undefined): JsonLines<T> {
  let line = 0;
  let broken: UserError | undefined;
  for (const text of texts) {
    line += 1;
    if (broken !== undefined) throw broken;
    if (text.trim() === '') continue;
    const value = read(text);
    if (value === undefined) broken = new UserError('json-invalid', `${name}: line ${line} is no JSON.`, { fix: 'It was edited or cut: restore the file.' });
    else yield { value, line };
  }
  return { whole: broken === undefined };
}

/** Lines without their ends; the last one also if it has none. */
export function* lines(chunks: Iterable<Buffer>, name: string): Generator<string, void> {
  let rest: Buffer = Buffer.alloc(0);
  for (const chunk of chunks) {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let at = data.indexOf(10); at !== -1; at = data.indexOf(10, from)) {
      yield textOf(data.subarray(from, at));
      from = at + 1;
    }
    rest = data.subarray(from);
    checkItem(rest.length, name);
  }
  if (rest.length > 0) yield textOf(rest);
}

/** Each item to its taker; what the walk says of itself at its end. */
export function eachOf<T, R>(items: Generator<T, R>, take: (item: T) => void): R {
  for (let next = items.next(); ; next = items.next()) {
    if (next.done === true) return next.value;
    take(next.value);
  }
}

/** `undefined` for what is no JSON. */
export function parsed(text: string): unknown {
  try {
    return parsePythonJson(text);
  } catch {
    return undefined;
  }
}

function textOf(bytes: Buffer): string {
  return bytes.toString('utf8', 0, bytes.at(-1) === 13 ? bytes.length - 1 : bytes.length);
}

function checkItem(bytes: number, name: string): void {
  if (bytes > limits.itemBytes) throw new UserError('item-too-large', `${name} has a line or element of more than ${limits.itemBytes >> 20} MB.`, { fix: 'Is this the file of results?' });
}

/** Where a document is being cut. Collecting begins behind each bracket, comma or colon at the depth `base` where values stand. */
interface Cut {
  readonly name: string;
  readonly opened: (key: string) => boolean;
  depth: number; base: 1 | 2; isMap: boolean; ended: boolean;
  inString: boolean; escaped: boolean;
  key: string; index: number;
  /** Of earlier chunks. */
  kept: Buffer[]; keptBytes: number;
  /** Read so far, for messages. */
  bytes: number;
}

function beginning(name: string, opened: (key: string) => boolean): Cut {
  return { name, opened, depth: 0, base: 1, isMap: false, ended: false, inString: false, escaped: false, key: '', index: 0, kept: [], keptBytes: 0, bytes: 0 };
}

function* piecesOf(cut: Cut, chunk: Buffer): Generator<Piece, void> {
  let start = cut.depth >= cut.base ? 0 : -1;
  for (let at = 0; at < chunk.length; at += 1) {
    if (cut.inString) { at = endOfString(cut, chunk, at); continue; }
    const byte = chunk[at] ?? 0;
    switch (byte) {
      case quote: cut.inString = true; break;
      case openList: case openMap: if (openAt(cut, byte, at)) start = at + 1; break;
      case closeList: case closeMap:
        if (cut.depth === cut.base) {
          yield* valueAt(cut, start === -1 ? undefined : chunk.subarray(start, at), at);
          start = cut.base === 2 ? at + 1 : -1;
          cut.base = 1;
        }
        cut.depth -= 1;
        if (cut.depth < 0) throw invalid(cut, 'a bracket too many', at);
        cut.ended ||= cut.depth === 0;
        break;
      case comma: if (cut.depth === cut.base) { yield* valueAt(cut, chunk.subarray(Math.max(start, 0), at), at); start = at + 1; } break;
      case colon: if (cut.depth === 1 && cut.isMap) { cut.key = String(valueIn(cut, chunk.subarray(Math.max(start, 0), at), at)?.value); start = at + 1; } break;
      default: if (cut.depth === 0 && byte > 32 && byte < 128) throw invalid(cut, cut.ended ? 'more after the end' : 'neither a list nor a map', at);
    }
  }
  if (start !== -1) keep(cut, chunk.subarray(start));
  cut.bytes += chunk.length;
}

/** True where collecting begins behind this bracket. */
function openAt(cut: Cut, byte: number, at: number): boolean {
  if (cut.ended) throw invalid(cut, 'more after the end', at);
  cut.depth += 1;
  if (cut.depth === 1) { cut.isMap = byte === openMap; return true; }
  if (cut.depth !== 2 || cut.base !== 1 || !cut.isMap || byte !== openList || !cut.opened(cut.key)) return false;
  [cut.base, cut.index, cut.kept, cut.keptBytes] = [2, 0, [], 0];
  return true;
}

function* valueAt(cut: Cut, last: Buffer | undefined, at: number): Generator<Piece, void> {
  const found = valueIn(cut, last ?? Buffer.alloc(0), at);
  if (found === undefined) return;
  if (cut.base === 1 && cut.isMap) { yield { key: cut.key, ...found }; return; }
  yield { key: cut.base === 2 ? cut.key : '', ...found, index: cut.index };
  cut.index += 1;
}

/** What was collected, parsed; undefined for nothing but blanks. */
function valueIn(cut: Cut, last: Buffer, at: number): { readonly value: unknown; readonly text: string } | undefined {
  const text = (cut.kept.length === 0 ? last : Buffer.concat([...cut.kept, last])).toString('utf8').trim();
  [cut.kept, cut.keptBytes] = [[], 0];
  if (text === '') return undefined;
  const value = parsed(text);
  if (value === undefined) throw invalid(cut, `${JSON.stringify(text.slice(0, 60))} is no JSON`, at);
  return { value, text };
}

function keep(cut: Cut, rest: Buffer): void {
  cut.kept.push(rest);
  cut.keptBytes += rest.length;
  checkItem(cut.keptBytes, cut.name);
}

/** Where the string ends, or the chunk. */
function endOfString(cut: Cut, chunk: Buffer, from: number): number {
  for (let at = from; at < chunk.length; at += 1) {
    if (cut.escaped) cut.escaped = false;
    else if (chunk[at] === backslash) cut.escaped = true;
    else if (chunk[at] === quote) { cut.inString = false; return at; }
  }
  return chunk.length;
}

function invalid(cut: Cut, what: string, at: number): UserError {
  return new UserError('json-invalid', `${cut.name}: ${what} at byte ${cut.bytes + at}.`, { fix: 'It was edited or cut: restore the file.' });
}
