import { z } from 'zod';
import { UserError } from '../model/errors.js';
import type { ParamValue } from '../model/params.js';
import { emptyMap } from './names.js';

/** A map of unknown values, as parsed from another tool's file. */
export type Fields = Readonly<Record<string, unknown>>;

/** A place in a file, for messages: `trial_03/trial.json: metrics.loss`. */
export interface Place { readonly file: string; readonly field?: string; readonly tool: string }

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** UserError `import-unreadable` naming the field and the file. */
export function fieldsAt(value: unknown, place: Place): Fields {
  if (isFields(value)) return value;
  throw unreadable(place, `should be a map, and is ${shown(value)}`);
}

export function listAt(value: unknown, place: Place): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw unreadable(place, `should be a list, and is ${shown(value)}`);
}

export function textAt(value: unknown, place: Place): string {
  if (typeof value === 'string') return value;
  throw unreadable(place, `should be a text, and is ${shown(value)}`);
}

/** NaN and infinite numbers are numbers. */
export function numberAt(value: unknown, place: Place): number {
  if (typeof value === 'number') return value;
  throw unreadable(place, `should be a number, and is ${shown(value)}`);
}

export function textOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function numberOr(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

const jsonValue: z.ZodType<ParamValue> = z.json();

/** A parameter's value, at `field` of the place; a number that JSON has no word for becomes the text that Python prints for it. */
export function paramAt(value: unknown, place: Place, field = place.field): ParamValue {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const parsed = jsonValue.safeParse(value).data;
  if (parsed === undefined) throw unreadable({ ...place, ...(field === undefined ? {} : { field }) }, `is no value of a parameter: ${shown(value)}`);
  return parsed;
}

/** Of a map with one value per parameter; `field`: what stands before a name in messages. */
export function paramsAt(fields: Fields, place: Place, field = ''): Record<string, ParamValue> {
  const params: Record<string, ParamValue> = emptyMap();
  for (const name of Object.keys(fields)) params[name] = paramAt(fields[name], place, `${field}${name}`);
  return params;
}

/** Maps inside maps as one map, the names joined by `mark`; lists stay values. */
export function flattened(fields: Fields, mark = '.', prefix = ''): Record<string, unknown> {
  const flat: Record<string, unknown> = emptyMap();
  for (const [name, value] of Object.entries(fields)) {
    const path = prefix === '' ? name : `${prefix}${mark}${name}`;
    if (isFields(value) && Object.keys(value).length > 0) Object.assign(flat, flattened(value, mark, path));
    else flat[path] = value;
  }
  return flat;
}

export function unreadable({ file, field, tool }: Place, what: string, fix = `Is this what ${tool} wrote, and unchanged? Then its version is one that is not known here.`): UserError {
  return new UserError('import-unreadable', `${file}${field === undefined ? '' : `: ${field}`} ${what}.`, { fix });
}

function shown(value: unknown): string {
  const text = value === undefined ? 'absent' : JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
