import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { bounds, isLog, kindOf, quantile } from '../../src/model/distribution.js';
import { allowedText, cardinality, contains, gridSize, gridValues, sameValue } from '../../src/model/distributionImage.js';
import type { Distribution } from '../../src/model/searchSpace.js';
import { fromFilled, plain } from './vectors.js';

const vectorsPath = '../shared/sweeps/reference_vectors.json';
const present = existsSync(vectorsPath);
if (!present) console.log(`skipped: ${vectorsPath} is absent`);

interface Vector { config: Record<string, unknown>; filled?: Record<string, unknown>; percentiles?: number[]; ppf?: unknown[] }
const vectors = present ? (JSON.parse(readFileSync(vectorsPath, 'utf8')) as { ppf: Vector[] }).ppf.filter((v) => v.filled) : [];

/** Text of q in the file: JSON.parse would drop the difference of 1 and 1.0. */
function qText(v: Vector): string {
  if (v.config['q'] === undefined) return '1.0';
  return Number.isInteger(v.config['q']) ? '1' : '0.1';
}

/** Edges where scipy leaves the space and we stay at the nearest value inside it. */
function isEdgeArtefact(d: Distribution, u: number): boolean {
  if (u !== 0 && u !== 1) return false;
  if (d.name.endsWith('normal')) return true;
  if (u === 0) return d.name === 'int_uniform' || (d.name === 'categorical' && d.probabilities === undefined);
  return d.name === 'categorical' && d.probabilities !== undefined;
}

(present ? describe : describe.skip)('quantile agrees with the W&B reference vectors', () => {
  test('28 parameters are there', () => expect(vectors.length).toBe(28));

  test.each(vectors.map((v) => [JSON.stringify(v.config), v] as const))('%s', (_, v) => {
    const d = fromFilled(v.filled!, qText(v));
    for (const [i, u] of v.percentiles!.entries()) {
      const wanted = plain(v.ppf![i]);
      const got = quantile(d, u);
      expect(contains(d, got)).toBe(true);
      if (isEdgeArtefact(d, u)) continue;
      // exp, log and the normal and beta quantiles differ from numpy's in the last place.
      if (typeof wanted === 'number' && /log|normal|beta/.test(d.name) && !('integer' in d && d.integer)) {
        expect(Math.abs((got as number) - wanted)).toBeLessThanOrEqual(4e-15 * Math.abs(wanted));
      } else expect(got).toEqual(wanted);
    }
  });
});

// Keras Tuner 1.4: max + min - min * (max / min) ** (1 - u).
test('a reversed log scale is dense at its upper end', () => {
  const d: Distribution = { name: 'reverse_log_uniform_values', low: 0.001, high: 1 };
  expect([0, 1 / 3, 2 / 3, 1].map((u) => Number(Number(quantile(d, u)).toFixed(9)))).toEqual([0.001, 0.901, 0.991, 1]);
  expect(quantile({ name: 'q_reverse_log_uniform_values', low: 1, high: 1000, q: 1, integer: true }, 1 / 3)).toBe(901);
  expect(isLog(d)).toBe(false);
});

test('the edges stay inside the space', () => {
  expect(quantile({ name: 'int_uniform', low: 1, high: 10 }, 0)).toBe(1);
  expect(quantile({ name: 'categorical', choices: ['a', 'b', 'c'] }, 0)).toBe('a');
  expect(quantile({ name: 'categorical', choices: ['a', 'b', 'c'], probabilities: [0.5, 0.5, 0] }, 1)).toBe('b');
  for (const u of [0, 1]) expect(Number.isFinite(quantile({ name: 'log_normal', mu: 0, sigma: 1 }, u))).toBe(true);
});

test('rounding is half to even, and never gives -0', () => {
  const d: Distribution = { name: 'q_uniform', low: -1, high: 9, q: 2, integer: true };
  expect(quantile(d, 0.2)).toBe(0); // 1 / 2 = 0.5 -> 0
  expect(quantile(d, 0.4)).toBe(4); // 3 / 2 = 1.5 -> 2 -> 4
  expect(Object.is(quantile(d, 0), 0)).toBe(true); // -0.5 -> -0
});

test('kinds, log scales and bounds', () => {
  expect(kindOf({ name: 'q_uniform', low: 0, high: 1, q: 1, integer: false })).toBe('float');
  expect(kindOf({ name: 'q_beta', a: 1, b: 1, q: 1, integer: true })).toBe('int');
  expect(kindOf({ name: 'int_uniform', low: 0, high: 1 })).toBe('int');
  expect(kindOf({ name: 'categorical', choices: [1] })).toBe('categorical');
  expect(isLog({ name: 'log_uniform_values', low: 1, high: 2 })).toBe(true);
  expect(isLog({ name: 'uniform', low: 1, high: 2 })).toBe(false);
  expect(bounds({ name: 'log_uniform', low: 0, high: 1 })).toEqual({ low: 1, high: Math.E });
  expect(bounds({ name: 'q_uniform', low: 0.001, high: 0.02, q: 0.006, integer: false })).toEqual({ low: 0, high: 0.018000000000000002 });
  expect(bounds({ name: 'constant', value: 1 })).toBeUndefined();
});

