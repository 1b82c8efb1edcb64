import type { ParamValue } from '../model/params.js';
import { nextField, protoReader, readerInside, textOf, type ProtoReader } from '../platform/protobuf.js';
import { createTensorboardReader, looksLikeTensorboard, type TensorboardPlugin } from '../runners/tensorboardEvents.js';
import { checkTrials, isoTime, metricsOf, curveOf, studyOf, type ForeignState, type ForeignTrial, type Point } from './foreign.js';
import type { Importer } from './importer.js';
import { emptyMap } from './names.js';
import { createShelf } from './shelf.js';
import type { Source } from './source.js';
import { trialWith } from './trialWith.js';

const tool = 'TensorBoard';
const maxDepth = 5;

/** A folder of event files: each folder in it that has some is a run, with its parameters if the hparams plugin was used. */
export const tensorboard: Importer = {
  tool, takes: 'a folder of event files, with hparams', byproduct: true,
  detects: (source) => (source.isFolder ? firstOf(filesBelow(source), 3) : ['']).some((path) => looksLikeTensorboard(source.head(path))),
  read: (source, choice) => {
    const notes: string[] = [];
    const trials = createShelf();
    const seen = { params: false };
    const take = (trial: ForeignTrial): void => {
      seen.params ||= Object.keys(trial.params).length > 0;
      checkTrials(trials.push(trial), source.name);
    };
    takeBelow(source, { folder: '', depth: 0, above: undefined }, { wanted: choice.metric, notes, take });
    if (!seen.params) notes.push('no run logged its parameters (hparams): values can be compared, configurations cannot');
    return { notes: [], studies: [studyOf({ name: source.base, tool, format: 'tensorboard', metrics: metricsOf(trials), trials, notes })] };
  },
};

/** Files of one folder, and folders in it; the file itself where none was named. */
function within(source: Source, folder: string): { readonly files: readonly string[]; readonly folders: readonly string[] } {
  if (!source.isFolder) return { files: [''], folders: [] };
  const [files, folders]: [string[], string[]] = [[], []];
  for (const { name, isFolder } of source.list(folder)) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (isFolder) folders.push(path);
    else if (name.includes('tfevents')) files.push(path);
  }
  return { files, folders };
}

function* filesBelow(source: Source, folder = '', depth = 0): Generator<string, void> {
  const { files, folders } = within(source, folder);
  yield* files;
  if (depth < maxDepth) for (const below of folders) yield* filesBelow(source, below, depth + 1);
}

function firstOf<T>(all: Iterable<T>, most: number): T[] {
  const found: T[] = [];
  for (const one of all) if (found.push(one) === most) break;
  return found;
}

interface Run { readonly params: Record<string, ParamValue> | undefined; readonly curves: Readonly<Record<string, readonly Point[]>>; readonly values: Readonly<Record<string, number>>; readonly start: number | undefined; readonly end: number | undefined; readonly status: number | undefined }
/** A run that may turn out to be a part of another. */
interface Held { readonly run: Run; isTaken: boolean }
interface At { readonly folder: string; readonly depth: number; readonly above: Held | undefined }
interface Context { readonly wanted: string | undefined; readonly notes: string[]; readonly take: (trial: ForeignTrial) => void }

/**
 * Folder by folder, so that no more runs are held than lie inside each other. `add_hparams` of torch and tensorboardX writes into a folder
 * below the run: its curves are the run's. Without any hparams each run is a trial.
 */
function takeBelow(source: Source, { folder, depth, above }: At, context: Context): void {
  const { files, folders } = within(source, folder);
  const held: Held | undefined = files.length === 0 ? undefined : { run: runOf(source, files, context), isTaken: false };
  if (depth < maxDepth) for (const below of folders) takeBelow(source, { folder: below, depth: depth + 1, above: held }, context);
  if (held === undefined || held.isTaken) return;
  const parent = held.run.params !== undefined && above?.run.params === undefined ? above : undefined;
  if (parent !== undefined) parent.isTaken = true;
  context.take(trialOf(held.run, parent?.run));
}

