import { z } from 'zod';
import { kendall, pearson } from '../math/correlate.js';
import { growForest, splitImportances } from '../math/forest.js';
import { spearman } from '../math/rank.js';
import { createRng } from '../math/rng.js';
import { kindOf } from '../model/distribution.js';
import { cardinality } from '../model/distributionImage.js';
import { canonicalJson, type Params, type ParamValue } from '../model/params.js';
import type { LossTrial, StudyView } from '../model/ports.js';
import type { Distribution, Parameter, SearchSpace } from '../model/searchSpace.js';
import { unitOf } from '../model/unit.js';
import { valueAt } from './draw.js';
import { hasGene, usableLoss } from './standing.js';

export const reducerOptions = z.strictObject({
  reduction_method: z.enum(['correlation', 'spearman', 'kendall', 'pearson', 'trees']).default('correlation').describe('How a value is judged bad: a correlation of "has this value" with the loss (correlation is spearman), or the extra trees that best tell the worst fifth'),
  reduction_interval: z.int().min(2).default(50).describe('Finished trials between two drops'),
  reduction_window: z.int().min(4).default(20).describe('Last trials that a drop is decided on'),
  reduction_threshold: z.number().min(0).max(1).default(0.2).describe('Least correlation with bad results for a value to be dropped'),
  bins: z.int().min(2).default(5).describe('Equally probable parts of a parameter with more than ten values, each taken as one value'),
});
export type ReducerOptions = z.output<typeof reducerOptions>;

export interface Drop {
  readonly parameter: Parameter;
  readonly label: string;
  readonly correlation: number;
  /** Finished trials before it. */
  readonly after: number;
  readonly from: number;
  readonly to: number;
}

/** Talos's own cut between good and bad for its trees. */
const WORST = 0.8;
const MOST_VALUES = 10;

/**
 * What the history says to drop, as Talos decides it ("probabilistic reduction"): after every `reduction_interval`
 * trials the value that goes most with a high loss among the last `reduction_window`. A block counts once all trials
 * up to its end have finished, so that the order in which they finish never matters. A parameter keeps one value at least.
 */
export function dropsOf({ space, finished, running }: StudyView, options: ReducerOptions): readonly Drop[] {
  const open = running.reduce((least, { number }) => Math.min(least, number), Infinity);
  const ended = finished.filter(({ number }) => number < open);
  const drops: Drop[] = [];
  for (let after = options.reduction_interval; after <= ended.length; after += options.reduction_interval) {
    const window = ended.slice(Math.max(0, after - options.reduction_window), after).filter((trial) => usableLoss(trial) < Infinity);
    const worst = worstValue(space, window, drops, options);
    if (worst !== undefined) drops.push({ ...worst, after, from: window[0]?.number ?? 0, to: window.at(-1)?.number ?? 0 });
  }
  return drops;
}

/** A value as drops name it: itself, or the part of the range that holds it. */
function labelOf(d: Distribution, value: ParamValue, bins: number): string {
  if (!isBinned(d)) return canonicalJson(value);
  const bin = Math.min(Math.floor(unitOf(d, value) * bins), bins - 1);
  const edge = (u: number): string => String(Number(Number(valueAt(d, u)).toPrecision(3)));
  return `${edge(bin / bins)} to ${edge((bin + 1) / bins)}`;
}

export function isDropped(drops: readonly Drop[], { name, distribution }: Parameter, value: ParamValue, bins: number): boolean {
  return drops.some(({ parameter, label }) => parameter.name === name && label === labelOf(distribution, value, bins));
}

function isBinned(d: Distribution): boolean {
  return (kindOf(d) === 'float' || kindOf(d) === 'int') && cardinality(d) > MOST_VALUES;
}

interface Candidate { readonly parameter: Parameter; readonly label: string; readonly has: readonly number[] }

function worstValue(space: SearchSpace, window: readonly LossTrial[], drops: readonly Drop[], options: ReducerOptions): Pick<Drop, 'parameter' | 'label' | 'correlation'> | undefined {
  const candidates = space.parameters.flatMap((parameter) => candidatesOf(parameter, window.map(({ params }) => params), drops, options.bins));
  const losses = window.map(usableLoss);
  const bad = options.reduction_method === 'trees' ? worstFifth(losses) : losses;
  const correlate = options.reduction_method === 'kendall' ? kendall : options.reduction_method === 'pearson' || options.reduction_method === 'trees' ? pearson : spearman;
  const weights = options.reduction_method === 'trees' ? treeWeights(space, candidates, bad) : undefined;
  return candidates
    .map(({ parameter, label, has }, i) => ({ parameter, label, correlation: correlate(has, bad) ?? 0, weight: weights?.[i] }))
    .filter(({ correlation }) => correlation > 0 && correlation >= options.reduction_threshold)
    .sort((a, b) => (b.weight ?? b.correlation) - (a.weight ?? a.correlation))
    .map(({ parameter, label, correlation }) => ({ parameter, label, correlation }))[0];
}

/** Values of a parameter that may go: it keeps at least one other that was not dropped. */
function candidatesOf(parameter: Parameter, points: readonly Params[], drops: readonly Drop[], bins: number): readonly Candidate[] {
  const { name, distribution } = parameter;
  const total = isBinned(distribution) ? bins : cardinality(distribution);
  if (total - drops.filter((drop) => drop.parameter.name === name).length < 2) return [];
  const labels = points.map((params) => (hasGene(params, parameter) ? labelOf(distribution, params[name] ?? null, bins) : undefined));
  const left = [...new Set(labels)].filter((label) => label !== undefined && !drops.some((drop) => drop.parameter.name === name && drop.label === label));
  return left.flatMap((label) => (label === undefined ? [] : [{ parameter, label, has: labels.map((other) => Number(other === label)) }]));
}

function worstFifth(losses: readonly number[]): readonly number[] {
  const sorted = [...losses].sort((a, b) => a - b);
  const place = WORST * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  const cut = below + (place - Math.floor(place)) * (above - below);
  return losses.map((loss) => Number(loss > cut));
}

const grown = new WeakMap<SearchSpace, Map<string, readonly number[]>>();

/** Talos's forest: 100 extra trees of depth 3, the square root of the features per split. Its random stream is fixed by its data, so it is grown once. */
function treeWeights(space: SearchSpace, candidates: readonly Candidate[], bad: readonly number[]): readonly number[] {
  const rows = bad.map((_, i) => candidates.map(({ has }) => has[i] ?? 0));
  const key = JSON.stringify([rows, bad]);
  const memory = grown.get(space) ?? new Map<string, readonly number[]>();
  grown.set(space, memory);
  const known = memory.get(key);
  if (known !== undefined) return known;
  const forest = growForest({ rows, targets: bad }, { trees: 100, maxDepth: 3, features: Math.max(1, Math.floor(Math.sqrt(candidates.length))), thresholds: 'random', bootstrap: false }, createRng(`reducer ${key}`));
  const weights = splitImportances(forest, candidates.length);
  memory.set(key, weights);
  return weights;
}
