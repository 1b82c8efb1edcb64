import { UserError } from '../model/errors.js';
import type { Params, ParamValue } from '../model/params.js';
import type { SearchSpace } from '../model/searchSpace.js';
import { ChoiceNeeded } from './choiceNeeded.js';
import { exportedSpace } from './exportedSpace.js';
import { fieldsAt, flattened, isFields, listAt, numberOr, paramAt, paramsAt, textOr, type Fields, type Place } from './fields.js';
import { checkTrials, isoTime, metricsOf, studyOf, type ForeignState, type ForeignTrial } from './foreign.js';
import type { ImportChoice, Importer } from './importer.js';
import { eachOf, jsonPieces, type Piece } from './jsonPieces.js';
import { koptMeasured } from './kopt.js';
import { emptyMap } from './names.js';
import { createShelf } from './shelf.js';
import type { Source } from './source.js';
import { trialWith } from './trialWith.js';

const tool = 'Hyperopt';
/** JOB_STATE_NEW ... of hyperopt/base.py. */
const jobStates: readonly (ForeignState | 'done')[] = ['waiting', 'running', 'done', 'failed', 'failed'];

/** The documents of Hyperopt's `Trials` as JSON: what our exporter writes, a dump of `trials._dynamic_trials`, or MongoDB's `jobs`. */
export const hyperopt: Importer = {
  tool: 'Hyperopt', takes: 'trials as JSON (Hyperas, kopt too)',
  detects: (source) => !source.isFolder && /^\s*[[{]/.test(source.head().toString('latin1')) && /"misc"\s*:\s*\{|"tid"\s*:\s*\d|"noregret_export"\s*:\s*"hyperopt"/.test(source.head().toString('latin1')),
  read: (source, choice) => ({ notes: [], studies: [studyOf(readDocuments(source, source.chunks(), choice))] }),
};

interface Document { readonly fields: Fields; readonly whole: ReadonlyMap<string, ParamValue> }

const none: ReadonlyMap<string, ParamValue> = new Map();

/** Also for what Python printed of a pickle. */
export function readDocuments(source: Pick<Source, 'name' | 'base'>, chunks: Iterable<Buffer>, choice: ImportChoice): Parameters<typeof studyOf>[0] {
  const notes: string[] = [];
  const trials = createShelf();
  const open: Document[] = [];
  const placeOf = (i: number): Place => ({ tool, file: source.name, field: `trial ${i}` });
  const declared: { space: SearchSpace | undefined } = { space: undefined };
  const { whole } = eachOf(jsonPieces(chunks, source.name, (key) => key === 'trials'), (piece) => {
    const { key, index, value } = piece;
    if (index !== undefined && (key === 'trials' || key === '')) {
      const found = documentOf(piece, source.name);
      // Those that need no other to be understood are not held, as long as none before them does.
      if (open.length === 0 && isFields(found.fields['params'])) trials.push(trialOf(found, noChoices, placeOf(trials.length)));
      else open.push(found);
      checkTrials(trials.length + open.length, source.name);
    }
    if (key === 'space' && index === undefined) declared.space = exportedSpace(value, { tool, file: source.name, field: 'space' });
  });
  if (!whole) notes.push(`${source.name} ends in the middle: the trials before that were read`);
  const isKopt = open.some(({ fields }) => isFields(fields['result']) && isFields(fields['result']['param']));
  const known = isKopt ? noChoices : choicesOf(open, choice, source.name);
  for (const one of open) trials.push(trialOf(one, known, placeOf(trials.length)));
  const { objective, goal } = isKopt ? koptMeasured(open.map(({ fields }) => fields['result'])) : { objective: 'loss', goal: 'minimize' as const };
  return {
    name: source.base.replace(/\.[a-z]+$/i, ''), tool: isKopt ? 'kopt' : tool, format: 'hyperopt', trials, notes, objective,
    metrics: metricsOf(trials).map(({ name }) => ({ name, ...(name === objective ? { goal } : {}) })), ...(declared.space === undefined ? {} : { space: declared.space }),
  };
}

function documentOf({ value, text, index }: Piece, file: string): Document {
  const fields = fieldsAt(value, { tool, file, field: `trial ${index ?? 0}` });
  if (isFields(fields['params'])) return { fields, whole: none };
  const whole = new Map<string, ParamValue>();
  // An index is written `3`, a number drawn by quniform `3.0`.
  const from = text.indexOf('"vals"');
  if (from !== -1) for (const [, name = '', number = ''] of text.slice(from).matchAll(/"([^"\\]+)"\s*:\s*\[\s*(-?\d+)\s*\]/g)) whole.set(name, Number(number));
  return { fields, whole };
}

type Known = ReadonlyMap<string, readonly ParamValue[] | 'number'>;
const noChoices: Known = new Map();

/** What stands behind whole numbers, which may be indices. UserErrors `choice-indices`, `choices-unknown`. */
function choicesOf(found: readonly Document[], choice: ImportChoice, file: string): Known {
  const [always, ever] = [new Map<string, number>(), new Set<string>()];
  for (const { fields, whole } of found) {
    if (isFields(fields['params'])) continue;
    for (const [name, values] of Object.entries(valsOf(fields))) {
      ever.add(name);
      if (!Array.isArray(values) || values.length === 0) continue;
      const index = whole.get(name);
      always.set(name, typeof index === 'number' && index >= 0 ? Math.max(always.get(name) ?? 0, index) : Number.NaN);
    }
  }
  const given = new Map(Object.entries(choice.choices ?? {}));
  const stray = [...given.keys()].find((name) => !ever.has(name));
  if (stray !== undefined) throw new UserError('choices-unknown', `${file} has no parameter ${JSON.stringify(stray)} that needs --choices.`, { fix: `It has ${[...ever].join(', ') || 'none'}.` });
  const open = [...always].filter(([name, most]) => Number.isInteger(most) && !given.has(name));
  const [first] = open;
  if (first === undefined) return given;
  throw new ChoiceNeeded('choices', {
    code: 'choice-indices', message: `${file}: ${open.map(([name, most]) => `${name} (0 to ${most})`).join(', ')} may be indices: Hyperopt stores the position of an hp.choice, not its value.`,
    fix: `Export the trials with their space (noregret import --help says how), or say what they are: ${open.slice(0, 3).map(([name, most]) => `--choices ${name}=${Array.from({ length: Math.min(most + 1, 4) }, (_, i) => 'abcd'[i]).join(',')}`).join(' ')}; --choices ${first[0]}=number for a number.`,
  });
}

function valsOf(fields: Fields): Fields {
  return isFields(fields['misc']) && isFields(fields['misc']['vals']) ? fields['misc']['vals'] : {};
}

function trialOf({ fields }: Document, known: Known, place: Place): ForeignTrial {
  const result = isFields(fields['result']) ? fields['result'] : {};
  const state = stateOf(fields, result);
  const times = [timeOf(fields['book_time']), timeOf(fields['refresh_time'])];
  const seconds = times[0] === undefined || times[1] === undefined ? undefined : (Date.parse(times[1]) - Date.parse(times[0])) / 1000;
  const message = messageOf(fields, result);
  const measured = isFields(result['param']) ? koptMeasured([result]) : undefined;
  const values: Record<string, number> = emptyMap();
  if (measured === undefined) for (const [name, value] of Object.entries(result)) if (typeof value === 'number') values[name] = value;
  return trialWith({
    params: paramsOf(fields, result, { known, place }), state, values: measured?.values ?? values, curves: measured?.curves,
    start: times[0], seconds: seconds !== undefined && seconds >= 0 ? seconds : undefined, message,
  });
}

function stateOf(fields: Fields, { status }: Fields): ForeignState {
  const state = jobStates[numberOr(fields['state']) ?? 2] ?? 'failed';
  if (state !== 'done') return state;
  if (status === 'ok' || status === undefined) return 'complete';
  return status === 'fail' ? 'failed' : 'running';
}

function messageOf(fields: Fields, result: Fields): string | undefined {
  const error = isFields(fields['misc']) && Array.isArray(fields['misc']['error']) ? fields['misc']['error'].join(': ').slice(0, 500) : undefined;
  return error ?? textOr(result['failure_reason']) ?? (fields['state'] === 4 ? 'cancelled' : undefined);
}

function paramsOf(fields: Fields, result: Fields, { known, place }: { readonly known: Known; readonly place: Place }): Params {
  const direct = isFields(fields['params']) ? fields['params'] : isFields(result['param']) ? flattened(result['param']) : undefined;
  if (direct !== undefined) return paramsAt(direct, place, `${place.field ?? ''}: `);
  const params: Record<string, ParamValue> = emptyMap();
  for (const [name, values] of Object.entries(valsOf(fields))) {
    const at = { ...place, field: `${place.field ?? ''}: misc.vals.${name}` };
    const [drawn] = listAt(values, at);
    if (drawn === undefined) continue;
    const choices = known.get(name);
    const value = Array.isArray(choices) ? (choices as readonly ParamValue[])[Number(drawn)] : paramAt(drawn, at);
    if (value === undefined) throw new UserError('choices-unknown', `${place.file}: ${name} is choice ${JSON.stringify(drawn)}, and --choices ${name} names fewer.`, { fix: 'Name them all, in the order of the space.' });
    params[name] = value;
  }
  return params;
}

/** UTC without a zone, or MongoDB's {"$date": ...}. */
function timeOf(value: unknown): string | undefined {
  const raw = isFields(value) ? value['$date'] : value;
  const text = typeof raw === 'number' ? isoTime(raw / 1000) : textOr(raw);
  if (text === undefined || Number.isNaN(Date.parse(text))) return undefined;
  return /Z|[+-]\d\d:?\d\d$/.test(text) ? text : `${text.replace(' ', 'T')}Z`;
}
