import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { haltonAxis, primes } from '../../src/math/halton.js';
import { createRng } from '../../src/math/rng.js';
import { owenScramble, sobol, sobolDimensions } from '../../src/math/sobol.js';

interface Reference { readonly indices: readonly number[]; readonly sobol: readonly (readonly number[])[]; readonly halton: readonly (readonly number[])[] }
const reference = JSON.parse(readFileSync(new URL('../samplers/reference/sequences.json', import.meta.url), 'utf8')) as Reference;

test('unscrambled Sobol points are those of scipy, in all 160 dimensions', () => {
  const ours = reference.indices.map((index) => Array.from({ length: sobolDimensions }, (_, dimension) => sobol(dimension, index)));
  expect(sobolDimensions).toBe(160);
  expect(ours).toEqual(reference.sobol);
});

test('unscrambled Halton points are those of scipy', () => {
  const axes = primes(40).map((base) => haltonAxis(base));
  for (const [row, index] of reference.indices.entries()) {
    for (const [i, axis] of axes.entries()) expect(axis(index)).toBeCloseTo(reference.halton[row]![i]!, 9);
  }
});

describe('Owen scrambling', () => {
  const point = (dimension: number, index: number, seed: number): number => owenScramble(sobol(dimension, index), seed * 7919 + dimension) / 2 ** 32;

  test('is one to one and keeps every dyadic interval: one of the first 2^m points in each cell of every shape, for the first two dimensions', () => {
    for (const seed of [1, 2, 3]) {
      for (let rows = 0; rows <= 6; rows++) {
        const cells = Array.from({ length: 64 }, (_, i) => Math.floor(point(0, i, seed) * 2 ** rows) * 2 ** (6 - rows) + Math.floor(point(1, i, seed) * 2 ** (6 - rows)));
        expect(new Set(cells).size).toBe(64);
      }
    }
  });

  test('each dimension alone: one of any aligned 2^m points in each interval', () => {
    for (const dimension of [0, 1, 7, 40, 159]) {
      const cells = Array.from({ length: 128 }, (_, i) => Math.floor(point(dimension, 256 + i, 5) * 128));
      expect(new Set(cells).size).toBe(128);
    }
  });

  test('over seeds a point is uniform', () => {
    const first = Array.from({ length: 4000 }, (_, seed) => owenScramble(sobol(3, 5), seed) / 2 ** 32).sort((a, b) => a - b);
    const distance = Math.max(...first.map((v, i) => Math.abs(v - (i + 0.5) / 4000)));
    expect(distance).toBeLessThan(1.95 / Math.sqrt(4000));
  });
});

test('scrambled Halton keeps one point per cell of b^k, and is one to one', () => {
  for (const base of [2, 3, 13]) {
    const axis = haltonAxis(base, createRng(`halton ${base}`));
    const cells = Array.from({ length: base ** 2 }, (_, i) => Math.floor(axis(i) * base ** 2 + 1e-9));
    expect(new Set(cells).size).toBe(base ** 2);
  }
});
