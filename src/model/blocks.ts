import type { Params } from './params.js';
import type { Goal } from './direction.js';

/** A run of text. Everything is escaped by the renderer; nothing is ever taken as markup. */
export type Span = { readonly kind: 'plain' | 'strong' | 'code'; readonly text: string };
export type Text = readonly Span[];

export interface TableColumn { readonly label: string; readonly align: 'left' | 'right' | 'center' }

/** What a chart shows, never how: each renderer draws it its own way (text chart, server SVG, live). */
export type Chart =
  | { readonly kind: 'convergence'; readonly metric: string; readonly goal: Goal; readonly values: readonly (number | undefined)[]; readonly reference?: number }
  | { readonly kind: 'parallel'; readonly metric: string; readonly goal: Goal; readonly axes: readonly ChartAxis[]; readonly trials: readonly { readonly params: Params; readonly value: number; readonly mark?: string }[] }
  | { readonly kind: 'slices'; readonly metric: string; readonly goal: Goal; readonly axes: readonly ChartAxis[]; readonly trials: readonly { readonly params: Params; readonly value: number }[] }
  | { readonly kind: 'pairs'; readonly metric: string; readonly goal: Goal; readonly margin: number; readonly pairs: readonly { readonly seed: number; readonly base: number; readonly head: number }[] };

export interface ChartAxis { readonly name: string; readonly log: boolean; readonly low?: number; readonly high?: number; readonly choices?: readonly string[] }

export type Block =
  | { readonly kind: 'heading'; readonly level: 2 | 3; readonly text: Text }
  | { readonly kind: 'paragraph'; readonly text: Text }
  | { readonly kind: 'list'; readonly items: readonly Text[] }
  | { readonly kind: 'table'; readonly columns: readonly TableColumn[]; readonly rows: readonly (readonly Text[])[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | { readonly kind: 'chart'; readonly title: string; readonly chart: Chart }
  | { readonly kind: 'details'; readonly summary: Text; readonly blocks: readonly Block[] };

/** Lowest priority is dropped first when a renderer's limit is reached. */
export interface Section { readonly name: string; readonly priority: number; readonly blocks: readonly Block[] }
export interface Document { readonly title: string; readonly sections: readonly Section[] }
