import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import quantile from '@stdlib/stats-base-dists-normal-quantile';
import { cmaStart, cmaUpdate, mahalanobis, type CmaRates, type CmaState } from '../math/cma.js';
import { withMargin } from '../math/cmaMargin.js';
import type { Rng } from '../math/rng.js';
import { sameValue } from '../model/distributionImage.js';
import type { LossTrial } from '../model/ports.js';
import type { Distribution, Parameter } from '../model/searchSpace.js';
import { unitOf } from '../model/unit.js';
import { own } from '../model/own.js';
import { cellLimits, cellOf, isDiscrete, type CmaAxes } from './cmaesAxes.js';

/** Share of a choice's probabilities that one generation renews. */
const RENEWAL = 0.3;
/** Standard deviations beyond the usual length at which a point from elsewhere is cut short (Hansen, "Injecting external solutions into CMA-ES", 2011). */
const REACH = 3;

/** What the generations so far have taught. Never changed once made. */
export interface Learnt {
  readonly cma: CmaState;
  readonly rates: CmaRates;
  /** The margin's factor by which each discrete coordinate is drawn wider. */
  readonly stretch: Float64Array;
  /** Probabilities of the values of each choice. */
  readonly odds: readonly (readonly number[])[];
  readonly restarts: number;
}

/** After one generation of finished trials; the same again where none of them has a loss. */
export function learn(before: Learnt, generation: readonly LossTrial[], { axes, rng }: { readonly axes: CmaAxes; readonly rng: Rng }): Learnt {
  const sorted = [...generation].sort((a, b) => rank(a) - rank(b) || lossOf(a) - lossOf(b));
  if (sorted[0] === undefined || rank(sorted[0]) > 1) return before;
  const odds = axes.choices.map(({ name, distribution }, i) => renewed(before, i, sorted.map(({ params }) => choiceOf(distribution, params[name]))));
  if (axes.numbers.length === 0) return { ...before, odds };
  const cma = cmaUpdate(before.cma, before.rates, sorted.map((trial) => coordinates(before, trial, { axes, rng })));
  const { mean, stretch } = withMargin(cma, before.stretch, {
    margin: 1 / (axes.numbers.length * before.rates.population),
    limits: (axis, x) => {
      const d = axes.numbers[axis]?.distribution;
      return d !== undefined && isDiscrete(d) ? cellLimits(d, x) : undefined;
    },
  });
  return { ...before, cma: { ...cma, mean }, stretch, odds };
}

/** Complete before pruned, pruned with a value before without, then what has none. */
function rank({ state, loss }: LossTrial): number {
  const hasLoss = loss !== undefined && Number.isFinite(loss);
  if (state === 'complete' && hasLoss) return 0;
  if (state === 'pruned') return hasLoss ? 1 : 2;
  return 3;
}

function lossOf(trial: LossTrial): number {
  return rank(trial) <= 1 ? trial.loss ?? 0 : 0;
}

/** Where a trial lies; a coordinate that it lacks (inactive, or new since) is drawn as if it had been. */
function coordinates({ cma, stretch }: Learnt, { number, params }: LossTrial, { axes, rng }: { readonly axes: CmaAxes; readonly rng: Rng }): Float64Array {
  const n = axes.numbers.length;
  const x = Float64Array.from(axes.numbers, ({ name, distribution }, j) => {
    const value = own(params, name);
    const mean = cma.mean[j] ?? 0.5;
    const spread = cma.sigma * Math.sqrt(cma.covariance[j * n + j] ?? 1);
    const u = (): number => rng.fork(`${number} ${name}`).uniform();
    if (typeof value !== 'number') return mean + spread * deviate(u());
    if (!isDiscrete(distribution)) return unitOf(distribution, value);
    return mean + (insideCell({ distribution, value, u }, mean, spread * (stretch[j] ?? 1)) - mean) / (stretch[j] ?? 1);
  });
  const length = mahalanobis(cma, x);
  const longest = Math.sqrt(n) + REACH;
  return length <= longest ? x : x.map((value, j) => (cma.mean[j] ?? 0) + ((value - (cma.mean[j] ?? 0)) * longest) / length);
}

interface InCell { readonly distribution: Distribution; readonly value: number; readonly u: () => number }

/** A draw from the normal distribution within the cell that a discrete value stands for; the outer cells have no end. */
function insideCell({ distribution, value, u }: InCell, mean: number, scale: number): number {
  const cell = cellOf(distribution, value);
  const low = cell.low <= 0 ? -Infinity : cell.low;
  const high = cell.high >= 1 ? Infinity : cell.high;
  const [from, to] = [normalCdf(low, mean, scale), normalCdf(high, mean, scale)];
  const drawn = to - from > 1e-9 ? mean + scale * deviate(from + u() * (to - from)) : mean;
  return Math.min(Math.max(drawn, low), high);
}

function deviate(p: number): number {
  return quantile(Math.min(Math.max(p, 1e-12), 1 - 1e-12), 0, 1);
}

function choiceOf(d: Parameter['distribution'], value: LossTrial['params'][string] | undefined): number {
  return d.name === 'categorical' && value !== undefined ? d.choices.findIndex((choice) => sameValue(choice, value)) : -1;
}

/** Probabilities moved towards the values of the better half, none below a margin (CatCMA, Hamano et al., 2024, keeps one for the same reason). */
function renewed({ odds, rates }: Learnt, choice: number, bestFirst: readonly number[]): readonly number[] {
  const old = odds[choice] ?? [];
  const seen = bestFirst.slice(0, rates.parents).map((index, k) => ({ index, weight: rates.weights[k] ?? 0 })).filter(({ index }) => index >= 0);
  const weight = seen.reduce((sum, s) => sum + s.weight, 0);
  const moved = old.map((p, i) => (1 - RENEWAL * weight) * p + RENEWAL * seen.filter((s) => s.index === i).reduce((sum, s) => sum + s.weight, 0));
  const least = 1 / (rates.population * old.length);
  const kept = moved.map((p, i) => (old[i] === 0 ? 0 : Math.max(p, least)));
  const all = kept.reduce((sum, p) => sum + p, 0);
  return kept.map((p) => p / all);
}

export function freshState(mean: Float64Array, sigma: number): Pick<Learnt, 'cma' | 'stretch'> {
  return { cma: cmaStart(mean, sigma), stretch: mean.map(() => 1) };
}
