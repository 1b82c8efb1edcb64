import { massBetween } from '../math/normal.js';
import { bounds, kindOf } from '../model/distribution.js';
import { cardinality, contains, sameValue } from '../model/distributionImage.js';
import type { Params, ParamValue } from '../model/params.js';
import type { Distribution, Parameter, SearchSpace } from '../model/searchSpace.js';
import { unitOf } from '../model/unit.js';

/** A complete trial; lower loss is better. */
export interface LossPoint { readonly params: Params; readonly loss: number }

/** Optuna's settings of PedAnovaImportanceEvaluator. */
const TARGET_QUANTILE = 0.1;
const GRID_STEPS = 50;
const PRIOR_WEIGHT = 1;
const FEWEST = 2;
/** 1.64 sigma of the narrowest kernel fit half a step of the grid. */
const NARROWEST = 0.5 / 1.64;

/**
 * PED-ANOVA (Watanabe et al., 2304.10255) as Optuna computes it: how far the best tenth's density of a parameter,
 * estimated on a grid with Scott's rule, is from that of all trials (Pearson divergence). A parameter that is not
 * always active counts by the share of the trials that had it (2601.20800). Not normalized.
 */
export function pedAnova(space: SearchSpace, trials: readonly LossPoint[]): Readonly<Record<string, number>> {
  const sorted = trials.map(({ loss }) => loss).sort((a, b) => a - b);
  const cutoff = sorted[Math.ceil(TARGET_QUANTILE * trials.length) - 1] ?? -Infinity;
  const target = trials.filter(({ loss }) => loss <= cutoff);
  return Object.fromEntries(space.parameters.flatMap((parameter) => {
    if (cardinality(parameter.distribution) < 2) return [];
    const all = placesOf(parameter, trials);
    const top = placesOf(parameter, target);
    if (all.length < FEWEST) return [];
    if (top.length === 0) return [[parameter.name, 0] as const];
    const share = (top.length / target.length) ** 2 / (all.length / trials.length);
    return [[parameter.name, share * divergence(parameter.distribution, top, all) * (target.length / trials.length) ** 2] as const];
  }));
}

/** Grid cells of a parameter's values, the trials without it left out. */
function placesOf({ name, distribution: d }: Parameter, trials: readonly LossPoint[]): readonly number[] {
  const values = trials.flatMap(({ params }) => (Object.hasOwn(params, name) ? [params[name] ?? null] : [])).filter((value) => contains(d, value));
  if (d.name === 'categorical') return values.map((value) => d.choices.findIndex((choice) => sameValue(choice, value)));
  const steps = gridSteps(d);
  // Ties between two cells go to the lower one, as in Optuna.
  return values.map((value) => Math.min(Math.max(Math.ceil(position(d, value) * (steps - 1) - 0.5), 0), steps - 1));
}

function gridSteps(d: Distribution): number {
  if (d.name === 'categorical') return d.choices.length;
  const size = cardinality(d);
  const isLogInt = kindOf(d) === 'int' && d.name.includes('log_');
  return Math.min(isLogInt ? Math.ceil(Math.log2(size)) + 1 : size, GRID_STEPS);
}

/** 0 at the smallest value, 1 at the largest one. */
function position(d: Distribution, value: ParamValue): number {
  const range = bounds(d);
  const isEven = d.name === 'int_uniform' || d.name === 'q_uniform';
  return isEven && range !== undefined ? (Number(value) - range.low) / (range.high - range.low) : unitOf(d, value);
}

function divergence(d: Distribution, top: readonly number[], all: readonly number[]): number {
  const size = gridSteps(d);
  const isOrdered = d.name !== 'categorical';
  const [pdfTop, pdfAll] = [density(top, size, isOrdered), density(all, size, isOrdered)];
  return pdfAll.reduce((sum, p, i) => sum + (p + 1e-12) * (((pdfTop[i] ?? 0) + 1e-12) / (p + 1e-12) - 1) ** 2, 0);
}

/** Parzen estimator of the cells' probabilities: one kernel per cell that was met, and the prior. */
function density(places: readonly number[], size: number, isOrdered: boolean): readonly number[] {
  const counts = new Array<number>(size).fill(0);
  for (const place of places) counts[place] = (counts[place] ?? 0) + 1;
  const met = counts.flatMap((count, place) => (count > 0 ? [{ place, count }] : []));
  const total = places.length + PRIOR_WEIGHT;
  const kernels = isOrdered
    ? [...met.map(({ place, count }) => ({ weight: count, kernel: normalCells(place, scottWidth(met), size) })), { weight: PRIOR_WEIGHT, kernel: normalCells((size - 1) / 2, size, size) }]
    : [...met.map(({ place, count }) => ({ weight: count, kernel: choiceCells(place, met.length + 1, size) })), { weight: PRIOR_WEIGHT, kernel: counts.map(() => 1 / size) }];
  return counts.map((_, i) => kernels.reduce((sum, { weight, kernel }) => sum + (weight / total) * (kernel[i] ?? 0), 0));
}

/** Scott's rule with the smaller of spread and interquartile range; the quartiles' indices as Optuna takes them. */
function scottWidth(met: readonly { readonly place: number; readonly count: number }[]): number {
  const n = met.reduce((sum, { count }) => sum + count, 0);
  const mean = met.reduce((sum, { place, count }) => sum + place * count, 0) / n;
  const deviation = Math.sqrt(met.reduce((sum, { place, count }) => sum + count * (place - mean) ** 2, 0) / Math.max(1, n - 1));
  let running = 0;
  const upTo = met.map(({ count }) => (running += count));
  const first = upTo.findIndex((c) => c >= Math.floor(n / 4));
  const third = upTo.findIndex((c) => c > Math.floor((n * 3) / 4));
  const range = (met[third === -1 ? met.length - 1 : third]?.place ?? 0) - (met[first]?.place ?? 0);
  return Math.max(1.059 * Math.min(range / 1.34, deviation) * n ** -0.2, NARROWEST);
}

function normalCells(mu: number, sigma: number, size: number): readonly number[] {
  const between = (low: number, high: number): number => massBetween((low - mu) / sigma, (high - mu) / sigma);
  const mass = between(-0.5, size - 0.5);
  return Array.from({ length: size }, (_, i) => between(i - 0.5, i + 0.5) / mass);
}

function choiceCells(place: number, kernels: number, size: number): readonly number[] {
  const base = PRIOR_WEIGHT / kernels;
  const total = base * size + 1;
  return Array.from({ length: size }, (_, i) => (base + Number(i === place)) / total);
}
