import { createRng } from '../math/rng.js';
import { cardinality } from '../model/distributionImage.js';
import type { StudyView } from '../model/ports.js';
import { drawPoint } from './draw.js';
import { surrogateOf, widened } from './gpBelief.js';
import { axisSpace, seenOf } from './gpSpace.js';
import { bestFirst } from './standing.js';

const FEWEST_TRIALS = 20;
const SAMPLES = 2048;
/** Probability with which the bound may fail. */
const DELTA = 0.1;

/**
 * What the best configuration may still be away from the optimum, in units of the loss (Makarova et al., "Automatic
 * termination for hyperparameter optimization", 2022; settings of Optuna's RegretBoundEvaluator): a Gaussian process
 * of the better half of the trials, its lowest upper bound at a trial less its lowest lower bound anywhere.
 * Undefined below twenty trials.
 */
export function regretBound(view: StudyView): number | undefined {
  const ranked = bestFirst(view.finished.filter(({ state }) => state === 'complete'));
  const top = ranked.slice(0, Math.ceil(ranked.length / 2));
  const surrogate = ranked.length < FEWEST_TRIALS ? undefined : surrogateOf({ ...view, prior: [], finished: [...top].sort((a, b) => a.number - b.number) });
  if (surrogate === undefined) return undefined;
  const axes = axisSpace(view.space);
  const dimensions = Math.max(1, view.space.parameters.filter(({ distribution }) => cardinality(distribution) > 1).length);
  const beta = (2 * Math.log((dimensions * top.length ** 2 * Math.PI ** 2) / (6 * DELTA))) / 5;
  const rng = createRng('regret bound');
  const bounds = (seen: Float64Array): readonly [number, number] => {
    const { mean, variance } = surrogate.posterior.at(widened(seen, surrogate.posterior));
    const reach = Math.sqrt(beta * Math.max(0, variance));
    return [mean - reach, mean + reach];
  };
  const atTrials = top.map(({ params }) => bounds(seenOf(axes, params)));
  const anywhere = Array.from({ length: SAMPLES }, (__, i) => bounds(seenOf(axes, drawPoint(view.space, rng.fork(String(i))))));
  const lowestUpper = atTrials.reduce((low, [, upper]) => Math.min(low, upper), Infinity);
  const lowestLower = [...atTrials, ...anywhere].reduce((low, [lower]) => Math.min(low, lower), Infinity);
  return (lowestUpper - lowestLower) * surrogate.scale.unit;
}
