import type { ParamValue } from '../model/params.js';
import { protoFields } from '../platform/protobuf.js';
import { createTensorboardReader, looksLikeTensorboard, type TensorboardPlugin } from '../runners/tensorboardEvents.js';
import { isoTime, metricsOf, studyOf, type ForeignState, type ForeignTrial, type Point } from './foreign.js';
import type { Importer } from './importer.js';
import type { Source } from './source.js';

const tool = 'TensorBoard';
const maxDepth = 5;

/** A folder of event files: each folder in it that has some is a run, with its parameters if the hparams plugin was used. */
export const tensorboard: Importer = {
  tool, takes: 'a folder of event files, with hparams',
  detects: (source) => (source.isFolder ? runFolders(source).slice(0, 3).some(({ files }) => files.some((path) => looksLikeTensorboard(source.head(path)))) : looksLikeTensorboard(source.head())),
  read: (source, choice) => {
    const notes: string[] = [];
    const folders = source.isFolder ? runFolders(source) : [{ folder: '', files: [''] }];
    const runs = folders.map(({ folder, files }) => runOf(source, { folder, files, wanted: choice.metric, notes }));
    const trials = trialsOf(runs);
    if (!trials.some(({ params }) => Object.keys(params).length > 0)) notes.push('no run logged its parameters (hparams): values can be compared, configurations cannot');
    return { notes: [], studies: [studyOf({ name: source.base, tool, format: 'tensorboard', metrics: metricsOf(trials), trials, notes })] };
  },
};

interface Run { readonly folder: string; readonly params: Record<string, ParamValue> | undefined; readonly curves: Readonly<Record<string, readonly Point[]>>; readonly values: Readonly<Record<string, number>>; readonly start: number | undefined; readonly end: number | undefined; readonly status: number | undefined }

function runFolders(source: Source, folder = '', depth = 0): { readonly folder: string; readonly files: readonly string[] }[] {
  const entries = source.list(folder);
  const at = (name: string): string => (folder === '' ? name : `${folder}/${name}`);
  const files = entries.filter(({ name, isFolder }) => !isFolder && name.includes('tfevents')).map(({ name }) => at(name));
  const below = depth >= maxDepth ? [] : entries.filter(({ isFolder }) => isFolder).flatMap(({ name }) => runFolders(source, at(name), depth + 1));
  return files.length === 0 ? below : [{ folder, files }, ...below];
}

function runOf(source: Source, { folder, files, wanted, notes }: { readonly folder: string; readonly files: readonly string[]; readonly wanted: string | undefined; readonly notes: string[] }): Run {
  const [curves, values]: [Record<string, Point[]>, Record<string, number>] = [{}, {}];
  const params: Record<string, ParamValue> = {};
  let hasParams = false;
  let [status, start, end]: (number | undefined)[] = [];
  for (const path of files) {
    const reader = createTensorboardReader();
    for (const chunk of source.chunks(path)) {
      const { scalars, plugins } = reader.push(chunk);
      for (const { tag, step, value, wallTime } of scalars) {
        values[tag] = value;
        if (wanted === undefined || wanted === tag) (curves[tag] ??= []).push([step, value]);
        [start, end] = [Math.min(start ?? wallTime, wallTime), Math.max(end ?? wallTime, wallTime)];
      }
      for (const plugin of plugins) {
        const found = plugin.plugin === 'hparams' ? hparamsIn(plugin) : {};
        hasParams ||= found.params !== undefined;
        Object.assign(params, found.params);
        status = found.status ?? status;
      }
    }
    if (reader.isDamaged) notes.push(`${source.label(path)} is damaged: read up to there`);
    else if (reader.restBytes > 0) notes.push(`${source.label(path)} ends in the middle of a record: read up to there`);
  }
  return { folder, params: hasParams ? params : undefined, curves, values, start, end, status };
}

/** `add_hparams` of torch and tensorboardX writes into a folder below the run: its curves are the run's. Without any hparams each run is a trial. */
function trialsOf(runs: readonly Run[]): ForeignTrial[] {
  const withParams = runs.filter(({ params }) => params !== undefined);
  const taken = new Set(withParams);
  const pairs = withParams.map((run) => {
    const parent = run.folder.includes('/') ? runs.find(({ folder, params }) => params === undefined && folder === run.folder.slice(0, run.folder.lastIndexOf('/'))) : undefined;
    if (parent !== undefined) taken.add(parent);
    return { run, parent };
  });
  const alone = runs.filter((run) => !taken.has(run)).map((run) => ({ run, parent: undefined }));
  return [...pairs, ...alone].sort((a, b) => (a.run.folder < b.run.folder ? -1 : 1)).map(({ run, parent }) => trialOf(run, parent));
}

/** Status of hparams' api.proto: 1 success, 2 failure, 3 running. */
const states: Readonly<Record<number, ForeignState>> = { 1: 'complete', 2: 'failed', 3: 'running' };

function trialOf(run: Run, parent: Run | undefined): ForeignTrial {
  const [start, end] = [parent?.start ?? run.start, parent?.end ?? run.end];
  const { seed, ...params } = run.params ?? {};
  return {
    params: typeof seed === 'number' || seed === undefined ? params : { ...params, seed }, ...(typeof seed === 'number' ? { seed } : {}),
    state: states[run.status ?? 1] ?? 'complete', values: { ...parent?.values, ...run.values }, curves: { ...run.curves, ...parent?.curves },
    start: isoTime(start), ...(start === undefined || end === undefined ? {} : { seconds: end - start }),
  };
}

const [sessionStart, sessionEnd] = [3, 4];

/** HParamsPluginData of the plugin's plugin_data.proto. */
function hparamsIn({ content }: TensorboardPlugin): { readonly params?: Record<string, ParamValue>; readonly status?: number } {
  for (const [field, value] of protoFields(content)) {
    if (!Buffer.isBuffer(value)) continue;
    if (field === sessionStart) return { params: mapIn(value) };
    if (field === sessionEnd) for (const [inner, status] of protoFields(value)) if (inner === 1 && typeof status === 'number') return { status };
  }
  return {};
}

/** `map<string, google.protobuf.Value>`: a number, a text or a boolean each. */
function mapIn(start: Buffer): Record<string, ParamValue> {
  const params: Record<string, ParamValue> = {};
  for (const [field, entry] of protoFields(start)) {
    if (field !== 1 || !Buffer.isBuffer(entry)) continue;
    let [name, value]: [string, ParamValue] = ['', null];
    for (const [inner, part] of protoFields(entry)) {
      if (inner === 1 && Buffer.isBuffer(part)) name = part.toString('utf8');
      if (inner === 2 && Buffer.isBuffer(part)) value = valueIn(part);
    }
    if (name !== '') params[name] = value;
  }
  return params;
}

function valueIn(bytes: Buffer): ParamValue {
  for (const [field, value] of protoFields(bytes)) {
    if (field === 2 && Buffer.isBuffer(value) && value.length === 8) return Number.isFinite(value.readDoubleLE(0)) ? value.readDoubleLE(0) : String(value.readDoubleLE(0));
    if (field === 3 && Buffer.isBuffer(value)) return value.toString('utf8');
    if (field === 4) return value === 1;
  }
  return null;
}
