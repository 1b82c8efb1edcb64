import { describe, expect, test } from '@jest/globals';
import { fairUpperTail } from '../../src/math/binomial.js';
import { standardNormal } from '../../src/math/normal.js';
import { createRng } from '../../src/math/rng.js';
import { tCdf, tQuantile } from '../../src/math/studentT.js';
import { mean, variance } from '../../src/math/describe.js';
import { reference } from '../reference.js';

describe('Student t against scipy', () => {
  test.each(reference.tQuantile)('quantile($p, $df) = $t', ({ p, df, t }) => {
    expect(tQuantile(p, df)).toBeCloseTo(t, 10);
    expect(tCdf(t, df)).toBeCloseTo(p, 12);
  });
  test.each(reference.tCdf)('cdf($t, $df) = $p', ({ t, df, p }) => {
    expect(tCdf(t, df)).toBeCloseTo(p, 12);
  });
});

test.each(reference.fairUpperTail)('P(Bin($n, 1/2) >= $k) = $p', ({ k, n, p }) => {
  expect(fairUpperTail(k, n)).toBeCloseTo(p, 12);
});

test('standard normal deviates are finite, centred and of unit spread', () => {
  const rng = createRng('normal');
  const draws = Array.from({ length: 20_000 }, () => standardNormal(rng));
  expect(Math.abs(mean(draws) ?? NaN)).toBeLessThan(0.03);
  expect(variance(draws)).toBeCloseTo(1, 1);
  for (const uniform of [0, 1 - 2 ** -53]) expect(Number.isFinite(standardNormal({ ...rng, uniform: () => uniform }))).toBe(true);
});
