import type { ParamValue } from '../model/params.js';
import { own } from '../model/own.js';
import { cellValue } from './cells.js';
import { checkTrials, isoTime, metricsOf, studyOf, type ForeignState, type ForeignTrial, type Point } from './foreign.js';
import type { Importer, ImportedStudy } from './importer.js';
import { metaOf, type Meta } from './mlflowMeta.js';
import { emptyMap } from './names.js';
import { createShelf } from './shelf.js';
import type { Source } from './source.js';
import { trialWith } from './trialWith.js';

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

/** What of a store is no run without being half-written. */
const noRuns = new Set(['models', 'tags', 'traces']);

function experimentOf(source: Source, folder: string, wanted: string | undefined): ImportedStudy {
  const notes: string[] = [];
  const about = metaOf(source.textIf(`${folder}meta.yaml`) ?? '');
  const shelf = createShelf();
  /** Folders of the runs, as they stand on the shelf; MLflow names them by the run. */
  const ids: string[] = [];
  const parents = new Set<string>();
  let deleted = 0;
  for (const { name, isFolder } of source.list(folder.slice(0, -1))) {
    const text = isFolder ? source.textIf(`${folder}${name}/meta.yaml`) : undefined;
    if (text === undefined) continue;
    const meta = metaOf(text);
    if ((meta.run_id ?? meta.run_uuid) === undefined) { if (!noRuns.has(name)) notes.push(`${source.label(`${folder}${name}/meta.yaml`)} is half-written: left out`); continue; }
    if (meta.lifecycle_stage === 'deleted') { deleted += 1; continue; }
    const { trial, parent } = runOf(source, `${folder}${name}/`, { meta, wanted });
    if (parent !== undefined) parents.add(parent);
    ids.push(name);
    checkTrials(shelf.push(trial), source.name);
  }
  const trials = shelf.byStart(parents.size === 0 ? undefined : (place) => !parents.has(ids[place] ?? ''));
  const holders = shelf.length - trials.length;
  if (deleted > 0) notes.push(`${deleted} deleted ${deleted === 1 ? 'run' : 'runs'} left out`);
  if (holders > 0) notes.push(`${holders} ${holders === 1 ? 'run' : 'runs'} that hold others left out: the trials are their children`);
  return studyOf({ name: about.name ?? source.base, tool, format: 'mlflow', metrics: metricsOf(trials), trials, notes });
}

function runOf(source: Source, folder: string, { meta, wanted }: { readonly meta: Meta; readonly wanted: string | undefined }): { readonly trial: ForeignTrial; readonly parent: string | undefined } {
  const params: Record<string, ParamValue> = emptyMap();
  for (const name of filesBelow(source, `${folder}params`)) params[name] = cellValue(source.text(`${folder}params/${name}`).trimEnd());
  const [values, curves]: [Record<string, number>, Record<string, readonly Point[]>] = [emptyMap(), emptyMap()];
  for (const name of filesBelow(source, `${folder}metrics`)) {
    const points = pointsOf(source.text(`${folder}metrics/${name}`));
    const last = points.at(-1);
    if (last === undefined) continue;
    values[name] = last[1];
    if (points.length > 1 && (wanted === undefined || wanted === name)) curves[name] = points;
  }
  const tag = (name: string): string | undefined => (source.has(`${folder}tags/${name}`) ? source.text(`${folder}tags/${name}`).trim() : undefined);
  const [start, end] = [Number(meta.start_time ?? Number.NaN), Number(meta.end_time ?? Number.NaN)];
  const seed = Number(tag('seed') ?? params['seed'] ?? Number.NaN);
  const isKilled = meta.status === '5' || meta.status === 'KILLED';
  return {
    parent: tag('mlflow.parentRunId'),
    trial: trialWith({
      params, values, curves, state: own(states, meta.status ?? '') ?? 'failed', message: isKilled ? 'killed' : undefined,
      start: isoTime(start / 1000), seconds: end >= start ? (end - start) / 1000 : undefined, seed: Number.isFinite(seed) ? seed : undefined,
    }),
  };
}

/** A name with slashes lies in folders. */
function filesBelow(source: Source, folder: string, prefix = '', depth = 0): string[] {
  if (depth > 8) return [];
  const names: string[] = [];
  for (const { name, isFolder } of source.list(prefix === '' ? folder : `${folder}/${prefix.slice(0, -1)}`)) {
    if (isFolder) names.push(...filesBelow(source, folder, `${prefix}${name}/`, depth + 1));
    else names.push(`${prefix}${name}`);
  }
  return names;
}

/** `timestamp value step` per line, in the order of logging; MLflow parts them at each blank. A last line without its end is cut: left out. */
function pointsOf(text: string): Point[] {
  const points: Point[] = [];
  for (let from = 0, end = text.indexOf('\n'); end !== -1; from = end + 1, end = text.indexOf('\n', from)) {
    const [, value = '', step = '0'] = text.slice(from, end).trim().split(' ');
    const [found, at] = [numberIn(value), Number(step)];
    if (found !== undefined && Number.isFinite(at)) points.push([at, found]);
  }
  return points;
}

/** As Python prints it. */
function numberIn(text: string): number | undefined {
  const number = text === '' ? Number.NaN : Number(text);
  if (!Number.isNaN(number)) return number;
  if (/^nan$/i.test(text)) return Number.NaN;
  return /^[+-]?inf(inity)?$/i.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : undefined;
}
