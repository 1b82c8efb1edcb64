import { reservedName, type ParamValue } from '../model/params.js';
import { own } from '../model/own.js';
import { isWandbFile, readWandbRecords, type WandbItems, type WandbRecords } from '../runners/wandbOffline.js';
import { flattened, isFields, numberOr, paramAt, paramsAt, type Fields, type Place } from './fields.js';
import { checkTrials, isoTime, metricsOf, studyOf, type ForeignTrial, type Point } from './foreign.js';
import type { Importer } from './importer.js';
import { parsed } from './jsonPieces.js';
import { emptyMap } from './names.js';
import { createShelf, type Shelf } from './shelf.js';
import type { Source } from './source.js';
import { trialWith } from './trialWith.js';

const tool = 'Weights & Biases';
/** Kept by the library itself; of JavaScript's own names none is that. */
const isOwn = (name: string): boolean => name.startsWith('_') && name !== reservedName;

/** Folders that are looked into, and files that are asked, before another tool's folder counts as none of ours. */
const firstLooked = { folders: 100, files: 3 };
const runFolder = /^(?:offline-)?run-(?:\d{8}_\d{6}-)?(.*)$/;

/** Offline runs: the folder wandb/ with offline-run-*, or one run of it. A sweep is a study, runs without one are a project's. */
export const wandbRuns: Importer = {
  tool, takes: 'the folder wandb/ with offline runs',
  detects: (source) => source.isFolder && isAnyRun(source),
  read: (source, choice) => {
    const notes: string[] = [];
    const groups = new Map<string, Shelf>();
    let count = 0;
    for (const { path, glanced } of runFiles(source)) {
      const bytes = glanced ?? source.bytes(path);
      if (!isWandbFile(bytes)) { notes.push(`${source.label(path)} is no run (yet): left out`); continue; }
      const run = readWandbRecords(bytes);
      const name = run.about.sweep ?? run.about.project ?? source.base;
      let group = groups.get(name);
      if (group === undefined) groups.set(name, group = createShelf());
      group.push(trialOf(run, { tool, file: source.label(path) }, choice.metric));
      count += 1;
      checkTrials(count, source.name);
    }
    // Folders of one second are named at random.
    return { notes: [], studies: [...groups].map(([name, trials]) => studyOf({ name, tool, format: 'wandb', metrics: metricsOf(trials), trials: trials.byStart(), notes })) };
  },
};

/** A run's file. Where it is small it has been read already: those bytes stand until the next file is asked for. */
interface RunFile { readonly path: string; readonly glanced?: Buffer }

function* runFiles(source: Source, mostFolders = Infinity): Generator<RunFile, void> {
  const own = filesIn(source, '');
  if (own.length > 0) { yield* own; return; }
  let folders = 0;
  for (const { name, isFolder } of source.list()) {
    const id = isFolder ? runFolder.exec(name)?.[1] : undefined;
    if (id === undefined) continue;
    if ((folders += 1) > mostFolders) return;
    // A run's folder and its file bear the run's name: no need to look what is there.
    const path = `${name}/run-${id}.wandb`;
    const glanced = source.glance(path);
    if (glanced === undefined) yield* filesIn(source, name);
    else yield { path, glanced };
  }
}

function isAnyRun(source: Source): boolean {
  let files = 0;
  for (const { path, glanced } of runFiles(source, firstLooked.folders)) {
    if (isWandbFile(glanced ?? source.head(path))) return true;
    if ((files += 1) === firstLooked.files) return false;
  }
  return false;
}

function filesIn(source: Source, folder: string): RunFile[] {
  return source.list(folder).filter(({ name, isFolder }) => !isFolder && /^run-.*\.wandb$/.test(name)).map(({ name }) => ({ path: folder === '' ? name : `${folder}/${name}` }));
}

function trialOf({ config, summary, history, exitCode, about }: WandbRecords, place: Place, wanted: string | undefined): ForeignTrial {
  const [values, curves]: [Record<string, number>, Record<string, Point[]>] = [emptyMap(), emptyMap()];
  eachNumber(summary, (name, value) => { values[name] = value; });
  let [runtime, step] = [0, 0];
  const take = (name: string, value: number): void => {
    values[name] = value;
    if (wanted === undefined || wanted === name) (curves[name] ??= []).push([step, value]);
  };
  for (const [i, items] of history.entries()) {
    step = ownNumber(items, '_step') ?? i;
    runtime = ownNumber(items, '_runtime') ?? runtime;
    eachNumber(items, take);
  }
  const { params, seed } = paramsIn(valuesOf(config), place);
  const state = exitCode === undefined ? 'running' : exitCode === 0 ? 'complete' : 'failed';
  return trialWith({ params, values, curves, seed, state, seconds: runtime, start: isoTime(about.startSeconds), message: exitCode === undefined || exitCode === 0 ? undefined : `exit code ${exitCode}` });
}

/** Of maps inside maps too, the names joined by points; what the library keeps for itself and what is no JSON is passed over. */
function eachNumber(items: WandbItems, take: (name: string, value: number) => void): void {
  for (const [name, text] of items) {
    if (isOwn(name)) continue;
    const value = valueOf(text);
    if (isFields(value)) for (const [path, inner] of Object.entries(flattened(value, '.', name))) takeNumber(path, inner, take);
    else takeNumber(name, value, take);
  }
}

function takeNumber(name: string, value: unknown, take: (name: string, value: number) => void): void {
  const number = numberIn(value);
  if (number !== undefined) take(name, number);
}

function ownNumber(items: WandbItems, name: string): number | undefined {
  const text = items.get(name);
  return text === undefined ? undefined : numberOr(valueOf(text));
}

function valuesOf(items: WandbItems): Fields {
  const found: Record<string, unknown> = emptyMap();
  for (const [name, text] of items) if (!isOwn(name)) found[name] = valueOf(text);
  return found;
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Most are numbers. */
function valueOf(text: string): unknown {
  return jsonNumber.test(text) ? Number(text) : parsed(text);
}

/** The names of a W&B configuration, maps inside it joined by points; a `seed` is one. */
export function paramsIn(config: Fields, place: Place): Pick<ForeignTrial, 'params' | 'seed'> {
  const params: Record<string, ParamValue> = emptyMap();
  for (const name of Object.keys(config)) {
    if (isOwn(name)) continue;
    const value = bare(config[name]);
    if (isFields(value) && Object.keys(value).length > 0) Object.assign(params, paramsAt(flattened(value, '.', name), place, 'config.'));
    else params[name] = paramAt(value, place, `config.${name}`);
  }
  const { seed, ...others } = params;
  return typeof seed === 'number' ? { params: others, seed } : { params };
}

/** The library wraps a value with its description. */
function bare(value: unknown): unknown {
  return isFields(value) && Object.hasOwn(value, 'value') && Object.keys(value).every((key) => key === 'value' || key === 'desc') ? value['value'] : value;
}

/** Numbers of a summary; of a metric that has one, `best` or `last` of it is the tool's choice and has a name of its own. */
export function numbersIn(summary: Fields): Record<string, number> {
  const found: Record<string, number> = emptyMap();
  for (const [name, value] of Object.entries(flattened(summary))) {
    const number = numberIn(value);
    if (number !== undefined && !isOwn(name)) found[name] = number;
  }
  return found;
}

const nonFinite: Readonly<Record<string, number>> = { nan: Number.NaN, NaN: Number.NaN, Infinity, '-Infinity': -Infinity, inf: Infinity, '-inf': -Infinity };

/** JSON of W&B has NaN as a text. */
function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : typeof value === 'string' ? own(nonFinite, value) : undefined;
}
