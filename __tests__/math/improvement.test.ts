import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { logBelow, logBelowSlope, logImprovement, logImprovementSlope } from '../../src/math/improvement.js';

interface Case { readonly z: number; readonly log: number; readonly slope: number; readonly logBelow: number }
/** 60 digits by mpmath: `reference/gp.py`. */
const { improvement } = JSON.parse(readFileSync(new URL('../samplers/reference/gp.json', import.meta.url), 'utf8')) as { readonly improvement: readonly Case[] };

const near = (value: number, expected: number, relative: number): void => expect(Math.abs(value - expected)).toBeLessThanOrEqual(relative * Math.max(Math.abs(expected), 1e-3));

describe('log of improvement and of the normal cdf', () => {
  test.each(improvement)('z = $z', ({ z, log, slope, logBelow: below }) => {
    near(logImprovement(z), log, 2e-13);
    near(logImprovementSlope(z), slope, 1e-12);
    near(logBelow(z), below, 1e-13);
  });

  test.each(improvement.filter(({ z }) => Math.abs(z) < 400))('slopes are those of the functions at z = $z', ({ z }) => {
    const h = 1e-6 * Math.max(1, Math.abs(z));
    near((logImprovement(z + h) - logImprovement(z - h)) / (2 * h), logImprovementSlope(z), 1e-5);
    near((logBelow(z + h) - logBelow(z - h)) / (2 * h), logBelowSlope(z), 1e-5);
  });
});
