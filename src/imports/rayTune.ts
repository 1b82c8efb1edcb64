import { numberColumn, type NumberColumn } from '../math/numberColumn.js';
import type { ParamValue } from '../model/params.js';
import { own } from '../model/own.js';
import { fieldsAt, flattened, isFields, numberOr, paramAt, paramsAt, textOr, type Fields } from './fields.js';
import { checkTrials, isoTime, lastLine, metricsOf, curveOf, studyOf, type ForeignState, type ForeignTrial, type Point } from './foreign.js';
import type { Importer } from './importer.js';
import { eachOf, jsonPieces, jsonTexts, lines, parsed } from './jsonPieces.js';
import { emptyMap } from './names.js';
import { createRowReader, type Row, type RowReader } from './rowShape.js';
import { createShelf } from './shelf.js';
import type { Source } from './source.js';
import { trialWith } from './trialWith.js';

const tool = 'Ray Tune';
const stateFile = /^experiment_state-.*\.json$/;
const states: Readonly<Record<string, ForeignState>> = { TERMINATED: 'complete', ERROR: 'failed', RUNNING: 'running', PAUSED: 'running', PENDING: 'waiting' };
/** Written into every row beside the user's metrics. */
const bookkeeping = new Set(['timestamp', 'checkpoint_dir_name', 'done', 'training_iteration', 'trial_id', 'date', 'time_this_iter_s', 'time_total_s', 'pid', 'hostname', 'node_ip', 'time_since_restore', 'iterations_since_restore', 'should_checkpoint', 'experiment_tag', 'experiment_id', 'episodes_total', 'timesteps_total', 'timesteps_since_restore', 'warmup_time']);

/** Of these what the last row says of the trial. */
const endFields = new Set(['training_iteration', 'done', 'time_total_s', 'timestamp']);

/** A folder of results: experiment_state-*.json and one folder per trial with params.json and result.json (Ray 2). */
export const rayTune: Importer = {
  tool, takes: 'a folder of results',
  detects: (source) => source.isFolder && (stateFiles(source).length > 0 || trialFolders(source).slice(0, 3).some((name) => source.has(`${name}/params.json`) && source.has(`${name}/result.json`))),
  read: (source, choice) => {
    const notes: string[] = [];
    const { metric, byFolder } = stateOf(source, notes);
    const trials = createShelf();
    const [lengths, readRow] = [numberColumn(), createRowReader((name) => endFields.has(name) || isMetric(name))];
    for (const folder of trialFolders(source)) {
      const text = source.textIf(`${folder}/params.json`);
      if (text === undefined) continue;
      const trial = trialOf(source, folder, { text, known: byFolder.get(folder), wanted: choice.metric ?? metric, notes, lengths, readRow });
      byFolder.delete(folder);
      if (trial !== undefined) checkTrials(trials.push(trial), source.name);
    }
    for (const { params, status } of byFolder.values()) trials.push({ params, state: own(states, status) === 'waiting' ? 'waiting' : 'running', values: {} });
    const metrics = metricsOf(trials);
    return { notes: [], studies: [studyOf({ name: source.base, tool, format: 'ray-tune', metrics, trials, notes: [...notes, ...early(lengths)], ...(metric === undefined || !metrics.some(({ name }) => name === metric) ? {} : { objective: metric }) })] };
  },
};

interface Known { readonly params: Readonly<Record<string, ParamValue>>; readonly status: string; readonly start: number | undefined }

function stateFiles(source: Source): string[] {
  return source.list().filter(({ name, isFolder }) => !isFolder && stateFile.test(name)).map(({ name }) => name);
}

function trialFolders(source: Source): string[] {
  return source.list().filter(({ isFolder }) => isFolder).map(({ name }) => name);
}

/** The newest state of the experiment; its items are JSON texts inside JSON. */
function stateOf(source: Source, notes: string[]): { readonly metric: string | undefined; readonly byFolder: Map<string, Known> } {
  const byFolder = new Map<string, Known>();
  const path = stateFiles(source).at(-1);
  let metric: string | undefined;
  if (path === undefined) { notes.push(`${source.name} has no experiment_state-*.json: how trials ended is read from their folders`); return { metric, byFolder }; }
  const file = source.label(path);
  const { whole } = eachOf(jsonPieces(source.chunks(path), file, (key) => key === 'trial_data'), ({ key, value, index }) => {
    if (key === 'runner_data' && isFields(value)) metric = textOr(value['_metric']);
    if (key !== 'trial_data' || index === undefined || !Array.isArray(value)) return;
    const [trial, runtime] = [documentIn(value[0]), documentIn(value[1])];
    const folder = textOr(trial?.['relative_logdir']);
    if (trial === undefined || folder === undefined) return;
    byFolder.set(folder, { params: sampled(trial['evaluated_params'], file), status: String(trial['status']), start: numberOr(runtime?.['start_time']) });
  });
  if (!whole) notes.push(`${file} is half-written: read as far as it goes`);
  return { metric, byFolder };
}

function documentIn(text: unknown): Fields | undefined {
  const value = typeof text === 'string' ? parsed(text) : text;
  return isFields(value) ? value : undefined;
}

