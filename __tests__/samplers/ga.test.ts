import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRng } from '../../src/math/rng.js';
import { paramsKey, type Params } from '../../src/model/params.js';
import type { LossTrial } from '../../src/model/ports.js';
import type { SearchSpace } from '../../src/model/searchSpace.js';
import { ga, gaOptions } from '../../src/samplers/ga.js';
import { offspringOf } from '../../src/samplers/gaOperators.js';
import { finiteSpaces, samplerContract, suggestMany, trialOf, viewOf } from '../contracts/sampler.js';
import { ints, spaceOf, values } from '../contracts/spaces.js';

const make = (options: object = {}) => ga(gaOptions.parse(options));
const unit = { name: 'uniform', low: 0, high: 1 } as const;
const bowl = spaceOf({ x: unit, y: { name: 'log_uniform_values', low: 1e-4, high: 1 }, n: ints(1, 64), kind: values('a', 'b', 'c') });
const lossOf = (p: Params): number => (Number(p['x']) - 0.3) ** 2 + (Math.log10(Number(p['y'])) + 2) ** 2 / 4 + (Number(p['n']) / 64 - 0.5) ** 2 + (p['kind'] === 'b' ? 0 : 0.2);

/** Slots work at once; the one that has run longest ends next, so that generations end while others run. */
function searched(sampler: ReturnType<typeof make>, space: SearchSpace, { count, slots, seed = 's' }: { count: number; slots: number; seed?: string }): LossTrial[] {
  const finished: LossTrial[] = [];
  const running: LossTrial[] = [];
  for (let i = 0; i < count; i++) {
    const params = sampler.suggest(viewOf(space, [...finished].sort((a, b) => a.number - b.number), running, count), createRng(seed).fork(String(i)));
    if (params === undefined) break;
    running.push(trialOf(i, params, { state: 'running' }));
    if (running.length === slots) finished.push(...running.splice(i % slots, 1).map(({ number, params: p }) => trialOf(number, p, { loss: lossOf(p) })));
  }
  return [...finished, ...running.map(({ number, params: p }) => trialOf(number, p, { loss: lossOf(p) }))].sort((a, b) => a.number - b.number);
}

