import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { pedAnova, type LossPoint } from '../../src/compare/pedAnova.js';
import { ints, spaceOf, values } from '../contracts/spaces.js';

const given = JSON.parse(readFileSync(new URL('reference/importance.json', import.meta.url), 'utf8')) as { optuna: string; studies: { rows: LossPoint[]; ped: Record<string, number> }[] };
const space = spaceOf({
  lr: { name: 'log_uniform_values', low: 1e-5, high: 0.1 }, x: { name: 'uniform', low: -2, high: 3 }, n: ints(1, 8), wide: ints(16, 512),
  q: { name: 'q_uniform', low: 0, high: 1, q: 0.1, integer: false }, opt: values('sgd', 'adam', 'lion'),
  momentum: { distribution: { name: 'uniform', low: 0, high: 1 }, when: { opt: ['sgd'] } },
});

describe('PED-ANOVA', () => {
  test.each(given.studies.map((study, i) => [i, study] as const))('study %i: the numbers of Optuna itself', (_, { rows, ped }) => {
    const ours = pedAnova(space, rows);
    for (const [name, importance] of Object.entries(ped)) expect(Math.abs((ours[name] ?? NaN) - importance)).toBeLessThan(1e-9 * Math.max(1, importance));
  });

  test('values from outside the space, constants and one-value ranges are left out', () => {
    const odd = spaceOf({ a: { name: 'constant', value: 1 }, b: ints(3, 3), x: { name: 'uniform', low: 0, high: 1 } });
    const trials = Array.from({ length: 60 }, (_, i) => ({ params: { a: 1, b: 3, x: i === 0 ? 'gone' : i / 60 }, loss: i }));
    expect(Object.keys(pedAnova(odd, trials))).toEqual(['x']);
  });
});