function runOf(source: Source, files: readonly string[], { wanted, notes }: Context): Run {
  const [curves, values] = [new Map<string, Point[]>(), new Map<string, number>()];
  let params: Record<string, ParamValue> | undefined;
  let [status, start, end]: (number | undefined)[] = [];
  for (const path of files) {
    const reader = createTensorboardReader();
    const small = source.glance(path);
    for (const chunk of small === undefined ? source.chunks(path) : [small]) {
      const { scalars, plugins } = reader.push(chunk);
      for (const { tag, step, value, wallTime } of scalars) {
        values.set(tag, value);
        if (wanted === undefined || wanted === tag) curveOf(curves, tag).push([step, value]);
        start = Math.min(start ?? wallTime, wallTime);
        end = Math.max(end ?? wallTime, wallTime);
      }
      for (const plugin of plugins) {
        const found = plugin.plugin === 'hparams' ? hparamsIn(plugin) : {};
        if (found.params !== undefined) params = { ...params, ...found.params };
        status = found.status ?? status;
      }
    }
    if (reader.isDamaged) notes.push(`${source.label(path)} is damaged: read up to there`);
    else if (reader.restBytes > 0) notes.push(`${source.label(path)} ends in the middle of a record: read up to there`);
  }
  return { params, curves: Object.fromEntries(curves), values: Object.fromEntries(values), start, end, status };
}

/** Status of hparams' api.proto: 1 success, 2 failure, 3 running. */
const states: Readonly<Record<number, ForeignState>> = { 1: 'complete', 2: 'failed', 3: 'running' };

function trialOf(run: Run, parent: Run | undefined): ForeignTrial {
  const [start, end] = [parent?.start ?? run.start, parent?.end ?? run.end];
  const { params, seed } = seededParams(run.params ?? {});
  return trialWith({
    params, seed, state: states[run.status ?? 1] ?? 'complete', start: isoTime(start), seconds: start === undefined || end === undefined ? undefined : end - start,
    values: parent === undefined ? run.values : { ...parent.values, ...run.values }, curves: parent === undefined ? run.curves : { ...run.curves, ...parent.curves },
  });
}

function seededParams(all: Readonly<Record<string, ParamValue>>): Pick<ForeignTrial, 'params' | 'seed'> {
  if (typeof all['seed'] !== 'number') return { params: all };
  const { seed, ...params } = all;
  return { params, seed };
}

const [sessionStart, sessionEnd] = [3, 4];

/** HParamsPluginData of the plugin's plugin_data.proto. */
function hparamsIn({ content }: TensorboardPlugin): { readonly params?: Record<string, ParamValue>; readonly status?: number } {
  const data = protoReader(content);
  while (nextField(data)) {
    if (data.number !== undefined) continue;
    if (data.field === sessionStart) return { params: mapIn(readerInside(data)) };
    const end = readerInside(data);
    if (data.field === sessionEnd) while (nextField(end)) if (end.field === 1 && end.number !== undefined) return { status: end.number };
  }
  return {};
}

/** `map<string, google.protobuf.Value>`: a number, a text or a boolean each. */
function mapIn(start: ProtoReader): Record<string, ParamValue> {
  const params: Record<string, ParamValue> = emptyMap();
  while (nextField(start)) {
    if (start.field !== 1 || start.number !== undefined) continue;
    const entry = readerInside(start);
    let [name, value]: [string, ParamValue] = ['', null];
    while (nextField(entry)) {
      if (entry.field === 1 && entry.number === undefined) name = textOf(entry);
      if (entry.field === 2 && entry.number === undefined) value = valueIn(readerInside(entry));
    }
    if (name !== '') params[name] = value;
  }
  return params;
}

function valueIn(reader: ProtoReader): ParamValue {
  while (nextField(reader)) {
    const { field, number, bytes, from, to } = reader;
    if (field === 2 && number === undefined && to - from === 8) return Number.isFinite(bytes.readDoubleLE(from)) ? bytes.readDoubleLE(from) : String(bytes.readDoubleLE(from));
    if (field === 3 && number === undefined) return textOf(reader);
    if (field === 4) return number === 1;
  }
  return null;
}
