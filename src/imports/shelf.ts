import { numberColumn, type NumberArray } from '../math/numberColumn.js';
import { reservedName, type ParamValue } from '../model/params.js';
import { isoTime, type ForeignTrial, type Point, type TrialHead, type Trials } from './foreign.js';

/** A trial with numbers that only its reader knows the meaning of. */
export interface ShelvedTrial extends ForeignTrial { readonly facts?: Readonly<Record<string, number>> }

/**
 * All trials of a tuning, packed: the numbers of each stand in one long column, and what is no number (names, choices, messages) stands there
 * once for all. A hundred thousand trials take about ten megabytes, as objects they take ten times that. Handed out anew on each walk.
 */
export interface Shelf extends Trials {
  /** How many there are now. */
  push(trial: ShelvedTrial): number;
  [Symbol.iterator](): Iterator<ShelvedTrial, void>;
  readonly heads: Iterable<TrialHead>;
  metricNames(): Iterable<string>;
  /** The same trials by the time at which they began; those that do not say stand first. `isKept` is asked by the place from 0 on. */
  byStart(isKept?: (place: number) => boolean): Trials;
}

/** Each trial as `change` has it, made anew on each walk. */
export function changed(shelf: Shelf, change: (trial: ShelvedTrial) => ForeignTrial): Trials {
  return {
    get length() { return shelf.length; },
    *[Symbol.iterator]() { for (const trial of shelf) yield change(trial); },
  };
}

/** What trials have in common beside their numbers. */
interface Shape {
  readonly state: ForeignTrial['state'];
  /** With whether its value is a number itself, or the place of one that is none. */
  readonly params: readonly (readonly [name: string, isNumber: boolean])[];
  readonly values: readonly string[];
  readonly curves: readonly string[] | undefined;
  readonly facts: readonly string[];
  readonly has: Extras;
}

/** A start is kept in milliseconds if that says the same. */
interface Extras { readonly message: boolean; readonly start: 'ms' | 'text' | undefined; readonly seconds: boolean; readonly seed: boolean }

export function createShelf(): Shelf {
  const column = numberColumn();
  const others = internTable();
  const shapes: Shape[] = [];
  const byKey = new Map<string, number>();
  const count = { trials: 0 };
  const cursorAt = (at: number): Cursor => ({ numbers: column.values(), at });
  const shapeAt = (cursor: Cursor): Shape => {
    const shape = shapes[next(cursor)];
    if (shape === undefined) throw new Error('a shelf is read where a trial begins');
    return shape;
  };
  const read = (cursor: Cursor): ShelvedTrial => unpack(shapeAt(cursor), cursor, others.at);
  const readHead = (cursor: Cursor): TrialHead => headAt(shapeAt(cursor), cursor, others.at);
  function* walk<T>(take: (cursor: Cursor) => T): Generator<T, void> {
    for (const cursor = cursorAt(0); cursor.at < cursor.numbers.length;) yield take(cursor);
  }
  const metricNames = (): Iterable<string> => shapes.flatMap(({ values }) => values);
  return {
    get length() { return count.trials; },
    [Symbol.iterator]: () => walk(read),
    heads: { [Symbol.iterator]: () => walk(readHead) }, metricNames,
    byStart: (isKept) => {
      const places = placesByStart({ from: cursorAt(0), start: (cursor) => passed(shapeAt(cursor), cursor, others.at), isKept });
      const inOrder = <T>(take: (cursor: Cursor) => T): Iterable<T> => ({ [Symbol.iterator]: () => takenAt(places, column.values(), take) });
      const isWhole = places.length === count.trials;
      return { length: places.length, heads: inOrder(readHead), ...(isWhole ? { metricNames } : {}), [Symbol.iterator]: () => inOrder(read)[Symbol.iterator]() };
    },
    push: (trial) => {
      const has = extrasOf(trial);
      const key = keyOf(trial, has);
      const known = byKey.get(key) ?? shapes.push(shapeOf(trial, has)) - 1;
      byKey.set(key, known);
      column.push(known);
      pack(trial, has, { push: (value) => { column.push(value); }, place: others.place });
      return count.trials += 1;
    },
  };
}

