import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRng } from '../../src/math/rng.js';
import { feasibilityScore, improvementScore, meanScore, sumOf } from '../../src/samplers/gpAcquisition.js';
import { expectedLoss } from '../../src/samplers/gpBelief.js';
import { chosen, lessons, scaleOf } from '../../src/samplers/gpData.js';
import { fitHyper, lossOf, pairDistances, type Observations } from '../../src/samplers/gpFit.js';
import { matern, squaredDistance, type Hyper, type Measure } from '../../src/samplers/gpKernel.js';
import { posteriorOf } from '../../src/samplers/gpModel.js';
import { axisSpace, INACTIVE, paramsAt, placeOf, seenOf } from '../../src/samplers/gpSpace.js';
import { trialOf, viewOf } from '../contracts/sampler.js';
import { ints, spaceOf, values } from '../contracts/spaces.js';

interface Reference {
  readonly points: readonly (readonly number[])[]; readonly values: readonly number[]; readonly at: readonly (readonly number[])[];
  readonly weights: readonly number[]; readonly scale: number; readonly noise: number;
  readonly mean: readonly number[]; readonly variance: readonly number[]; readonly likelihood: number;
}
/** By scikit-learn: `reference/gp.py`. */
const { posteriors } = JSON.parse(readFileSync(new URL('reference/gp.json', import.meta.url), 'utf8')) as { readonly posteriors: readonly Reference[] };

const lines = (d: number): Measure[] => Array.from({ length: d }, () => 'line');
const observed = ({ points, values: ys, weights }: Reference): Observations => ({ measures: lines(weights.length), points: points.map((p) => Float64Array.from(p)), values: Float64Array.from(ys) });
const hyperOf = ({ weights, scale, noise }: Reference): Hyper => ({ weights: Float64Array.from(weights), scale, noise });

const mixed: Observations = (() => {
  const rng = createRng('mixed');
  const points = Array.from({ length: 14 }, (_, i) => Float64Array.of(rng.uniform(), i % 3, i % 4 === 0 ? INACTIVE : rng.uniform()));
  return { measures: ['line', 'category', 'arc'], points, values: Float64Array.from(points, ([a = 0, c = 0, z = 0]) => Math.sin(4 * a) + 0.3 * c + (z < 0 ? 0 : z * z) - 1) };
})();

describe('against scikit-learn', () => {
  test.each(posteriors)('mean and variance of $points.length points', (reference) => {
    const posterior = posteriorOf(observed(reference), hyperOf(reference));
    reference.at.forEach((at, i) => {
      const { mean, variance } = posterior.at(Float64Array.from(at));
      expect(mean).toBeCloseTo(reference.mean[i]!, 10);
      expect(variance).toBeCloseTo(reference.variance[i]!, 10);
    });
  });

  test.each(posteriors)('likelihood of $points.length points', (reference) => {
    const data = observed(reference);
    const x = Float64Array.from([...reference.weights, reference.scale, reference.noise - 1e-6], Math.log);
    const priors = reference.weights.reduce((sum, w) => sum + 0.1 * (w + 1 / w), 0) + reference.scale - Math.log(reference.scale) + 30 * reference.noise - 0.1 * Math.log(reference.noise);
    expect(lossOf({ data, pairs: pairDistances(data), options: {} }, x, new Float64Array(x.length)) - priors).toBeCloseTo(-reference.likelihood, 9);
  });
});

describe('gradients are those of the functions', () => {
  test.each([{}, { noise: 0.02 }, { related: true }])('fit %j', (options) => {
    const problem = { data: mixed, pairs: pairDistances(mixed), options };
    const x = Float64Array.of(0.7, -1.2, 0.3, 0.2, -3);
    const gradient = new Float64Array(5);
    lossOf(problem, x, gradient);
    gradient.forEach((slope, i) => {
      const at = (h: number): number => lossOf(problem, x.with(i, x[i]! + h), new Float64Array(5));
      expect((at(1e-5) - at(-1e-5)) / 2e-5).toBeCloseTo(slope, 6);
    });
  });

  const posterior = posteriorOf(mixed, { weights: Float64Array.of(4, 0.5, 2), scale: 1.3, noise: 0.01 });
  test.each([
    ['logei', improvementScore(posterior, 'logei', -1.2)], ['ei', improvementScore(posterior, 'ei', -0.5)], ['lcb', improvementScore(posterior, 'lcb', 0)],
    ['pi', improvementScore(posterior, 'pi', -1)], ['far tail', improvementScore(posterior, 'logei', -40)], ['after a running trial', improvementScore(posterior.believing(Float64Array.of(0.35, 1, 0.5)), 'logei', -1.2)],
    ['feasibility', feasibilityScore(posterior, 0.2)], ['sum', sumOf([improvementScore(posterior, 'logei', -1), feasibilityScore(posterior, 0), meanScore(posterior, 0.7)])],
  ] as const)('score %s', (_, score) => {
    const seen = Float64Array.of(0.4, 1, 0.6);
    const gradient = new Float64Array(3);
    expect(score.slopes(seen, gradient)).toBeCloseTo(score.at(seen), 12);
    for (const i of [0, 2]) {
      const slope = (score.at(seen.with(i, seen[i]! + 1e-6)) - score.at(seen.with(i, seen[i]! - 1e-6))) / 2e-6;
      expect(slope / gradient[i]!).toBeCloseTo(1, 5);
    }
    expect(gradient[1]).toBe(0);
  });
});

