import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { cmaDraw, cmaRates, cmaStart, cmaUpdate, defaultPopulation, type CmaState } from '../../src/math/cma.js';
import { withMargin } from '../../src/math/cmaMargin.js';
import { symmetricEigen } from '../../src/math/eigen.js';
import { createRng } from '../../src/math/rng.js';
import { cellLimits } from '../../src/samplers/cmaesAxes.js';

interface Step { readonly points: readonly number[][]; readonly losses: readonly number[]; readonly mean: readonly number[]; readonly sigma: number; readonly covariance: readonly number[]; readonly stretch: readonly number[] | null }
interface Reference { readonly plain: readonly Step[]; readonly margin: { readonly cells: readonly number[]; readonly steps: readonly Step[] } }
const reference = JSON.parse(readFileSync(new URL('../samplers/reference/cmaes.json', import.meta.url), 'utf8')) as Reference;

const bestFirst = ({ points, losses }: Step): readonly Float64Array[] => points.map((x, i) => ({ x: Float64Array.from(x), loss: losses[i]! })).sort((a, b) => a.loss - b.loss).map(({ x }) => x);
const near = (ours: Iterable<number>, theirs: readonly number[]): void => {
  for (const [i, value] of [...ours].entries()) expect(Math.abs(value - theirs[i]!)).toBeLessThan(1e-8 * Math.max(1, Math.abs(theirs[i]!)));
};

describe('the real cmaes package on frozen points', () => {
  test('twelve generations: mean, step size and covariance', () => {
    let state = cmaStart(new Float64Array(4).fill(0.5), 1 / 6);
    for (const step of reference.plain) {
      state = cmaUpdate(state, cmaRates(4, 8), bestFirst(step));
      near(state.mean, step.mean);
      near([state.sigma], [step.sigma]);
      near(state.covariance, step.covariance);
    }
  });

  test('twelve generations with margin: mean and stretch of integers of 5, 2 and 200 values beside two numbers', () => {
    const { cells, steps } = reference.margin;
    let state = cmaStart(new Float64Array(5).fill(0.45), 0.02);
    let stretch = new Float64Array(5).fill(1);
    for (const step of steps) {
      const updated = cmaUpdate(state, cmaRates(5, 8), bestFirst(step));
      const corrected = withMargin(updated, stretch, {
        margin: 1 / (5 * 8), limits: (axis, x) => (cells[axis] === 0 ? undefined : cellLimits({ name: 'int_uniform', low: 1, high: cells[axis]! }, x)),
      });
      [state, stretch] = [{ ...updated, mean: corrected.mean }, Float64Array.from(corrected.stretch)];
      near([state.sigma], [step.sigma]);
      near(state.mean, step.mean);
      near(stretch, step.stretch!);
    }
    expect(steps.at(-1)!.stretch!.filter((factor) => factor > 1.2).length).toBeGreaterThan(0);
  });
});

