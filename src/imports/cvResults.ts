import type { Params, ParamValue } from '../model/params.js';
import { canonicalJson } from '../model/params.js';
import { cellNumber, cellValue } from './cells.js';
import { fieldsAt, isFields, numberOr, paramsAt, unreadable, type Place } from './fields.js';
import { checkTrials, studyOf, type ForeignStudy, type ForeignTrial } from './foreign.js';
import type { Importer } from './importer.js';
import { eachOf, jsonPieces } from './jsonPieces.js';
import { parsePythonLiteral } from '../model/pythonLiteral.js';
import { emptyMap } from './names.js';
import type { Source } from './source.js';
import { checkCells, headerOf, openTable } from './table.js';
import { trialWith } from './trialWith.js';

const tool = 'scikit-learn';
const meanTest = /^mean_test_(.+)$/;
/** Columns that are kept; the others (folds, ranks, train scores) are passed over. */
const isKept = (name: string): boolean => name === 'params' || meanTest.test(name) || ['mean_fit_time', 'mean_score_time', 'n_resources', 'nan_test_score?'].includes(name);

/** `cv_results_` of a search as JSON, alone or in a map: of scikit-learn, BayesSearchCV, sklearn-deap, sklearn-genetic-opt. */
export const cvResultsJson: Importer = {
  tool, takes: 'cv_results_ as JSON',
  detects: (source) => !source.isFolder && /^\s*\{/.test(source.head().toString('latin1')) && /"cv_results_"\s*:|"(mean_fit_time|mean_test_\w+|split0_test_\w+|n_resources|param_\w+)"\s*:\s*\[/.test(source.head().toString('latin1')),
  read: (source) => {
    const columns = new Map<string, unknown[]>();
    const { whole } = eachOf(jsonPieces(source.chunks(), source.name, isKept), ({ key, value, index }) => {
      if (index !== undefined) columns.set(key, columns.get(key) ?? []);
      if (index !== undefined) checkTrials(columns.get(key)?.push(value) ?? 0, source.name);
      if (key === 'cv_results_') for (const [name, list] of Object.entries(fieldsAt(value, { tool, file: source.name, field: key }))) if (isKept(name) && Array.isArray(list)) columns.set(name, list);
    });
    if (!whole) throw unreadable({ tool, file: source.name }, 'ends in the middle: its columns are not whole');
    const params = columns.get('params');
    if (params === undefined) throw unreadable({ tool, file: source.name, field: 'params' }, 'is not there');
    const at = (name: string, i: number): number | undefined => numberOr(columns.get(name)?.[i]) ?? (columns.has(name) ? Number.NaN : undefined);
    const names = [...columns.keys()];
    const rows = params.map((one, i) => rowOf(paramsOf(one, { tool, file: source.name, field: `params[${i}]` }), names, (name) => at(name, i)));
    return { notes: [], studies: [studyOf(studyIn(source, names, rows))] };
  },
};

/** The same as a table (`DataFrame(cv_results_).to_csv`). */
export const cvResultsCsv: Importer = {
  tool, takes: 'cv_results_ as CSV',
  detects: (source) => !source.isFolder && headerOf(source).some((name) => meanTest.test(name)),
  read: (source) => {
    const table = openTable(source);
    const kept = new Map(table.header.flatMap((name, i): [string, number][] => (isKept(name) && name !== 'params' ? [[name, i]] : [])));
    const [own, singles] = [table.header.indexOf('params'), table.header.flatMap((name, i): [string, number][] => (name.startsWith('param_') ? [[name.slice(6), i]] : []))];
    const rows: CvRow[] = [];
    const notes: string[] = [];
    for (const row of table.rows) {
      if (!row.whole && row.cells.length < table.header.length) { notes.push(`the last line of ${table.file} is half-written: left out`); continue; }
      checkCells(row, table);
      const { cells, line } = row;
      const values = new Map([...kept].map(([name, i]) => [name, /^(True|False)$/.test(cells[i] ?? '') ? 0 : cellNumber(cells[i] ?? '', { file: table.file, line, column: name }) ?? Number.NaN]));
      const printed = own === -1 ? undefined : parsePythonLiteral(cells[own] ?? '');
      if (own !== -1 && !isFields(printed)) throw unreadable({ tool, file: table.file, field: `line ${line}: params` }, `is no dictionary of Python: ${JSON.stringify((cells[own] ?? '').slice(0, 60))}`);
      const params = isFields(printed) ? paramsOf(printed, { tool, file: table.file, field: `line ${line}: params` }) : Object.fromEntries(singles.flatMap(([name, i]): [string, ParamValue][] => (cells[i] === '' ? [] : [[name, cellValue(cells[i] ?? '')]])));
      checkTrials(rows.push(rowOf(params, [...kept.keys()], (name) => values.get(name))), source.name);
    }
    const study = studyIn(source, [...kept.keys()], rows);
    return { notes: [], studies: [studyOf({ ...study, notes: [...notes, ...study.notes] })] };
  },
};

/** One candidate; `resources` under successive halving. */
interface CvRow { readonly params: Params; readonly values: Readonly<Record<string, number>>; readonly seconds: number; readonly resources: number | undefined }

/** A metric's column that the table lacks has no value; a cell that is empty is NaN. */
function rowOf(params: Params, columns: readonly string[], of: (column: string) => number | undefined): CvRow {
  const values: Record<string, number> = emptyMap();
  for (const column of columns) {
    const name = meanTest.exec(column)?.[1];
    if (name !== undefined) values[name] = of(column) ?? Number.NaN;
  }
  return { params, values, seconds: (of('mean_fit_time') ?? Number.NaN) + (of('mean_score_time') ?? 0), resources: of('n_resources') };
}

function paramsOf(value: unknown, place: Place): Params {
  return paramsAt(fieldsAt(value, place), place, `${place.field ?? ''}.`);
}

/** Larger is better in every scorer of scikit-learn; a fit that failed has NaN. */
function studyIn(source: Source, columns: readonly string[], rows: readonly CvRow[]): ForeignStudy {
  const isDeap = columns.includes('nan_test_score?');
  const full = rows.reduce((most, { resources }) => Math.max(most, resources ?? 0), 0);
  const metrics = columns.flatMap((name) => meanTest.exec(name)?.[1] ?? []);
  const seen = new Set<string>();
  const [trials, again] = [[] as ForeignTrial[], { count: 0 }];
  for (const row of rows) {
    const key = isDeap ? canonicalJson([row.params, row.values]) : '';
    if (isDeap && seen.has(key)) { again.count += 1; continue; }
    seen.add(key);
    trials.push(trialOf(row, full));
  }
  const cut = trials.filter(({ state }) => state === 'pruned').length;
  return {
    name: source.base.replace(/(_?cv_results|_?results)?\.(csv|json)$/i, '') || 'search', tool: isDeap ? 'sklearn-deap' : tool, format: 'cv-results', metrics: metrics.map((name) => ({ name, goal: 'maximize' })), trials,
    notes: [
      ...(cut === 0 ? [] : [`successive halving: ${cut} candidates were scored with fewer than ${full} resources: they count as pruned at theirs`]),
      ...(again.count === 0 ? [] : [`${again.count} rows repeat an individual of an earlier generation with its score: one trial each`]),
    ],
  };
}

function trialOf({ params, values, seconds, resources }: CvRow, full: number): ForeignTrial {
  const isCut = resources !== undefined && resources < full;
  const isFailed = Object.values(values).every(Number.isNaN);
  return trialWith({
    params, values, state: isFailed ? 'failed' : isCut ? 'pruned' : 'complete', message: isFailed ? 'all scores are NaN: the fit failed' : undefined,
    curves: isCut ? Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [[resources, value]]])) : undefined,
    seconds: Number.isFinite(seconds) ? seconds : undefined,
  });
}
