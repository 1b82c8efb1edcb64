import { shown } from '../config/findings.js';
import type { ScalarTree } from '../config/yamlTree.js';
import type { Goal } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import type { ParamValue } from '../model/params.js';
import { own } from '../model/own.js';
import { childOf, seatOf } from './recorded.js';

export type Fields = Readonly<Record<string, ParamValue>>;

/** Where something stands, for messages: `sweep.yaml:12: spec.parameters[0].feasibleSpace`. */
export type Place = string;

/** The map, or undefined where there is none. */
export function fieldsOf(value: ParamValue | undefined): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Fields : undefined;
}

/** The map at a path of keys; empty where there is none. */
export function at(value: ParamValue | undefined, ...path: readonly string[]): Fields {
  return fieldsOf(path.reduce<ParamValue | undefined>((inner, key) => fieldsOf(inner)?.[key], value)) ?? {};
}

/** The list; empty where there is none. */
export function listOf(value: ParamValue | undefined): readonly ParamValue[] {
  return Array.isArray(value) ? value as readonly ParamValue[] : [];
}

/** A text that is not empty. */
export function textOf(value: ParamValue | undefined): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** A number, or the text of one, as Kubernetes and AWS write them; NaN for anything else. */
export function numberOf(value: ParamValue | undefined): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\s*[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/.test(value) ? Number(value.replaceAll('_', '')) : NaN;
}

/** Numbers under these keys, NaN where there is none. */
export function numbersAt(fields: Fields, ...keys: readonly string[]): readonly number[] {
  return keys.map((key) => numberOf(fields[key]));
}

/** As it is written in a message; a text stays bare. */
export function spoken(value: ParamValue | undefined): string {
  return typeof value === 'string' ? value : shown(value ?? null);
}

/** A whole number above 0; undefined where there is none. UserError `dialect-invalid` for anything else. */
export function countAt(fields: Fields, key: string): number | undefined {
  const value = fields[key];
  if (value === undefined || value === null) return undefined;
  const number = numberOf(value);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw invalid(placeOf(fields, key), `is ${shown(value)}, not a whole number above 0`);
}

/** The goal that a tool's word stands for. UserError `dialect-invalid` for a word that is none of them. */
export function goalAt(fields: Fields, key: string, words: Readonly<Record<string, Goal>>): Goal | undefined {
  const value = fields[key];
  if (value === undefined || value === null) return undefined;
  const word = typeof value === 'string' ? own(words, value) : undefined;
  if (word !== undefined) return word;
  throw invalid(placeOf(fields, key), `is ${shown(value)}, not ${Object.keys(words).join(' or ')}`);
}

export const plainGoals: Readonly<Record<string, Goal>> = { maximize: 'maximize', minimize: 'minimize' };

/** Method of ours for a tool's algorithm, and a note where there is none; absent where the file names none. */
export function methodFor(name: string | undefined, methods: Readonly<Record<string, string>>, called: string): { readonly method?: string; readonly notes: readonly string[] } {
  if (name === undefined) return { notes: [] };
  const method = own(methods, name);
  return method === undefined ? { notes: [`${called} ${name}: left out, since no method here is like it`] } : { method, notes: [] };
}

/** Of a map, or of what stands in it under `key`. */
export function placeOf(fields: ParamValue | undefined, key?: string): Place {
  const seat = seatOf(fields);
  if (seat === undefined) return key ?? 'the file';
  const found = key === undefined ? undefined : childOf(seat, key);
  const { tree, path } = found ?? seat;
  const missing = found === undefined ? key : undefined;
  const name = [path, missing].filter((part) => part !== undefined && part !== '').join('.');
  return `${seat.file}:${tree.at.line}: ${name === '' ? 'the file' : name}`;
}

/** True for a number that is written with a point or an exponent: Python's float. */
export function isFloatAt(fields: ParamValue | undefined, key: string): boolean {
  const tree = scalarAt(fields, key);
  return tree?.float === true;
}

/** True for a text without quotes, in a Python literal: a name or a call. */
export function isWordAt(fields: ParamValue | undefined, key: string): boolean {
  const tree = scalarAt(fields, key);
  return typeof tree?.value === 'string' && !tree.quoted;
}

function scalarAt(fields: ParamValue | undefined, key: string): ScalarTree | undefined {
  const seat = seatOf(fields);
  const tree = seat === undefined ? undefined : childOf(seat, key)?.tree;
  return tree?.kind === 'scalar' ? tree : undefined;
}

export function invalid(place: Place, what: string): UserError {
  return new UserError('dialect-invalid', `${place} ${what}.`, { fix: 'Correct it there.' });
}

/** Members that are undefined are left out. */
export function optional<T extends object>(members: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as { readonly [K in keyof T]?: Exclude<T[K], undefined> };
}
