import { mean } from '../math/describe.js';
import { percentile } from '../math/percentile.js';
import type { Goal } from './direction.js';
import { seedFor } from './seeds.js';
import type { Trial, TrialReport } from './study.js';
import type { Stage } from './trial.js';

export const aggregates = ['mean', 'median', 'worst'] as const;
export type Aggregate = (typeof aggregates)[number];

/** A trial that is more than one run of the program: so many folds, and in a search so many seeds. At least one of the two is more than 1. */
export interface PartsConfig {
  readonly folds: number;
  readonly repeats: number;
  /** A trial's value from those of its runs. */
  readonly aggregate: Aggregate;
}

/** One run of a trial. `fold` counts from 0, as an index of the program's own list of folds. */
export interface TrialPart {
  /** Counts from 0. */
  readonly index: number;
  readonly of: number;
  readonly seed: number;
  readonly fold?: { readonly index: number; readonly of: number };
}

/** A run that has ended, as the log has it: its metrics, and what is needed to go on from it. */
export type PartReport = TrialReport & { readonly part: NonNullable<TrialReport['part']> };

/**
 * The runs of one trial, all folds of a seed before the next seed. Only a search repeats with other seeds: the other stages measure
 * on many seeds as it is. Both sides of a pair have the same runs, as they follow from its seed.
 */
export function partsOf({ folds, repeats }: PartsConfig, { stage, seed }: { readonly stage: Stage; readonly seed: number }): readonly TrialPart[] {
  const seeds = Array.from({ length: stage === 'search' ? repeats : 1 }, (_, i) => (i === 0 ? seed : seedFor(`repeat:${seed}`, i)));
  const of = seeds.length * folds;
  return seeds.flatMap((own, i) => Array.from({ length: folds }, (_, fold): TrialPart => ({
    index: i * folds + fold, of, seed: own, ...(folds === 1 ? {} : { fold: { index: fold, of: folds } }),
  })));
}

/** Runs of one trial: of a search, and of every other stage. */
export function runsEach(parts: PartsConfig | undefined): { readonly search: number; readonly others: number } {
  return parts === undefined ? { search: 1, others: 1 } : { search: parts.folds * parts.repeats, others: parts.folds };
}

/** Of at least one value. `worst` goes by the metric's goal; a metric without one is averaged. */
export function aggregateOf(values: readonly number[], how: Aggregate, goal: Goal | undefined): number {
  if (how === 'median') return percentile(values, 50);
  if (how === 'worst' && goal !== undefined) return goal === 'maximize' ? Math.min(...values) : Math.max(...values);
  return mean(values) ?? NaN;
}

/** Runs of a trial that have ended, whatever became of the others. */
export function partsIn(trial: Pick<Trial, 'reports'> | undefined): readonly PartReport[] {
  return trial?.reports.filter((report): report is PartReport => report.part !== undefined) ?? [];
}

/** A metric's value in each run that has ended and reported it; empty for a trial of one run. */
export function partValues(trial: Pick<Trial, 'reports'> | undefined, metric: string): readonly number[] {
  return partsIn(trial).flatMap(({ metrics }) => metrics[metric] ?? []);
}

/** What a value outside of a search is made of: the part of the configuration that it cannot be compared without. */
export function measuredAs({ parts }: { readonly parts?: PartsConfig | undefined }): string {
  return parts === undefined || parts.folds === 1 ? 'one run' : `the ${parts.aggregate} of ${parts.folds} folds`;
}

/** `5 folds`, `3 seeds`, `5 folds on 3 seeds each`. */
export function partsText({ folds, repeats }: Pick<PartsConfig, 'folds' | 'repeats'>): string {
  if (folds === 1) return `${repeats} seeds`;
  return repeats === 1 ? `${folds} folds` : `${folds} folds on each of ${repeats} seeds`;
}
