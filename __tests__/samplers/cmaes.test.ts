import { describe, expect, test } from '@jest/globals';
import { createRng } from '../../src/math/rng.js';
import type { Params } from '../../src/model/params.js';
import type { LossTrial, StudyView } from '../../src/model/ports.js';
import type { Distribution, SearchSpace } from '../../src/model/searchSpace.js';
import { cmaes, cmaesOptions } from '../../src/samplers/cmaes.js';
import { finiteSpaces, samplerContract, trialOf, viewOf } from '../contracts/sampler.js';
import { ints, spaceOf, values } from '../contracts/spaces.js';

const make = (options: object = {}) => cmaes(cmaesOptions.parse(options));
const uniform = (low: number, high: number): Distribution => ({ name: 'uniform', low, high });

/** Losses of a study, `slots` trials at a time, ended in turn. */
function losses(space: SearchSpace, f: (params: Params) => number, { trials, seed = 's', slots = 1, more = {}, options = {} }: { readonly trials: number; readonly seed?: string; readonly slots?: number; readonly more?: Partial<StudyView>; readonly options?: object }): readonly number[] {
  const sampler = make(options);
  const finished: LossTrial[] = [];
  const running: LossTrial[] = [];
  for (let i = 0; i < trials; i++) {
    running.push(trialOf(i, sampler.suggest({ ...viewOf(space, [...finished], [...running]), ...more }, createRng(seed).fork(`trial ${i}`))!, { state: 'running' }));
    if (running.length < slots) continue;
    const done = running.splice(i % running.length, 1)[0]!;
    finished.push({ ...done, state: 'complete', loss: f(done.params) });
    finished.sort((a, b) => a.number - b.number);
  }
  return finished.map((trial) => trial.loss!);
}

const sphere = spaceOf(Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, uniform(-5, 5)])));
const square = (params: Params): number => Object.values(params).reduce<number>((sum, v) => sum + ((v as number) - 1.7) ** 2, 0);

describe('cmaes', () => {
  samplerContract(() => make(), { ...finiteSpaces, numbers: sphere, mixed: spaceOf({ x: uniform(0, 1), k: ints(1, 40), o: values('a', 'b', 'c') }) });

  test('a sphere in five dimensions, one and four trials at a time', () => {
    expect(Math.min(...losses(sphere, square, { trials: 400 }))).toBeLessThan(1e-4);
    expect(Math.min(...losses(sphere, square, { trials: 400, slots: 4 }))).toBeLessThan(1e-2);
  });

  test('integers beside numbers do not stall: the margin keeps them moving (five seeds)', () => {
    const space = spaceOf({ x: uniform(0, 1), y: uniform(0, 1), i: ints(0, 9), j: ints(0, 9), on: ints(0, 1) });
    const f = (p: Params): number => 100 * (((p['x'] as number) - 0.3) ** 2 + ((p['y'] as number) - 0.6) ** 2) + ((p['i'] as number) - 8) ** 2 + ((p['j'] as number) - 2) ** 2 + (1 - (p['on'] as number));
    for (let s = 0; s < 5; s++) expect(Math.min(...losses(space, f, { trials: 350, seed: `m${s}` }))).toBeLessThan(0.05);
  });

  test('choices follow the better half, and the others still come', () => {
    const space = spaceOf({ x: uniform(0, 1), o: values('a', 'b', 'c', 'd') });
    const seen: unknown[] = [];
    losses(space, (p) => { seen.push(p['o']); return (p['o'] === 'c' ? 0 : 1) + (p['x'] as number) * 0.1; }, { trials: 120 });
    expect(seen.slice(-50).filter((o) => o === 'c').length).toBeGreaterThan(35);
    expect(new Set(seen.slice(30)).size).toBeGreaterThan(2);
  });

  test('failed and pruned trials rank last: the search leaves the half that fails', () => {
    const sampler = make();
    const space = spaceOf({ x: uniform(0, 1), y: uniform(0, 1) });
    const finished: LossTrial[] = [];
    for (let i = 0; i < 80; i++) {
      const params = sampler.suggest(viewOf(space, [...finished]), createRng('f').fork(`trial ${i}`))!;
      finished.push((params['x'] as number) > 0.4 ? trialOf(i, params, { state: i % 2 ? 'failed' : 'pruned', loss: NaN }) : trialOf(i, params, { loss: ((params['y'] as number) - 0.5) ** 2 }));
    }
    expect(finished.slice(-30).filter((trial) => trial.state === 'complete').length).toBeGreaterThan(24);
  });

  test('main\'s trials are where it begins: the first generation lies near their best', () => {
    const prior = Array.from({ length: 40 }, (_, i) => trialOf(i, { a: (i % 9) - 4, b: (i % 7) - 3, c: i % 5, d: (i % 3) - 1, e: (i % 11) - 5 })).map((t) => ({ ...t, loss: square(t.params) }));
    const mean = (all: readonly number[]): number => all.reduce((x, y) => x + y, 0) / all.length;
    expect(mean(losses(sphere, square, { trials: 8, more: { prior } }))).toBeLessThan(0.6 * mean(losses(sphere, square, { trials: 8 })));
  });

  test('restarts: a function of two valleys is looked at again from elsewhere', () => {
    const space = spaceOf({ x: uniform(0, 1), y: uniform(0, 1) });
    const seen: number[] = [];
    const f = (p: Params): number => { seen.push(p['x'] as number); return ((p['x'] as number) - 0.5) ** 2 + ((p['y'] as number) - 0.5) ** 2; };
    losses(space, f, { trials: 260 });
    const without = seen.slice(150).filter((x) => Math.abs(x - 0.5) > 0.1).length;
    seen.length = 0;
    losses(space, f, { trials: 260, options: { restarts: 'ipop' } });
    expect(without).toBe(0);
    expect(seen.slice(100).filter((x) => Math.abs(x - 0.5) > 0.1).length).toBeGreaterThan(3);
  });

  test('two thousand trials are learnt from once, then looked up', () => {
    const finished = Array.from({ length: 2000 }, (_, i) => trialOf(i, Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name, k) => [name, Math.sin(i * (k + 1))])), { loss: i % 17 }));
    const sampler = make();
    const first = sampler.suggest(viewOf(sphere, finished), createRng('x'));
    expect(sampler.suggest(viewOf(sphere, [...finished]), createRng('x'))).toEqual(first);
    expect(make().suggest(viewOf(sphere, finished), createRng('x'))).toEqual(first);
  });
});
