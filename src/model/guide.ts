import type { LossPoint, RangeFinding, RateRange } from '../math/lrRange.js';
import type { Goal } from './direction.js';
import type { Params } from './params.js';

/**
 * What a program is told, besides the trial contract, when it does not run as a trial. `range`: "start end steps" of a learning-rate
 * range test. `steps`: training steps after which a probe may end. `smoke`: anything but absent = make it short.
 */
export const guideVariables = { range: 'NOREGRET_LR_RANGE', steps: 'NOREGRET_STEPS', smoke: 'NOREGRET_SMOKE' } as const;

/** What a program that did not end well said about itself. */
export interface GuideFailure { readonly message: string; readonly logTail?: string }

/** `failed` and the next two say why there is no curve. */
export type LrRangeFinding = RangeFinding | { readonly kind: 'failed' } | { readonly kind: 'not-acknowledged'; readonly seen: readonly string[] } | { readonly kind: 'cancelled' };

export interface LrRangeResult {
  readonly study: string;
  readonly parameter?: string;
  readonly range: RateRange;
  readonly params: Params;
  /** Name under which the loss was reported. */
  readonly loss: string;
  /** In JSON the loss is null where it was no number. */
  readonly points: readonly LossPoint[];
  readonly finding: LrRangeFinding;
  readonly failure?: GuideFailure;
  readonly seconds: number;
}

/** How one batch size went. `secondsPerExample` is absent where the program gave no times that tell. */
export interface BatchRun {
  readonly size: number;
  readonly fits: boolean;
  /** False where the loss was no number or ran away. */
  readonly stable: boolean;
  readonly secondsPerExample?: number;
  /** Why a size that fits has none: nobody knows how many examples a step took, or its reports came too close together to be told apart. */
  readonly untimed?: 'uncounted' | 'too-short';
  /** What the program said when its memory ran out. */
  readonly message?: string;
}

export interface BatchSizeResult {
  readonly study: string;
  readonly parameter: string;
  readonly params: Params;
  readonly warmup: number;
  readonly steps: number;
  readonly limit: number;
  /** Whether `limit` is the size of the data. */
  readonly limitIsData: boolean;
  readonly exact: boolean;
  /** In the order in which they were run. */
  readonly runs: readonly BatchRun[];
  readonly largest?: number;
  /** Nine tenths of the largest, in whole eighths of a power of two, and stable. */
  readonly suggested?: number;
  /** From here on a larger batch makes an example at most a twentieth cheaper. */
  readonly enough?: number;
  /** Neither out of memory nor well. */
  readonly failure?: GuideFailure & { readonly size: number };
  readonly cancelled: boolean;
  readonly seconds: number;
}

export interface SmokeCheck {
  readonly name: 'metric' | 'checkpoint' | 'same seed';
  /** `unknown`: could not be told, for the reason in `text`. */
  readonly state: 'ok' | 'warning' | 'failed' | 'unknown';
  readonly text: string;
}

export interface SmokeResult {
  readonly study: string;
  readonly metric: { readonly name: string; readonly goal: Goal };
  readonly params: Params;
  readonly checks: readonly SmokeCheck[];
  readonly failure?: GuideFailure;
  /** Seconds until the first report of the objective, and of one whole trial where that can be told; else what it takes at least. */
  readonly time?: { readonly toFirst: number; readonly trial: number; readonly isWhole: boolean };
  readonly trials: number;
  readonly slots: number;
  readonly cancelled: boolean;
  readonly seconds: number;
}

/** Seconds of a search whose trials take so long each, so many at once. */
export function searchSeconds(trialSeconds: number, trials: number, slots: number): number {
  return trialSeconds * Math.ceil(trials / Math.max(1, slots));
}
