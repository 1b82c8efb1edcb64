import { expect, test } from '@jest/globals';
import { whyStop } from '../../src/app/stopRules.js';
import { createRng } from '../../src/math/rng.js';
import { regretBound } from '../../src/samplers/regretBound.js';
import { trialOf, viewOf } from '../contracts/sampler.js';
import { spaceOf } from '../contracts/spaces.js';

const space = spaceOf({ x: { name: 'uniform', low: 0, high: 1 }, y: { name: 'uniform', low: 0, high: 1 } });
const rng = createRng('trials');
const trials = Array.from({ length: 80 }, (_, i) => {
  const [x, y] = [rng.uniform(), rng.uniform()];
  return trialOf(i, { x, y }, { loss: 10 * ((x - 0.4) ** 2 + (y - 0.6) ** 2) });
});
const bound = (count: number): number | undefined => regretBound(viewOf(space, trials.slice(0, count)));

test('nothing is said below twenty trials; with trials there is less and less left to gain', () => {
  expect(bound(19)).toBeUndefined();
  const [some = NaN, many = NaN] = [bound(20), bound(80)];
  expect(many).toBeLessThan(some);
  expect(some).toBeGreaterThan(0);
  expect(many).toBeLessThan(0.5);
});

test('it covers what there is left to gain', () => {
  for (const count of [20, 40, 80]) expect(bound(count)).toBeGreaterThan(Math.min(...trials.slice(0, count).map(({ loss }) => loss ?? Infinity)));
});

test('a search ends by it only where it was asked for', () => {
  const facts = { goal: 'minimize', finished: trials, asked: 80, failuresInARow: 0, gpuSeconds: 0, gpuSecondsEach: 0, running: 0, nowMs: 0, regret: () => 0.01 } as const;
  expect(whyStop({ trials: 100, failures: 3, regretBound: 0.02 }, facts)).toBe('regret_bound');
  expect(whyStop({ trials: 100, failures: 3, regretBound: 0.005 }, facts)).toBeUndefined();
  expect(whyStop({ trials: 100, failures: 3 }, facts)).toBeUndefined();
});