/** Names are paths with slashes, here with points; what JSON could not say was left to a pickle, which is not loaded. */
function sampled(value: unknown, file: string): Readonly<Record<string, ParamValue>> {
  const params: Record<string, ParamValue> = emptyMap();
  if (!isFields(value)) return params;
  for (const [name, one] of Object.entries(value)) params[name.replaceAll('/', '.')] = isFields(one) && one['_type'] === 'CLOUDPICKLE_FALLBACK' ? '(an object of Python)' : paramAt(one, { tool, file, field: `evaluated_params.${name}` });
  return params;
}

interface Context {
  /** Of params.json. */
  readonly text: string;
  readonly known: Known | undefined;
  readonly wanted: string | undefined;
  readonly notes: string[];
  /** The last iteration of each trial that came to its end. */
  readonly lengths: NumberColumn;
  readonly readRow: RowReader;
}

function trialOf(source: Source, folder: string, { text, known, wanted, notes, lengths, readRow }: Context): ForeignTrial | undefined {
  const file = source.label(`${folder}/params.json`);
  const config = parsed(text);
  if (!isFields(config)) { notes.push(`${file} is half-written: left out`); return undefined; }
  const params = known !== undefined && Object.keys(known.params).length > 0 ? known.params : paramsAt(flattened(config), { tool, file });
  const { values, curves, last } = rowsOf(source, `${folder}/result.json`, { wanted, notes, readRow });
  const broken = `${folder}/error.txt`;
  // A trial that was begun again after an error may have come to its end.
  const state = (known === undefined ? undefined : own(states, known.status)) ?? (textAt(last, 'done') === 'true' ? 'complete' : source.has(broken) ? 'failed' : 'running');
  const error = state === 'failed' ? source.textIf(broken) : undefined;
  if (state === 'complete') lengths.push((wanted === undefined ? Object.values(curves)[0] : curves[wanted])?.at(-1)?.[0] ?? 0);
  const [seconds, ended] = [numberIn(textAt(last, 'time_total_s')), numberIn(textAt(last, 'timestamp'))];
  const start = known?.start ?? (ended === undefined ? undefined : ended - (seconds ?? 0));
  return trialWith({ params, state, values, curves, start: isoTime(start), seconds, message: error === undefined ? undefined : lastLine(error) });
}

interface Rows { readonly values: Record<string, number>; readonly curves: Record<string, Point[]>; readonly last: Row | undefined }

/** Of each metric the last value; the curve of the one that is wanted, or of all. Nothing where there is no such file. */
function rowsOf(source: Source, path: string, { wanted, notes, readRow }: Pick<Context, 'wanted' | 'notes' | 'readRow'>): Rows {
  const [values, curves] = [new Map<string, number>(), new Map<string, Point[]>()];
  let [last, curved]: [Row | undefined, readonly number[]] = [undefined, []];
  const file = source.label(path);
  const text = source.glance(path)?.toString('utf8');
  const rows = jsonTexts(text?.split('\n') ?? (source.has(path) ? lines(source.chunks(path), file) : []), file, readRow);
  const { whole } = eachOf(rows, ({ value: row, line }) => {
    if ('other' in row) { fieldsAt(row.other, { tool, file, field: `line ${line}` }); return; }
    if (row.names !== last?.names) {
      // Of rows with the same names only the last one counts.
      putValues(values, last);
      curved = [...row.names.keys()].filter((i) => isMetric(row.names[i] ?? '') && (wanted === undefined || wanted === row.names[i]));
    }
    last = row;
    const step = numberIn(textAt(row, 'training_iteration')) ?? line;
    for (const i of curved) {
      const value = numberIn(row.texts[i]);
      if (value !== undefined) curveOf(curves, row.names[i] ?? '').push([step, value]);
    }
  });
  if (!whole) notes.push(`the last line of ${file} is half-written: left out`);
  putValues(values, last);
  return { values: Object.fromEntries(values), curves: Object.fromEntries(curves), last };
}

function putValues(values: Map<string, number>, row: Row | undefined): void {
  for (const [i, name] of row?.names.entries() ?? []) {
    const value = isMetric(name) ? numberIn(row?.texts[i]) : undefined;
    if (value !== undefined) values.set(name, value);
  }
}

function textAt(row: Row | undefined, name: string): string | undefined {
  return row?.texts[row.names.indexOf(name)];
}

function isMetric(name: string): boolean {
  return !bookkeeping.has(name) && !name.startsWith('config/');
}

/** Undefined for a truth value. */
function numberIn(text: string | undefined): number | undefined {
  return text === undefined || text === 'true' || text === 'false' ? undefined : Number(text);
}

function early(lengths: NumberColumn): string[] {
  let [longest, short] = [0, 0];
  for (const one of lengths.values()) longest = Math.max(longest, one);
  for (const one of lengths.values()) if (one < longest) short += 1;
  return short === 0 ? [] : [`${short} trials ended before iteration ${longest}: Ray does not mark what a scheduler stopped early, so they count as complete`];
}
