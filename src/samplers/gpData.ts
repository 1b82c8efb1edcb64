import type { LossTrial } from '../model/ports.js';
import { usableLoss } from './standing.js';

/** Losses in the unit that the model works in: mean 0, variance 1. */
export interface Scale {
  readonly to: (loss: number) => number;
  readonly from: (value: number) => number;
  /** Losses per unit, where the good ones are. */
  readonly unit: number;
}

/** A trial with what it teaches. */
export interface Lesson { readonly trial: LossTrial; readonly loss: number }

/** Beyond this, squares of losses leave the numbers that a computer has. */
const MOST = 1e100;

/**
 * Trials that have a loss. A pruned one counts as no better than the median of the complete ones: it was stopped
 * because it looked worse, before its last value meant what theirs mean.
 */
export function lessons(trials: readonly LossTrial[]): readonly Lesson[] {
  const usable = trials.map((trial) => ({ trial, loss: usableLoss(trial) })).filter(({ loss }) => loss < Infinity);
  const complete = usable.filter(({ trial }) => trial.state === 'complete').map(({ loss }) => loss);
  const floor = complete.length === 0 ? -Infinity : quantileOf(complete.toSorted((a, b) => a - b), 0.5);
  return usable.map(({ trial, loss }) => ({ trial, loss: Math.min(Math.max(trial.state === 'pruned' ? Math.max(loss, floor) : loss, -MOST), MOST) }));
}

/**
 * Standardised losses, those above the median on a log scale of the good half's spread: a diverged run (4e7 where
 * others have 0.3) would make all others equal, and where bad points lie says little about where the best one is.
 */
export function scaleOf(losses: readonly number[]): Scale {
  const sorted = losses.toSorted((a, b) => a - b);
  const median = quantileOf(sorted, 0.5);
  const spread = Math.max(median - quantileOf(sorted, 0.1), 1e-9 * Math.abs(median), 1e-100);
  const shape = (y: number): number => (y <= median ? y : median + spread * Math.log1p((y - median) / spread));
  const shaped = losses.map(shape);
  const mean = shaped.reduce((sum, y) => sum + y / shaped.length, 0);
  const sd = Math.sqrt(shaped.reduce((sum, y) => sum + (y - mean) ** 2 / shaped.length, 0));
  const unit = sd > 1e-12 * Math.abs(mean) ? sd : 1;
  return {
    unit,
    to: (loss) => (shape(loss) - mean) / unit,
    from: (value) => {
      const y = value * unit + mean;
      return y <= median ? y : median + spread * Math.expm1((y - median) / spread);
    },
  };
}

function quantileOf(sorted: readonly number[], p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? 0;
}

/** The best third, the newest third, and the others evenly spread: what a model of at most `count` trials is made from. */
export function chosen(all: readonly Lesson[], count: number): readonly Lesson[] {
  if (all.length <= count) return all;
  const third = Math.floor(count / 3);
  const kept = new Set([...all.toSorted((a, b) => a.loss - b.loss).slice(0, third), ...all.slice(-third)]);
  const rest = all.filter((lesson) => !kept.has(lesson));
  const places = count - kept.size;
  for (let i = 0; i < places; i++) {
    const lesson = rest[Math.floor((i * rest.length) / places)];
    if (lesson !== undefined) kept.add(lesson);
  }
  return all.filter((lesson) => kept.has(lesson));
}
