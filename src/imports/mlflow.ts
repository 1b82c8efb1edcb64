import type { ParamValue } from '../model/params.js';
import { cellValue } from './cells.js';
import { checkTrials, isoTime, metricsOf, studyOf, type ForeignState, type ForeignTrial, type Point } from './foreign.js';
import type { Importer, ImportedStudy } from './importer.js';
import type { Source } from './source.js';

const tool = 'MLflow';
/** Folders that are asked whether they are experiments: few are none (.trash, models), and another tool's folder may have any number. */
const firstLooked = 20;
/** RunStatus of service.proto: the file store writes the number. */
const states: Readonly<Record<string, ForeignState>> = { 1: 'running', 2: 'waiting', 3: 'complete', 4: 'failed', 5: 'failed', RUNNING: 'running', SCHEDULED: 'waiting', FINISHED: 'complete', FAILED: 'failed', KILLED: 'failed' };

/** A file store: mlruns, or one experiment of it (a folder per run with meta.yaml, params, metrics, tags). */
export const mlflow: Importer = {
  tool, takes: 'a file store (mlruns), or one experiment of it',
  detects: (source) => source.isFolder && (isExperiment(source, '') || experiments(source, firstLooked).length > 0),
  read: (source, choice) => {
    const folders = isExperiment(source, '') ? [''] : experiments(source).map((name) => `${name}/`);
    return { notes: [], studies: folders.map((folder) => experimentOf(source, folder, choice.metric)).filter(({ trials }) => trials > 0 || folders.length === 1) };
  },
};

function isExperiment(source: Source, folder: string): boolean {
  return /^experiment_id:/m.test(source.head(`${folder}meta.yaml`).toString('utf8'));
}

function experiments(source: Source, most = Infinity): string[] {
  return source.list().filter(({ isFolder }) => isFolder).slice(0, most).filter(({ name }) => isExperiment(source, `${name}/`) && !/^run_id:/m.test(source.head(`${name}/meta.yaml`).toString('utf8'))).map(({ name }) => name);
}

interface Run { readonly id: string; readonly parent: string | undefined; readonly trial: ForeignTrial }

function experimentOf(source: Source, folder: string, wanted: string | undefined): ImportedStudy {
  const notes: string[] = [];
  const about = yamlOf(source, `${folder}meta.yaml`);
  const runs: Run[] = [];
  let deleted = 0;
  for (const { name, isFolder } of source.list(folder.slice(0, -1))) {
    if (!isFolder || !source.has(`${folder}${name}/meta.yaml`)) continue;
    const meta = yamlOf(source, `${folder}${name}/meta.yaml`);
    if (meta.get('run_id') === undefined && meta.get('run_uuid') === undefined) { if (name !== 'models' && name !== 'tags' && name !== 'traces') notes.push(`${source.label(`${folder}${name}/meta.yaml`)} is half-written: left out`); continue; }
    if (meta.get('lifecycle_stage') === 'deleted') { deleted += 1; continue; }
    checkTrials(runs.push(runOf(source, `${folder}${name}/`, { meta, wanted })), source.name);
  }
  const parents = new Set(runs.flatMap(({ parent }) => parent ?? []));
  const own = runs.filter(({ id }) => !parents.has(id)).sort((a, b) => ((a.trial.start ?? '') < (b.trial.start ?? '') ? -1 : 1));
  if (deleted > 0) notes.push(`${deleted} deleted ${deleted === 1 ? 'run' : 'runs'} left out`);
  if (own.length < runs.length) notes.push(`${runs.length - own.length} ${runs.length - own.length === 1 ? 'run' : 'runs'} that hold others left out: the trials are their children`);
  const trials = own.map(({ trial }) => trial);
  return studyOf({ name: about.get('name') ?? source.base, tool, format: 'mlflow', metrics: metricsOf(trials), trials, notes });
}

function runOf(source: Source, folder: string, { meta, wanted }: { readonly meta: ReadonlyMap<string, string>; readonly wanted: string | undefined }): Run {
  const params: Record<string, ParamValue> = {};
  for (const name of filesBelow(source, `${folder}params`)) params[name] = cellValue(source.text(`${folder}params/${name}`).trimEnd());
  const [values, curves]: [Record<string, number>, Record<string, readonly Point[]>] = [{}, {}];
  for (const name of filesBelow(source, `${folder}metrics`)) {
    const points = pointsOf(source.text(`${folder}metrics/${name}`));
    const last = points.at(-1);
    if (last === undefined) continue;
    values[name] = last[1];
    if (points.length > 1 && (wanted === undefined || wanted === name)) curves[name] = points;
  }
  const tag = (name: string): string | undefined => (source.has(`${folder}tags/${name}`) ? source.text(`${folder}tags/${name}`).trim() : undefined);
  const [start, end] = [Number(meta.get('start_time') ?? Number.NaN), Number(meta.get('end_time') ?? Number.NaN)];
  const seed = Number(tag('seed') ?? params['seed'] ?? Number.NaN);
  const status = meta.get('status') ?? '';
  return {
    id: meta.get('run_id') ?? meta.get('run_uuid') ?? '', parent: tag('mlflow.parentRunId'),
    trial: {
      params, values, curves, state: states[status] ?? 'failed', ...(status === '5' || status === 'KILLED' ? { message: 'killed' } : {}),
      start: isoTime(start / 1000), ...(end >= start ? { seconds: (end - start) / 1000 } : {}), ...(Number.isFinite(seed) ? { seed } : {}),
    },
  };
}

/** A name with slashes lies in folders. */
function filesBelow(source: Source, folder: string, prefix = '', depth = 0): string[] {
  if (depth > 8) return [];
  return source.list(`${folder}${prefix === '' ? '' : `/${prefix.slice(0, -1)}`}`).flatMap(({ name, isFolder }) => (isFolder ? filesBelow(source, folder, `${prefix}${name}/`, depth + 1) : [`${prefix}${name}`]));
}

/** `timestamp value step` per line, in the order of logging. A last line that is cut is left out. */
function pointsOf(text: string): Point[] {
  return text.split('\n').flatMap((line): Point[] => {
    const [time, value, step] = line.trim().split(/\s+/);
    if (time === undefined || value === undefined) return [];
    const found = /^nan$/i.test(value) ? Number.NaN : Number(value.replace(/inf(inity)?$/i, 'Infinity'));
    return Number.isNaN(found) && !/^nan$/i.test(value) ? [] : [[Number(step ?? 0), found]];
  });
}

/** `key: value` lines; the store writes nothing deeper that is of use. */
function yamlOf(source: Source, path: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of source.text(path).split('\n')) {
    const [, key, value] = /^(\w+):\s?(.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) found.set(key, value.trim().replace(/^'(.*)'$/, (_, inner: string) => inner.replaceAll("''", "'")).replace(/^"(.*)"$/, '$1'));
  }
  return found;
}
