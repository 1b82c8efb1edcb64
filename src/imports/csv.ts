import { twoRoles, type ColumnRoles } from '../model/columnRoles.js';
import { UserError } from '../model/errors.js';
import type { ParamValue } from '../model/params.js';
import { ChoiceNeeded } from './choiceNeeded.js';
import { cellNumber, cellSeed, cellValue, stateOf } from './cells.js';
import type { Row } from './csvRows.js';
import { checkTrials, studyOf, type ForeignTrial } from './foreign.js';
import type { ImportChoice, Importer } from './importer.js';
import { emptyMap } from './names.js';
import { goalByName, oneOfSeveral } from './objective.js';
import { createShelf } from './shelf.js';
import { checkCells, headerOf, openTable, type Table } from './table.js';
import { trialWith } from './trialWith.js';

/** A column, and what it holds the values of. */
type Named = readonly [column: string, name: string];

/** What the columns of a table are. */
interface Mapping {
  readonly tool: string;
  readonly metrics: readonly Named[];
  readonly params: readonly Named[];
  readonly state?: string; readonly seed?: string; readonly seconds?: string; readonly start?: string; readonly message?: string;
  readonly notes: readonly string[];
}

/** Any table with a header, by --metric and --params; our own export and Optuna's trials_dataframe() without them. */
export const csv: Importer = {
  tool: 'a table', takes: 'a CSV file, with --metric and --params',
  detects: (source) => !source.isFolder && headerOf(source).length > 1,
  read: (source, choice) => {
    const table = openTable(source);
    const mapping = mappingOf(table, choice);
    const notes: string[] = [...mapping.notes];
    const trials = createShelf();
    const reader = rowReader(table, mapping);
    for (const row of table.rows) {
      if (!row.whole && row.cells.length !== table.header.length) { notes.push(`the last line of ${table.file} is half-written: left out`); continue; }
      checkCells(row, table);
      checkTrials(trials.push(reader(row)), source.name);
    }
    return { notes: [], studies: [studyOf({ name: source.base.replace(/\.[a-z]+$/i, ''), tool: mapping.tool, format: 'csv', metrics: mapping.metrics.map(([, name]) => ({ name })), trials, notes })] };
  },
};

const ours = ['trial', 'stage', 'side', 'state', 'value', 'seconds', 'seed', 'message'];

/** An example with names that are there. */
function columnsOf(header: readonly string[]): string {
  const metric = header.find((name) => goalByName(name) !== undefined) ?? header.at(-1) ?? 'loss';
  return `--metric ${metric} --params ${header.filter((name) => name !== metric).slice(0, 2).join(',') || 'lr'}`;
}

/** UserErrors `csv-columns`, `column-missing`, `column-two-roles`. */
function mappingOf(table: Table, { metric, columns }: ImportChoice): Mapping {
  const { header } = table;
  if (metric === undefined && ours.every((name, i) => header[i] === name)) {
    return { tool: 'noregret', metrics: [['value', 'value']], params: header.slice(ours.length).map((name) => [name, name]), state: 'state', seed: 'seed', seconds: 'seconds', message: 'message', notes: [] };
  }
  if (header[0] === 'number' && header.includes('state') && header.includes('datetime_start')) return optunaFrame(header, metric);
  if (metric === undefined || columns?.params === undefined) {
    throw new ChoiceNeeded('columns', { code: 'csv-columns', message: `${table.file} is a table of no tool that is known here; which of its columns are what?`, fix: `Say it: ${columnsOf(header)}   (there are ${header.slice(0, 40).join(', ')})` });
  }
  for (const name of [metric, ...columns.params, columns.state ?? [], columns.seed ?? []].flat()) table.column(name);
  refuseTwice(table.file, { metric, ...columns });
  const isFree = (name: string): boolean => name !== metric && !columns.params?.includes(name);
  const state = columns.state ?? header.find((name) => /^state$/i.test(name) && isFree(name));
  // "Runtime" is the name in W&B's export of a table.
  const seconds = header.find((name) => /^(seconds|duration|runtime)$/i.test(name) && isFree(name));
  return {
    tool: 'a table', metrics: [[metric, metric]], params: columns.params.map((name) => [name, name]), notes: [],
    ...(state === undefined ? {} : { state }), ...(columns.seed === undefined ? {} : { seed: columns.seed }), ...(seconds === undefined ? {} : { seconds }),
  };
}

function refuseTwice(file: string, given: ColumnRoles): void {
  const twice = twoRoles(given);
  if (twice !== undefined) throw new UserError('column-two-roles', `${file}: the column ${JSON.stringify(twice.column)} cannot be ${twice.roles.join(' and ')} at once.`, { fix: 'Name it once.' });
}

/** Named as in the journal, also where nobody named them: pandas sets `value` before the name of an objective that has one. */
function optunaFrame(header: readonly string[], wanted: string | undefined): Mapping {
  const params = header.filter((name) => name.startsWith('params_')).map((name): Named => [name, name.slice('params_'.length)]);
  const metrics = header.filter((name) => name === 'value' || /^values?_/.test(name)).map((name): Named => [name, /^values_\d+$/.test(name) ? name : name === 'value' ? wanted ?? name : name.replace(/^values?_/, '')]);
  return {
    tool: 'Optuna', metrics, params, state: 'state', start: 'datetime_start', seconds: 'duration',
    notes: ['a table of Optuna does not tell None from a parameter that was not asked for: empty cells are taken as the latter', ...(metrics.length > 1 && wanted !== undefined ? [oneOfSeveral(metrics.length, wanted)] : [])],
  };
}

function rowReader(table: Table, mapping: Mapping): (row: Row) => ForeignTrial {
  const at = (name: string | undefined): number => (name === undefined ? -1 : table.column(name));
  const params = mapping.params.map(([column, name]) => [name, table.column(column)] as const);
  const metrics = mapping.metrics.map(([column, name]) => [name, table.column(column)] as const);
  const [state, seed, seconds, start, message] = [at(mapping.state), at(mapping.seed), at(mapping.seconds), at(mapping.start), at(mapping.message)];
  return ({ cells, line }) => {
    const values: Record<string, number> = emptyMap();
    for (const [name, column] of metrics) {
      const value = cellNumber(cells[column] ?? '', { file: table.file, line, column: name });
      if (value !== undefined) values[name] = value;
    }
    const found: Record<string, ParamValue> = emptyMap();
    for (const [name, column] of params) if (cells[column] !== '') found[name] = cellValue(cells[column] ?? '');
    const [took, why, began] = [secondsIn(cells[seconds] ?? ''), cells[message], cells[start]];
    return trialWith({
      params: found, values, state: state === -1 ? 'complete' : stateOf(cells[state] ?? '', { file: table.file, line }), seconds: took, message: why === '' ? undefined : why,
      start: began === '' ? undefined : began, seed: mapping.seed === undefined ? undefined : cellSeed(cells[seed] ?? '', { file: table.file, line, column: mapping.seed }),
    });
  };
}

/** Seconds, or a pandas Timedelta: `0 days 00:00:00.24`. */
export function secondsIn(text: string): number | undefined {
  const delta = /^(\d+) days? (\d+):(\d+):([\d.]+)$/.exec(text.trim());
  if (delta !== null) return Number(delta[1]) * 86_400 + Number(delta[2]) * 3600 + Number(delta[3]) * 60 + Number(delta[4]);
  const seconds = Number(text);
  return text.trim() !== '' && Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