test('cardinality counts distinct values that can be drawn', () => {
  expect(cardinality({ name: 'categorical', choices: [1, 1, true, '1'] })).toBe(3);
  expect(cardinality({ name: 'categorical', choices: ['a', 'b'], probabilities: [0, 1] })).toBe(1);
  expect(cardinality({ name: 'int_uniform', low: -2, high: 2 })).toBe(5);
  expect(cardinality({ name: 'q_uniform', low: 0.001, high: 0.02, q: 0.006, integer: false })).toBe(4);
  expect(cardinality({ name: 'q_beta', a: 2, b: 5, q: 0.1, integer: false })).toBe(11);
  expect(cardinality({ name: 'q_normal', mu: 0, sigma: 1, q: 1, integer: true })).toBe(Infinity);
  expect(cardinality({ name: 'uniform', low: 0, high: 1 })).toBe(Infinity);
});

test('grid values follow W&B', () => {
  expect(gridValues({ name: 'q_uniform', low: 0.001, high: 0.02, q: 0.006, integer: false })).toEqual([0.001, 0.007, 0.013000000000000001, 0.019000000000000003]);
  expect(gridValues({ name: 'q_uniform', low: 0, high: 10, q: 5, integer: true })).toEqual([0, 5]);
  expect(gridValues({ name: 'int_uniform', low: 1, high: 3 })).toEqual([1, 2, 3]);
  expect(gridValues({ name: 'categorical', choices: [1, 1, 2] })).toEqual([1, 2]);
  expect(gridValues({ name: 'categorical', choices: [1, 1, true, '1'] })).toEqual([1, true, '1']);
  expect(gridValues({ name: 'categorical', choices: [1, 2], probabilities: [0.5, 0.5] })).toBeUndefined();
  expect(gridValues({ name: 'uniform', low: 0, high: 1 })).toBeUndefined();
  for (const d of [{ name: 'q_uniform', low: 0, high: 10, q: 5, integer: true }, { name: 'int_uniform', low: 1, high: 3 }] as const) {
    expect(gridSize(d)).toBe(gridValues(d)?.length);
  }
});

test('contains is the image of draws and grid, nothing else', () => {
  const q: Distribution = { name: 'q_uniform', low: 0.001, high: 0.02, q: 0.006, integer: false };
  for (const value of [0, 0.006, 0.018000000000000002, 0.001, 0.019000000000000003]) expect([value, contains(q, value)]).toEqual([value, true]);
  for (const value of [0.002, 0.025, -0.005, '0.006', null, NaN]) expect([value, contains(q, value)]).toEqual([value, false]);
  expect(contains({ name: 'log_uniform_values', low: 1e-5, high: 0.1 }, 0.10000000000000006)).toBe(true);
  expect(contains({ name: 'log_uniform_values', low: 1e-5, high: 0.1 }, 0.1001)).toBe(false);
  expect(contains({ name: 'int_uniform', low: 1, high: 5 }, 2.5)).toBe(false);
  expect(contains({ name: 'categorical', choices: [1, 'a', null, [1, 2], { a: 1, b: 2 }] }, { b: 2, a: 1 })).toBe(true);
  expect(contains({ name: 'categorical', choices: ['1', false] }, 1)).toBe(false);
  expect(sameValue(true, 1)).toBe(false);
});

test.each<[Distribution, string]>([
  [{ name: 'uniform', low: 0, high: 1 }, 'a number from 0 to 1'],
  [{ name: 'int_uniform', low: 4, high: 64 }, 'a whole number from 4 to 64'],
  [{ name: 'q_uniform', low: 0, high: 1, q: 0.25, integer: false }, 'a number from 0 to 1 in steps of 0.25'],
  [{ name: 'q_uniform', low: 8, high: 64, q: 8, integer: true }, 'a whole number from 8 to 64 in steps of 8'],
  [{ name: 'q_uniform', low: 8, high: 64, q: 1, integer: true }, 'a whole number from 8 to 64'],
  [{ name: 'normal', mu: 0, sigma: 1 }, 'a number'],
  [{ name: 'log_normal', mu: 0, sigma: 1 }, 'a number from 0 on'],
  [{ name: 'constant', value: 'x' }, 'only "x"'],
  [{ name: 'categorical', choices: ['relu', true, 1] }, 'one of "relu", true, 1'],
  [{ name: 'categorical', choices: Array.from({ length: 14 }, (_, i) => i) }, 'one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more'],
])('what %j takes, in words', (distribution, words) => { expect(allowedText(distribution)).toBe(words); });
