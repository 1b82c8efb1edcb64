import type { ParamValue } from '../model/params.js';
import { isWandbFile, parseWandbFile, type WandbRun } from '../runners/wandbOffline.js';
import { flattened, isFields, numberOr, paramAt, textOr, type Fields, type Place } from './fields.js';
import { checkTrials, isoTime, metricsOf, studyOf, type ForeignTrial, type Point } from './foreign.js';
import type { Importer } from './importer.js';
import { parsed } from './jsonPieces.js';
import { createShelf, type Shelf } from './shelf.js';
import type { Source } from './source.js';

const tool = 'Weights & Biases';
/** Kept by the library itself. */
const isOwn = (name: string): boolean => name.startsWith('_');

/** Offline runs: the folder wandb/ with offline-run-*, or one run of it. A sweep is a study, runs without one are a project's. */
export const wandbRuns: Importer = {
  tool, takes: 'the folder wandb/ with offline runs',
  detects: (source) => source.isFolder && runFiles(source).slice(0, 3).some((path) => isWandbFile(source.head(path))),
  read: (source, choice) => {
    const notes: string[] = [];
    const groups = new Map<string, Shelf>();
    let count = 0;
    for (const path of runFiles(source)) {
      const bytes = source.bytes(path);
      if (!isWandbFile(bytes)) { notes.push(`${source.label(path)} is no run (yet): left out`); continue; }
      const run = parseWandbFile(bytes);
      const name = run.about.sweep ?? run.about.project ?? source.base;
      const group = groups.get(name) ?? createShelf();
      groups.set(name, group);
      group.push(trialOf(run, { tool, file: source.label(path) }, choice.metric));
      count += 1;
      checkTrials(count, source.name);
    }
    // Folders of one second are named at random.
    return { notes: [], studies: [...groups].map(([name, trials]) => studyOf({ name, tool, format: 'wandb', metrics: metricsOf(trials), trials: trials.byStart(), notes })) };
  },
};

function runFiles(source: Source): string[] {
  const own = source.list().filter(({ name, isFolder }) => !isFolder && /^run-.*\.wandb$/.test(name)).map(({ name }) => name);
  const nested = source.list().filter(({ name, isFolder }) => isFolder && /^(offline-)?run-/.test(name)).flatMap(({ name }) => source.list(name).filter((entry) => !entry.isFolder && /^run-.*\.wandb$/.test(entry.name)).map((entry) => `${name}/${entry.name}`));
  return own.length > 0 ? own : nested;
}

function trialOf(run: WandbRun, place: Place, wanted: string | undefined): ForeignTrial {
  const config = Object.fromEntries([...run.config].map(([name, text]) => [name, parsed(text)]));
  const [values, curves]: [Record<string, number>, Record<string, Point[]>] = [numbersIn(documentOf(run.summary)), {}];
  let runtime = 0;
  for (const [i, text] of run.history.entries()) {
    const row = flattened(documentOf(text));
    runtime = numberOr(row['_runtime']) ?? runtime;
    for (const [name, value] of Object.entries(row)) {
      const number = numberIn(value);
      if (number === undefined || isOwn(name)) continue;
      values[name] = number;
      if (wanted === undefined || wanted === name) (curves[name] ??= []).push([numberOr(row['_step']) ?? i, number]);
    }
  }
  const { startSeconds } = run.about;
  return {
    ...paramsIn(config, place), values, curves, seconds: runtime,
    state: run.exitCode === undefined ? 'running' : run.exitCode === 0 ? 'complete' : 'failed', ...(run.exitCode === undefined || run.exitCode === 0 ? {} : { message: `exit code ${run.exitCode}` }),
    start: isoTime(startSeconds),
  };
}

function documentOf(text: string | undefined): Fields {
  const value = text === undefined ? undefined : parsed(text);
  return isFields(value) ? value : {};
}

/** The names of a W&B configuration, maps inside it joined by points; a `seed` is one. */
export function paramsIn(config: Fields, place: Place): Pick<ForeignTrial, 'params' | 'seed'> {
  const params: Record<string, ParamValue> = {};
  const bare = Object.fromEntries(Object.entries(config).filter(([name]) => !isOwn(name)).map(([name, value]) => [name, isFields(value) && 'value' in value && Object.keys(value).every((key) => key === 'value' || key === 'desc') ? value['value'] : value]));
  for (const [name, value] of Object.entries(flattened(bare))) params[name] = paramAt(value, { ...place, field: `config.${name}` });
  const { seed, ...others } = params;
  return typeof seed === 'number' ? { params: others, seed } : { params };
}

/** Numbers of a summary; of a metric that has one, `best` or `last` of it is the tool's choice and has a name of its own. */
export function numbersIn(summary: Fields): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [name, value] of Object.entries(flattened(summary))) {
    const number = numberIn(value);
    if (number !== undefined && !isOwn(name)) found[name] = number;
  }
  return found;
}

/** JSON of W&B has NaN as a text. */
function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const text = textOr(value);
  return text === undefined ? undefined : ({ nan: Number.NaN, NaN: Number.NaN, Infinity, '-Infinity': -Infinity, inf: Infinity, '-inf': -Infinity } as Readonly<Record<string, number>>)[text];
}
