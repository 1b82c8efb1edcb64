import { z } from 'zod';
import { cmaDraw } from '../math/cma.js';
import type { Rng } from '../math/rng.js';
import type { Params, ParamValue } from '../model/params.js';
import type { LossTrial, Sampler, StudyView } from '../model/ports.js';
import type { SearchSpace } from '../model/searchSpace.js';
import { axesOf, clamped, isDiscrete, type CmaAxes } from './cmaesAxes.js';
import { learn, type Learnt } from './cmaesLearning.js';
import { restarted, startOf } from './cmaesStart.js';
import { pointFrom, valueAt } from './draw.js';
import { freshPoint } from './fresh.js';

export const cmaesOptions = z.strictObject({
  population: z.int().min(4).max(10_000).or(z.literal('auto')).default('auto').describe('Trials in a generation; auto: 4 + 3 ln of the number of parameters.'),
  sigma: z.number().positive().max(1).default(1 / 6).describe('Standard deviation of the first generation, as a share of each range.'),
  restarts: z.enum(['none', 'ipop']).default('none').describe('ipop: once converged, begin again elsewhere with twice the population.'),
});
type CmaesOptions = z.output<typeof cmaesOptions>;

/** Draws per coordinate before one outside its range is moved to the edge. */
const REDRAWS = 10;

/**
 * CMA-ES with margin (Hamano et al., 2022) over the numbers of a space, each in the unit of its own distribution;
 * every choice has probabilities that follow the better half of each generation. A generation is as many trials as
 * the population, by number; trials asked for while one still runs are drawn from the same state and make up the next.
 */
export function cmaes(options: CmaesOptions): Sampler {
  const learntFrom = createReplay(options);
  return {
    name: 'cmaes',
    suggest: (view, rng) => {
      const { axes, learnt } = learntFrom(view, rng.root().fork('cmaes'));
      return freshPoint(view, rng, (i) => drawn(view.space, axes, learnt, rng.fork(`draw ${i}`)));
    },
  };
}

function drawn(space: SearchSpace, axes: CmaAxes, learnt: Learnt, rng: Rng): Params {
  const x = axes.numbers.length === 0 ? new Float64Array() : insideDraw(axes, learnt, rng);
  const values = new Map<string, ParamValue>();
  for (const [j, { name, distribution }] of axes.numbers.entries()) {
    const mean = learnt.cma.mean[j] ?? 0.5;
    const factor = isDiscrete(distribution) ? learnt.stretch[j] ?? 1 : 1;
    values.set(name, valueAt(distribution, clamped(mean + ((x[j] ?? mean) - mean) * factor)));
  }
  for (const [i, { name, distribution: d }] of axes.choices.entries()) {
    if (d.name === 'categorical') values.set(name, valueAt({ ...d, probabilities: learnt.odds[i] ?? [] }, rng.fork(name).uniform()));
  }
  return pointFrom(space, ({ name, distribution }) => values.get(name) ?? valueAt(distribution, 0.5));
}

function insideDraw(axes: CmaAxes, { cma }: Learnt, rng: Rng): Float64Array {
  const isInside = (x: Float64Array): boolean => axes.numbers.every(({ distribution }, j) => isDiscrete(distribution) || clamped(x[j] ?? 0) === x[j]);
  let x = cmaDraw(cma, rng);
  for (let i = 1; i < REDRAWS * axes.numbers.length && !isInside(x); i++) x = cmaDraw(cma, rng);
  return x;
}

interface Start { readonly key: string; readonly prior: StudyView['prior']; readonly axes: CmaAxes; readonly learnt: Learnt }
interface Step { readonly before: Learnt; readonly generation: readonly LossTrial[]; readonly after: Learnt }

/** Learns from a study's closed generations in their order; what was learnt before from the same trials is looked up. */
function createReplay(options: CmaesOptions): (view: StudyView, rng: Rng) => Pick<Start, 'axes' | 'learnt'> {
  const starts = new WeakMap<SearchSpace, Start>();
  const steps = new WeakMap<LossTrial, Step>();
  const startFor = (view: StudyView, rng: Rng): Start => {
    const key = String(rng.fork('key').uniform());
    const known = starts.get(view.space);
    if (known?.key === key && known.prior === view.prior) return known;
    const axes = axesOf(view.space);
    const start = { key, prior: view.prior, axes, learnt: startOf(view, axes, options) };
    starts.set(view.space, start);
    return start;
  };
  const stepFrom = (before: Learnt, generation: readonly LossTrial[], axes: CmaAxes, rng: Rng): Learnt => {
    const last = generation.at(-1);
    const known = last && steps.get(last);
    if (known?.before === before && known.generation.every((trial, i) => trial === generation[i])) return known.after;
    const learnt = learn(before, generation, { axes, rng });
    const after = options.restarts === 'ipop' ? restarted(learnt, axes, { sigma: options.sigma, rng }) : learnt;
    if (last !== undefined) steps.set(last, { before, generation, after });
    return after;
  };
  return (view, rng) => {
    const { axes, learnt: first } = startFor(view, rng);
    const trials = [...view.finished, ...view.running].sort((a, b) => a.number - b.number);
    let learnt = first;
    for (let at = 0; at + learnt.rates.population <= trials.length;) {
      const generation = trials.slice(at, at + learnt.rates.population);
      if (generation.some(({ state }) => state === 'running')) break;
      at += generation.length;
      learnt = stepFrom(learnt, generation, axes, rng);
    }
    return { axes, learnt };
  };
}
