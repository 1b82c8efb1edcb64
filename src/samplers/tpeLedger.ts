import type { LossTrial } from '../model/ports.js';
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
  /** Position of each row on each axis, NaN where it has none. */
  readonly columns: readonly number[][];
  /** Row numbers with a position, sorted by it, of equals the older one first. */
  readonly orders: number[][];
  readonly merits: Merit[];
  /** Row numbers, the best first. */
  byMerit: number[];
}

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
  return { axes, rows: [], columns: axes.map(() => []), orders: axes.map(() => []), merits: [], byMerit: [] };
}

/** Takes the ledger to these rows, keeping what it shares with them. */
export function follow(ledger: Ledger, rows: readonly LossTrial[]): void {
  const kept = sharedLength(ledger.rows, rows);
  if (kept < ledger.rows.length) forgetFrom(ledger, kept);
  for (let row = kept; row < rows.length; row++) {
    const trial = rows[row];
    if (trial === undefined) break;
    for (const [i, axis] of ledger.axes.entries()) ledger.columns[i]?.push(axis.position(Object.hasOwn(trial.params, axis.name) ? trial.params[axis.name] : undefined));
    ledger.merits.push(meritOf(trial));
  }
  for (const i of ledger.axes.keys()) {
    const column = ledger.columns[i] ?? [];
    const order = ledger.orders[i] ?? [];
    sortIn(order, { from: kept, to: rows.length }, (a, b) => at(column, a) - at(column, b), (row) => !Number.isNaN(at(column, row)));
  }
  sortIn(ledger.byMerit, { from: kept, to: rows.length }, (a, b) => compareMerit(ledger.merits[a], ledger.merits[b]), () => true);
  ledger.rows = rows;
}

function sharedLength(a: readonly LossTrial[], b: readonly LossTrial[]): number {
  const most = Math.min(a.length, b.length);
  for (let i = 0; i < most; i++) if (a[i] !== b[i]) return i;
  return most;
}

function forgetFrom(ledger: Ledger, kept: number): void {
  for (const [i, column] of ledger.columns.entries()) {
    column.length = kept;
    ledger.orders[i] = (ledger.orders[i] ?? []).filter((row) => row < kept);
  }
  ledger.merits.length = kept;
  ledger.byMerit = ledger.byMerit.filter((row) => row < kept);
}

function sortIn(order: number[], added: { readonly from: number; readonly to: number }, compare: (a: number, b: number) => number, has: (row: number) => boolean): void {
  const many = added.to - added.from > MOST_INSERTED;
  for (let row = added.from; row < added.to; row++) {
    if (!has(row)) continue;
    if (many) order.push(row);
    else order.splice(placeAfter(order, row, compare), 0, row);
  }
  if (many) order.sort((a, b) => compare(a, b) || a - b);
}

/** Behind everything that is not greater: rows come in rising order, so of equals the older one stays first. */
function placeAfter(order: readonly number[], row: number, compare: (a: number, b: number) => number): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(at(order, middle), row) <= 0) low = middle + 1;
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

function at(values: readonly number[], i: number): number {
  return values[i] ?? NaN;
}
