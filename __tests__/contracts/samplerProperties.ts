import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRng } from '../../src/math/rng.js';
import { constraintsHold } from '../../src/model/constraint.js';
import { UserError } from '../../src/model/errors.js';
import { paramsKey, type Params } from '../../src/model/params.js';
import type { LossTrial, Sampler, StudyView } from '../../src/model/ports.js';
import type { Distribution, SearchSpace } from '../../src/model/searchSpace.js';
import { whyInvalid } from '../../src/model/validity.js';
import { drawPoint } from '../../src/samplers/draw.js';
import { drawablePoints } from '../../src/samplers/finiteSpace.js';
import { anyView } from './anyHistory.js';
import { anyListedSpace, anySmallSpace, anySpace } from './anySpace.js';
import { spaceOf } from './spaces.js';

/** NOREGRET_PROPERTY_RUNS=20 looks twenty times as long, at other inputs. */
const times = Number(process.env['NOREGRET_PROPERTY_RUNS'] ?? 1);
const settings = (numRuns: number): fc.Parameters<unknown> => ({ seed: 4 + times, numRuns: numRuns * times });

/** The "Bad input", for any sampler; `listed` for one that works in spaces of listed values only. */
export function samplerProperties(make: () => Sampler, over: 'any' | 'listed'): void {
  const space = over === 'any' ? anySpace : anyListedSpace;

  test('any history in any space: a new point inside it, or its end, or the constraint that is too tight', () => {
    fc.assert(fc.property(anyView(space), fc.nat(), (view, seed) => {
      checkAnswer(view, answerOf(make(), view, seed));
    }), settings(60));
  }, 120_000 * times);

  test('an answer depends on the view and the seed only', () => {
    fc.assert(fc.property(anyView(space), anyView(space), fc.nat(), (view, other, seed) => {
      const sampler = make();
      answerOf(sampler, other, seed);
      expect(answerOf(sampler, view, seed)).toEqual(answerOf(make(), structuredClone(view), seed));
    }), settings(15));
  }, 120_000 * times);

  test('a small space is used up exactly after its last point, whatever its trials give, several at a time', () => {
    fc.assert(fc.property(anySmallSpace, fc.integer({ min: 1, max: 4 }), fc.infiniteStream(fc.constantFrom(0.5, 1, 2, NaN, Infinity, undefined)), (small, slots, losses) => {
      const points = play(make(), small, slots, losses);
      expect(points.map(paramsKey).sort()).toEqual((drawablePoints(small) ?? []).map(paramsKey).sort());
    }), settings(8));
  }, 120_000 * times);

  if (over === 'any') edges(make);
}

function edges(make: () => Sampler): void {
  test.each(Object.entries(oddSpaces))('%s', (_name, space) => {
    const finished: LossTrial[] = [];
    for (let i = 0; i < 24; i++) {
      const view: StudyView = { space, finished: [...finished], running: [], budget: 24 };
      const answer = answerOf(make(), view, i);
      checkAnswer(view, answer);
      if (answer === 'end' || answer instanceof UserError) break;
      finished.push({ number: i, params: answer, state: i % 7 === 6 ? 'failed' : 'complete', ...(i % 7 === 6 ? {} : { loss: Math.sin(i) }), intermediate: [] });
    }
    expect(finished.length).toBeGreaterThan(0);
  });

  test('constraints that leave nothing are refused by their text', () => {
    const tight = spaceOf({ lr: { name: 'uniform', low: 0, high: 1 }, units: { name: 'int_uniform', low: 1, high: 9 } }, 'lr + units > 11.0');
    expect(() => make().suggest({ space: tight, finished: [], running: [], budget: 9 }, createRng('x')))
      .toThrow(expect.objectContaining({ code: 'constraints-too-tight', message: expect.stringContaining('lr + units > 11.0') }));
  });
}

