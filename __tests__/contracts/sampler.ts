import { expect, test } from '@jest/globals';
import { createRng } from '../../src/math/rng.js';
import { paramsKey, type Params } from '../../src/model/params.js';
import type { LossTrial, Sampler, StudyView } from '../../src/model/ports.js';
import type { SearchSpace } from '../../src/model/searchSpace.js';
import { whyInvalid } from '../../src/model/validity.js';
import { samplerProperties } from './samplerProperties.js';
import { ints, spaceOf, values } from './spaces.js';

/** Spaces that every sampler, grid included, can work in. */
export const finiteSpaces: Readonly<Record<string, SearchSpace>> = {
  plain: spaceOf({ units: values(16, 32, 64), layers: ints(1, 4) }),
  'one point': spaceOf({ a: { name: 'constant', value: 3 }, b: values('only'), c: ints(5, 5) }),
  conditional: spaceOf({
    optimizer: values('sgd', 'adam', 'lion'),
    momentum: { distribution: ints(1, 3), when: { optimizer: ['sgd'] } },
    nesterov: { distribution: values(true, false), when: { momentum: [2, 3] } },
    amsgrad: { distribution: values(true, false), when: { optimizer: ['adam'] } },
  }),
  constrained: spaceOf({ units: values(16, 32, 64), layers: ints(1, 8) }, 'units * layers <= 128'),
  'any JSON as a choice': spaceOf({ shape: { name: 'categorical', choices: [[1, 2], { a: null }, null, 'x', 1, true] }, n: ints(0, 1) }),
};

export const trialOf = (number: number, params: Params, more: Partial<LossTrial> = {}): LossTrial => ({
  number, params, state: 'complete', loss: 1, intermediate: [], ...more,
});

export const viewOf = (space: SearchSpace, finished: readonly LossTrial[] = [], running: readonly LossTrial[] = [], budget = 1000): StudyView => ({ space, finished, running, budget });

/** What the search does: one stream per trial number. */
export function suggestMany(sampler: Sampler, space: SearchSpace, count: number, budget = 1000): readonly Params[] {
  const finished: LossTrial[] = [];
  for (let i = 0; i < count; i++) {
    const params = sampler.suggest(viewOf(space, finished, [], budget), createRng('study').fork(String(i)));
    if (params === undefined) break;
    finished.push(trialOf(i, params, { loss: i }));
  }
  return finished.map((trial) => trial.params);
}

/** What every sampler promises (architecture.md §7), over `spaces` that it supports and over random ones. */
export function samplerContract(make: () => Sampler, spaces: Readonly<Record<string, SearchSpace>>, over: 'any' | 'listed' = 'any'): void {
  samplerProperties(make, over);
  for (const [name, space] of Object.entries(spaces)) {
    test(`${name}: every point is inside the space, and none comes twice`, () => {
      const points = suggestMany(make(), space, 100);
      expect(points.length).toBeGreaterThan(0);
      expect(points.map((params) => whyInvalid(space, params))).toEqual(points.map(() => undefined));
      expect(new Set(points.map(paramsKey)).size).toBe(points.length);
    });

    test(`${name}: the same seed and history give the same answer`, () => {
      expect(suggestMany(make(), space, 30)).toEqual(suggestMany(make(), space, 30));
    });

    test(`${name}: survives failed, pruned, infeasible, running and valueless trials`, () => {
      const [a, b, c, d, e] = suggestMany(make(), space, 5);
      const odd = [
        a && trialOf(0, a, { state: 'failed', loss: NaN }), b && trialOf(1, b, { state: 'pruned', loss: NaN, intermediate: [{ step: 1, loss: NaN }] }),
        c && trialOf(2, c, { state: 'infeasible', loss: Infinity }),
      ].filter((trial) => trial !== undefined);
      const running = [d && trialOf(3, d, { state: 'running' }), e && trialOf(4, e, { state: 'running' })].filter((trial) => trial !== undefined);
      const view = viewOf(space, odd, running);
      const suggested = make().suggest(view, createRng('x'));
      if (suggested === undefined) return;
      expect(whyInvalid(space, suggested)).toBeUndefined();
      expect([...odd, ...running].map((trial) => paramsKey(trial.params))).not.toContain(paramsKey(suggested));
    });
  }
}
