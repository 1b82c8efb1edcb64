import { describe, expect, test } from '@jest/globals';
import { cusum } from '../../../src/compare/drift/cusum.js';

/** verdict.md 9. */
const series = [10.1, 9.8, 10.0, 10.3, 9.9, 10.2, 9.0, 8.9, 9.1, 8.8];

describe('cusum', () => {
  test('the reference series: z, sums, and the alarm at its last value', () => {
    const steps = cusum(series);
    const z = [0.15228483963689596, 1.2833792755473528, -0.575224921999195, 0.770315424133392, -2.921977638369962, -1.7893332453933046, -1.0983061497329327, -1.4130165240885808];
    const sums = [0, 0, 0.07522492199919495, 0, 2.421977638369962, 3.7113108837632662, 4.309617033496199, 5.22263355758478];
    expect(steps.slice(0, 2).map((step) => step.z)).toEqual([undefined, undefined]);
    steps.slice(2).forEach((step, i) => {
      expect(step.z).toBeCloseTo(z[i] ?? NaN, 8);
      expect(step.fallen).toBeCloseTo(sums[i] ?? NaN, 8);
    });
    expect(steps.map(({ alarm }) => alarm)).toEqual([...Array.from({ length: 9 }, () => undefined), 'fall']);
  });

  test('mirrored, it is a rise', () => {
    expect(cusum(series.map((x) => -x)).at(-1)?.alarm).toBe('rise');
  });

  test('after an alarm the sums begin again', () => {
    const steps = cusum([...series, 10]);
    expect(steps.at(-1)?.fallen).toBe(0);
  });

  test('equal values are no creep; the first that differs is as far out as can be told', () => {
    expect(cusum([2, 2, 2, 2]).map(({ z }) => z)).toEqual([undefined, undefined, 0, 0]);
    expect(cusum([2, 2, 2, 1]).at(-1)).toMatchObject({ z: expect.closeTo(-7.94, 1), alarm: 'fall' });
  });

  test.each([[[]], [[1]], [[1, 5]]])('%j says nothing', (values) => {
    expect(cusum(values).every(({ alarm, z }) => alarm === undefined && z === undefined)).toBe(true);
  });
});
