import { z } from 'zod';
import type { Rng } from '../math/rng.js';
import type { Params } from '../model/params.js';
import type { LossTrial, Sampler, StudyView } from '../model/ports.js';
import { freshPoint } from './fresh.js';
import { improvementScore } from './gpAcquisition.js';
import { informative, scaled } from './gpData.js';
import type { Hyper } from './gpKernel.js';
import { fitHyper, type Observations } from './gpFit.js';
import { posteriorOf } from './gpModel.js';
import { bestPlaces, keyOf, randomPlace } from './gpOptimize.js';
import { axisSpace, paramsAt, seenOf, INACTIVE, type AxisSpace } from './gpSpace.js';
import { usableLoss } from './standing.js';

export const gpOptions = z.strictObject({
  acquisition: z.enum(['ei', 'logei', 'lcb']).default('logei').describe('x'),
  startup: z.int().min(1).default(10).describe('x'),
  transform: z.enum(['none', 'tail', 'rank', 'winsor']).default('none').describe('x'),
  plug: z.int().default(1).describe('x'),
  prior: z.enum(['optuna', 'dim', 'flat']).default('optuna').describe('x'),
  climbs: z.int().default(5).describe('x'),
  samples: z.int().default(600).describe('x'),
});
type GpOptions = z.output<typeof gpOptions>;

export function gp(options: GpOptions): Sampler {
  return { name: 'gp', suggest: (view, rng) => suggest(options, view, rng) };
}

function suggest(options: GpOptions, view: StudyView, rng: Rng): Params | undefined {
  const axes = axisSpace(view.space);
  const trials = informative(view.finished);
  if (axes.axes.length === 0 || trials.length < options.startup) {
    const place = startPlace(axes, [...view.finished, ...view.running].map(({ params }) => seenOf(axes, params)), rng);
    return freshPoint(view, rng, (i) => i === 0 ? paramsAt(axes, place) : undefined);
  }
  const { values } = scaled(trials.map(usableLoss), options.transform);
  const data: Observations = { measures: axes.measures, points: trials.map(({ params }) => seenOf(axes, params)), values };
  const hyper = hyperFor(options, axes, trials);
  const posterior = posteriorOf(data, hyper);
  const means = data.points.map((p) => posterior.at(p).mean);
  const incumbent = options.plug === 1 ? Math.min(...means) : Math.min(...values);
  const order = means.map((_, i) => i).sort((a, b) => (means[a] ?? 0) - (means[b] ?? 0));
  const centres = order.slice(0, 4).map((i) => (data.points[i] ?? new Float64Array()).map((p, k) => p === INACTIVE ? randomPlace(axes, rng)[k] ?? 0 : p));
  const places = bestPlaces({
    axes, score: improvementScore(posterior, options.acquisition, incumbent), weights: hyper.weights, centres,
    tried: new Set([...view.finished, ...view.running].map(({ params }) => keyOf(seenOf(axes, params)))),
    effort: { samples: options.samples, neighbours: 40, climbs: options.climbs },
  }, rng);
  return freshPoint(view, rng, (i) => { const place = places[i]; return place && paramsAt(axes, place); });
}

interface Fitted { readonly axes: AxisSpace; readonly trials: readonly LossTrial[]; readonly hyper: Hyper }
const memo = new WeakMap<Params, Fitted[]>();
function hyperFor(options: GpOptions, axes: AxisSpace, all: readonly LossTrial[]): Hyper {
  let size = 30;
  while (Math.ceil(size * 1.1) <= all.length) size = Math.ceil(size * 1.1);
  const trials = all.length <= 30 ? all : all.slice(0, size);
  const last = trials.at(-1)?.params ?? {};
  const list = memo.get(last) ?? [];
  memo.set(last, list);
  const known = list.find((f) => f.axes === axes && f.trials.length === trials.length && f.trials.every((t, i) => t === trials[i]));
  if (known) return known.hyper;
  const { values } = scaled(trials.map(usableLoss), options.transform);
  const hyper = fitHyper({ measures: axes.measures, points: trials.map(({ params }) => seenOf(axes, params)), values }, {}, options);
  list.push({ axes, trials, hyper });
  return hyper;
}

function startPlace(axes: AxisSpace, seen: readonly Float64Array[], rng: Rng): Float64Array {
  let best = randomPlace(axes, rng);
  let least = Infinity;
  const now = new Float64Array(axes.axes.length);
  for (let i = 0; i < 64; i++) {
    const place = randomPlace(axes, rng);
    axes.show(place, now);
    let energy = 0;
    for (const other of seen) {
      let product = 1;
      for (const [k, axis] of axes.axes.entries()) {
        const d = Math.abs((now[k] ?? 0) - (other[k] ?? 0));
        const m = axis.levels?.length ?? 2;
        product *= axis.measure === 'category' ? (d === 0 ? 1.5 : 1.5 - 0.25 * m / (m - 1)) : 1.5 - d * (1 - d);
      }
      energy += product;
    }
    if (energy < least) [least, best] = [energy, place];
  }
  return best;
}
