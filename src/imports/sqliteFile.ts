import { UserError } from '../model/errors.js';
import type { Pages, Source } from './source.js';
import { walOverlay } from './sqliteWal.js';

export type SqlValue = null | number | string | Buffer;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** The tables of an SQLite file, read only and without SQLite (https://www.sqlite.org/fileformat2.html). To be closed. */
export interface SqliteFile {
  readonly tables: readonly string[];
  /** Rows in the order of their ids. Nothing for a table that is not there. */
  rows(table: string): Generator<SqlRow, void>;
  close(): void;
}

export const sqliteMagic = 'SQLite format 3\0';

interface Table { readonly root: number; readonly columns: readonly string[]; /** Column that stands for the row's id. */ readonly rowId: string | undefined }
interface Db { readonly name: string; readonly pageBytes: number; /** Without what is reserved at its end. */ readonly usable: number; page(number: number): Buffer }

/** UserErrors `sqlite-unreadable`, `sqlite-busy`. A file in use is read as it was last committed. */
export function openSqlite(source: Source): SqliteFile {
  const pages = source.open();
  try {
    const db = dbOf(source, pages);
    const tables = new Map<string, Table>();
    for (const [, values] of cells(db, 1, new Set())) {
      const [type, name, , root, sql] = values;
      if (type === 'table' && typeof name === 'string' && typeof root === 'number' && typeof sql === 'string') tables.set(name, { root, ...columnsOf(sql) });
    }
    return {
      tables: [...tables.keys()],
      rows: (table) => rowsOf(db, tables.get(table)),
      close: () => { pages.close(); },
    };
  } catch (error) {
    pages.close();
    throw error;
  }
}

function dbOf(source: Source, pages: Pages): Db {
  const { name } = source;
  const header = pages.read(0, 100);
  if (header.length < 100 || header.toString('latin1', 0, 16) !== sqliteMagic) throw damaged(name, 'it has no header of SQLite');
  if ((source.beside('-journal')?.head().length ?? 0) >= 512) throw new UserError('sqlite-busy', `${name} is being written right now, or its last write was cut short.`, { fix: 'Try again; or open it once with the tool that writes it.' });
  const size = header.readUInt16BE(16);
  const pageBytes = size === 1 ? 65_536 : size;
  if (pageBytes < 512 || (pageBytes & (pageBytes - 1)) !== 0) throw damaged(name, `its pages have ${pageBytes} bytes`);
  if (header.readUInt32BE(56) > 1) throw damaged(name, 'its texts are no UTF-8');
  const wal = source.beside('-wal');
  const overlay = wal === undefined ? undefined : walOverlay(wal, pageBytes);
  return {
    name, pageBytes, usable: pageBytes - (header[20] ?? 0),
    page: (number) => {
      const newer = overlay?.page(number);
      const page = newer ?? pages.read((number - 1) * pageBytes, pageBytes);
      if (page.length < pageBytes) throw damaged(name, `page ${number} is not there`);
      return page;
    },
  };
}

function* rowsOf(db: Db, table: Table | undefined): Generator<SqlRow, void> {
  if (table === undefined) return;
  for (const [id, values] of cells(db, table.root, new Set())) {
    const row: Record<string, SqlValue> = {};
    for (const [i, column] of table.columns.entries()) row[column] = column === table.rowId ? id : values[i] ?? null;
    yield row;
  }
}

const kinds = { interior: 5, leaf: 13 };

/** Ids and values of a table's b-tree, left to right. No page is part of a tree twice. */
function* cells(db: Db, number: number, seen: Set<number>): Generator<readonly [id: number, values: readonly SqlValue[]], void> {
  const page = db.page(number);
  const at = number === 1 ? 100 : 0;
  const kind = page[at];
  const isLeaf = kind === kinds.leaf;
  if ((!isLeaf && kind !== kinds.interior) || seen.has(number)) throw damaged(db.name, `page ${number} is no page of a table`);
  seen.add(number);
  const count = page.readUInt16BE(at + 3);
  for (let i = 0; i < count; i += 1) {
    const place = at + (isLeaf ? 8 : 12) + 2 * i;
    if (place + 2 > page.length) throw damaged(db.name, `page ${number} holds more than fits`);
    const cell = page.readUInt16BE(place);
    if (isLeaf) yield leafCell(db, page, cell);
    else yield* cells(db, u32(db, page, cell), seen);
  }
  if (!isLeaf) yield* cells(db, u32(db, page, at + 8), seen);
}

function u32(db: Db, page: Buffer, at: number): number {
  if (at + 4 > page.length) throw damaged(db.name, 'a pointer leads out of its page');
  return page.readUInt32BE(at);
}

function leafCell(db: Db, page: Buffer, from: number): readonly [number, readonly SqlValue[]] {
  const cursor = { at: from };
  const size = varint(page, cursor);
  const id = varint(page, cursor);
  const local = localBytes(db, size);
  const first = page.subarray(cursor.at, cursor.at + local);
  if (first.length < local) throw damaged(db.name, 'a row leads out of its page');
  return [id, valuesOf(db, local === size ? first : withOverflow(db, first, { next: u32(db, page, cursor.at + local), size }))];
}

/** How many bytes of a row stand in its page (file format, 1.6). */
function localBytes({ usable }: Db, size: number): number {
  if (size <= usable - 35) return size;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const wanted = least + ((size - least) % (usable - 4));
  return wanted <= usable - 35 ? wanted : least;
}

function withOverflow(db: Db, first: Buffer, { next, size }: { readonly next: number; readonly size: number }): Buffer {
  const parts = [first];
  let got = first.length;
  for (let number = next; got < size; ) {
    if (number === 0 || parts.length > 1_000_000) throw damaged(db.name, 'a row ends too early');
    const page = db.page(number);
    const part = page.subarray(4, Math.min(db.usable, 4 + size - got));
    parts.push(part);
    got += part.length;
    number = page.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

function valuesOf(db: Db, record: Buffer): readonly SqlValue[] {
  const cursor = { at: 0 };
  const headerBytes = varint(record, cursor);
  const values: SqlValue[] = [];
  let at = headerBytes;
  while (cursor.at < headerBytes) {
    const type = varint(record, cursor);
    const bytes = type < 12 ? fixedBytes[type] ?? 0 : (type - (type % 2 === 0 ? 12 : 13)) / 2;
    if (at + bytes > record.length) throw damaged(db.name, 'a value leads out of its row');
    values.push(valueAt(record, at, { type, bytes }));
    at += bytes;
  }
  return values;
}

const fixedBytes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];

function valueAt(record: Buffer, at: number, { type, bytes }: { readonly type: number; readonly bytes: number }): SqlValue {
  if (type === 0) return null;
  if (type <= 5) return record.readIntBE(at, bytes);
  if (type === 6) return Number(record.readBigInt64BE(at));
  if (type === 7) return record.readDoubleBE(at);
  if (type === 8 || type === 9) return type - 8;
  return type % 2 === 0 ? record.subarray(at, at + bytes) : record.toString('utf8', at, at + bytes);
}

function varint(bytes: Buffer, cursor: { at: number }): number {
  let value = 0;
  for (let i = 0; i < 9; i += 1) {
    const byte = bytes[cursor.at++] ?? 0;
    if (i === 8) return value * 256 + byte;
    value = value * 128 + (byte & 127);
    if (byte < 128) return value;
  }
  return value;
}

/** Names of a `CREATE TABLE`, and which one is the row's id (the only INTEGER PRIMARY KEY). */
function columnsOf(sql: string): Pick<Table, 'columns' | 'rowId'> {
  const inner = sql.slice(sql.indexOf('(') + 1, sql.lastIndexOf(')'));
  const parts = inner.split(/,(?![^(]*\))/).map((part) => part.trim());
  const isConstraint = (part: string): boolean => /^(constraint|primary\s+key|unique|check|foreign\s+key)\b/i.test(part);
  const columns = parts.filter((part) => !isConstraint(part)).map((part) => ({ name: unquoted(part), part }));
  const declared = parts.find((part) => /\bprimary\s+key\s*\(/i.test(part))?.match(/primary\s+key\s*\(([^),]+)\)/i)?.[1];
  const key = columns.find(({ name, part }) => /^\S+\s+integer\b/i.test(part) && (/\bprimary\s+key\b/i.test(part) || (declared !== undefined && unquoted(declared) === name)));
  return { columns: columns.map(({ name }) => name), rowId: key?.name };
}

function unquoted(text: string): string {
  return /^\s*["'`[]?([^"'`\]\s]+)/.exec(text)?.[1] ?? text;
}

function damaged(name: string, why: string): UserError {
  return new UserError('sqlite-unreadable', `${name} cannot be read: ${why}.`, { fix: 'Is it a whole SQLite file? A copy made while it was written may not be.' });
}