interface Walk { readonly from: Cursor; readonly start: (cursor: Cursor) => Start; readonly isKept: ((place: number) => boolean) | undefined }

/** Where the trials lie that are kept, in the order of their starts. */
function placesByStart({ from: cursor, start: startOf, isKept }: Walk): Float64Array {
  const order: { readonly at: number; readonly start: Start }[] = [];
  for (let place = 0; cursor.at < cursor.numbers.length; place += 1) {
    const { at } = cursor;
    const start = startOf(cursor);
    if (isKept === undefined || isKept(place)) order.push({ at, start });
  }
  order.sort((a, b) => earlier(a.start, b.start));
  return Float64Array.from(order, ({ at }) => at);
}

function* takenAt<T>(places: Float64Array, numbers: Cursor['numbers'], take: (cursor: Cursor) => T): Generator<T, void> {
  for (const at of places) yield take({ numbers, at });
}

function extrasOf({ message, start, seconds, seed }: ShelvedTrial): Extras {
  const isPlain = start !== undefined && isoTime(Date.parse(start) / 1000) === start;
  return { message: message !== undefined, start: start === undefined ? undefined : isPlain ? 'ms' : 'text', seconds: seconds !== undefined, seed: seed !== undefined };
}

/** Names stand with their length: none can look like two. */
function keyOf({ state, params, values, curves, facts }: ShelvedTrial, has: Extras): string {
  let key = `${state} ${has.start ?? ''} ${has.message ? 1 : 0}${has.seconds ? 1 : 0}${has.seed ? 1 : 0}`;
  for (const name of Object.keys(params)) key += `${typeof params[name] === 'number' ? 'n' : 'o'}${name.length}:${name}`;
  for (const names of [values, curves, facts]) {
    key += names === undefined ? '-' : '|';
    for (const name of Object.keys(names ?? {})) key += `${name.length}:${name}`;
  }
  return key;
}

function shapeOf({ state, params, values, curves, facts }: ShelvedTrial, has: Extras): Shape {
  return {
    state, has, params: Object.entries(params).map(([name, value]) => [name, typeof value === 'number']), values: Object.keys(values),
    curves: curves === undefined ? undefined : Object.keys(curves), facts: Object.keys(facts ?? {}),
  };
}

interface Packer { readonly push: (value: number) => void; readonly place: (value: ParamValue) => number }

function pack({ params, values, curves, facts, message = '', start = '', seconds = 0, seed = 0 }: ShelvedTrial, has: Extras, { push, place }: Packer): void {
  for (const name of Object.keys(params)) {
    const value = params[name] ?? null;
    push(typeof value === 'number' ? value : place(value));
  }
  for (const numbers of [values, facts ?? {}]) for (const name of Object.keys(numbers)) push(numbers[name] ?? Number.NaN);
  for (const name of Object.keys(curves ?? {})) {
    const points = curves?.[name] ?? [];
    push(points.length);
    for (const [step, value] of points) { push(step); push(value); }
  }
  if (has.message) push(place(message));
  if (has.start !== undefined) push(has.start === 'ms' ? Date.parse(start) : place(start));
  if (has.seconds) push(seconds);
  if (has.seed) push(seed);
}

interface Cursor { readonly numbers: NumberArray; at: number }

function next(cursor: Cursor): number {
  return cursor.numbers[cursor.at++] ?? Number.NaN;
}

type Opened<T> = { -readonly [K in keyof T]: T[K] };