const uniform = (low: number, high: number): Distribution => ({ name: 'uniform', low, high });
const oddSpaces: Readonly<Record<string, SearchSpace>> = {
  'one-value ranges of every kind beside one that varies': spaceOf({
    a: uniform(0.3, 0.3), b: { name: 'int_uniform', low: 4, high: 4 }, c: { name: 'log_uniform_values', low: 1e-3, high: 1e-3 }, d: { name: 'q_uniform', low: 2, high: 2, q: 1, integer: true },
    e: { name: 'categorical', choices: ['only'] }, f: { name: 'constant', value: null }, x: uniform(0, 1),
  }),
  'a space of one point, written as ranges': spaceOf({ a: uniform(1 / 3, 1 / 3), b: { name: 'int_uniform', low: 4, high: 4 } }),
  'five thousand choices': spaceOf({ a: { name: 'categorical', choices: Array.from({ length: 5000 }, (_, i) => `choice ${i}`) }, x: uniform(0, 1) }),
  'logarithmic ranges over sixty and thirty decades': spaceOf({ a: { name: 'log_uniform_values', low: 1e-30, high: 1e30 }, b: { name: 'log_uniform', low: -35, high: 35 }, c: { name: 'inv_log_uniform_values', low: 1e-15, high: 1e15 } }),
  'integers over fifteen decades': spaceOf({ a: { name: 'int_uniform', low: -1e15, high: 1e15 }, b: { name: 'q_log_uniform_values', low: 1, high: 1e12, q: 1, integer: true } }),
  'two neighbouring numbers': spaceOf({ a: uniform(1, 1 + 2 ** -52), b: uniform(0, 5e-324) }),
  'one choice that never comes, one that nearly always does': spaceOf({ a: { name: 'categorical', choices: ['no', 'yes', 'rare'], probabilities: [0, 1 - 1e-12, 1e-12] }, b: { name: 'int_uniform', low: 1, high: 3 } }),
};

type Answer = Params | 'end' | UserError;

function answerOf(sampler: Sampler, view: StudyView, seed: number): Answer {
  try {
    return sampler.suggest(view, createRng(`any ${seed}`)) ?? 'end';
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function checkAnswer({ space, finished, running }: StudyView, answer: Answer): void {
  const tried = new Set([...finished, ...running].map((trial) => paramsKey(trial.params)));
  if (answer instanceof UserError) {
    expect(answer.code).toBe('constraints-too-tight');
    for (const constraint of space.constraints) expect(answer.message).toContain(constraint);
    expect(someDraws(space).some((params) => constraintsHold(space, params))).toBe(false);
  } else if (answer === 'end') {
    const left = (drawablePoints(space) ?? someDraws(space)).filter((params) => constraintsHold(space, params) && !tried.has(paramsKey(params)));
    expect(left).toEqual([]);
  } else {
    expect(whyInvalid(space, answer)).toBeUndefined();
    expect(tried).not.toContain(paramsKey(answer));
  }
}

function someDraws(space: SearchSpace): readonly Params[] {
  return Array.from({ length: 300 }, (_, i) => drawPoint(space, createRng(`draw ${i}`)));
}

/** A study of `slots` trials at a time until the sampler sees the end; more than a thousand trials are one too many. */
function play(sampler: Sampler, space: SearchSpace, slots: number, losses: Iterator<number | undefined>): readonly Params[] {
  const finished: LossTrial[] = [];
  let running: LossTrial[] = [];
  for (let number = 0; number < 1000; number++) {
    if (running.length === slots) {
      const loss = losses.next().value as number | undefined;
      const [first, ...rest] = running;
      finished.push({ ...first!, state: loss === undefined ? 'failed' : 'complete', ...(loss === undefined ? {} : { loss }) });
      running = rest;
    }
    const params = sampler.suggest({ space, finished: [...finished], running, budget: 100 }, createRng('play').fork(String(number)));
    if (params === undefined) break;
    running = [...running, { number, params, state: 'running', intermediate: [] }];
  }
  return [...finished, ...running].map((trial) => trial.params);
}
