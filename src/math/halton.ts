import type { Rng } from './rng.js';

/** Digits finer than this change nothing that a parameter could show. */
const RESOLUTION = 2 ** 32;

/** The first `count` primes, one base per dimension. */
export function primes(count: number): readonly number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) if (found.every((p) => n % p !== 0)) found.push(n);
  return found;
}

/**
 * One dimension of a Halton sequence: the digits of an index in a prime base, mirrored at the point. With `rng` each
 * position's digits are permuted on their own (Owen, "A randomized Halton algorithm in R", 2017), which undoes the
 * stripes that large bases leave between neighbouring dimensions.
 */
export function haltonAxis(base: number, rng?: Rng): (index: number) => number {
  const permutations: (readonly number[])[] = [];
  for (let size = 1; size < RESOLUTION; size *= base) permutations.push(permutation(base, rng));
  return (index) => {
    let rest = index;
    let scale = 1 / base;
    let sum = 0;
    for (const digits of permutations) {
      sum += (digits[rest % base] ?? 0) * scale;
      rest = Math.floor(rest / base);
      scale /= base;
    }
    return sum;
  };
}

/** 0..n-1 in the order of their digits, or shuffled (Fisher and Yates). */
export function permutation(n: number, rng?: Rng): readonly number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; rng !== undefined && i > 0; i--) {
    const j = rng.integer(i + 1);
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
  return order;
}
