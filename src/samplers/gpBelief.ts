import type { Params } from '../model/params.js';
import type { LossTrial, StudyView } from '../model/ports.js';
import { chosen, lessons, scaleOf, type Lesson, type Scale } from './gpData.js';
import { fittedHyper, type Observations } from './gpFit.js';
import { posteriorOf, type Posterior } from './gpModel.js';
import { axisSpace, seenOf, taggedAs, type AxisSpace } from './gpSpace.js';

/** What a study's history says about its losses. */
export interface Surrogate {
  readonly posterior: Posterior;
  readonly scale: Scale;
  /** All points that the model was made from, as it sees them. */
  readonly points: readonly Float64Array[];
  /** Those of the study itself, with their values. */
  readonly own: { readonly points: readonly Float64Array[]; readonly values: Float64Array };
}

/** Trials that a model is made from; more cost time and tell little. */
const MOST_TRIALS = 320;
const MOST_FITTED = 180;
const MOST_PRIOR = 60;
/** Hyperparameters are fitted to each history up to this long, then at lengths that grow by a tenth. */
const ALWAYS_FITTED = 30;
const GROWTH = 1.1;

/**
 * Undefined without a single loss. Another commit's trials are observations of a related task: shifted to this one's
 * level, and joined by a category axis of their own whose weight, fitted like the others, says how alike the two are.
 */
export function surrogateOf(view: StudyView): Surrogate | undefined {
  const axes = axisSpace(view.space);
  const own = lessons(view.finished);
  const prior = chosen(lessons(view.prior ?? []), MOST_PRIOR);
  if (own.length + prior.length === 0) return undefined;
  const then = own.slice(0, fittedLength(own.length));
  const fitted = trainingOf(axes, then, { prior, most: MOST_FITTED });
  const now = trainingOf(axes, own, { prior, most: MOST_TRIALS });
  const variance = ((view.noise ?? NaN) / fitted.scale.unit) ** 2;
  const noise = variance > 0 ? { noise: Math.min(variance, 1) } : {};
  const posterior = posteriorOf(now.data, fittedHyper(fitted.data, { ...noise, ...(prior.length > 0 ? { related: true } : {}) }));
  const count = Math.min(own.length, MOST_TRIALS);
  return { posterior, scale: now.scale, points: now.data.points, own: { points: now.data.points.slice(0, count), values: now.data.values.slice(0, count) } };
}

/** Expected loss at given values, for partial-dependence curves. */
export function expectedLoss(view: StudyView): ((params: Params) => number) | undefined {
  const axes = axisSpace(view.space);
  const surrogate = surrogateOf(view);
  if (surrogate === undefined) return undefined;
  const { posterior, scale } = surrogate;
  return (params) => scale.from(posterior.at(widened(seenOf(axes, params), posterior)).mean);
}

/** The form in which a posterior takes a point: with the mark of an own trial where it tells those from another commit's. */
export function widened(seen: Float64Array, posterior: Posterior): Float64Array {
  return posterior.measures.length > seen.length ? taggedAs('own', seen) : seen;
}

function fittedLength(count: number): number {
  if (count <= ALWAYS_FITTED) return count;
  let length = ALWAYS_FITTED;
  while (Math.ceil(length * GROWTH) <= count) length = Math.ceil(length * GROWTH);
  return length;
}

interface Others { readonly prior: readonly Lesson[]; readonly most: number }

/** Values are scaled by all losses, not only by those of the trials that were chosen. */
function trainingOf(axes: AxisSpace, own: readonly Lesson[], others: Others): { readonly data: Observations; readonly scale: Scale } {
  const prior = levelled(axes, own, others.prior);
  const used = chosen(own, others.most);
  const scale = scaleOf([...own, ...prior].map(({ loss }) => loss));
  const values = Float64Array.from([...used, ...prior], ({ loss }) => scale.to(loss));
  const points = used.map(({ trial }) => seenOf(axes, trial.params));
  if (prior.length === 0) return { data: { measures: axes.measures, points, values }, scale };
  const theirs = prior.map(({ trial }) => taggedAs('prior', seenOf(axes, trial.params)));
  return { data: { measures: [...axes.measures, 'category'], points: [...points.map((seen) => taggedAs('own', seen)), ...theirs], values }, scale };
}

/** Another commit's losses moved by the median of what the own trials differ from its model. */
function levelled(axes: AxisSpace, own: readonly Lesson[], prior: readonly Lesson[]): readonly Lesson[] {
  if (prior.length === 0 || own.length === 0) return prior;
  const { data, scale } = trainingOf(axes, prior, { prior: [], most: MOST_PRIOR });
  const posterior = posteriorOf(data, fittedHyper(data));
  const gaps = own.map(({ trial, loss }) => loss - scale.from(posterior.at(seenOf(axes, trial.params)).mean)).sort((a, b) => a - b);
  const shift = gaps[Math.floor((gaps.length - 1) / 2)] ?? 0;
  return prior.map(({ trial, loss }) => ({ trial, loss: loss + shift }));
}

/** A quantity of the study's own trials other than the loss, in its own unit: `offset + factor · value`. */
export interface SideModel { readonly posterior: Posterior; readonly offset: number; readonly factor: number }

const FEWEST = 3;

/** ln seconds of a trial. */
export function durationOf({ space, finished }: StudyView): SideModel | undefined {
  return sideModel(axisSpace(space), finished.flatMap((trial) => {
    const seconds = trial.seconds ?? 0;
    return trial.state === 'complete' && seconds > 0 && seconds < Infinity ? [{ trial, value: Math.log(seconds) }] : [];
  }));
}

/** What a trial says about its place: above 0 that trials can be run there. A failure may have been bad luck. */
const SIGNS = { complete: 1, pruned: 1, failed: -0.6, infeasible: -1, running: 0 } as const;

/** Above 0 where a trial can be run; undefined while every trial could. */
export function feasibilityOf({ space, finished }: StudyView): SideModel | undefined {
  const labels = finished.map((trial) => ({ trial, value: SIGNS[trial.state === 'complete' && lessons([trial]).length === 0 ? 'failed' : trial.state] }));
  return labels.every(({ value }) => value === 1) ? undefined : sideModel(axisSpace(space), labels);
}

function sideModel(axes: AxisSpace, all: readonly { readonly trial: LossTrial; readonly value: number }[]): SideModel | undefined {
  const rows = chosen(all.map(({ trial, value }) => ({ trial, loss: value })), MOST_FITTED);
  if (rows.length < FEWEST) return undefined;
  const offset = rows.reduce((sum, { loss }) => sum + loss / rows.length, 0);
  const sd = Math.sqrt(rows.reduce((sum, { loss }) => sum + (loss - offset) ** 2 / rows.length, 0));
  const factor = sd > 0 ? sd : 1;
  const data = { measures: axes.measures, points: rows.map(({ trial }) => seenOf(axes, trial.params)), values: Float64Array.from(rows, ({ loss }) => (loss - offset) / factor) };
  return { posterior: posteriorOf(data, fittedHyper(data)), offset, factor };
}
