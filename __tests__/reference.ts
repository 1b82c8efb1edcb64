import { readFileSync } from 'node:fs';

export interface ReferenceLook { readonly pairs: number; readonly mean: number; readonly sd: number; readonly low: number; readonly high: number }

interface Reference {
  readonly tQuantile: readonly { df: number; p: number; t: number }[];
  readonly tCdf: readonly { t: number; df: number; p: number }[];
  readonly boundary: readonly { pairs: number; multiplier: number }[];
  readonly fairUpperTail: readonly { k: number; n: number; p: number }[];
  readonly pairedInterval: ReferenceLook & { readonly head: readonly number[]; readonly base: readonly number[] };
  readonly gate: {
    readonly margin: number;
    readonly cases: readonly { name: string; differences: readonly number[]; decision: string; pairs?: number; needMore?: number; trace: readonly ReferenceLook[]; equivalent?: boolean; decline?: boolean }[];
  };
  readonly spearman: readonly { x: readonly number[]; y: readonly number[]; rho: number }[];
}

/** Written by fixtures/reference/make_reference.py. */
export const reference = JSON.parse(readFileSync(new URL('../fixtures/reference/verdict.json', import.meta.url), 'utf8')) as Reference;
