import { describe, expect, test } from '@jest/globals';
import { createRng } from '../../src/math/rng.js';
import type { Params } from '../../src/model/params.js';
import type { LossTrial, Sampler } from '../../src/model/ports.js';
import type { Distribution, SearchSpace } from '../../src/model/searchSpace.js';
import { halton } from '../../src/samplers/halton.js';
import { lhs } from '../../src/samplers/lhs.js';
import { random } from '../../src/samplers/random.js';
import { sobol } from '../../src/samplers/sobol.js';
import { finiteSpaces, samplerContract, suggestMany, trialOf, viewOf } from '../contracts/sampler.js';
import { ints, spaceOf, values } from '../contracts/spaces.js';

const uniform: Distribution = { name: 'uniform', low: 0, high: 1 };
const cube = (d: number): SearchSpace => spaceOf(Object.fromEntries(Array.from({ length: d }, (_, i) => [`x${i}`, uniform])));
const makers: Readonly<Record<string, () => Sampler>> = { sobol, halton, lhs: () => lhs({ criterion: 'maximin' }) };

/** Squared centred L2 discrepancy (Hickernell, 1998). */
function discrepancy(points: readonly Params[]): number {
  const x = points.map((params) => Object.values(params) as number[]);
  const n = x.length;
  const product = (factors: readonly number[]): number => factors.reduce((a, b) => a * b, 1);
  const off = (v: number): number => Math.abs(v - 0.5);
  const one = x.reduce((sum, p) => sum + product(p.map((v) => 1 + off(v) / 2 - off(v) ** 2 / 2)), 0);
  const two = x.reduce((sum, p) => sum + x.reduce((inner, q) => inner + product(p.map((v, k) => 1 + off(v) / 2 + off(q[k]!) / 2 - Math.abs(v - q[k]!) / 2)), 0), 0);
  return (13 / 12) ** x[0]!.length - (2 / n) * one + two / n ** 2;
}

/** A study whose first trials were anchors, under a seed. */
function play(sampler: Sampler, space: SearchSpace, count: number, { seed = 'a', budget = count, anchors = [] as readonly Params[] } = {}): readonly Params[] {
  const finished: LossTrial[] = anchors.map((params, i) => trialOf(i, params));
  for (let i = finished.length; i < count; i++) finished.push(trialOf(i, sampler.suggest(viewOf(space, finished, [], budget), createRng(seed).fork(`trial ${i}`))!));
  return finished.slice(anchors.length).map((trial) => trial.params);
}

describe.each(Object.entries(makers))('%s', (_name, make) => {
  samplerContract(make, finiteSpaces);

  test('64 points fill five dimensions more evenly than random ones, over ten seeds', () => {
    const mean = (sampler: Sampler): number => Array.from({ length: 10 }, (_, s) => discrepancy(play(sampler, cube(5), 64, { seed: `s${s}` }))).reduce((a, b) => a + b) / 10;
    expect(mean(make()) / mean(random())).toBeLessThan(0.75);
  });

  test('two commits of one seed try the same points, whatever their anchors and losses', () => {
    const plain = play(make(), cube(3), 20, { budget: 20 });
    const anchored = play(make(), cube(3), 20, { budget: 20, anchors: [{ x0: 0.1, x1: 0.2, x2: 0.3 }, { x0: 0.9, x1: 0.2, x2: 0.3 }] });
    expect(anchored).toEqual(plain.slice(0, 18));
    expect(play(make(), cube(3), 20, { seed: 'b', budget: 20 })).not.toEqual(plain);
  });

  test('a point that still runs is not given again', () => {
    const space = cube(2);
    const [first, second] = play(make(), space, 2, { budget: 9 });
    expect(make().suggest(viewOf(space, [], [trialOf(0, first!, { state: 'running' })], 9), createRng('a').fork('x'))).toEqual(second);
  });

  test('conditional spaces: the values of one branch are as even as if it stood alone', () => {
    const space = spaceOf({ kind: values('a', 'b'), depth: { distribution: ints(1, 8), when: { kind: ['a'] } } });
    const wide = spaceOf({ kind: values('a', 'b'), rate: { distribution: uniform, when: { kind: ['a'] } } });
    expect(suggestMany(make(), space, 50)).toHaveLength(9);
    const rates = play(make(), wide, 65, { budget: 64 }).flatMap((p) => ('rate' in p ? [p['rate'] as number] : []));
    expect(new Set(rates.map((v) => Math.floor(v * 4))).size).toBe(4);
  });
});

test('sobol: any 2^m points hold each value of a choice about equally often', () => {
  const points = play(sobol(), spaceOf({ a: ints(1, 4), b: uniform, c: ints(0, 7) }), 32);
  for (let v = 1; v <= 4; v++) expect(points.filter((p) => p['a'] === v)).toHaveLength(8);
  for (let v = 0; v <= 7; v++) expect(points.filter((p) => p['c'] === v)).toHaveLength(4);
});

test('sobol: two hundred parameters are more than the table has', () => {
  const points = play(sobol(), cube(200), 16);
  expect(new Set(points.map((p) => Math.floor((p['x150'] as number) * 16))).size).toBe(16);
  expect(new Set(points.map((p) => p['x199'])).size).toBe(16);
});

test.each(['maximin', 'random', 'centered'] as const)('lhs, %s: every slice of every parameter once, again after the budget', (criterion) => {
  const points = play(lhs({ criterion }), cube(4), 40, { budget: 20 });
  for (const name of ['x0', 'x1', 'x2', 'x3']) {
    for (const block of [points.slice(0, 20), points.slice(20)]) expect(new Set(block.map((p) => Math.floor((p[name] as number) * 20))).size).toBe(20);
  }
  if (criterion === 'centered') expect(points.every((p) => Math.abs(((p['x0'] as number) * 20) % 1 - 0.5) < 1e-9)).toBe(true);
});

test('lhs, maximin: the nearest two points lie farther apart than in a random design', () => {
  const nearest = (points: readonly Params[]): number => Math.min(...points.flatMap((p, i) => points.slice(0, i).map((q) => Math.hypot(...Object.keys(p).map((k) => (p[k] as number) - (q[k] as number))))));
  const mean = (criterion: 'maximin' | 'random'): number => Array.from({ length: 8 }, (_, s) => nearest(play(lhs({ criterion }), cube(3), 20, { seed: `n${s}` }))).reduce((a, b) => a + b) / 8;
  expect(mean('maximin')).toBeGreaterThan(1.3 * mean('random'));
});

test('the points for a seed are written down: they must never change', () => {
  const space = spaceOf({ lr: { name: 'log_uniform_values', low: 1e-5, high: 0.1 }, layers: ints(1, 5) });
  expect(Object.values(makers).map((make) => play(make(), space, 2, { seed: 'study' }))).toMatchInlineSnapshot(`
[
  [
    {
      "layers": 4,
      "lr": 0.0202608501705,
    },
    {
      "layers": 1,
      "lr": 0.000072560361859,
    },
  ],
  [
    {
      "layers": 1,
      "lr": 0.0000776278786123,
    },
    {
      "layers": 5,
      "lr": 0.00776278786123,
    },
  ],
  [
    {
      "layers": 5,
      "lr": 0.00195557399388,
    },
    {
      "layers": 1,
      "lr": 0.0000116873796952,
    },
  ],
]
`);
});
