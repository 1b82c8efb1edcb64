import type { LossTrial } from '../model/ports.js';
import { usableLoss } from './standing.js';

/** Losses in the unit that the model works in. */
export interface Scaled {
  readonly values: Float64Array;
  /** Losses per unit of `values`, where the good ones are. */
  readonly unit: number;
}

export type Transform = 'none' | 'tail' | 'rank' | 'winsor';

/** Trials that have a loss to learn from. */
export function informative(trials: readonly LossTrial[]): readonly LossTrial[] {
  return trials.filter((trial) => usableLoss(trial) < Infinity);
}

export function scaled(losses: readonly number[], transform: Transform): Scaled {
  const shaped = shape(losses, transform);
  const mean = shaped.reduce((sum, y) => sum + y, 0) / shaped.length;
  const sd = Math.sqrt(shaped.reduce((sum, y) => sum + (y - mean) ** 2, 0) / shaped.length);
  const unit = sd > 0 ? sd : 1;
  return { values: Float64Array.from(shaped, (y) => (y - mean) / unit), unit };
}

function shape(losses: readonly number[], transform: Transform): readonly number[] {
  const sorted = losses.toSorted((a, b) => a - b);
  const q = (p: number): number => sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? 0;
  const median = q(0.5);
  const spread = Math.max(median - q(0.1), 1e-12 * Math.abs(median), Number.MIN_VALUE);
  switch (transform) {
    case 'none': return losses;
    case 'winsor': return losses.map((y) => Math.min(y, median + 5 * spread));
    case 'tail': return losses.map((y) => (y <= median ? y : median + spread * Math.log1p((y - median) / spread)));
    case 'rank': return losses;
  }
}