describe('the model', () => {
  test('three points by hand: observed points are met, far ones fall back to the prior', () => {
    const data: Observations = { measures: ['line'], points: [0, 0.5, 1].map((x) => Float64Array.of(x)), values: Float64Array.of(1, -1, 0) };
    const posterior = posteriorOf(data, { weights: Float64Array.of(9), scale: 2, noise: 1e-9 });
    data.points.forEach((point, i) => expect(posterior.at(point).mean).toBeCloseTo(data.values[i]!, 6));
    expect(posterior.at(Float64Array.of(50)).mean).toBeCloseTo(0, 12);
    expect(posterior.at(Float64Array.of(50)).variance).toBeCloseTo(2, 12);
  });

  test('believing: no mean moves, no variance is left', () => {
    const posterior = posteriorOf(mixed, { weights: Float64Array.of(4, 0.5, 2), scale: 1.3, noise: 0.01 });
    const [here, there] = [Float64Array.of(0.2, 2, 0.9), Float64Array.of(0.3, 2, 0.8)];
    const then = posterior.believing(here);
    expect(then.at(there).mean).toBeCloseTo(posterior.at(there).mean, 10);
    expect(then.at(here).variance).toBeLessThan(1e-5);
    expect(then.at(there).variance).toBeLessThan(0.9 * posterior.at(there).variance);
  });

  test('what made the data is found: the axis that matters, and the noise', () => {
    const rng = createRng('fit');
    const points = Array.from({ length: 60 }, () => Float64Array.of(rng.uniform(), rng.uniform()));
    const data = { measures: lines(2), points, values: Float64Array.from(points, ([x = 0]) => 1.4 * Math.sin(6 * x) + 0.3 * (rng.uniform() + rng.uniform() + rng.uniform() - 1.5) * 2) };
    const { weights, noise } = fitHyper(data);
    expect(weights[0]! / weights[1]!).toBeGreaterThan(10);
    expect(noise).toBeGreaterThan(0.05);
    expect(noise).toBeLessThan(0.15);
    expect(fitHyper(data, { noise: 1e-4 }).noise).toBeGreaterThan(0.04);
  });

  test('the same point many times over, with equal and with different values', () => {
    const points = Array.from({ length: 40 }, () => Float64Array.of(0.5));
    for (const value of [() => 0, (i: number) => (i % 2) * 2 - 1]) {
      const data = { measures: lines(1), points, values: Float64Array.from(points, (_, i) => value(i)) };
      expect(posteriorOf(data, fitHyper(data)).at(Float64Array.of(0.5)).mean).toBeCloseTo(0, 6);
    }
  });
});

test('distances: hamming, and one radian about the place of what does not exist', () => {
  expect([squaredDistance('line', 0.2, 0.5), squaredDistance('category', 2, 7), squaredDistance('category', 2, 2)]).toEqual([0.09, 1, 0].map((x) => expect.closeTo(x, 12)));
  expect([squaredDistance('arc', INACTIVE, 0), squaredDistance('arc', 1, INACTIVE), squaredDistance('arc', INACTIVE, INACTIVE)]).toEqual([1, 1, 0]);
  expect(squaredDistance('arc', 0.4, 0.5)).toBeCloseTo(0.01, 4);
  expect([matern(0), matern(1)]).toEqual([1, expect.closeTo(0.523994, 6)]);
});

describe('what is expected before there is data', () => {
  const expected = (d: number): number => {
    const { weights } = fitHyper({ measures: lines(d), points: [new Float64Array(d)], values: Float64Array.of(0) });
    expect(Math.max(...weights) - Math.min(...weights)).toBeLessThan(1e-9);
    return weights.reduce((sum, weight) => sum + weight, 0);
  };

  test('a weight of 1 for each of up to ten parameters; more of them share what ten have', () => {
    expect(expected(4)).toBeCloseTo(4, 1);
    expect(expected(10)).toBeCloseTo(10, 1);
    expect(expected(40)).toBeCloseTo(10, 1);
  });
});

