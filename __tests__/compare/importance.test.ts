import { describe, expect, test } from '@jest/globals';
import { importanceOf } from '../../src/compare/importance.js';
import { beatsIncumbent, configurationDistance, parameterRows } from '../../src/compare/moved.js';
import { createRng } from '../../src/math/rng.js';
import type { Parameter, SearchSpace } from '../../src/model/searchSpace.js';

const parameter = (name: string, distribution: Parameter['distribution'], more: Partial<Parameter> = {}): Parameter => ({ name, path: [name], distribution, ...more });
const space: SearchSpace = {
  parameters: [
    parameter('lr', { name: 'log_uniform_values', low: 1e-5, high: 1e-1 }),
    parameter('layers', { name: 'int_uniform', low: 1, high: 9 }),
    parameter('opt', { name: 'categorical', choices: ['adam', 'sgd'] }),
    parameter('momentum', { name: 'uniform', low: 0, high: 1 }, { when: { opt: ['sgd'] } }),
  ],
  constraints: [],
};

describe('importanceOf', () => {
  const rng = createRng('importance');
  const trials = Array.from({ length: 30 }, (_, i) => {
    const lr = 10 ** (-5 + 4 * rng.uniform());
    const opt = i % 2 === 0 ? 'adam' : 'sgd';
    return { params: { lr, layers: 1 + rng.integer(9), opt, ...(opt === 'sgd' && i < 6 ? { momentum: rng.uniform() } : {}) }, loss: Math.log(lr) + (opt === 'adam' ? 2 : 0) };
  });
  const { shares: importance, method } = importanceOf(space, trials);
  test('below fifty trials by rank correlation', () => expect(method).toBe('rank'));
  test('what drives the objective stands above what does not', () => {
    expect(importance['lr']).toBeGreaterThan(0.8);
    expect(importance['layers']).toBeLessThan(0.4);
    expect(importance['opt']).toBeGreaterThanOrEqual(0);
    for (const value of Object.values(importance)) expect(value).toBeLessThanOrEqual(1);
  });
  test('a parameter active in fewer than five trials has none', () => {
    expect(importance).not.toHaveProperty('momentum');
    expect(importanceOf(space, trials.slice(0, 4)).shares).toEqual({});
  });
  test('a parameter or an objective that never varied has none', () => {
    expect(importanceOf(space, trials.map(({ params }) => ({ params, loss: 1 }))).shares).toEqual({});
    expect(importanceOf(space, trials.map(({ loss }) => ({ params: { layers: 3, opt: 'adam' }, loss }))).shares).toEqual({});
  });
});

describe('PED-ANOVA and functional ANOVA', () => {
  const rng = createRng('many');
  const many = Array.from({ length: 60 }, () => {
    const lr = 10 ** (-5 + 4 * rng.uniform());
    return { params: { lr, layers: 1 + rng.integer(9), opt: rng.integer(2) === 0 ? 'adam' : 'sgd' }, loss: (Math.log10(lr) + 3) ** 2 };
  });
  test.each([['auto', 'ped-anova'], ['fanova', 'fanova'], ['ped-anova', 'ped-anova']] as const)('%s is %s on sixty trials: what matters has most of the whole', (wanted, method) => {
    const importance = importanceOf(space, many, wanted);
    expect(importance.method).toBe(method);
    expect(importance.shares['lr']).toBeGreaterThan(0.5);
    expect(Object.values(importance.shares).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    expect(importance.shares).not.toHaveProperty('momentum');
  });
  test.each(['auto', 'rank', 'ped-anova', 'fanova'] as const)('%s: nothing to say of an objective that never varied, or of no trials', (wanted) => {
    expect(importanceOf(space, many.map(({ params }) => ({ params, loss: 1 })), wanted).shares).toEqual({});
    expect(importanceOf(space, [], wanted).shares).toEqual({});
  });
});

describe('parameterRows', () => {
  const base = { lr: 1e-3, layers: 3, opt: 'sgd', momentum: 0.9 };
  const head = { lr: 1e-2, layers: 3, opt: 'adam' };
  test('a different best is no finding unless it was shown to be better', () => {
    const rows = parameterRows({ space, base, head, shown: 'nothing', importance: { method: 'rank', shares: { lr: 0.7 } } });
    expect(rows.map((row) => row.moved)).toEqual(['not-distinguishable', 'same', 'not-distinguishable', 'inactive']);
    expect(rows[0]).toEqual({ name: 'lr', base: 1e-3, head: 1e-2, moved: 'not-distinguishable', importance: 0.7, importanceBy: 'rank', low: 1e-5, high: 1e-1, log: true });
    expect(rows[2]).toMatchObject({ choices: ['adam', 'sgd'], log: false });
  });
  test('better here, which main may have too, is not called moved', () => {
    expect(parameterRows({ space, base, head, shown: 'better', importance: { method: 'rank', shares: {} } }).map((row) => row.moved)).toEqual(['better', 'same', 'better', 'inactive']);
  });
  test('moved when it was', () => {
    expect(parameterRows({ space, base, head, shown: 'moved', importance: { method: 'rank', shares: {} } }).map((row) => row.moved)).toEqual(['moved', 'same', 'moved', 'inactive']);
  });
});

describe('beatsIncumbent', () => {
  test.each([
    ['clearly better on every seed', [0.95, 0.951, 0.949], [0.9, 0.9, 0.9], true],
    ['better by luck', [0.95, 0.9, 0.93], [0.9, 0.92, 0.9], false],
    ['equal', [0.9, 0.9, 0.9], [0.9, 0.9, 0.9], false],
    ['one common seed', [0.95, undefined, undefined], [0.9, 0.9, 0.9], false],
  ])('%s', (_, winner, incumbent, beats) => {
    expect(beatsIncumbent({ winner, incumbent, candidates: 3, alpha: 0.05 })).toBe(beats);
  });
});

describe('configurationDistance', () => {
  test('published value', () => {
    const three = { ...space, parameters: space.parameters.slice(0, 3) };
    expect(configurationDistance(three, { lr: 1e-3, layers: 3, opt: 'adam' }, { lr: 1e-2, layers: 5, opt: 'sgd' })).toBeCloseTo(0.5, 12);
  });
  test('active on one side only is as far as can be; unbounded ranges have a middle', () => {
    expect(configurationDistance({ ...space, parameters: space.parameters.slice(3) }, { momentum: 0.1 }, {})).toBe(1);
    const wide = { parameters: [parameter('x', { name: 'normal', mu: 0, sigma: 1 })], constraints: [] };
    expect(configurationDistance(wide, { x: 0 }, { x: 1 })).toBeCloseTo(1 / 5.1517, 3);
  });
});
