import { StringDecoder } from 'node:string_decoder';
import { UserError } from '../model/errors.js';
import { limits } from './limits.js';

/** A row of a table. `line` is where it begins, from 1. `whole` is false for a last row without its line end, which may be half-written. */
export interface Row { readonly cells: readonly string[]; readonly line: number; readonly whole: boolean }

/** RFC 4180: cells with comma, quote or line break stand in quotes. The separator is the one given. Blank lines are passed over. */
export function* csvRows(chunks: Iterable<Buffer>, name: string, separator = ','): Generator<Row, void> {
  let [line, first] = [0, true];
  let open: { text: string; readonly line: number } | undefined;
  for (const [text, whole] of textLines(chunks, name)) {
    line += 1;
    const bare = first && text.startsWith('\uFEFF') ? text.slice(1) : text;
    first = false;
    if (open === undefined && !bare.includes('"')) {
      if (bare !== '') yield { cells: bare.split(separator), line, whole };
      continue;
    }
    open = open === undefined ? { text: bare, line } : { text: `${open.text}\n${bare}`, line: open.line };
    if (open.text.length > limits.itemBytes) throw new UserError('item-too-large', `${name}: the row at line ${open.line} does not end: a quote is open.`, { fix: 'Close the quote, or give another file.' });
    const cells = cellsOf(open.text, separator);
    if (cells === undefined) continue;
    yield { cells, line: open.line, whole };
    open = undefined;
  }
  if (open !== undefined) yield { cells: cellsOf(`${open.text}"`, separator) ?? [], line: open.line, whole: false };
}

/** Undefined while a quote is open. */
function cellsOf(text: string, separator: string): string[] | undefined {
  const cells: string[] = [];
  for (let at = 0; ;) {
    if (text[at] === '"') {
      let end = text.indexOf('"', at + 1);
      while (end !== -1 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
      if (end === -1) return undefined;
      cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
    } else {
      const end = text.indexOf(separator, at);
      cells.push(text.slice(at, end === -1 ? text.length : end));
      at = end === -1 ? text.length : end;
    }
    if (at >= text.length) return cells;
    // A stray text behind a closed quote belongs to its cell.
    if (text[at] !== separator) {
      const end = text.indexOf(separator, at);
      cells[cells.length - 1] = `${cells.at(-1) ?? ''}${text.slice(at, end === -1 ? text.length : end)}`;
      if (end === -1) return cells;
      at = end;
    }
    at += 1;
    if (at === text.length) { cells.push(''); return cells; }
  }
}

function* textLines(chunks: Iterable<Buffer>, name: string): Generator<readonly [text: string, whole: boolean], void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for (const chunk of chunks) {
    const text = rest + decoder.write(chunk);
    let from = 0;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
      yield [text.slice(from, text[at - 1] === '\r' ? at - 1 : at), true];
      from = at + 1;
    }
    rest = text.slice(from);
    if (rest.length > limits.itemBytes) throw new UserError('item-too-large', `${name} has a line of more than ${limits.itemBytes >> 20} MB.`, { fix: 'Is this the file of results?' });
  }
  if (rest !== '') yield [rest, false];
}
