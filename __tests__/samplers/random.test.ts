import { describe, expect, test } from '@jest/globals';
import { createRng } from '../../src/math/rng.js';
import { paramsKey } from '../../src/model/params.js';
import { random } from '../../src/samplers/random.js';
import { finiteSpaces, samplerContract, suggestMany, trialOf, viewOf } from '../contracts/sampler.js';
import { ints, spaceOf, values } from '../contracts/spaces.js';

const continuous = {
  floats: spaceOf({
    lr: { name: 'log_uniform_values', low: 1e-5, high: 0.1 }, x: { name: 'uniform', low: -3, high: 3 }, n: { name: 'normal', mu: 0, sigma: 2 },
    b: { name: 'beta', a: 2, b: 5 }, q: { name: 'q_uniform', low: 0.001, high: 0.02, q: 0.006, integer: false }, v1: { name: 'log_uniform', low: -9, high: -2 },
  }),
  'floats under a constraint': spaceOf({ x: { name: 'uniform', low: 0, high: 1 }, y: { name: 'uniform', low: 0, high: 1 } }, 'x + y < 0.5'),
  'conditional floats': spaceOf({ optimizer: values('sgd', 'adam'), momentum: { distribution: { name: 'uniform', low: 0, high: 0.99 }, when: { optimizer: ['sgd'] } } }),
};

describe('random', () => {
  samplerContract(random, { ...finiteSpaces, ...continuous });

  test.each([['plain', 12], ['one point', 1], ['conditional', 1 + 2 * 2 + 2 + 1], ['constrained', 8 + 4 + 2], ['any JSON as a choice', 12]])('%s: gives all %i points, then notices the end', (name, size) => {
    expect(suggestMany(random(), finiteSpaces[name]!, 100)).toHaveLength(size);
  });

  test('q_uniform, log-quantized and beta-quantized spaces are finite too', () => {
    const space = spaceOf({ q: { name: 'q_uniform', low: 0.001, high: 0.02, q: 0.006, integer: false } });
    expect(suggestMany(random(), space, 50).map((p) => p['q']).sort()).toEqual([0, 0.006, 0.012, 0.018]);
    const log = spaceOf({ q: { name: 'q_log_uniform_values', low: 4, high: 12, q: 4, integer: true } });
    expect(suggestMany(random(), log, 50).map((p) => p['q']).sort()).toEqual([12, 4, 8]);
  });

  test('a choice of probability 0 never comes, one of 0.9 comes often', () => {
    const space = spaceOf({ o: { name: 'categorical', choices: ['a', 'b', 'c'], probabilities: [0.9, 0.1, 0] }, x: { name: 'uniform', low: 0, high: 1 } });
    const counts = suggestMany(random(), space, 1000).map((p) => p['o']);
    expect(counts.filter((o) => o === 'c')).toHaveLength(0);
    const share = counts.filter((o) => o === 'a').length / 1000;
    expect(share).toBeGreaterThan(0.87);
    expect(share).toBeLessThan(0.93);
  });

  test('draws are uniform (Kolmogorov-Smirnov) and uncorrelated between parameters', () => {
    const space = spaceOf({ x: { name: 'uniform', low: 0, high: 1 }, y: { name: 'uniform', low: 0, high: 1 } });
    const points = suggestMany(random(), space, 2000);
    for (const name of ['x', 'y']) {
      const sorted = points.map((p) => p[name] as number).sort((a, b) => a - b);
      const distance = Math.max(...sorted.map((v, i) => Math.max(Math.abs(v - i / 2000), Math.abs(v - (i + 1) / 2000))));
      expect(distance).toBeLessThan(1.95 / Math.sqrt(2000)); // 0.1 % level; the seed is fixed
    }
    const correlation = points.reduce((sum, p) => sum + ((p['x'] as number) - 0.5) * ((p['y'] as number) - 0.5), 0) / 2000 / (1 / 12);
    expect(Math.abs(correlation)).toBeLessThan(0.08);
  });

  test('floats have at most 12 significant digits and stay inside a range that has more', () => {
    const third = 1 / 3;
    const space = spaceOf({ x: { name: 'uniform', low: third, high: third + 1e-13 }, y: { name: 'uniform', low: 0, high: 1 } });
    for (const point of suggestMany(random(), space, 50)) {
      expect(point['x']).toBeGreaterThanOrEqual(third);
      expect(point['x']).toBeLessThanOrEqual(third + 1e-13);
      expect(JSON.stringify(point['y']).replace(/^0\.0*/, '').replace(/e.*/, '').replace('.', '').length).toBeLessThanOrEqual(12);
    }
  });

  test('a new parameter leaves the values of the others as they were', () => {
    const lr = { name: 'uniform', low: 0, high: 1 } as const;
    const before = suggestMany(random(), spaceOf({ lr, units: ints(1, 512) }), 20);
    const after = suggestMany(random(), spaceOf({ dropout: lr, lr, units: ints(1, 512) }), 20);
    expect(after.map(({ lr, units }) => ({ lr, units }))).toEqual(before);
  });

  test('an answer depends on which points were taken, not on who has finished', () => {
    const space = finiteSpaces['plain']!;
    const taken = suggestMany(random(), space, 6).map((params, i) => trialOf(i, params));
    const rng = createRng('s').fork('6');
    const all = random().suggest(viewOf(space, taken), rng);
    expect(random().suggest(viewOf(space, [taken[5]!, taken[1]!], [taken[0]!, taken[2]!, taken[3]!, taken[4]!]), rng)).toEqual(all);
  });

  test('constraints that nothing satisfies are refused with the constraints, continuous and finite', () => {
    const message = expect.objectContaining({ code: 'constraints-too-tight', message: expect.stringContaining('x > 2.0'), fix: expect.stringContaining('Loosen') });
    expect(() => suggestMany(random(), spaceOf({ x: { name: 'uniform', low: 0, high: 1 } }, 'x > 2.0'), 1)).toThrow(message);
    expect(() => suggestMany(random(), spaceOf({ x: ints(0, 1), y: ints(0, 3) }, 'x > 2.0'), 1)).toThrow(message);
  });

  test('one point among 40,000 allowed by a constraint is found', () => {
    const space = spaceOf({ x: ints(1, 200), y: ints(1, 200) }, 'x * y == 40000');
    expect(suggestMany(random(), space, 5).map(paramsKey)).toEqual(['{"x":200,"y":200}']);
  });

  test('the list for a seed is written down: it must never change', () => {
    const space = spaceOf({ lr: { name: 'log_uniform_values', low: 1e-5, high: 0.1 }, layers: ints(1, 5), optimizer: values('sgd', 'adam') });
    expect(suggestMany(random(), space, 3)).toMatchInlineSnapshot(`
[
  {
    "layers": 2,
    "lr": 0.035821200623,
    "optimizer": "adam",
  },
  {
    "layers": 5,
    "lr": 0.0255595112673,
    "optimizer": "adam",
  },
  {
    "layers": 1,
    "lr": 0.00620497362711,
    "optimizer": "sgd",
  },
]
`);
  });
});
