import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRng } from '../../src/math/rng.js';
import type { ParamValue, Params } from '../../src/model/params.js';
import { anneal, annealOptions } from '../../src/samplers/anneal.js';
import { finiteSpaces, samplerContract, suggestMany, trialOf, viewOf } from '../contracts/sampler.js';
import { ints, spaceOf, values } from '../contracts/spaces.js';

const make = (options: object = {}) => anneal(annealOptions.parse(options));
const uniform = { name: 'uniform', low: 0, high: 1 } as const;

describe('anneal', () => {
  samplerContract(() => make(), {
    ...finiteSpaces,
    floats: spaceOf({ lr: { name: 'log_uniform_values', low: 1e-5, high: 0.1 }, n: { name: 'normal', mu: 0, sigma: 2 }, ln: { name: 'q_log_normal', mu: 0, sigma: 2, q: 0.5, integer: false }, b: { name: 'beta', a: 2, b: 5 } }),
  });

  describe('on a frozen history, 4000 draws of Hyperopt against 4000 of ours', () => {
    interface Drawn { readonly count: number; readonly quantiles?: readonly number[]; readonly shares?: readonly number[] }
    const given = JSON.parse(readFileSync(new URL('reference/anneal.json', import.meta.url), 'utf8')) as {
      draws: number; levels: number[]; drawn: Record<string, Drawn>; history: { params: Record<string, number>; loss: number }[];
    };
    const kinds = ['a', 'b', 'c'];
    const space = spaceOf({
      x: { name: 'uniform', low: -3, high: 5 }, lr: { name: 'log_uniform_values', low: 1e-5, high: 0.1 }, q: { name: 'q_uniform', low: 0, high: 20, q: 2, integer: false },
      n: { name: 'normal', mu: 1, sigma: 2 }, ln: { name: 'log_normal', mu: 0, sigma: 1 }, kind: { name: 'categorical', choices: kinds, probabilities: [0.5, 0.3, 0.2] },
      inner: { distribution: uniform, when: { kind: ['c'] } },
    });
    const finished = given.history.map(({ params, loss }, i) => trialOf(i, { ...params, kind: kinds[params['kind'] ?? 0] } as Params, { loss }));
    const drawn = Array.from({ length: 4000 }, (_, i) => make().suggest(viewOf(space, finished), createRng(`draw ${i}`)) ?? {});
    const of = (name: string): readonly ParamValue[] => drawn.flatMap((params) => params[name] ?? []);
    /** Four standard errors of the difference of two shares. */
    const within = (share: number, ours: number, theirs: number): number => 4 * Math.sqrt(share * (1 - share) * (1 / ours + 1 / theirs)) + 1e-3;

    test.each(['x', 'lr', 'n', 'ln', 'inner'])('%s lies where Hyperopt draws it', (name) => {
      const { quantiles = [], count } = given.drawn[name]!;
      const ours = of(name) as readonly number[];
      given.levels.forEach((level, i) => {
        const below = ours.filter((v) => v <= quantiles[i]!).length / ours.length;
        expect(Math.abs(below - level)).toBeLessThan(within(level, ours.length, count));
      });
    });

    test.each([['q', [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]], ['kind', kinds]])('%s has the shares of Hyperopt', (name, choices) => {
      const { shares = [], count } = given.drawn[name]!;
      choices.forEach((choice, i) => {
        const ours = of(name).filter((v) => v === choice).length / drawn.length;
        expect(Math.abs(ours - shares[i]!)).toBeLessThan(within(shares[i]!, drawn.length, count));
      });
    });
  });

  test('closes in on a good region as trials come in', () => {
    const space = spaceOf({ x: uniform });
    const spread = (count: number): number => {
      const finished = Array.from({ length: count }, (_, i) => trialOf(i, { x: (i + 0.5) / count }, { loss: Math.abs((i + 0.5) / count - 0.5) }));
      const points = Array.from({ length: 100 }, (_, i) => make().suggest(viewOf(space, finished), createRng(String(i)))?.['x'] as number);
      return Math.max(...points) - Math.min(...points);
    };
    expect(spread(90)).toBeLessThan(0.2);
    expect(spread(5)).toBeGreaterThan(0.6);
  });

  test('starts from the prior while nothing has finished well, and never from a failed trial', () => {
    const space = spaceOf({ x: uniform, kind: values('a', 'b') });
    const failed = Array.from({ length: 60 }, (_, i) => trialOf(i, { x: 0.9 + i / 1000, kind: 'a' }, { state: 'failed', loss: NaN }));
    const points = Array.from({ length: 60 }, (_, i) => make().suggest(viewOf(space, failed), createRng(String(i))) ?? {});
    expect(points.filter(({ x }) => Number(x) < 0.5).length).toBeGreaterThan(15);
    expect(points.filter(({ kind }) => kind === 'b').length).toBeGreaterThan(15);
  });

  test('another commit\'s good trials are looked at from the first trial on', () => {
    const space = spaceOf({ x: uniform });
    const prior = Array.from({ length: 40 }, (_, i) => trialOf(i, { x: i / 40 }, { loss: 1000 + Math.abs(i / 40 - 0.25) }));
    const points = Array.from({ length: 50 }, (_, i) => make().suggest({ ...viewOf(space), prior }, createRng(String(i)))?.['x'] as number);
    expect(Math.max(...points)).toBeLessThan(0.55);
  });

  test('gives every point of a finite space, however narrow the neighbourhood', () => {
    expect(suggestMany(make({ shrink_coef: 10 }), spaceOf({ x: ints(0, 9), y: ints(0, 9) }), 200)).toHaveLength(100);
  });
});