describe('CMA-ES alone', () => {
  const minimise = (f: (x: Float64Array) => number, d: number, evaluations: number): { readonly best: number; readonly state: CmaState } => {
    const rates = cmaRates(d, defaultPopulation(d));
    let state = cmaStart(new Float64Array(d).fill(0.8), 0.3);
    let best = Infinity;
    for (let used = 0; used < evaluations; used += rates.population) {
      const points = Array.from({ length: rates.population }, (_, i) => cmaDraw(state, createRng(`cma ${used + i}`)));
      const sorted = points.map((x) => ({ x, loss: f(x) })).sort((a, b) => a.loss - b.loss);
      best = Math.min(best, sorted[0]!.loss);
      state = cmaUpdate(state, rates, sorted.map(({ x }) => x));
    }
    return { best, state };
  };

  test.each([
    ['sphere', (x: Float64Array) => x.reduce((sum, v) => sum + v * v, 0), 1200],
    ['ellipsoid of condition 1e4', (x: Float64Array) => x.reduce((sum, v, i) => sum + 10 ** i * v * v, 0), 3000],
    ['Rosenbrock', (x: Float64Array) => x.subarray(1).reduce((sum, v, i) => sum + 100 * (v - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2, 0), 6000],
  ])('%s in five dimensions to 1e-8', (_name, f, evaluations) => {
    expect(minimise(f, 5, evaluations).best).toBeLessThan(1e-8);
  });

  test('the covariance learns the inverse of the ellipsoid', () => {
    const { state } = minimise((x) => x.reduce((sum, v, i) => sum + 100 ** i * v * v, 0), 3, 1500);
    const widths = [0, 1, 2].map((i) => Math.sqrt(state.covariance[i * 3 + i]!));
    expect(widths[0]! / widths[1]!).toBeGreaterThan(4);
    expect(widths[1]! / widths[2]!).toBeGreaterThan(4);
  });
});

test('with the margin integers are found that plain rounding gets stuck beside (twenty seeds)', () => {
  const cell = { name: 'int_uniform', low: 0, high: 9 } as const;
  const level = (x: number): number => Math.min(Math.max(Math.floor(x * 10), 0), 9);
  const solved = (margin: number | undefined, seed: number): boolean => {
    const rates = cmaRates(5, defaultPopulation(5));
    let state = cmaStart(new Float64Array(5).fill(0.5), 1 / 6);
    let stretch = new Float64Array(5).fill(1);
    const f = (x: Float64Array): number => 100 * ((x[0]! - 0.3) ** 2 + (x[1]! - 0.6) ** 2) + 0.01 * [2, 3, 4].reduce((sum, j) => sum + (level(state.mean[j]! + (x[j]! - state.mean[j]!) * stretch[j]!) - 9 + j) ** 2, 0);
    for (let g = 0; g < 80; g++) {
      const points = Array.from({ length: rates.population }, (_, i) => cmaDraw(state, createRng(`stall ${seed} ${g} ${i}`))).map((x) => ({ x, loss: f(x) }));
      if (points.some(({ loss }) => loss < 0.005)) return true;
      state = cmaUpdate(state, rates, points.sort((a, b) => a.loss - b.loss).map(({ x }) => x));
      if (margin === undefined) continue;
      const corrected = withMargin(state, stretch, { margin, limits: (axis, x) => (axis < 2 ? undefined : cellLimits(cell, x)) });
      [state, stretch] = [{ ...state, mean: corrected.mean }, Float64Array.from(corrected.stretch)];
    }
    return false;
  };
  const count = (margin: number | undefined): number => Array.from({ length: 20 }, (_, seed) => solved(margin, seed)).filter(Boolean).length;
  expect(count(undefined)).toBeLessThan(16);
  expect(count(1 / 40)).toBe(20);
});

describe('symmetricEigen', () => {
  const rng = createRng('eigen');
  test.each([1, 2, 5, 20])('n = %i: B D Bᵀ is the matrix, B is orthonormal', (n) => {
    const half = Float64Array.from({ length: n * n }, () => rng.uniform() - 0.5);
    const a = Float64Array.from({ length: n * n }, (_, at) => half[at]! + half[(at % n) * n + Math.floor(at / n)]!);
    const { values, vectors } = symmetricEigen(a, n);
    const sumOver = (term: (k: number) => number): number => Array.from({ length: n }, (_, k) => term(k)).reduce((x, y) => x + y, 0);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        expect(sumOver((k) => vectors[i * n + k]! * values[k]! * vectors[j * n + k]!)).toBeCloseTo(a[i * n + j]!, 12);
        expect(sumOver((k) => vectors[k * n + i]! * vectors[k * n + j]!)).toBeCloseTo(i === j ? 1 : 0, 12);
      }
    }
  });

  test('known values, equal ones and wide scales included', () => {
    expect([...symmetricEigen(Float64Array.from([2, 1, 1, 2]), 2).values].sort()).toEqual([expect.closeTo(1, 12), expect.closeTo(3, 12)]);
    expect([...symmetricEigen(Float64Array.from([3, 0, 0, 3]), 2).values]).toEqual([3, 3]);
    expect([...symmetricEigen(Float64Array.from([1e12, 1, 1, 1e-3]), 2).values].sort((x, y) => y - x)[0]).toBeCloseTo(1e12, 0);
  });
});
