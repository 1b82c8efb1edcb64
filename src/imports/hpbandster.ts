import type { ParamValue, Params } from '../model/params.js';
import { fieldsAt, isFields, listAt, numberAt, numberOr, paramAt, textOr, type Place } from './fields.js';
import { checkTrials, isoTime, lastLine, studyOf, type ForeignTrial, type Point } from './foreign.js';
import type { Importer } from './importer.js';
import { jsonLines } from './jsonPieces.js';
import type { Source } from './source.js';

const tool = 'HpBandSter';

/** The folder of HpBandSter's json_result_logger: configs.json and results.json, a line per configuration and per run. */
export const hpbandster: Importer = {
  tool, takes: 'the folder of its JSON logger (Hyperband, BOHB)',
  detects: (source) => source.isFolder && /^\s*\[\[\s*\d+\s*,\s*\d+\s*,\s*\d+\s*\]\s*,\s*\{/.test(source.head('configs.json').toString('latin1')),
  read: (source) => {
    const notes: string[] = [];
    const configs = new Map<string, Config>();
    for (const { value, place } of linesOf(source, 'configs.json', notes)) {
      const [id, params] = listAt(value, place);
      const found: Record<string, ParamValue> = {};
      for (const [name, one] of Object.entries(fieldsAt(params, place))) found[name] = paramAt(one, { ...place, field: `${place.field ?? ''}: ${name}` });
      configs.set(keyOf(id, place), { params: found, runs: [] });
      checkTrials(configs.size, source.name);
    }
    if (source.has('results.json')) {
      for (const { value, place } of linesOf(source, 'results.json', notes)) {
        const [id, budget, times, result, exception] = listAt(value, place);
        configs.get(keyOf(id, place))?.runs.push({ budget: numberAt(budget, { ...place, field: `${place.field ?? ''}: budget` }), times: isFields(times) ? times : {}, result: isFields(result) ? result : undefined, exception: textOr(exception) });
      }
    }
    const budgets = [...configs.values()].flatMap(({ runs }) => runs.map(({ budget }) => budget));
    const full = budgets.reduce((most, budget) => Math.max(most, budget), 0);
    const trials = [...configs.values()].map((config) => trialOf(config, full));
    const cut = trials.filter(({ state }) => state === 'pruned').length;
    if (cut > 0) notes.push(`${cut} configurations did not get the largest budget (${full}): they count as pruned at theirs`);
    return { notes: [], studies: [studyOf({ name: source.base, tool, format: 'hpbandster', metrics: [{ name: 'loss', goal: 'minimize' }], objective: 'loss', trials, notes })] };
  },
};

interface Run { readonly budget: number; readonly times: Readonly<Record<string, unknown>>; readonly result: Readonly<Record<string, unknown>> | undefined; readonly exception: string | undefined }
interface Config { readonly params: Params; readonly runs: Run[] }

function* linesOf(source: Source, path: string, notes: string[]): Generator<{ readonly value: unknown; readonly place: Place }, void> {
  const lines = jsonLines(source.chunks(path), source.label(path));
  for (let next = lines.next(); ; next = lines.next()) {
    if (next.done !== true) { yield { value: next.value.value, place: { tool, file: source.label(path), field: `line ${next.value.line}` } }; continue; }
    if (!next.value.whole) notes.push(`the last line of ${source.label(path)} is half-written: left out`);
    return;
  }
}

function keyOf(id: unknown, place: Place): string {
  return listAt(id, { ...place, field: `${place.field ?? ''}: config id` }).join(',');
}

/** A configuration's runs are one trial, its budgets the steps. */
function trialOf({ params, runs }: Config, full: number): ForeignTrial {
  const ordered = runs.toSorted((a, b) => a.budget - b.budget);
  const last = ordered.at(-1);
  const points = ordered.flatMap(({ budget, result }): Point[] => (result === undefined ? [] : [[budget, numberOr(result['loss']) ?? Number.NaN]]));
  const seconds = runs.reduce((total, { times }) => total + Math.max(0, (numberOr(times['finished']) ?? 0) - (numberOr(times['started']) ?? 0)), 0);
  const started = numberOr(ordered[0]?.times['started']);
  // One point is the value itself, unless its budget says where the trial was stopped.
  const curves = points.length > 1 || (last?.budget ?? full) < full ? { curves: { loss: points } } : {};
  const base = { params, values: points.length === 0 ? {} : { loss: points.at(-1)?.[1] ?? Number.NaN }, ...curves, seconds, start: isoTime(started) };
  if (last === undefined) return { ...base, state: 'running' };
  if (last.result === undefined) return { ...base, values: {}, state: 'failed', message: last.exception === undefined ? 'no result' : lastLine(last.exception) };
  return { ...base, state: last.budget < full ? 'pruned' : 'complete' };
}
