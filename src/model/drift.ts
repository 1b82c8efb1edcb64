import type { Goal } from './direction.js';
import type { Params, ParamValue } from './params.js';

/** One measured commit of the default branch. */
export interface DriftPoint {
  readonly sha: string;
  readonly finishedAt: string;
  /** Mean over the canonical seeds, in the metric's unit. A share of failed runs is over all of them. */
  readonly value: number;
  readonly seeds: number;
}

/** Neighbouring commits measured alike: one compatibility key, one incumbent. */
export interface DriftSegment {
  /** Places in `points`; `end` is one past the last. */
  readonly start: number;
  readonly end: number;
  /** Why it is not one with the segment before. */
  readonly cutBy: 'start' | 'environment' | 'configuration';
  /** Names of what differs. */
  readonly differs: readonly string[];
  /** What is added to every earlier value so that it compares with this segment; absent where nothing joins them. */
  readonly bridge?: { readonly offset: number; readonly seeds: number };
}

export interface DriftAlarm {
  readonly kind: 'step' | 'creep';
  readonly index: number;
  readonly sha: string;
  readonly better: boolean;
  /** In the metric's unit and sign, of a step. */
  readonly before?: number;
  readonly after?: number;
  readonly p?: number;
}

export interface Trajectory {
  readonly name: string;
  /** Each value with the commit from which it held, oldest first. */
  readonly values: readonly { readonly sha: string; readonly value: ParamValue | undefined }[];
  /** Where the latest lies between its bounds, 0…1 on its own scale. */
  readonly position?: number;
  readonly boundary?: 'low' | 'high';
}

export interface ImportanceShift { readonly name: string; readonly before: number; readonly now: number; readonly shifted: boolean }

export interface StaleDefault { readonly name: string; readonly declared: ParamValue; readonly suggested: ParamValue; readonly goodLow?: number; readonly goodHigh?: number }

export type SinceRelease = { readonly tag: string } & (
  | { readonly sha: string; readonly value: number; readonly low: number; readonly high: number; readonly seeds: number; readonly better: boolean }
  | { readonly why: string });

/** One number along the default branch, at main's best configuration. */
export interface DriftSeries {
  /** A reported metric, the seconds that a complete run takes, or the share of runs that gave no result. */
  readonly kind: 'metric' | 'duration' | 'failures';
  readonly metric: { readonly name: string; readonly goal: Goal };
  /** Oldest first; commits without a value of this series are left out. */
  readonly points: readonly DriftPoint[];
  readonly segments: readonly DriftSegment[];
  readonly alarms: readonly DriftAlarm[];
  /** The last piece of the series that is one line or one level. */
  readonly trend?: { readonly since: string; readonly commits: number; readonly perCommit: number };
  readonly sinceRelease?: SinceRelease;
}

/** How one study's results and best configuration moved along the default branch; its own series is the objective's. */
export interface DriftReport extends DriftSeries {
  readonly study: string;
  /** Further metrics, duration and failures, each with a series of its own. */
  readonly also: readonly DriftSeries[];
  readonly incumbent?: Params;
  readonly trajectories: readonly Trajectory[];
  readonly importance: readonly ImportanceShift[];
  readonly staleDefaults: readonly StaleDefault[];
  readonly notes: readonly string[];
}
