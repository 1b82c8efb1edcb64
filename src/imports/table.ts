import { UserError } from '../model/errors.js';
import { csvRows, type Row } from './csvRows.js';
import type { Source } from './source.js';

/** A table with a header, row by row. */
export interface Table {
  readonly file: string;
  readonly header: readonly string[];
  readonly rows: Iterable<Row>;
  /** Where a column stands; UserError `column-missing`. */
  readonly column: (name: string) => number;
}

/** UserErrors `table-empty`, `column-twice`. */
export function openTable(source: Source, path = ''): Table {
  const file = source.label(path);
  const rows = csvRows(source.chunks(path), file);
  const first = rows.next();
  if (first.done === true) throw new UserError('table-empty', `${file} is empty.`, { fix: 'Has a trial ended? Is this the file of results?' });
  const header = first.value.cells.map((cell) => cell.trim());
  const twice = header.find((name, i) => name !== '' && header.indexOf(name) !== i);
  if (twice !== undefined) throw new UserError('column-twice', `${file} has two columns called ${twice}.`, { fix: 'Rename one of them.' });
  return {
    file, header, rows,
    column: (name) => {
      const at = header.indexOf(name);
      if (at === -1) throw new UserError('column-missing', `${file} has no column ${JSON.stringify(name)}; it has ${header.slice(0, 40).join(', ')}.`, { fix: 'Name one of these.' });
      return at;
    },
  };
}

/** Names of the columns by the beginning of a file; empty where it is no table. */
export function headerOf(source: Source, path = ''): readonly string[] {
  const head = source.head(path);
  if (head.includes(0)) return [];
  const text = head.toString('utf8').replace(/^\uFEFF/, '');
  const end = text.indexOf('\n');
  const line = (end === -1 ? text : text.slice(0, end)).replace(/\r$/, '');
  if (!line.includes(',') || /^\s*[[{]/.test(line)) return [];
  const { value } = csvRows([Buffer.from(`${line}\n`)], source.name).next();
  return (value?.cells ?? []).map((cell) => cell.trim());
}

/** UserError `row-ragged` for a row with too many or too few cells. */
export function checkCells(row: Row, table: Table): void {
  if (row.cells.length === table.header.length) return;
  throw new UserError('row-ragged', `${table.file}: line ${row.line} has ${row.cells.length} cells for ${table.header.length} columns.`, { fix: 'A value that holds a comma must stand in quotes: "a,b".' });
}
