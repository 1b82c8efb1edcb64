import type { Goal } from './direction.js';
import type { Params, ParamValue } from './params.js';

/** A run of text. Everything is escaped by the renderer; nothing is ever taken as markup. */
export type Span = { readonly kind: 'plain' | 'strong' | 'code' | 'faint'; readonly text: string };
export type Text = readonly Span[];

export interface TableColumn { readonly label: string; readonly align: 'left' | 'right' | 'center' }

export interface ChartAxis {
  readonly name: string; readonly log: boolean; readonly low?: number; readonly high?: number; readonly choices?: readonly string[];
  /** Partial dependence: the metric's mean over all other parameters. */
  readonly curve?: readonly { readonly value: ParamValue; readonly mean: number }[];
}
/** `value` is absent unless the trial completed. `mark` singles out main's best and the best found. */
export interface ChartTrial { readonly number: number; readonly params: Params; readonly value?: number; readonly mark?: 'incumbent' | 'best' }
export interface ChartPair { readonly seed: number; readonly base: number; readonly head: number }

/** What a chart shows, never how: each renderer draws it its own way (text chart, server SVG, live). Plain JSON. */
export type Chart = SearchChart | PairsChart | SeriesChart | CurveChart;
export interface SearchChart {
  readonly kind: 'convergence' | 'parallel' | 'slices'; readonly metric: string; readonly goal: Goal;
  readonly axes: readonly ChartAxis[]; readonly trials: readonly ChartTrial[];
}
/** `effect` is head - base in the metric's own sign, with its interval; `margin` is positive. */
export interface PairsChart {
  readonly kind: 'pairs'; readonly metric: string; readonly goal: Goal; readonly margin: number;
  readonly pairs: readonly ChartPair[]; readonly effect?: { readonly value: number; readonly low: number; readonly high: number };
}

/** One value per commit, oldest first; `marks` = alarms, `cuts` = where what is measured changed. */
export interface SeriesChart {
  readonly kind: 'series'; readonly metric: string; readonly goal: Goal;
  readonly points: readonly { readonly label: string; readonly value: number }[];
  readonly marks: readonly { readonly index: number; readonly better: boolean; readonly label: string }[];
  readonly cuts: readonly { readonly index: number; readonly label: string }[];
}

/** Lines over a number: `dots` are single measurements, a `line` what is made of them. `marks` are upright lines, `band` a stretch of x. Points that a log axis cannot show are left out. */
export interface CurveChart {
  readonly kind: 'curve'; readonly metric: string;
  readonly x: { readonly name: string; readonly log: boolean };
  /** What lies above runs out of the picture. */
  readonly yTop?: number;
  readonly lines: readonly { readonly name: string; readonly look: 'dots' | 'line' | 'both'; readonly points: readonly (readonly [number, number])[] }[];
  readonly marks: readonly { readonly x: number; readonly label: string; readonly tone: 'good' | 'bad' | 'neutral' }[];
  readonly band?: { readonly low: number; readonly high: number; readonly label: string };
}

/** How a verdict feels: colours the headline where there is colour. */
export type Tone = 'good' | 'bad' | 'unsure' | 'neutral';

export type Block =
  | { readonly kind: 'heading'; readonly level: 2 | 3; readonly text: Text }
  /** The one line that everybody reads. */
  | { readonly kind: 'headline'; readonly tone: Tone; readonly mark: string; readonly text: Text }
  | { readonly kind: 'paragraph'; readonly text: Text }
  | { readonly kind: 'list'; readonly items: readonly Text[] }
  | { readonly kind: 'facts'; readonly items: readonly { readonly label: string; readonly value: Text }[] }
  | { readonly kind: 'table'; readonly columns: readonly TableColumn[]; readonly rows: readonly (readonly Text[])[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | { readonly kind: 'chart'; readonly title: string; readonly chart: Chart }
  /** Folded in a comment. `open`: shown unfolded where there is room (HTML). */
  | { readonly kind: 'details'; readonly summary: Text; readonly open: boolean; readonly blocks: readonly Block[] };

/** Lowest priority is dropped first when a renderer's limit is reached; `title` is how the report then names it. */
export interface Section { readonly name: string; readonly title: string; readonly priority: number; readonly blocks: readonly Block[] }
export interface Document { readonly title: string; readonly sections: readonly Section[] }
