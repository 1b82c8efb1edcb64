import type { ParamValue } from '../model/params.js';
import { cellNumber, cellValue } from './cells.js';
import { secondsIn } from './csv.js';
import type { Row } from './csvRows.js';
import { checkTrials, studyOf, type ForeignTrial } from './foreign.js';
import type { Importer } from './importer.js';
import { emptyMap } from './names.js';
import { checkCells, headerOf, openTable, type Table } from './table.js';

const tool = 'Talos';
const bookkeeping = new Set(['start', 'end', 'duration', 'execution_time', 'round_epochs', '_warnings', '_trial_id', '_param_hash']);

/** The table of an experiment: <experiment>/<time>.csv of Talos 1, results.csv of Talos 2, or scan.data.to_csv of either. */
export const talosTable: Importer = {
  tool, takes: 'the CSV file of an experiment',
  detects: (source) => !source.isFolder && headerOf(source).includes('round_epochs'),
  read: (source) => {
    const table = openTable(source);
    const { metrics, params } = columnsOf(table);
    const notes = ['Talos does not say which columns are metrics: taken are those that have a val_ twin, and what stands before them'];
    const found: { readonly line: number; readonly trial: ForeignTrial }[] = [];
    const kinds = new Map<string, boolean>();
    const pending: Row[] = [];
    const add = (row: Row): void => {
      for (const name of params) if (row.cells[table.column(name)] !== '') kinds.set(name, (kinds.get(name) ?? true) && typeof cellValue(row.cells[table.column(name)] ?? '') === 'number');
      checkTrials(found.push({ line: row.line, trial: trialOf(row, table, { metrics, params }) }), source.name);
    };
    for (const row of table.rows) {
      if (row.cells.length > table.header.length) pending.push(row);
      else if (!row.whole && row.cells.length < table.header.length) notes.push(`the last line of ${table.file} is half-written: left out`);
      else { checkCells(row, table); add(row); }
    }
    for (const row of pending) {
      const cells = realigned(row.cells, table, (name) => bookkeeping.has(name) || metrics.includes(name) || kinds.get(name) === true);
      if (cells === undefined) { checkCells(row, table); continue; }
      add({ ...row, cells });
    }
    if (pending.length > 0) notes.push(`${pending.length} rows have more values than columns (Talos 1 writes a comma inside a value without quotes): put right, in the one way in which all numbers stand in number columns`);
    const trials = found.sort((a, b) => a.line - b.line).map(({ trial }) => trial);
    return { notes: [], studies: [studyOf({ name: source.base.replace(/\.csv$/i, ''), tool, format: 'talos-table', metrics: metrics.map((name) => ({ name })), trials, notes: table.header.includes('_trial_id') ? notes.slice(1) : notes })] };
  },
};

interface Columns { readonly metrics: readonly string[]; readonly params: readonly string[] }

/** Talos 2 sets metrics and parameters apart by its own columns; Talos 1 by nothing but the order: metrics come first. */
function columnsOf({ header }: Table): Columns {
  const mark = header.indexOf('_trial_id');
  const named = header.filter((name) => !bookkeeping.has(name));
  const lastMetric = named.findLastIndex((name) => name.startsWith('val_'));
  const count = mark === -1 ? lastMetric + 1 : header.slice(0, mark).filter((name) => !bookkeeping.has(name)).length;
  return { metrics: named.slice(0, count), params: named.slice(count) };
}

function trialOf({ cells, line }: Row, table: Table, { metrics, params }: Columns): ForeignTrial {
  const values: Record<string, number> = emptyMap();
  for (const name of metrics) values[name] = cellNumber(cells[table.column(name)] ?? '', { file: table.file, line, column: name }) ?? Number.NaN;
  const found: Record<string, ParamValue> = emptyMap();
  for (const name of params) found[name.replace(/^param__/, '')] = cells[table.column(name)] === '' ? null : cellValue(cells[table.column(name)] ?? '');
  const [start, seconds] = [cells[table.header.indexOf('start')], secondsIn(cells[table.header.indexOf('duration')] ?? '')];
  return { params: found, values, state: 'complete', ...(start?.includes('T') === true ? { start } : {}), ...(seconds === undefined ? {} : { seconds }) };
}

/** The one way in which a single text column takes the surplus cells and all number columns hold numbers; undefined where there are more, or none. */
function realigned(cells: readonly string[], { header }: Table, isNumber: (name: string) => boolean): string[] | undefined {
  const surplus = cells.length - header.length;
  const ways = header.flatMap((name, at) => {
    if (isNumber(name)) return [];
    const way = [...cells.slice(0, at), cells.slice(at, at + surplus + 1).join(','), ...cells.slice(at + surplus + 1)];
    return header.every((other, i) => !isNumber(other) || way[i] === '' || typeof cellValue(way[i] ?? '') === 'number' || /^-?(nan|inf)$/i.test(way[i] ?? '')) ? [way] : [];
  });
  const [only, second] = ways;
  return second === undefined ? only : undefined;
}