describe('ga', () => {
  const floats = spaceOf({ lr: { name: 'log_uniform_values', low: 1e-5, high: 0.1 }, n: { name: 'normal', mu: 0, sigma: 2 }, b: { name: 'q_beta', a: 2, b: 5, q: 0.01, integer: false } });
  samplerContract(() => make({ population: 5 }), { ...finiteSpaces, floats });

  test('a generation of sklearn-deap: the same gene values as often, as many new genomes', () => {
    const given = JSON.parse(readFileSync(new URL('reference/ga.json', import.meta.url), 'utf8')) as {
      runs: number; population: { genes: number[]; score: number }[]; shares: number[][]; new: number; best: number;
    };
    const lists = { f: [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5], w: ['p', 'q', 'r', 's'], i: [10, 20, 30, 40, 50, 60] };
    const names = ['f', 'w', 'i'] as const;
    const space = spaceOf({ f: values(...lists.f), w: values(...lists.w), i: values(...lists.i) });
    const parents = given.population.map(({ genes, score }, trial) => ({ params: Object.fromEntries(names.map((name, g) => [name, lists[name][genes[g]!]!])), loss: -score, trial }));
    const rates = { crossover: 0.5, mutation: 0.2, geneCrossover: 0.5, geneMutation: 0.1, tournament: 3, intervals: 'floats' } as const;
    const children = Array.from({ length: given.runs }, (_, i) => offspringOf(space, parents, rates, createRng(`generation ${i}`))).flat();
    expect(children).toHaveLength(given.runs * 20);
    const share = (holds: (p: Params) => boolean): number => children.filter(holds).length / children.length;
    names.forEach((name, g) => lists[name].forEach((value, v) => expect(Math.abs(share((p) => p[name] === value) - given.shares[g]![v]!)).toBeLessThan(0.012)));
    const known = new Set(parents.map(({ params }) => paramsKey(params)));
    expect(Math.abs(share((p) => !known.has(paramsKey(p))) - given.new)).toBeLessThan(0.012);
    const best = paramsKey(parents.reduce((a, b) => (b.loss < a.loss ? b : a)).params);
    expect(Math.abs(share((p) => paramsKey(p) === best) - given.best)).toBeLessThan(0.012);
  });

  test.each(['noregret', 'sklearn-deap'])('%s: later trials are better than the first generation, one or four at a time', (preset) => {
    for (const slots of [1, 4]) {
      const losses = searched(make({ preset }), bowl, { count: 150, slots }).map(({ loss }) => loss ?? NaN);
      const mean = (part: number[]): number => part.reduce((a, b) => a + b, 0) / part.length;
      expect(mean(losses.slice(-40))).toBeLessThan(0.6 * mean(losses.slice(0, 30)));
    }
  });

  test('a generation is the same in whatever order its trials end', () => {
    const space = bowl;
    const finished = searched(make(), space, { count: 60, slots: 1 });
    const rng = createRng('x');
    const [last] = finished.slice(-1);
    const view = viewOf(space, finished, [], 60);
    expect(make().suggest(view, rng)).toEqual(make().suggest(viewOf(space, [...finished], [], 60), createRng('x')));
    expect(make().suggest(viewOf(space, finished.slice(0, -1), [{ ...last!, state: 'running' }], 60), rng)).not.toEqual(last!.params);
  });

  test('the log names what was new, what was known, the best trial and the hall of fame', () => {
    const finished = searched(make(), bowl, { count: 60, slots: 1 });
    const lines = make().explain!(viewOf(bowl, finished, [], 60));
    const best = finished.reduce((a, b) => ((b.loss ?? 1) < (a.loss ?? 1) ? b : a)).number;
    expect(lines[0]).toBe('A population of 50 needs about 350 trials for 10 generations and the budget is 60: a population of 12 was used.');
    expect(lines[1]).toMatch(/^Generation 0: 12 new, best is trial \d+\.$/);
    expect(lines[2]).toMatch(/^Generation 1: \d+ new, \d+ known and not run again, best is trial \d+\.$/);
    expect(lines.at(-1)).toMatch(new RegExp(`^Hall of fame: trials ${best}, \\d+, \\d+\\.$`));
  });

  test('a population that fits its budget needs no sentence', () => {
    expect(make({ population: 20 }).explain!(viewOf(bowl, [], [], 100))).toEqual([]);
  });

  test('after its generations a new population starts around the best', () => {
    const finished = searched(make({ population: 6, generations: 2 }), bowl, { count: 60, slots: 1 });
    expect(make({ population: 6, generations: 2 }).explain!(viewOf(bowl, finished, [], 60)).filter((line) => line.includes('new population')).length).toBeGreaterThan(1);
  });

  test('the good trials of another commit are among the first generation', () => {
    const prior = Array.from({ length: 20 }, (_, i) => trialOf(i, { x: i / 20, y: 0.01, n: 32, kind: 'b' }, { loss: i }));
    expect(make().suggest({ ...viewOf(bowl, [], [], 100), prior }, createRng('x'))).toEqual(prior[0]!.params);
  });

  test('a generation of failures goes on', () => {
    const failed = Array.from({ length: 10 }, (_, i) => trialOf(i, { x: i / 10, y: 0.01, n: 3, kind: 'a' }, { state: 'failed', loss: NaN }));
    expect(make().suggest(viewOf(bowl, failed, [], 50), createRng('x'))).toBeDefined();
  });

  test('every point of a finite space comes', () => {
    expect(suggestMany(make({ population: 5 }), spaceOf({ x: ints(0, 9), y: ints(0, 9) }), 200)).toHaveLength(100);
  });
});
