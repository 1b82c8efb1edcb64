import type { LossTrial } from '../model/ports.js';
import { own } from '../model/own.js';
import type { Axis } from './tpeAxis.js';

/** More new rows than this are sorted in at once, not one by one. */
const MOST_INSERTED = 64;

/**
 * A study's trials as columns of numbers, sorted by every parameter and by merit. It follows the history from one
 * question to the next, but holds nothing that the history does not say.
 */
export interface Ledger {
  readonly axes: readonly Axis[];
  rows: readonly LossTrial[];
  /** Position of each row on each axis, NaN where it has none; longer than there are rows. */
  readonly columns: Float64Array[];
  /** Row numbers with a position, sorted by it, of equals the older one first. */
  readonly orders: Int32Array[];
  /** By axis and row. */
  readonly masses: KnownMasses[];
  readonly merits: Merit[];
  /** Row numbers, the best first. */
  byMerit: Int32Array;
}

/** Mass inside the bounds of a row's kernel, for the 1 / deviation that it was worked out for. */
export interface KnownMasses { readonly inverse: Float64Array; readonly mass: Float64Array }

/**
 * What trials are compared by, lower is better: completed ones by loss, then pruned ones that came furthest by their
 * last loss (Optuna's order), then what gave no loss, then what still runs.
 */
export interface Merit { readonly tier: number; readonly first: number; readonly second: number }

export const COMPLETE = 0;
export const PRUNED = 1;
export const LOST = 2;
export const RUNNING = 3;

export function emptyLedger(axes: readonly Axis[]): Ledger {
  return { axes, rows: [], columns: axes.map(() => new Float64Array()), orders: axes.map(() => new Int32Array()), masses: axes.map(() => ({ inverse: new Float64Array(), mass: new Float64Array() })), merits: [], byMerit: new Int32Array() };
}

/** Takes the ledger to these rows, keeping what it shares with them. */
export function follow(ledger: Ledger, rows: readonly LossTrial[]): void {
  const kept = sharedLength(ledger.rows, rows);
  if (kept < ledger.rows.length) forgetFrom(ledger, kept);
  for (const trial of rows.slice(kept)) ledger.merits.push(meritOf(trial));
  for (const i of ledger.axes.keys()) followAxis(ledger, i, rows, kept);
  ledger.byMerit = sortedIn(ledger.byMerit, { from: kept, to: rows.length }, (a, b) => compareMerit(ledger.merits[a], ledger.merits[b]));
  ledger.rows = rows;
}

function sharedLength(a: readonly LossTrial[], b: readonly LossTrial[]): number {
  const most = Math.min(a.length, b.length);
  for (let i = 0; i < most; i++) if (a[i] !== b[i]) return i;
  return most;
}

function forgetFrom(ledger: Ledger, kept: number): void {
  for (const [i, order] of ledger.orders.entries()) ledger.orders[i] = order.filter((row) => row < kept);
  ledger.merits.length = kept;
  ledger.byMerit = ledger.byMerit.filter((row) => row < kept);
}

function followAxis(ledger: Ledger, i: number, rows: readonly LossTrial[], kept: number): void {
  const axis = ledger.axes[i];
  if (axis === undefined) return;
  const column = roomFor(ledger.columns[i] ?? new Float64Array(), rows.length);
  for (const [offset, { params }] of rows.slice(kept).entries()) column[kept + offset] = axis.position(own(params, axis.name));
  ledger.columns[i] = column;
  const { inverse, mass } = ledger.masses[i] ?? { inverse: column, mass: column };
  ledger.masses[i] = { inverse: roomFor(inverse, rows.length).fill(NaN, kept), mass: roomFor(mass, rows.length) };
  ledger.orders[i] = sortedIn(ledger.orders[i] ?? new Int32Array(), { from: kept, to: rows.length }, (a, b) => at(column, a) - at(column, b), column);
}

function roomFor(column: Float64Array, length: number): Float64Array {
  if (column.length >= length) return column;
  const larger = new Float64Array(2 * length);
  larger.set(column);
  return larger;
}

/** The order with the added rows in it, but for those whose place is no number. */
function sortedIn(order: Int32Array, { from, to }: { readonly from: number; readonly to: number }, compare: (a: number, b: number) => number, places?: Float64Array): Int32Array {
  const added: number[] = [];
  for (let row = from; row < to; row++) if (places === undefined || !Number.isNaN(at(places, row))) added.push(row);
  if (added.length > MOST_INSERTED) return Int32Array.from([...order, ...added]).sort((a, b) => compare(a, b) || a - b);
  return added.reduce((sorted, row) => inserted(sorted, row, placeAfter(sorted, row, compare)), order);
}

/** In the room behind a view's end where there is some: the same memory serves from one question to the next. */
function inserted(order: Int32Array, row: number, place: number): Int32Array {
  const length = order.length + 1;
  let longer: Int32Array;
  if (order.buffer.byteLength >= length * order.BYTES_PER_ELEMENT) longer = new Int32Array(order.buffer, 0, length);
  else {
    longer = new Int32Array(2 * length).subarray(0, length);
    longer.set(order);
  }
  longer.copyWithin(place + 1, place, length - 1);
  longer[place] = row;
  return longer;
}

/** Behind everything that is not greater: rows come in rising order, so of equals the older one stays first. */
function placeAfter(order: Int32Array, row: number, compare: (a: number, b: number) => number): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(order[middle] ?? 0, row) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function meritOf({ state, loss, intermediate }: LossTrial): Merit {
  if (state === 'running') return { tier: RUNNING, first: 0, second: 0 };
  if (state === 'complete' && loss !== undefined && Number.isFinite(loss)) return { tier: COMPLETE, first: loss, second: 0 };
  if (state !== 'pruned') return { tier: LOST, first: 0, second: 0 };
  let last: { readonly step: number; readonly loss: number } | undefined;
  for (const report of intermediate) if (last === undefined || report.step >= last.step) last = report;
  if (last !== undefined) return { tier: PRUNED, first: -last.step, second: Number.isNaN(last.loss) ? Infinity : last.loss };
  return { tier: PRUNED, first: 1, second: loss === undefined || Number.isNaN(loss) ? Infinity : loss };
}

function compareMerit(a: Merit | undefined, b: Merit | undefined): number {
  if (a === undefined || b === undefined) return 0;
  return a.tier - b.tier || compare(a.first, b.first) || compare(a.second, b.second);
}

/** A difference of two infinities would be no number. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function at(values: Float64Array, i: number): number {
  return values[i] ?? NaN;
}
