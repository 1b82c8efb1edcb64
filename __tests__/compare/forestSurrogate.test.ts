import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { forestSurrogate } from '../../src/compare/forestSurrogate.js';
import type { LossPoint } from '../../src/compare/pedAnova.js';
import { createRng } from '../../src/math/rng.js';
import { ints, spaceOf, values } from '../contracts/spaces.js';

describe('a forest of the trials', () => {
  test('functional ANOVA: the shares of Optuna within what two random forests differ by', () => {
    const { studies } = JSON.parse(readFileSync(new URL('reference/importance.json', import.meta.url), 'utf8')) as { studies: { rows: LossPoint[]; fanova: Record<string, number> | null }[] };
    const [study] = studies;
    const { shares } = forestSurrogate(spaceOf({
      lr: { name: 'log_uniform_values', low: 1e-5, high: 0.1 }, x: { name: 'uniform', low: -2, high: 3 }, n: ints(1, 8), wide: ints(16, 512),
      q: { name: 'q_uniform', low: 0, high: 1, q: 0.1, integer: false }, opt: values('sgd', 'adam', 'lion'),
    }), study!.rows);
    for (const [name, share] of Object.entries(study!.fanova!)) expect(Math.abs((shares[name] ?? NaN) - share)).toBeLessThan(0.03);
  });

  const rng = createRng('curve');
  const space = spaceOf({ x: { name: 'uniform', low: 0, high: 10 }, kind: values('a', 'b', 'c'), inner: { distribution: { name: 'uniform', low: 0, high: 1 }, when: { kind: ['c'] } } });
  const trials = Array.from({ length: 300 }, () => {
    const kind = ['a', 'b', 'c'][rng.integer(3)]!;
    const x = 10 * rng.uniform();
    return { params: { x, kind, ...(kind === 'c' ? { inner: rng.uniform() } : {}) }, loss: 3 * x + (kind === 'b' ? 20 : 0) };
  });
  const { shares, curves } = forestSurrogate(space, trials);

  test('curves follow the mean over the other parameters', () => {
    for (const { value, loss } of curves['x']!) expect(Math.abs(loss - (3 * Number(value) + 20 / 3))).toBeLessThan(2.5);
    const [a, b, c] = curves['kind']!.map(({ loss }) => loss);
    expect(b! - a!).toBeGreaterThan(17);
    expect(Math.abs(c! - a!)).toBeLessThan(2);
  });

  test('shares follow the variances, 75 to 89 here', () => {
    expect(Math.abs(shares['x']! - 75 / (75 + 800 / 9))).toBeLessThan(0.05);
    expect(shares['inner']).toBeLessThan(0.02);
  });
});