describe('a space as the model sees it', () => {
  const space = spaceOf({
    kind: values('a', 'b'), deep: { distribution: ints(1, 3), when: { kind: ['a'] } }, inner: { distribution: { name: 'uniform', low: 2, high: 4 }, when: { deep: [2, 3] } },
    size: values(64, 16, 32), fixed: { name: 'constant', value: 7 }, free: { distribution: values(true, false), when: { fixed: [7] } }, gone: { distribution: values(1, 2), when: { fixed: [8] } },
  });
  const axes = axisSpace(space);
  const seen = (place: readonly number[]): number[] => {
    const out = new Float64Array(axes.axes.length);
    axes.show(Float64Array.from(place), out);
    return [...out];
  };

  test('what does not exist is inactive, down to grandchildren', () => {
    expect(axes.measures).toEqual(['category', 'arc', 'arc', 'line', 'category', 'category']);
    expect(seen([0, 0.5, 0.25, 0.5, 1, 0])).toEqual([0, 0.5, 0.25, 0.5, 1, INACTIVE]);
    expect(seen([0, 1 / 6, 0.25, 0.5, 1, 0])).toEqual([0, expect.closeTo(1 / 6, 12), INACTIVE, 0.5, 1, INACTIVE]);
    expect(seen([1, 0.5, 0.25, 0.5, 1, 0])).toEqual([1, INACTIVE, INACTIVE, 0.5, 1, INACTIVE]);
  });

  test('numbers in a list stand in their order; places and parameters are each other\'s picture', () => {
    const params = paramsAt(axes, Float64Array.of(0, 0.5, 0.25, 0.5, 1, 0));
    expect(params).toEqual({ kind: 'a', deep: 2, inner: 2.5, size: 32, fixed: 7, free: false });
    expect([...seenOf(axes, params)]).toEqual([0, 0.5, 0.25, 0.5, 1, INACTIVE]);
    expect(paramsAt(axes, placeOf(axes, seenOf(axes, params), () => 0.9))).toEqual(params);
  });

  test('values of an older space: choices that are gone, numbers out of range, parameters that are missing', () => {
    expect([...seenOf(axes, { kind: 'z', size: 48 })]).toEqual([2, INACTIVE, INACTIVE, 0.5, INACTIVE, INACTIVE]);
    const flat = axisSpace(spaceOf({ x: { name: 'uniform', low: 0, high: 1 }, n: ints(1, 4) }));
    expect([...seenOf(flat, { x: 9 })]).toEqual([1, 0.5]);
    expect([...placeOf(flat, seenOf(flat, { x: 9 }), () => 0.9)]).toEqual([1, 0.375]);
  });
});

describe('losses', () => {
  test('the good half keeps its proportions, a diverged run stays near, and the way back is exact', () => {
    const losses = [0.2, 0.3, 0.31, 0.35, 0.4, 0.9, 4e7, 1e300];
    const scale = scaleOf(losses);
    const scaled = losses.map(scale.to);
    expect((scaled[1]! - scaled[0]!) / (scaled[2]! - scaled[1]!)).toBeCloseTo(10, 6);
    expect(scaleOf(losses.slice(0, 7)).to(4e7) - scaleOf(losses.slice(0, 7)).to(0.2)).toBeLessThan(4);
    losses.slice(0, 6).forEach((loss) => expect(scale.from(scale.to(loss))).toBeCloseTo(loss, 9));
    expect(scaled.reduce((sum, y) => sum + y, 0)).toBeCloseTo(0, 9);
  });

  test('one loss, equal losses, tiny ones, huge ones', () => {
    for (const losses of [[3], [3, 3, 3], [1e-300, 2e-300, 9e-300], [-1e100, 0, 1e100]]) expect(losses.map(scaleOf(losses).to).every((y) => Math.abs(y) < 10)).toBe(true);
  });

  test('a pruned trial is no better than the median of the complete ones', () => {
    const trials = [0.1, 0.2, 0.3].map((loss, i) => trialOf(i, { x: i }, { loss }));
    const pruned = [0.05, 0.7].map((loss, i) => trialOf(3 + i, { x: i }, { state: 'pruned', loss }));
    expect(lessons([...trials, ...pruned]).map(({ loss }) => loss)).toEqual([0.1, 0.2, 0.3, 0.2, 0.7]);
  });

  test('of many trials the best, the newest and a spread of the others are kept, in order', () => {
    const all = Array.from({ length: 1000 }, (_, i) => ({ trial: trialOf(i, {}), loss: Math.abs(i - 500) }));
    const kept = chosen(all, 300).map(({ trial }) => trial.number);
    expect(kept).toHaveLength(300);
    expect(kept).toEqual(kept.toSorted((a, b) => a - b));
    expect(kept).toEqual(expect.arrayContaining([500, 460, 540, 999, 900, 0]));
    expect(chosen(all.slice(0, 300), 300)).toHaveLength(300);
  });
});

test('expected losses for partial dependence are in the user\'s own unit', () => {
  const space = spaceOf({ x: { name: 'uniform', low: 0, high: 1 }, c: values('a', 'b') });
  const finished = Array.from({ length: 30 }, (_, i) => ({ x: ((i * 7) % 30) / 30, c: i % 2 === 0 ? 'a' : 'b' })).map((params, i) => trialOf(i, params, { loss: 100 + 20 * (params.x - 0.4) ** 2 + (params.c === 'a' ? 0 : 3) }));
  const expected = expectedLoss(viewOf(space, finished))!;
  expect(expected({ x: 0.4, c: 'a' })).toBeCloseTo(100, 0);
  expect(expected({ x: 0.9, c: 'a' })).toBeCloseTo(105, 0);
  expect(expected({ x: 0.4, c: 'b' })).toBeCloseTo(103, 0);
  expect(expectedLoss(viewOf(space))).toBeUndefined();
});
