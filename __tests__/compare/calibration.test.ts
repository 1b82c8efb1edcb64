import { describe, expect, test } from '@jest/globals';
import { calibratedLevel } from '../../src/compare/calibration.js';
import { boundariesFor, boundaryMultiplier, claimAlpha, halvedAlpha } from '../../src/compare/looks.js';

describe('levels of looks that nobody tabulated', () => {
  test('one look spends the level whole, but for two standard errors', () => {
    const level = calibratedLevel([6], 0.05, { paths: 100_000 });
    expect(level).toBeLessThan(0.05);
    expect(level).toBeGreaterThan(0.0485);
  });

  test.each([[[3, 4, 5, 6], 0.05, 0.0205], [[3, 5, 7, 10], 0.05, 0.0175], [[3, 5, 8, 12, 20], 0.025, 0.0063]])('looks %j at %d: what a million paths gave, or a little less', (looks, alpha, tabulated) => {
    const level = calibratedLevel(looks, alpha, { paths: 100_000 });
    expect(level).toBeLessThan(tabulated * 1.01);
    expect(level).toBeGreaterThan(tabulated * 0.94);
  });

  test('the same question gets the same answer; more looks cost level', () => {
    expect(calibratedLevel([3, 6, 9], 0.05, { paths: 20_000 })).toBe(calibratedLevel([3, 6, 9], 0.05, { paths: 20_000 }));
    expect(calibratedLevel([3, 4, 5, 6, 7, 8, 9], 0.05, { paths: 20_000 })).toBeLessThan(calibratedLevel([3, 9], 0.05, { paths: 20_000 }));
  });

  test('the gate takes them, and refuses what cannot be', () => {
    const [only] = boundariesFor([4], 0.1);
    expect(only?.multiplier).toBeGreaterThan(boundaryMultiplier(0.1, 4));
    expect(only?.multiplier).toBeLessThan(boundaryMultiplier(0.095, 4));
    expect(() => boundariesFor([3, 3], 0.05)).toThrow('must be whole numbers that grow');
    expect(() => boundariesFor([3, 5], 0.0001)).toThrow('between 0.001 and 0.2');
  });

  test('several gated metrics share any level', () => {
    expect(claimAlpha(0.1, 4)).toBeCloseTo(0.025);
    expect(() => claimAlpha(0.1, 6)).toThrow('6 gated metrics');
    expect(() => claimAlpha(0.002, 3)).toThrow('3 gated metrics');
    expect(halvedAlpha(0.1, 2)).toEqual({ alpha: 0.05, gatedMetrics: 2 });
    expect(halvedAlpha(0.05, 4)).toEqual({ alpha: 0.025, gatedMetrics: 2 });
  });
});
