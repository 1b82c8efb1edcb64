import { stateOf } from './cells.js';
import { fieldsAt, isFields, textOr, type Place } from './fields.js';
import { checkTrials, metricsOf, studyOf, type ForeignTrial, type Trials } from './foreign.js';
import type { Imported, Importer } from './importer.js';
import { eachOf, jsonLines, jsonPieces } from './jsonPieces.js';
import { parsePythonLiteral } from '../model/pythonLiteral.js';
import { createShelf } from './shelf.js';
import type { Source } from './source.js';
import { checkCells, headerOf, openTable } from './table.js';
import { trialWith } from './trialWith.js';
import { numbersIn, paramsIn } from './wandb.js';

const tool = 'Weights & Biases';

/** Runs as the API gives them, as JSON: a list (or lines) of { config, summary, name, state }. */
export const wandbJson: Importer = {
  tool, takes: 'runs of a sweep as JSON',
  detects: (source) => !source.isFolder && /^\s*[[{]/.test(source.head().toString('latin1')) && /"(summary|summary_metrics|summaryMetrics)"\s*:\s*\{/.test(source.head().toString('latin1')) && source.head().includes('"config"'),
  read: (source) => {
    const notes: string[] = [];
    const isList = /^\s*\[/.test(source.head().toString('latin1'));
    const trials = createShelf();
    const take = (value: unknown, at: string): void => {
      const run = fieldsAt(value, { tool, file: source.name, field: at });
      checkTrials(trials.push(trialOf({ config: run['config'], summary: run['summary'] ?? run['summary_metrics'] ?? run['summaryMetrics'], state: textOr(run['state']), start: textOr(run['created_at'] ?? run['createdAt']) }, { tool, file: source.name, field: at })), source.name);
    };
    const end = isList ? eachOf(jsonPieces(source.chunks(), source.name), ({ value, index }) => { take(value, `run ${index ?? 0}`); }) : eachOf(jsonLines(source.chunks(), source.name), ({ value, line }) => { take(value, `line ${line}`); });
    if (!end.whole) notes.push(`${source.name} ends in the middle: the runs before that were read`);
    return imported(source, trials, notes);
  },
};

/** The table of W&B's own export snippet: columns `summary` and `config` hold dictionaries as Python prints them. */
export const wandbCsv: Importer = {
  tool, takes: 'runs of a sweep as CSV (columns summary and config)',
  detects: (source) => !source.isFolder && ['summary', 'config'].every((name) => headerOf(source).includes(name)),
  read: (source) => {
    const table = openTable(source);
    const notes: string[] = [];
    const trials = createShelf();
    const [summary, config, state] = [table.column('summary'), table.column('config'), table.header.indexOf('state')];
    for (const row of table.rows) {
      if (!row.whole && row.cells.length < table.header.length) { notes.push(`the last line of ${table.file} is half-written: left out`); continue; }
      checkCells(row, table);
      const place = { tool, file: table.file, field: `line ${row.line}` };
      const word = row.cells[state];
      checkTrials(trials.push(trialOf({ config: parsePythonLiteral(row.cells[config] ?? ''), summary: parsePythonLiteral(row.cells[summary] ?? ''), state: word }, place)), source.name);
    }
    return imported(source, trials, notes);
  },
};

interface ApiRun { readonly config: unknown; readonly summary: unknown; readonly state: string | undefined; readonly start?: string | undefined }

function trialOf({ config, summary, state, start }: ApiRun, place: Place): ForeignTrial {
  const numbers = isFields(summary) ? summary : fieldsAt(summary, { ...place, field: `${place.field ?? ''}: summary` });
  const runtime = numbers['_runtime'];
  const { params, seed } = paramsIn(fieldsAt(config, { ...place, field: `${place.field ?? ''}: config` }), place);
  return trialWith({
    params, seed, start, seconds: typeof runtime === 'number' ? runtime : undefined, values: numbersIn(numbers),
    state: state === undefined || state === '' ? 'complete' : stateOf(state, { file: place.file, line: Number(/\d+/.exec(place.field ?? '')?.[0] ?? 0) }),
  });
}

function imported(source: Source, trials: Trials, notes: readonly string[]): Imported {
  return { notes: [], studies: [studyOf({ name: source.base.replace(/\.[a-z]+$/i, ''), tool, format: 'wandb-export', metrics: metricsOf(trials), trials, notes })] };
}
