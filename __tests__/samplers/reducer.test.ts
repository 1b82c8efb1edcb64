import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRng } from '../../src/math/rng.js';
import type { Params } from '../../src/model/params.js';
import type { LossTrial } from '../../src/model/ports.js';
import { reducer } from '../../src/samplers/reducer.js';
import { reducerOptions } from '../../src/samplers/reducerDrops.js';
import { finiteSpaces, samplerContract, suggestMany, trialOf, viewOf } from '../contracts/sampler.js';
import { ints, spaceOf, values } from '../contracts/spaces.js';

const make = (options: object = {}) => reducer(reducerOptions.parse(options));
const methods = ['correlation', 'spearman', 'kendall', 'pearson', 'trees'] as const;
const space = spaceOf({ opt: values('sgd', 'adam', 'lion'), x: { name: 'uniform', low: 0, high: 10 }, n: ints(1, 4) });
const lossOf = (p: Params): number => (p['opt'] === 'sgd' ? 3 : 0) + Number(p['n']) * 0.1;

function history(count: number, sampler = make(), loss = lossOf): LossTrial[] {
  const finished: LossTrial[] = [];
  for (let i = 0; i < count; i++) {
    const params = sampler.suggest(viewOf(space, finished), createRng('study').fork(String(i))) ?? {};
    finished.push(trialOf(i, params, { loss: loss(params) }));
  }
  return finished;
}

describe('reducer', () => {
  const floats = spaceOf({ lr: { name: 'log_uniform_values', low: 1e-5, high: 0.1 }, n: { name: 'normal', mu: 0, sigma: 2 } });
  samplerContract(() => make({ reduction_interval: 10, reduction_window: 8 }), { ...finiteSpaces, floats });

  const given = JSON.parse(readFileSync(new URL('reference/reducer.json', import.meta.url), 'utf8')) as {
    space: Record<string, (string | number)[]>; tables: { rows: { params: Params; loss: number }[]; drops: Record<string, [string, unknown] | null> }[];
  };
  const grid = spaceOf(Object.fromEntries(Object.entries(given.space).map(([name, choices]) => [name, values(...choices)])));

  test.each(['spearman', 'kendall', 'pearson'])('%s drops what Talos drops', (reduction_method) => {
    for (const { rows, drops } of given.tables) {
      const lines = make({ reduction_method, reduction_interval: 20 }).explain!(viewOf(grid, rows.map(({ params, loss }, i) => trialOf(i, params, { loss }))));
      const dropped = drops[reduction_method];
      expect(lines.map((line) => line.replace(/ was dropped.*/, ''))).toEqual(dropped ? [`After 20 trials ${dropped[0]} = ${JSON.stringify(dropped[1])}`] : []);
    }
  });

  test.each(methods)('%s: the bad value goes after the first interval and is never tried again', (reduction_method) => {
    const sampler = make({ reduction_method, reduction_interval: 30 });
    const finished = history(59, sampler);
    expect(finished.slice(0, 30).some(({ params }) => params['opt'] === 'sgd')).toBe(true);
    expect(finished.slice(30).map(({ params }) => params['opt'])).not.toContain('sgd');
    expect(sampler.explain!(viewOf(space, finished))[0]).toMatch(/^After 30 trials opt = "sgd" was dropped: it went with bad results \(.*correlation [01]\.\d\d over trials 10 to 29\)\.$/);
  });

  test('a part of a continuous range goes too, and is named by its ends', () => {
    const sampler = make({ reduction_interval: 40, reduction_window: 40 });
    const finished = history(79, sampler, (p) => (Number(p['x']) > 8 ? 1 : 0));
    expect(sampler.explain!(viewOf(space, finished))[0]).toContain('x = 8 to 10 was dropped');
    expect(finished.slice(40).every(({ params }) => Number(params['x']) <= 8)).toBe(true);
  });

  test('nothing is dropped on chance below the threshold, nor while an earlier trial is still running', () => {
    expect(make({ reduction_threshold: 1 }).explain!(viewOf(space, history(60)))).toEqual([]);
    const finished = history(60);
    const running = [{ ...finished[3]!, state: 'running' as const }];
    expect(make().explain!(viewOf(space, finished.filter(({ number }) => number !== 3), running))).toEqual([]);
    expect(make().explain!(viewOf(space, finished))).toHaveLength(1);
  });

  test('a parameter keeps a value, and in the end every point of a finite space comes', () => {
    const small = spaceOf({ a: values('x', 'y'), b: ints(0, 9) });
    const sampler = make({ reduction_interval: 4, reduction_window: 4, reduction_threshold: 0 });
    expect(suggestMany(sampler, small, 100)).toHaveLength(20);
  });
});
