import { numberColumn } from '../math/numberColumn.js';
import type { Params } from '../model/params.js';
import { fieldsAt, isFields, listAt, numberAt, numberOr, paramsAt, textOr, type Place } from './fields.js';
import { checkTrials, isoTime, lastLine, studyOf, type ForeignTrial, type Point } from './foreign.js';
import type { Importer } from './importer.js';
import { jsonLines } from './jsonPieces.js';
import { createShelf } from './shelf.js';
import type { Source } from './source.js';

const tool = 'HpBandSter';

/** The folder of HpBandSter's json_result_logger: configs.json and results.json, a line per configuration and per run. */
export const hpbandster: Importer = {
  tool, takes: 'the folder of its JSON logger (Hyperband, BOHB)',
  detects: (source) => source.isFolder && /^\s*\[\[\s*\d+\s*,\s*\d+\s*,\s*\d+\s*\]\s*,\s*\{/.test(source.head('configs.json').toString('latin1')),
  read: (source) => {
    const notes: string[] = [];
    const [numbers, configs, runs] = [new Map<string, number>(), createShelf(), runTable()];
    for (const { value, place } of linesOf(source, 'configs.json', notes)) {
      const [id, params] = listAt(value, place);
      const key = keyOf(id, place);
      if (numbers.has(key)) continue;
      numbers.set(key, configs.length);
      checkTrials(configs.push({ params: paramsAt(fieldsAt(params, place), place, `${place.field ?? ''}: `), state: 'running', values: {} }), source.name);
    }
    let full = 0;
    if (source.has('results.json')) {
      for (const { value, place } of linesOf(source, 'results.json', notes)) {
        const [id, budget, times, result, exception] = listAt(value, place);
        const run = runOf({ budget: numberAt(budget, { ...place, field: `${place.field ?? ''}: budget` }), times, result, exception });
        const config = numbers.get(keyOf(id, place));
        if (config === undefined) continue;
        runs.add(config, run);
        full = Math.max(full, run.budget);
      }
    }
    const trials = createShelf();
    let cut = 0;
    for (const { params } of configs) {
      const trial = trialOf(params, runs.of(trials.length), full);
      if (trial.state === 'pruned') cut += 1;
      trials.push(trial);
    }
    if (cut > 0) notes.push(`${cut} configurations did not get the largest budget (${full}): they count as pruned at theirs`);
    return { notes: [], studies: [studyOf({ name: source.base, tool, format: 'hpbandster', metrics: [{ name: 'loss', goal: 'minimize' }], objective: 'loss', trials, notes })] };
  },
};

/** `loss` is absent where the run gave no result; times in Unix seconds. */
interface Run { readonly budget: number; readonly started: number | undefined; readonly finished: number | undefined; readonly loss: number | undefined; readonly exception: string | undefined }

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

function runOf({ budget, times, result, exception }: { readonly budget: number; readonly times: unknown; readonly result: unknown; readonly exception: unknown }): Run {
  const [fields, text] = [isFields(times) ? times : {}, textOr(exception)];
  return {
    budget, started: numberOr(fields['started']), finished: numberOr(fields['finished']),
    loss: isFields(result) ? numberOr(result['loss']) ?? Number.NaN : undefined, exception: text === undefined ? undefined : lastLine(text),
  };
}

/** Runs in rows of six numbers, each with the place of the one before it of the same configuration; in the order in which they came. */
function runTable(): { readonly add: (config: number, run: Run) => void; readonly of: (config: number) => readonly Run[] } {
  const column = numberColumn();
  const newest: number[] = [];
  const exceptions = new Map<number, string>();
  let rows = 0;
  return {
    add: (config, { budget, started = Number.NaN, finished = Number.NaN, loss, exception }) => {
      for (const number of [newest[config] ?? -1, budget, started, finished, loss ?? Number.NaN, loss === undefined ? 0 : 1]) column.push(number);
      if (exception !== undefined) exceptions.set(rows, exception);
      newest[config] = rows++;
    },
    of: (config) => {
      const [numbers, found]: [ReturnType<typeof column.values>, Run[]] = [column.values(), []];
      for (let row = newest[config] ?? -1; row >= 0; row = numbers[6 * row] ?? -1) {
        const [budget = 0, started, finished, loss, hasResult] = numbers.subarray(6 * row + 1, 6 * row + 6);
        found.push({ budget, started: known(started), finished: known(finished), loss: hasResult === 1 ? loss : undefined, exception: exceptions.get(row) });
      }
      return found.reverse();
    },
  };
}

function known(number: number | undefined): number | undefined {
  return number === undefined || Number.isNaN(number) ? undefined : number;
}

/** A configuration's runs are one trial, its budgets the steps. */
function trialOf(params: Params, runs: readonly Run[], full: number): ForeignTrial {
  const ordered = runs.toSorted((a, b) => a.budget - b.budget);
  const last = ordered.at(-1);
  const points = ordered.flatMap(({ budget, loss }): Point[] => (loss === undefined ? [] : [[budget, loss]]));
  const seconds = runs.reduce((total, { started = 0, finished = 0 }) => total + Math.max(0, finished - started), 0);
  // One point is the value itself, unless its budget says where the trial was stopped.
  const curves = points.length > 1 || (last?.budget ?? full) < full ? { curves: { loss: points } } : {};
  const base = { params, values: points.length === 0 ? {} : { loss: points.at(-1)?.[1] ?? Number.NaN }, ...curves, seconds, start: isoTime(ordered[0]?.started) };
  if (last === undefined) return { ...base, state: 'running' };
  if (last.loss === undefined) return { ...base, values: {}, state: 'failed', message: last.exception ?? 'no result' };
  // A loss that is no number was not stopped for being the worse one: it counts as failed.
  return { ...base, state: last.budget < full && Number.isFinite(last.loss) ? 'pruned' : 'complete' };
}
