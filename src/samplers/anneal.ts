import { z } from 'zod';
import type { Rng } from '../math/rng.js';
import type { ParamValue } from '../model/params.js';
import type { LossTrial, Sampler, StudyView } from '../model/ports.js';
import type { Distribution } from '../model/searchSpace.js';
import { sameValue } from '../model/distributionImage.js';
import { unitOf } from '../model/unit.js';
import { pointFrom, valueAt } from './draw.js';
import { freshPoint } from './fresh.js';
import { bestFirst, hasGene } from './standing.js';
import { warmStart } from './warmStart.js';

export const annealOptions = z.strictObject({
  avg_best_idx: z.number().min(1).default(2).describe('Mean rank, from 1, of the good trial that a new one starts from'),
  shrink_coef: z.number().min(0).default(0.1).describe('How fast the neighbourhood shrinks: its width is that of the space over 1 + this times the trials so far'),
  warm_start: warmStart,
});
type AnnealOptions = z.output<typeof annealOptions>;

/** Keeps the logarithm of a quantized log-normal value of 0 finite, as Hyperopt does. */
const TINY = 1e-16;

/**
 * Hyperopt's annealing (Bergstra, `hyperopt/anneal.py`): each point is drawn around one of the best so far, of
 * geometrically distributed rank, from the prior narrowed by the number of trials that had the parameter. Trials of
 * another commit stand beside this one's by their rank among their own.
 */
export function anneal(options: AnnealOptions): Sampler {
  return {
    name: 'anneal',
    suggest: (given, rng) => {
      const { prior, ...own } = given;
      const view: StudyView = options.warm_start && prior !== undefined ? given : own;
      const known = [...view.finished, ...view.running, ...(view.prior ?? [])];
      const ranked = rankedTrials(view);
      return freshPoint(view, rng, (i) => proposal({ view, options, known, ranked }, rng.fork(`anneal ${i}`)));
    },
  };
}

interface Knowledge {
  readonly view: StudyView;
  readonly options: AnnealOptions;
  /** Every trial, running and failed ones too: Hyperopt counts them all. */
  readonly known: readonly LossTrial[];
  /** Best first. */
  readonly ranked: readonly LossTrial[];
}

function proposal({ view, options, known, ranked }: Knowledge, rng: Rng): ReturnType<typeof pointFrom> {
  const bases: LossTrial[] = [];
  return pointFrom(view.space, (parameter) => {
    const { name, distribution } = parameter;
    const stream = rng.fork(name);
    const has = (trial: LossTrial): boolean => hasGene(trial.params, parameter);
    let base = bases.find(has);
    if (base === undefined) {
      const candidates = ranked.filter(has);
      base = candidates[geometric(stream.fork('base'), 1 / options.avg_best_idx, candidates.length)];
      if (base !== undefined) bases.push(base);
    }
    const centre = base?.params[name];
    const width = 1 / (1 + known.filter(has).length * options.shrink_coef);
    return centre === undefined ? valueAt(distribution, stream.uniform()) : nearby(distribution, centre, width, stream);
  });
}

/** Failures before the first success, at most `count - 1`. */
function geometric(rng: Rng, p: number, count: number): number {
  let i = 0;
  while (i < count - 1 && rng.uniform() >= p) i++;
  return i;
}

/** A draw from the distribution narrowed to `width` of itself, moved to `centre`, and kept inside its bounds. */
function nearby(d: Distribution, centre: ParamValue, width: number, rng: Rng): ParamValue {
  if (d.name === 'categorical') {
    const stay = rng.fork('stay').uniform() >= width ? d.choices.find((choice) => sameValue(choice, centre)) : undefined;
    return stay ?? valueAt(d, rng.uniform());
  }
  if (d.name === 'normal' || d.name === 'q_normal') return valueAt({ ...d, mu: Number(centre), sigma: d.sigma * width }, rng.uniform());
  if (d.name === 'log_normal' || d.name === 'q_log_normal') return valueAt({ ...d, mu: Math.log(TINY + Number(centre)), sigma: d.sigma * width }, rng.uniform());
  const middle = Math.min(Math.max(unitOf(d, centre), width / 2), 1 - width / 2);
  return valueAt(d, middle + (rng.uniform() - 0.5) * width);
}

function rankedTrials({ finished, prior = [] }: StudyView): readonly LossTrial[] {
  const own = bestFirst(finished);
  if (prior.length === 0) return own;
  const placed = (trials: readonly LossTrial[]): readonly (readonly [number, LossTrial])[] => trials.map((trial, i) => [(i + 0.5) / trials.length, trial]);
  return [...placed(own), ...placed(bestFirst(prior))].sort(([a], [b]) => a - b).map(([, trial]) => trial);
}
