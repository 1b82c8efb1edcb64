import type { Rng } from '../math/rng.js';
import type { Params, ParamValue } from '../model/params.js';
import type { LossTrial, Sampler, StudyView } from '../model/ports.js';
import type { Parameter, SearchSpace } from '../model/searchSpace.js';
import { pointFrom } from './draw.js';
import { freshPoint } from './fresh.js';
import { suggestRandom } from './random.js';
import { usableLoss } from './standing.js';
import { axisOf, type Axis } from './tpeAxis.js';
import { drawFrom, logDensity } from './tpeDensity.js';
import { evidenceOf, observationsOf, type Evidence } from './tpeEvidence.js';
import { groupsOf } from './tpeGroups.js';
import { emptyLedger, follow, type Ledger } from './tpeLedger.js';
import { mixtureOf, type Mixture } from './tpeParzen.js';
import { settingsOf, type TpeOptions, type TpeSettings } from './tpePresets.js';
import { warmthOf } from './tpeWarm.js';

/** Proposals made of one set of candidates before another set is drawn. */
const PROPOSALS_PER_SET = 16;
/** While the study has few trials of its own, one in so many looks elsewhere than another commit's trials say. */
const LOOK_AROUND = 3;
/** Scores that differ less are equal, and the earlier candidate wins: the same choice whatever the last bits are. */
const SCORE_STEP = 1e-9;

/**
 * Tree-structured Parzen estimator (Bergstra et al., "Algorithms for hyper-parameter optimization", 2011): a density
 * of the good trials, one of all others, and of some draws from the first the one where it exceeds the second most.
 * Running, failed and infeasible trials are among the others.
 */
export function tpe(options: TpeOptions): Sampler {
  const settings = settingsOf(options);
  const desks = new WeakMap<SearchSpace, Desk>();
  return {
    name: 'tpe',
    suggest: (view, rng) => {
      if (isStartup(view, settings.startup(view.budget))) return suggestRandom(view, rng);
      const desk = desks.get(view.space) ?? deskOf(view.space, settings);
      desks.set(view.space, desk);
      const prior = view.prior ?? [];
      follow(desk.ledger, [...prior, ...view.finished, ...view.running]);
      const evidence = evidenceOf(desk.ledger, prior.length, settings, warmthOf(desk.ledger, prior.length));
      return freshPoint(view, rng, proposals({ ...desk, space: view.space, evidence, settings, rng: rng.fork('tpe') }));
    },
  };
}

/** What a study needs every time it is asked for a point. */
interface Desk {
  readonly axes: readonly Axis[];
  /** Axis numbers. */
  readonly groups: readonly (readonly number[])[];
  readonly ledger: Ledger;
}

function deskOf(space: SearchSpace, settings: TpeSettings): Desk {
  const axes = space.parameters.map((parameter) => axisOf(parameter, settings.edges));
  return { axes, groups: groupsOf(space, axes, settings), ledger: emptyLedger(axes) };
}

function isStartup({ finished, running, prior = [] }: StudyView, startup: number): boolean {
  const own = usable(finished, startup);
  if (own >= startup) return false;
  const known = own + usable(prior, startup - own);
  return known < Math.max(1, startup) || (finished.length + running.length) % LOOK_AROUND === LOOK_AROUND - 1;
}

/** Trials with a loss, counted up to `most`. */
function usable(trials: readonly LossTrial[], most: number): number {
  let count = 0;
  for (const trial of trials) {
    if (count >= most) break;
    if (trial.state === 'pruned' || usableLoss(trial) < Infinity) count += 1;
  }
  return count;
}

interface Question extends Desk {
  readonly space: SearchSpace;
  readonly evidence: Evidence;
  readonly settings: TpeSettings;
  readonly rng: Rng;
}

/** The best point first, then points in which one group has its next best values. */
function proposals(question: Question): (i: number) => Params {
  const { space, groups, axes } = question;
  const numbers = new Map<Parameter, number>(space.parameters.map((parameter, i) => [parameter, i]));
  const groupOf = new Map(groups.flatMap((dims, g) => dims.map((dim, place): [number, { readonly g: number; readonly place: number }] => [dim, { g, place }])));
  const models = remembered((g: number) => modelOf(question, groups[g] ?? []));
  const rankings = groups.map((_, g) => remembered((set: number) => rank(models(g), question.settings.candidates, question.rng.fork(`${g}/${set}`))));
  return (i) => {
    const set = Math.floor(i / PROPOSALS_PER_SET);
    const step = i % PROPOSALS_PER_SET;
    return pointFrom(space, (parameter): ParamValue => {
      const dim = numbers.get(parameter) ?? 0;
      const axis = axes[dim];
      const group = groupOf.get(dim);
      if (axis === undefined || group === undefined) return axis?.value(0.5) ?? null;
      const ranked = rankings[group.g]?.(set) ?? [];
      const place = step > 0 && (step - 1) % groups.length === group.g ? 1 + Math.floor((step - 1) / groups.length) : 0;
      return axis.value(ranked[place % ranked.length]?.[group.place] ?? axis.centre);
    });
  };
}

/** Good and other trials' densities over the axes of one group. */
interface Model { readonly below: Mixture; readonly above: Mixture }

function modelOf({ evidence, settings }: Question, dims: readonly number[]): Model {
  const side = (name: 'below' | 'above'): Mixture => mixtureOf(observationsOf(evidence, name, dims, settings), settings.style);
  return { below: side('below'), above: side('above') };
}

/** Distinct candidates, the best first. */
function rank({ below, above }: Model, count: number, rng: Rng): readonly Float64Array[] {
  const scored = Array.from({ length: count }, () => {
    const positions = drawFrom(below, rng);
    const score = logDensity(below, positions) - logDensity(above, positions);
    return { positions, score: Number.isNaN(score) ? -Infinity : Math.round(score / SCORE_STEP) };
  }).sort((a, b) => (a.score === b.score ? 0 : b.score - a.score));
  return scored.filter(({ positions }, i) => {
    const before = scored[i - 1]?.positions;
    return before?.every((x, j) => x === positions[j]) !== true;
  }).map(({ positions }) => positions);
}

function remembered<T>(make: (n: number) => T): (n: number) => T {
  const made = new Map<number, T>();
  return (n) => {
    const known = made.get(n);
    if (known !== undefined) return known;
    const value = make(n);
    made.set(n, value);
    return value;
  };
}
