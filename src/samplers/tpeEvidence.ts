import { usableLoss } from './standing.js';
import { COMPLETE, LOST, PRUNED, RUNNING, type Ledger } from './tpeLedger.js';
import type { Observations } from './tpeParzen.js';
import type { TpeSettings } from './tpePresets.js';

/** Trials with this weight or less than it say nothing any more. */
const LEAST_WEIGHT = 0.01;
/** The newest trials that forgetting leaves alone, and the number from which it works (Bergstra, 2013). */
const REMEMBERED = 25;
/** Weight of a good trial that is no better than the best of the others. */
const LEAST_IMPROVEMENT = 1e-12;

/** Good and other trials. */
export interface Evidence {
  readonly ledger: Ledger;
  /** Rows before this one are another commit's. */
  readonly own: number;
  /** Rising row numbers. */
  readonly below: Int32Array;
  readonly above: Int32Array;
  /** Weight of each row of another commit, where an own one has 1. */
  readonly warmBelow: number;
  readonly warmAbove: number;
}

/** Rows of a section that count as good, by merit among themselves; those that gave no loss never do. */
function bestRows({ byMerit, merits }: Ledger, section: { readonly from: number; readonly to: number }, below: (n: number) => number): readonly number[] {
  let finished = 0;
  for (let row = section.from; row < section.to; row++) if (merits[row]?.tier !== RUNNING) finished += 1;
  const wanted = below(finished);
  const best: number[] = [];
  for (const row of byMerit) {
    if (best.length === wanted || (merits[row]?.tier ?? LOST) >= LOST) break;
    if (row >= section.from && row < section.to) best.push(row);
  }
  return best;
}

/** `warmth`: total weight of another commit's good trials; its others may have ten times as much. */
export function evidenceOf(ledger: Ledger, own: number, settings: TpeSettings, warmth: number): Evidence {
  const total = ledger.rows.length;
  const warmBest = bestRows(ledger, { from: 0, to: own }, settings.below);
  const warmBelow = Math.min(1, warmth / Math.max(1, warmBest.length));
  const warmAbove = Math.min(1, (10 * warmth) / Math.max(1, own - warmBest.length));
  const from = warmBelow > LEAST_WEIGHT && own > 0 ? 0 : own;
  const good = new Uint8Array(total);
  for (const row of [...(from === 0 ? warmBest : []), ...bestRows(ledger, { from: own, to: total }, settings.below)]) good[row] = 1;
  const below: number[] = [];
  const above: number[] = [];
  for (let row = from; row < total; row++) (good[row] === 1 ? below : above).push(row);
  return { ledger, own, below: Int32Array.from(below), above: Int32Array.from(above), warmBelow, warmAbove };
}

/** What one mixture is made of: the good or the other trials that have a value on every axis in `dims`. */
export function observationsOf(evidence: Evidence, side: 'below' | 'above', dims: readonly number[], settings: TpeSettings): Observations {
  const { ledger, own } = evidence;
  const partial = dims.filter((dim) => ledger.orders[dim]?.length !== ledger.rows.length).map((dim) => ledger.columns[dim] ?? new Float64Array());
  const members = partial.length === 0 ? evidence[side] : evidence[side].filter((row) => partial.every((column) => !Number.isNaN(column[row] ?? NaN)));
  const warm = firstOwn(members, own);
  const weights = new Float64Array(members.length);
  const improvements = side === 'below' && settings.weights === 'improvement' ? improvementsOf(evidence, members.subarray(warm)) : undefined;
  const average = improvements === undefined || improvements.length === 0 ? 1 : improvements.reduce((sum, w) => sum + w, 0) / improvements.length;
  weights.fill(average * (side === 'below' ? evidence.warmBelow : evidence.warmAbove), 0, warm);
  const ownWeights = improvements ?? (settings.weights === 'forgetting' ? forgetting(members.length - warm) : new Float64Array(members.length - warm).fill(1));
  weights.set(ownWeights, warm);
  return { ledger, dims, members, weights, priorWeight: settings.priorWeight * average, smoothing: settings.priorWeight };
}

function firstOwn(members: Int32Array, own: number): number {
  let i = 0;
  while (i < members.length && (members[i] ?? 0) < own) i++;
  return i;
}

/** Oldest first: from 1/n up to 1 for all but the newest 25, which have 1. */
function forgetting(n: number): Float64Array {
  const weights = new Float64Array(n).fill(1);
  const old = n - REMEMBERED;
  for (let i = 0; i < old; i++) weights[i] = 1 / n + (old > 1 ? ((1 - 1 / n) * i) / (old - 1) : 0);
  return weights;
}

/** By how much each good trial is better than the best of the others; alike where there are none. */
function improvementsOf({ ledger, own, above }: Evidence, members: Int32Array): Float64Array {
  let threshold = Infinity;
  for (const row of above) if (row >= own) threshold = Math.min(threshold, lossOf(ledger, row));
  const improvements = new Float64Array(members.length).fill(1);
  if (!Number.isFinite(threshold)) return improvements;
  return improvements.map((_, i) => Math.max(LEAST_IMPROVEMENT, threshold - lossOf(ledger, members[i] ?? 0)));
}

function lossOf({ rows, merits }: Ledger, row: number): number {
  const merit = merits[row];
  if (merit?.tier === COMPLETE) return merit.first;
  const trial = rows[row];
  return trial === undefined || merit?.tier !== PRUNED ? Infinity : usableLoss(trial);
}
