import type { Goal } from '../model/direction.js';
import { parsePythonJson } from '../model/pythonNumbers.js';
import type { ParamValue } from '../model/params.js';
import type { Distribution, SearchSpace } from '../model/searchSpace.js';
import { fieldsAt, isFields, numberOr, paramAt, paramsAt, textOr, type Fields, type Place } from './fields.js';
import { checkTrials, studyOf, type ForeignTrial, type Point } from './foreign.js';
import type { Importer } from './importer.js';
import { eachOf, jsonLines, parsed } from './jsonPieces.js';
import { emptyMap } from './names.js';
import { createShelf } from './shelf.js';
import type { Source } from './source.js';
import { trialWith } from './trialWith.js';

const tool = 'Talos';
const rounds = 'round_data.jsonl';

/** The folder of one scan of Talos 2: round_data.jsonl beside metadata.json. */
export const talosFolder: Importer = {
  tool, takes: 'the folder of a scan (Talos 2)',
  detects: (source) => source.isFolder && (source.head(rounds).includes('"round_index"') || (source.has('metadata.json') && source.has(rounds))),
  holds: (own, file) => !file.isFolder && isTableOf(file, own),
  read: (source, choice) => {
    const notes: string[] = [];
    const about = metadata(source, notes);
    const trials = createShelf();
    const names = new Set<string>();
    const file = source.label(rounds);
    const { whole } = eachOf(jsonLines(source.chunks(rounds), file), ({ value, line }) => {
      const place = { tool, file, field: `line ${line}` };
      const trial = trialOf(fieldsAt(untagged(value), place), place, choice.metric ?? about.objective);
      checkTrials(trials.push(trial), source.name);
      for (const name of Object.keys(trial.values)) names.add(name);
    });
    if (!whole) notes.push(`the last line of ${file} is half-written: left out`);
    const { objective, goal, space, status, name } = about;
    if (status !== undefined && status !== 'complete') notes.push(status === 'running' ? 'the scan is still running' : 'the scan ended with an error: Talos keeps no trial of the round that raised it');
    return {
      notes: [],
      studies: [studyOf({
        name: name ?? source.base, tool, format: 'talos', trials, notes,
        metrics: [...names].map((metric) => ({ name: metric, ...(metric === objective && goal !== undefined ? { goal } : {}) })),
        ...(objective === undefined ? {} : { objective }), ...(space === undefined ? {} : { space }),
      })],
    };
  },
};

/** `scan.data.to_csv(...)`: the table that the scan's own results.csv is, wherever it was written. */
function isTableOf(file: Source, scan: Source): boolean {
  const [[header = '', first = ''], known] = [file.head().toString('utf8').split('\n', 2), scan.head('results.csv').toString('utf8').split('\n', 2)];
  return first.trim() !== '' && header.split(',').includes('_trial_id') && header === known[0] && first === known[1];
}

interface About { readonly name?: string | undefined; readonly objective?: string | undefined; readonly goal?: Goal | undefined; readonly space?: SearchSpace | undefined; readonly status?: string | undefined }

function metadata(source: Source, notes: string[]): About {
  const file = source.label('metadata.json');
  const text = source.textIf('metadata.json');
  const value = text === undefined ? undefined : untagged(parsed(text));
  if (!isFields(value)) {
    notes.push(`${file} is ${source.has('metadata.json') ? 'half-written' : 'not there'}: neither objective nor space are known`);
    return {};
  }
  const details = isFields(value['details']) ? value['details'] : {};
  const identity = isFields(value['identity']) ? value['identity'] : {};
  const objective = isFields(value['objective']) ? value['objective'] : isFields(identity['objective']) ? identity['objective'] : {};
  const { direction } = objective;
  return {
    name: textOr(value['experiment_name']) ?? textOr(details['experiment_name']), status: textOr(details['status']), objective: textOr(objective['metric']),
    goal: direction === 'max' ? 'maximize' : direction === 'min' ? 'minimize' : undefined,
    space: isFields(identity['params']) ? spaceOf(identity['params'], { tool, file, field: 'identity.params' }) : undefined,
  };
}

/** With the curve of the metric that is wanted, or all. */
function trialOf(round: Fields, place: Place, wanted: string | undefined): ForeignTrial {
  const at = (field: string): Place => ({ ...place, field: `${place.field ?? ''}: ${field}` });
  const params = paramsAt(fieldsAt(round['params'], at('params')), place, `${place.field ?? ''}: params.`);
  const history = isFields(round['history']) ? round['history'] : {};
  const curves: Record<string, readonly Point[]> = emptyMap();
  const row = isFields(round['row']) ? round['row'] : {};
  const values: Record<string, number> = emptyMap();
  for (const [name, list] of Object.entries(history)) {
    if (!Array.isArray(list)) continue;
    values[name] = numberOr(row[name]) ?? numberOr(list.at(-1)) ?? Number.NaN;
    if (wanted === undefined || wanted === name) curves[name] = list.map((value, epoch): Point => [epoch, typeof value === 'number' ? value : Number.NaN]);
  }
  const [start, seconds] = [textOr(row['start']), numberOr(row['duration'])];
  return trialWith({ params, values, curves, start, seconds, state: round['status'] === 'completed' || round['status'] === undefined ? 'complete' : 'failed' });
}

/** A list is a list; a tuple of three numbers is a range in so many steps, its end left out (Talos' `ParamSpace`). */
function spaceOf(params: Fields, place: Place): SearchSpace {
  const parameters = Object.entries(params).map(([name, value]) => {
    const range = isFields(value) && Array.isArray(value[tuple]) ? value[tuple].filter((x): x is number => typeof x === 'number') : undefined;
    const values = range === undefined ? (Array.isArray(value) ? value : [value]).map((one) => paramAt(plain(one), place, `${place.field ?? ''}.${name}`)) : stepsOf(range);
    return { name, path: [name], distribution: listOf(values) };
  });
  return { parameters, constraints: [] };
}

function stepsOf([low = 0, high = 0, count = 1]: readonly number[]): number[] {
  const values = Array.from({ length: Math.max(1, Math.floor(count)) }, (_, i) => Number((low + (i * (high - low)) / count).toPrecision(12)));
  return Number.isInteger(low) && Number.isInteger(high) ? [...new Set(values.map(Math.trunc))] : values;
}

function listOf(values: readonly ParamValue[]): Distribution {
  const [only, second] = values;
  return second === undefined && only !== undefined ? { name: 'constant', value: only } : { name: 'categorical', choices: values };
}

const tuple = 'a tuple of Talos';

/** Numbers that JSON lacks, and tuples, stand as tagged maps. */
function untagged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untagged);
  if (!isFields(value)) return value;
  const kind = value['__talos_type__'];
  if (kind === 'float') return parsePythonJson(floats[String(value['value'])] ?? 'null');
  if (kind === 'tuple' && Array.isArray(value['items'])) return { [tuple]: value['items'].map(untagged) };
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, untagged(one)]));
}

const floats: Readonly<Record<string, string>> = { nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' };

/** As a parameter's value a tuple is a list. */
function plain(value: unknown): unknown {
  return isFields(value) && Array.isArray(value[tuple]) ? value[tuple].map(plain) : value;
}
