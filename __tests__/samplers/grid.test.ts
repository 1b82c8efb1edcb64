import { describe, expect, test } from '@jest/globals';
import { createRng } from '../../src/math/rng.js';
import type { SearchSpace } from '../../src/model/searchSpace.js';
import { grid } from '../../src/samplers/grid.js';
import { countGrid } from '../../src/model/gridCount.js';
import { gridPlan } from '../../src/samplers/gridPlan.js';
import { samplers } from '../../src/samplers/index.js';
import { finiteSpaces, samplerContract, suggestMany, trialOf, viewOf } from '../contracts/sampler.js';
import { ints, spaceOf, values } from '../contracts/spaces.js';

describe('grid', () => {
  samplerContract(grid, finiteSpaces, 'listed');

  test('names sorted, the last fastest, whatever the order in the file', () => {
    const space = spaceOf({ units: values(16, 32), batch: ints(1, 3) });
    expect(suggestMany(grid(), space, 100).map((p) => [p['batch'], p['units']])).toEqual([[1, 16], [1, 32], [2, 16], [2, 32], [3, 16], [3, 32]]);
  });

  test('nested parameters sort level by level', () => {
    const parameter = (path: readonly string[]) => ({ name: path.join('.'), path, distribution: values(0, 1) });
    const space: SearchSpace = { parameters: [parameter(['b']), parameter(['a', 'z']), parameter(['a', 'b'])], constraints: [] };
    expect(suggestMany(grid(), space, 3)).toEqual([{ 'a.b': 0, 'a.z': 0, b: 0 }, { 'a.b': 0, 'a.z': 0, b: 1 }, { 'a.b': 0, 'a.z': 1, b: 0 }]);
  });

  test('only active combinations, each once, parents after children in the alphabet included', () => {
    expect(suggestMany(grid(), finiteSpaces['conditional']!, 100)).toHaveLength(1 + 2 * 2 + 2 + 1);
    expect(gridPlan(finiteSpaces['conditional']!)).toMatchObject({ size: 8, exact: true });
    expect(countGrid(finiteSpaces['conditional']!)).toEqual({ points: 8, exact: true });
    const space = spaceOf({ z: values('on', 'off'), a: { distribution: ints(1, 3), when: { z: ['on'] } } });
    expect(suggestMany(grid(), space, 100)).toEqual([{ z: 'on', a: 1 }, { z: 'off' }, { z: 'on', a: 2 }, { z: 'on', a: 3 }]);
  });

  test('constraints shrink it', () => {
    expect(gridPlan(finiteSpaces['constrained']!)).toMatchObject({ size: 14, exact: true });
    expect(countGrid(finiteSpaces['constrained']!)).toEqual({ points: 14, exact: true });
    expect(suggestMany(grid(), finiteSpaces['constrained']!, 100)).toHaveLength(14);
  });

  test('an anchor already tried is not tried again', () => {
    const space = spaceOf({ a: ints(1, 3) });
    expect(grid().suggest(viewOf(space, [trialOf(0, { a: 1 })]), createRng('x'))).toEqual({ a: 2 });
    expect(grid().suggest(viewOf(space, [1, 2, 3].map((a, i) => trialOf(i, { a }))), createRng('x'))).toBeUndefined();
  });

  test.each([5, 8, 20])('with a budget of %i of 5 x 4 x 3 points, every axis shows each value about equally often', (budget) => {
    const space = spaceOf({ a: ints(1, 5), b: ints(1, 4), c: ints(1, 3) });
    const points = suggestMany(grid(), space, budget, budget);
    expect(points).toHaveLength(budget);
    for (const [name, size] of [['a', 5], ['b', 4], ['c', 3]] as const) {
      const counts = Array.from({ length: size }, (_, i) => points.filter((p) => p[name] === i + 1).length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(Math.floor(budget / size) - 1);
    }
  });

  test('a grid far too large to list is walked lazily', () => {
    const big = spaceOf(Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, ints(1, 100)])), 'a + b <= 150');
    expect(gridPlan(big)).toMatchObject({ size: 1e10, exact: false });
    expect(suggestMany(grid(), big, 30, 30)).toHaveLength(30);
  });

  test('a long axis is sampled over its whole length', () => {
    const values = suggestMany(grid(), spaceOf({ a: ints(0, 999), b: ints(1, 2) }), 10, 10).map((p) => p['a'] as number).sort((a, b) => a - b);
    const gaps = [...values, 1000].map((value, i) => value - (values[i - 1] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(250);
  });

  test('a budget just below the grid still gives as many different points', () => {
    expect(suggestMany(grid(), spaceOf({ a: ints(1, 5), b: ints(1, 4), c: ints(1, 3) }), 59, 59)).toHaveLength(59);
  });

  test('a continuous parameter is refused with what to write instead', () => {
    const space = spaceOf({ lr: { name: 'uniform', low: 0, high: 1 }, p: { name: 'categorical', choices: [1, 2], probabilities: [0.5, 0.5] }, n: ints(1, 2) });
    expect(() => suggestMany(grid(), space, 1)).toThrow(expect.objectContaining({
      code: 'grid-continuous', message: expect.stringContaining('lr (uniform), p (categorical)'), fix: expect.stringContaining('lr: { values:'),
    }));
  });

  test('all constants make a grid of one point', () => {
    expect(suggestMany(grid(), spaceOf({ a: { name: 'constant', value: [1, 2] } }), 9)).toEqual([{ a: [1, 2] }]);
  });

  test('the map names every sampler as it names itself', () => {
    expect(Object.entries(samplers).map(([name, { create }]) => [name, create({}).name])).toEqual(Object.keys(samplers).map((name) => [name, name]));
  });
});
