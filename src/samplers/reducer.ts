import type { Rng } from '../math/rng.js';
import type { Params } from '../model/params.js';
import type { Sampler, StudyView } from '../model/ports.js';
import { drawPoint, pointFrom, valueAt } from './draw.js';
import { drawablePoints } from './finiteSpace.js';
import { freshPoint } from './fresh.js';
import { dropsOf, isDropped, type Drop, type ReducerOptions } from './reducerDrops.js';
import { keyOf, pointKeys, triedPoints } from './seen.js';

/** Draws before the rest of a finite space is looked through. */
const DRAWS = 32;
const DRAWS_PER_VALUE = 50;

/**
 * Talos's reducers: a random walk through the space from which the values that go with bad results are dropped, one
 * at a time. When a finite space has nothing else left, what was dropped is tried after all.
 */
export function reducer(options: ReducerOptions): Sampler {
  return {
    name: 'reducer',
    suggest: (view, rng) => {
      const drops = dropsOf(view, options);
      return freshPoint(view, rng, (i) => (i < DRAWS ? draw(view, { drops, bins: options.bins }, rng.fork(`draw ${i}`)) : i === DRAWS ? pickLeft(view, { drops, bins: options.bins }, rng.fork('left')) : undefined));
    },
    explain: (view) => dropsOf(view, options).map((drop) => sentence(drop, options)),
  };
}

interface Reduced { readonly drops: readonly Drop[]; readonly bins: number }

function draw({ space }: StudyView, { drops, bins }: Reduced, rng: Rng): Params {
  if (drops.length === 0) return drawPoint(space, rng);
  return pointFrom(space, (parameter) => {
    const stream = rng.fork(parameter.name);
    let value = valueAt(parameter.distribution, stream.uniform());
    for (let i = 0; i < DRAWS_PER_VALUE && isDropped(drops, parameter, value, bins); i++) value = valueAt(parameter.distribution, stream.uniform());
    return value;
  });
}

function pickLeft(view: StudyView, { drops, bins }: Reduced, rng: Rng): Params | undefined {
  const tried = pointKeys(triedPoints(view));
  const left = (drawablePoints(view.space) ?? []).filter((params) => !tried.has(keyOf(params))
    && view.space.parameters.every((parameter) => !Object.hasOwn(params, parameter.name) || !isDropped(drops, parameter, params[parameter.name] ?? null, bins)));
  return left[rng.integer(left.length)];
}

function sentence({ parameter, label, correlation, after, from, to }: Drop, { reduction_method }: ReducerOptions): string {
  const judged = reduction_method === 'trees' ? 'by the trees, correlation' : `${reduction_method === 'correlation' ? 'spearman' : reduction_method} correlation`;
  return `After ${after} trials ${parameter.name} = ${label} was dropped: it went with bad results (${judged} ${correlation.toFixed(2)} over trials ${from} to ${to}).`;
}