function unpack(shape: Shape, cursor: Cursor, at: (place: number) => ParamValue): ShelvedTrial {
  const { state, facts, curves, has } = shape;
  const trial: Opened<ShelvedTrial> = { params: paramsAt(shape, cursor, at), state, values: numbersAt(shape.values, cursor) };
  if (facts.length > 0) trial.facts = numbersAt(facts, cursor);
  if (curves !== undefined) trial.curves = Object.fromEntries(curves.map((name) => [name, pointsAt(cursor)]));
  if (has.message) trial.message = textIn(at(next(cursor)));
  if (has.start !== undefined) trial.start = has.start === 'ms' ? isoTime(next(cursor) / 1000) ?? '' : textIn(at(next(cursor)));
  if (has.seconds) trial.seconds = next(cursor);
  if (has.seed) trial.seed = next(cursor);
  return trial;
}

function headAt(shape: Shape, cursor: Cursor, at: (place: number) => ParamValue): TrialHead {
  const params = paramsAt(shape, cursor, at);
  cursor.at += shape.values.length;
  passRest(shape, cursor, at);
  return { params, state: shape.state };
}

/** Milliseconds, or the text of another form; '' where there is none. */
type Start = number | string;

/** Steps over a trial; what is left of it is when it began. */
function passed(shape: Shape, cursor: Cursor, at: (place: number) => ParamValue): Start {
  cursor.at += shape.params.length + shape.values.length;
  return passRest(shape, cursor, at);
}

/** Steps over what stands behind the values. */
function passRest({ curves = [], facts, has }: Shape, cursor: Cursor, at: (place: number) => ParamValue): Start {
  cursor.at += facts.length;
  for (let left = curves.length; left > 0; left -= 1) {
    const points = next(cursor);
    cursor.at += 2 * points;
  }
  if (has.message) cursor.at += 1;
  const start = has.start === undefined ? '' : has.start === 'ms' ? next(cursor) : textIn(at(next(cursor)));
  cursor.at += Number(has.seconds) + Number(has.seed);
  return start;
}

function earlier(a: Start, b: Start): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [a, b].map((start) => (typeof start === 'number' ? isoTime(start / 1000) ?? '' : start));
  return (left ?? '') < (right ?? '') ? -1 : (left ?? '') > (right ?? '') ? 1 : 0;
}

function textIn(value: ParamValue): string {
  return typeof value === 'string' ? value : '';
}

function paramsAt({ params }: Shape, cursor: Cursor, at: (place: number) => ParamValue): Record<string, ParamValue> {
  const found: Record<string, ParamValue> = {};
  for (const [name, isNumber] of params) put(found, name, isNumber ? next(cursor) : at(next(cursor)));
  return found;
}

function numbersAt(names: readonly string[], cursor: Cursor): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name of names) put(found, name, next(cursor));
  return found;
}

/** Another tool may well have a parameter of this name. */
function put<T>(into: Record<string, T>, name: string, value: T): void {
  if (name === reservedName) Object.defineProperty(into, name, { value, enumerable: true, configurable: true, writable: true });
  else into[name] = value;
}

function pointsAt(cursor: Cursor): Point[] {
  const points: Point[] = [];
  for (let left = next(cursor); left > 0; left -= 1) points.push([next(cursor), next(cursor)]);
  return points;
}

/** Each value once, by a number. */
function internTable(): { readonly place: (value: ParamValue) => number; readonly at: (place: number) => ParamValue } {
  const table: ParamValue[] = [];
  /** Lists and maps by their text. */
  const [plain, made] = [new Map<ParamValue, number>(), new Map<string, number>()];
  return {
    at: (place) => table[place] ?? null,
    place: (value) => {
      const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : undefined;
      const known = text === undefined ? plain.get(value) : made.get(text);
      if (known !== undefined) return known;
      const kept = typeof value === 'string' ? copyOf(value) : value;
      if (text === undefined) plain.set(kept, table.length);
      else made.set(text, table.length);
      return table.push(kept) - 1;
    },
  };
}

/** A piece of a text keeps the whole of it in memory. */
function copyOf(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
