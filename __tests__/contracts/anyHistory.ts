import fc from 'fast-check';
import { createRng } from '../../src/math/rng.js';
import type { Params, ParamValue } from '../../src/model/params.js';
import type { LossTrial, StudyView } from '../../src/model/ports.js';
import type { SearchSpace } from '../../src/model/searchSpace.js';
import { drawPoint } from '../../src/samplers/draw.js';

const states = ['complete', 'complete', 'complete', 'pruned', 'infeasible', 'failed'] as const;
const anyLoss = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: -10, max: 10, noNaN: true }) },
  { weight: 2, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 1, 1, 1e308, -1e308, 5e-324, undefined) },
);
/** Values that a parameter of this name may have had before somebody changed its space. */
const foreignValue: fc.Arbitrary<ParamValue> = fc.constantFrom<ParamValue>(0, -1, 1e300, -1e300, 1e-300, 'gone', '', null, true, [1], { a: 1 });

interface Sketch {
  readonly seed: number;
  readonly state: (typeof states)[number];
  readonly loss: number | undefined;
  readonly curve: readonly (number | undefined)[];
  readonly seconds: number | undefined;
  /** What became of the space since: nothing, a parameter new, vanished, or with other values. */
  readonly change: 'none' | 'missing' | 'extra' | 'foreign' | 'empty';
  readonly foreign: ParamValue;
}

const sketch: fc.Arbitrary<Sketch> = fc.record({
  seed: fc.nat(40), state: fc.constantFrom(...states), loss: anyLoss, curve: fc.array(anyLoss, { maxLength: 3 }),
  seconds: fc.constantFrom(undefined, 0, 1.5, 1e9), change: fc.constantFrom('none', 'none', 'none', 'none', 'missing', 'extra', 'foreign', 'empty'), foreign: foreignValue,
});

function paramsOf(space: SearchSpace, { seed, change, foreign }: Sketch): Params {
  const params = drawPoint(space, createRng(`history ${seed}`));
  const [first, ...rest] = Object.entries(params);
  if (change === 'missing') return Object.fromEntries(rest);
  if (change === 'extra') return { ...params, vanished: foreign };
  if (change === 'foreign' && first !== undefined) return { ...params, [first[0]]: foreign };
  return change === 'empty' ? {} : params;
}

function trialOf(space: SearchSpace, given: Sketch, number: number): LossTrial {
  const { state, loss, curve, seconds } = given;
  return {
    number, params: paramsOf(space, given), state, ...(loss === undefined ? {} : { loss }), ...(seconds === undefined ? {} : { seconds }),
    intermediate: curve.flatMap((value, i) => (value === undefined ? [] : [{ step: i * 3, loss: value }])),
  };
}

/** Finished, pruned, failed, infeasible and running trials in any mix, some of them of another space; knowledge of another commit or none. */
export function anyView(anySpace: fc.Arbitrary<SearchSpace>): fc.Arbitrary<StudyView> {
  const parts = fc.record({
    finished: fc.array(sketch, { maxLength: 30, size: 'max' }), running: fc.array(sketch, { maxLength: 3, size: 'max' }),
    prior: fc.option(fc.array(sketch, { maxLength: 6, size: 'max' }), { nil: undefined }), noise: fc.constantFrom(undefined, 0, 0.1, 1e12, NaN), budget: fc.constantFrom(1, 10, 50, 1000),
  });
  return fc.tuple(anySpace, parts).map(([space, { finished, running, prior, noise, budget }]) => ({
    space, budget,
    finished: finished.map((given, i) => trialOf(space, given, i)),
    running: running.map((given, i): LossTrial => ({ number: finished.length + i, params: paramsOf(space, given), state: 'running', intermediate: [] })),
    ...(prior === undefined ? {} : { prior: prior.map((given, i) => trialOf(space, { ...given, change: 'none' }, i)) }),
    ...(noise === undefined ? {} : { noise }),
  }));
}
