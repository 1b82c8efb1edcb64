import { cmaRates, cmaStart, defaultPopulation } from '../math/cma.js';
import { symmetricEigen } from '../math/eigen.js';
import type { Rng } from '../math/rng.js';
import type { StudyView } from '../model/ports.js';
import { unitOf } from '../model/unit.js';
import type { CmaAxes } from './cmaesAxes.js';
import { freshState, type Learnt } from './cmaesLearning.js';

/** Share of the prior trials that counts as good, and the width given to each (Nomura et al., "Warm Starting CMA-ES for Hyperparameter Optimization", 2021). */
const GOOD = 0.1;
const WIDTH = 0.1;
/** Fewer prior trials only tell where to begin. */
const ENOUGH = 10;
/** Standard deviations, in units of the first ones, below which a run has converged. */
const CONVERGED = 1e-3;

export interface StartOptions { readonly population: number | 'auto'; readonly sigma: number }

export function startOf({ prior = [] }: StudyView, axes: CmaAxes, { population, sigma }: StartOptions): Learnt {
  const n = axes.numbers.length;
  const size = population === 'auto' ? defaultPopulation(Math.max(n, axes.choices.length)) : population;
  const points = prior
    .flatMap(({ state, loss, params }) => (state === 'complete' && loss !== undefined && Number.isFinite(loss) ? [{ params, loss }] : []))
    .sort((a, b) => a.loss - b.loss)
    .map(({ params }) => Float64Array.from(axes.numbers, ({ name, distribution }) => (Object.hasOwn(params, name) ? unitOf(distribution, params[name] ?? null) : 0.5)));
  const good = points.slice(0, Math.max(1, Math.floor(GOOD * points.length)));
  const mean = good[0] === undefined ? new Float64Array(n).fill(0.5) : centre(good, n);
  const fresh = freshState(mean, sigma);
  return {
    ...fresh, rates: cmaRates(Math.max(n, 1), size), odds: oddsOf(axes), restarts: 0,
    ...(points.length >= ENOUGH && n > 0 ? { cma: spreadOf(good, mean, sigma) } : {}),
  };
}

/** IPOP (Auger and Hansen, 2005): once converged, again from a random place with twice the population. */
export function restarted(learnt: Learnt, axes: CmaAxes, { sigma, rng }: { readonly sigma: number; readonly rng: Rng }): Learnt {
  const { cma } = learnt;
  const n = axes.numbers.length;
  const widest = cma.mean.reduce((most, _, j) => Math.max(most, cma.sigma * Math.sqrt(cma.covariance[j * n + j] ?? 1)), 0);
  if (n === 0 || widest > CONVERGED * sigma) return learnt;
  const restarts = learnt.restarts + 1;
  const own = rng.fork(`restart ${restarts}`);
  return { ...freshState(Float64Array.from(axes.numbers, () => own.uniform()), sigma), rates: cmaRates(n, learnt.rates.population * 2), odds: oddsOf(axes), restarts };
}

function oddsOf({ choices }: CmaAxes): Learnt['odds'] {
  return choices.map(({ distribution: d }) => (d.name === 'categorical' ? d.probabilities ?? d.choices.map(() => 1 / d.choices.length) : [1]));
}

function centre(points: readonly Float64Array[], n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, j) => points.reduce((sum, x) => sum + (x[j] ?? 0), 0) / points.length);
}

/** The normal distribution nearest to small bells around the good points. */
function spreadOf(points: readonly Float64Array[], mean: Float64Array, sigma: number): Learnt['cma'] {
  const n = mean.length;
  const covariance = Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    const spread = points.reduce((sum, x) => sum + ((x[i] ?? 0) - (mean[i] ?? 0)) * ((x[j] ?? 0) - (mean[j] ?? 0)), 0) / points.length;
    return spread + (i === j ? WIDTH * WIDTH : 0);
  });
  const logDet = symmetricEigen(covariance, n).values.reduce((sum, value) => sum + Math.log(value), 0);
  const step = Math.exp(logDet / (2 * n));
  return cmaStart(mean, Math.min(step, sigma), covariance.map((value) => value / (step * step)));
}
