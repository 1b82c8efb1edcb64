import { z } from 'zod';
import type { Rng } from '../math/rng.js';
import type { Params } from '../model/params.js';
import type { Sampler, StudyView } from '../model/ports.js';
import { drawablePoints } from './finiteSpace.js';
import { freshPoint } from './fresh.js';
import { feasibilityScore, improvementScore, meanScore, sumOf, type Score } from './gpAcquisition.js';
import { durationOf, feasibilityOf, surrogateOf, widened, type Surrogate } from './gpBelief.js';
import { hedged } from './gpHedge.js';
import type { Posterior } from './gpModel.js';
import { bestPlaces, keyOf } from './gpOptimize.js';
import { rankedByExpectation } from './gpRanking.js';
import { axisSpace, paramsAt, placeOf, seenOf, type AxisSpace } from './gpSpace.js';
import { startPlaces } from './gpStart.js';
import { warmStart } from './warmStart.js';

export const gpOptions = z.strictObject({
  acquisition: z.enum(['ei', 'logei', 'lcb', 'hedge', 'ei_per_second']).default('logei')
    .describe('What makes a point worth a trial. logei: expected improvement, on a log scale so that a small one is still found; ei: the same without the log; lcb: mean minus 1.96 standard deviations; hedge: whichever of EI, PI and LCB would have served this study best so far (as in scikit-optimize); ei_per_second: improvement by expected second of the trial (as in Spearmint).'),
  startup: z.int().min(1).max(1000).optional()
    .describe('Trials spread evenly over the space before the model takes over. Unset: 5, up to 8 where there are unordered choices of more than two, never more than a quarter of the budget above 5; 3 where main\'s trials are known.'),
  warm_start: warmStart,
});
type GpOptions = z.output<typeof gpOptions>;

/** Most and least trials before the model, and with another commit's to learn from. */
const STARTUP = { most: 8, least: 5, warm: 3 };
const EFFORT = { samples: 600, neighbours: 40, climbs: 5 };
const CENTRES = 4;
/** Finite spaces up to this size are looked at whole. */
const MOST_LISTED = 1200;

/**
 * Bayesian optimisation: a Gaussian process on the losses (Matérn 5/2, one length scale for each parameter, most
 * probable hyperparameters), and the point of the best expected improvement. A pure function of the history.
 */
export function gp(options: GpOptions): Sampler {
  return {
    name: 'gp',
    suggest: (view, rng) => suggest(options, seenBy(options, view), rng),
    explain: (view) => explained(options, seenBy(options, view)),
    ranked: (view) => rankedByExpectation(seenBy(options, view)),
  };
}

function seenBy({ warm_start: warm }: GpOptions, view: StudyView): StudyView {
  return warm ? view : { ...view, prior: [] };
}

function suggest(options: GpOptions, view: StudyView, rng: Rng): Params | undefined {
  const axes = axisSpace(view.space);
  const places = axes.axes.length === 0 ? [] : worthwhile(options, { view, axes }, rng);
  return freshPoint(view, rng, (i) => {
    const place = places[i];
    return place === undefined ? undefined : paramsAt(axes, place);
  });
}

interface Study { readonly view: StudyView; readonly axes: AxisSpace }

/** Places in the order in which they are to be proposed. */
function worthwhile(options: GpOptions, { view, axes }: Study, rng: Rng): readonly Float64Array[] {
  const trials = [...view.finished, ...view.running].map(({ params }) => seenOf(axes, params));
  const feasibility = likelyFeasible(view);
  const surrogate = trials.length < startupOf(options, view) ? undefined : surrogateOf(view);
  if (surrogate === undefined) return startPlaces(axes, trials, feasibility, rng);
  const posterior = view.running.reduce((belief, { params }) => belief.believing(widened(seenOf(axes, params), belief)), surrogate.posterior);
  const base = baseScore(options, { view, surrogate, posterior }, rng);
  const finite = axes.axes.every(({ levels }) => levels !== undefined);
  return bestPlaces({
    axes, score: sumOf(feasibility === undefined ? base : [...base, feasibility]), weights: posterior.hyper.weights,
    centres: centresOf(axes, surrogate, rng), all: listedPlaces(axes),
    tried: new Set(finite ? trials.map(keyOf) : []), effort: EFFORT, width: posterior.measures.length,
  }, rng);
}

