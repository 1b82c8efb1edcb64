import { describe, expect, test } from '@jest/globals';
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { massBetween, normalBelow } from '../../src/math/normal.js';

describe('normalBelow', () => {
  test('agrees with an independent implementation in both tails', () => {
    let worst = 0;
    for (let z = -37; z < 9; z += 0.0137) worst = Math.max(worst, Math.abs(normalBelow(z) / normalCdf(z, 0, 1) - 1));
    expect(worst).toBeLessThan(1e-12);
  });

  test('ends and middle', () => {
    expect([normalBelow(-Infinity), normalBelow(0), normalBelow(Infinity)]).toEqual([0, 0.5, 1]);
  });
});

describe('massBetween', () => {
  test('keeps its digits in the upper tail, where both ends are 1', () => {
    expect(massBetween(9, 10) / massBetween(-10, -9)).toBeCloseTo(1, 12);
    expect(massBetween(9, 10) / (1.1285884059538406e-19 - 7.619853024160525e-24)).toBeCloseTo(1, 12);
  });

  test('of a narrow interval is its height times its width', () => {
    expect(massBetween(1, 1 + 1e-6) / (Math.exp(-0.5) / Math.sqrt(2 * Math.PI) * 1e-6)).toBeCloseTo(1, 5);
    // On both sides of where the rule changes.
    expect(massBetween(2, 2 + 0.99e-4) / 0.99 / (massBetween(2, 2 + 1.01e-4) / 1.01)).toBeCloseTo(1, 5);
  });

  test('of everything is 1', () => {
    expect([massBetween(-9, 9), massBetween(-Infinity, Infinity)]).toEqual([1, 1]);
  });
});