function startupOf({ startup }: GpOptions, { budget, space, prior = [] }: StudyView): number {
  if (startup !== undefined) return startup;
  if (prior.length > 0) return STARTUP.warm;
  // Unlike a number, a choice says nothing about the others: spaces of choices gain by a wider look first.
  const choices = axisSpace(space).axes.reduce((sum, { measure, values }) => sum + (measure === 'category' ? values.length - 2 : 0), 0);
  return Math.min(Math.max(STARTUP.least, Math.ceil(budget / 4)), STARTUP.least + choices, STARTUP.most);
}

function likelyFeasible(view: StudyView): Score | undefined {
  const model = feasibilityOf(view);
  return model === undefined ? undefined : feasibilityScore(model.posterior, -model.offset / model.factor);
}

interface Beliefs { readonly view: StudyView; readonly surrogate: Surrogate; readonly posterior: Posterior }

/**
 * Improvement is counted from the best expected loss among the own trials, running ones included, not from the best
 * observed one: under noise that would be the luckiest.
 */
function baseScore({ acquisition }: GpOptions, { view, surrogate, posterior }: Beliefs, rng: Rng): readonly Score[] {
  const axes = axisSpace(view.space);
  const running = view.running.map(({ params }) => widened(seenOf(axes, params), posterior));
  const known = [...surrogate.own.points, ...running];
  const incumbent = Math.min(...(known.length > 0 ? known : surrogate.points).map((point) => posterior.at(point).mean));
  switch (acquisition) {
    case 'ei':
    case 'logei':
    case 'lcb':
      return [improvementScore(posterior, acquisition, incumbent)];
    case 'hedge':
      return [improvementScore(posterior, hedged(view, surrogate, rng.fork('hedge')), incumbent)];
    case 'ei_per_second': {
      const duration = durationOf(view);
      const improvement = improvementScore(posterior, 'logei', incumbent);
      return duration === undefined ? [improvement] : [improvement, meanScore(duration.posterior, duration.factor)];
    }
  }
}

/** The places of the lowest expected losses. */
function centresOf(axes: AxisSpace, { posterior, points }: Surrogate, rng: Rng): readonly Float64Array[] {
  return points
    .map((point) => ({ point, mean: posterior.at(point).mean }))
    .sort((a, b) => a.mean - b.mean)
    .slice(0, CENTRES)
    .map(({ point }) => placeOf(axes, point, () => rng.uniform()));
}

const listed = new WeakMap<AxisSpace, { readonly places: readonly Float64Array[] | undefined }>();

function listedPlaces(axes: AxisSpace): readonly Float64Array[] | undefined {
  const known = listed.get(axes);
  if (known !== undefined) return known.places;
  const size = axes.axes.reduce((product, { levels }) => product * (levels?.length ?? Infinity), 1);
  const points = size <= MOST_LISTED ? drawablePoints(axes.space) : undefined;
  const places = points?.map((params) => placeOf(axes, seenOf(axes, params), () => 0.5));
  listed.set(axes, { places });
  return places;
}

function explained(options: GpOptions, view: StudyView): readonly string[] {
  const surrogate = surrogateOf(view);
  if (surrogate === undefined || view.finished.length < startupOf(options, view)) return [];
  const { posterior: { hyper }, own, points } = surrogate;
  const axes = axisSpace(view.space).axes;
  const names = axes
    .map(({ parameter }, i) => ({ name: parameter.name, weight: hyper.weights[i] ?? 0 }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ name }) => name);
  const related = points.length - own.points.length;
  return [
    `Gaussian process on ${own.points.length} trials${related > 0 ? ` and ${related} of main's` : ''}; noise is ${(100 * hyper.noise / (hyper.scale + hyper.noise)).toPrecision(2)} % of the variance.`,
    ...(options.acquisition === 'ei_per_second' ? ['Cost-aware: what counted was the improvement to be expected per second of a trial, by a second model of how long one takes.'] : []),
    ...(names.length > 1 ? [`The loss changes fastest with ${names.slice(0, 3).join(', ')}.`] : []),
  ];
}
