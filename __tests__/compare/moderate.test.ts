import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { calibratedLevel } from '../../src/compare/calibration.js';
import { gate, retuneCheck, type GainPair, type GatePolicy } from '../../src/compare/gate.js';
import { boundariesFor, boundaryMultiplier, knownAlphas, knownLooks } from '../../src/compare/looks.js';
import { moderatedBoundaries, moderatedLevel, moderatedVariance } from '../../src/compare/moderate.js';
import { fQuantile, fUpperTail } from '../../src/math/fisherF.js';
import { standardNormal } from '../../src/math/normal.js';
import { createRng } from '../../src/math/rng.js';

const policy: GatePolicy = { alpha: 0.05, looks: [3, 5, 7, 10], margin: 0.6 };
const down = [-1.1, -0.3, -0.9, -0.75, -1.0];
const prior = { sd: 0.3, df: 8 };
const pairsOf = (differences: readonly number[]): GainPair[] => differences.map((d, i) => ({ seed: i + 1, base: 0, head: d }));
const variance = (values: readonly number[]): number => {
  const centre = values.reduce((sum, x) => sum + x, 0) / values.length;
  return values.reduce((sum, x) => sum + (x - centre) ** 2, 0) / (values.length - 1);
};

describe('the vector of verdict.md 9', () => {
  test('DOWN row, d0 = 8, s0² = .09', () => {
    expect(variance(down) / 0.09).toBeCloseTo(1.0888889, 7);
    expect(fQuantile(0.95, 4, 8)).toBeCloseTo(3.8378534, 6);
    expect(moderatedVariance(variance(down), 5, { prior, largestRatio: fQuantile(0.95, 4, 8) })).toBeCloseTo(0.0926667, 7);
  });
  const published = new URL('../../../shared/verdict/test_vectors.json', import.meta.url);
  (existsSync(published) ? test : test.skip)('published in ../shared (skipped where absent)', () => {
    interface Vectors { moderated: { d: number[]; d0: number; s0_2: number; out: { s2: number; F_crit: number; s2_mod: number; df: number }; rci: { half: number } } }
    const { moderated: { d, d0, s0_2, out, rci } } = JSON.parse(readFileSync(published, 'utf8').replaceAll('Infinity', 'null')) as Vectors;
    expect(moderatedVariance(out.s2, d.length, { prior: { sd: Math.sqrt(s0_2), df: d0 }, largestRatio: out.F_crit })).toBeCloseTo(out.s2_mod, 12);
    expect(fQuantile(0.95, d.length - 1, d0)).toBeCloseTo(out.F_crit, 8);
    // The reference takes the level of the unmoderated gate, unrounded, for its interval.
    expect(rci.half).toBeCloseTo(boundaryMultiplier(0.01761196, out.df + 1) * Math.sqrt(out.df + 1) * Math.sqrt(out.s2_mod / d.length), 3);
  });
  test('F quantiles are where the tail is', () => {
    for (const [df1, df2] of [[2, 8], [9, 12], [19, 200]] as const) expect(fUpperTail(fQuantile(0.95, df1, df2), df1, df2)).toBeCloseTo(0.05, 10);
  });
});

describe('in the gate', () => {
  test('decides where the pairs alone cannot', () => {
    const three = pairsOf(down.slice(0, 3));
    expect(gate(three, policy)).toMatchObject({ decision: 'INCONCLUSIVE', needMore: 2 });
    const result = gate(three, { ...policy, prior });
    expect(result).toMatchObject({ decision: 'DOWN', pairs: 3, prior, looks: [{ moderated: true }] });
    const [look] = result.looks;
    const sd = Math.sqrt((8 * 0.09 + 2 * variance(down.slice(0, 3))) / 10);
    expect(look!.sd).toBeCloseTo(sd, 12);
    expect(look!.high - look!.mean).toBeCloseTo(moderatedBoundaries(policy.looks, 0.05, 8)[0]!.multiplier * sd, 12);
  });
  test('a prior far below what the pairs show is dropped: the same answer as without', () => {
    const wild = pairsOf([-0.9, 0.8, -0.5, 0.6, -1.1, 0.9, -0.7, 0.3, -0.6, 0.4]);
    const result = gate(wild, { ...policy, prior: { sd: 0.1, df: 20 } });
    expect(result.looks.every((look) => look.moderated === undefined)).toBe(true);
    expect({ ...result, prior: undefined }).toEqual({ ...gate(wild, policy), prior: undefined });
  });
  test('differences that do not vary need no prior', () => {
    expect(gate(pairsOf([0, 0, 0]), { ...policy, prior })).toMatchObject({ decision: 'NO_CHANGE' });
    expect(gate(pairsOf([-0.7, -0.7, -0.7]), { ...policy, prior })).toMatchObject({ decision: 'DOWN', reason: 'deterministic' });
  });
  test('neither resplits nor the retuning check lean on it', () => {
    expect(gate(pairsOf(down), { ...policy, prior, foldRatio: 1 / 9 }).looks).toEqual(gate(pairsOf(down), { ...policy, foldRatio: 1 / 9 }).looks);
    expect(retuneCheck(pairsOf(down), { ...policy, prior })).toEqual(retuneCheck(pairsOf(down), policy));
  });
  test('the metric\'s own step stays the least spread there is', () => {
    const result = gate(pairsOf([0, 0, 0]), { ...policy, margin: 2, resolution: 1, prior: { sd: 0.35, df: 8 } });
    expect(result.looks[0]!.sd).toBeCloseTo(Math.sqrt(1 / 6), 12);
    expect(result.looks[0]!.moderated).toBe(true);
  });
});

describe('levels', () => {
  test('printed in the design: .0196 at d0 = 8', () => { expect(moderatedLevel([3, 5, 7, 10], 0.05, 8)).toBe(0.0196); });
  test('more degrees of freedom allow more, and each more than none', () => {
    for (const looks of knownLooks) for (const alpha of knownAlphas) {
      const levels = [8, 16, 32].map((df) => moderatedLevel(looks, alpha, df));
      expect(levels.toSorted((a, b) => a - b)).toEqual(levels);
      expect(boundaryMultiplier(levels[0]!, looks[0]!)).toBeLessThan(boundariesFor(looks, alpha)[0]!.multiplier);
    }
  });
  test('between two tabulated degrees the smaller one counts', () => { expect(moderatedLevel([3, 5, 7, 10], 0.05, 15.9)).toBe(moderatedLevel([3, 5, 7, 10], 0.05, 8)); });
  test('the calibration agrees with the table, and serves other looks', () => {
    const level = calibratedLevel([3, 5, 7, 10], 0.05, { paths: 100_000, priorDf: 8 });
    expect(level).toBeGreaterThan(0.0196 * 0.94);
    expect(level).toBeLessThan(0.0196 * 1.01);
    const other = moderatedLevel([4, 8], 0.1, 9);
    expect(other).toBeGreaterThan(0.05);
    expect(other).toBeLessThan(0.1);
  });
});

describe('errors, 20,000 paths each; the prior is itself an estimate', () => {
  const paths = 20_000;
  const rng = createRng('moderated gate');
  const drawn = Array.from({ length: paths }, () => ({
    z: Array.from({ length: 20 }, () => standardNormal(rng)),
    chi: Array.from({ length: 32 }, () => standardNormal(rng) ** 2),
  }));
  interface Cell { readonly looks: readonly number[]; readonly alpha: number; readonly df: number; readonly factor: number; readonly shift: number }
  /** `factor`: the history's sd over the true one. */
  const shares = ({ looks, alpha, df, factor, shift }: Cell): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { z, chi } of drawn) {
      let squares = 0;
      for (let i = 0; i < df; i++) squares += chi[i]!;
      const { decision } = gate(z.slice(0, looks.at(-1)).map((x, seed) => ({ seed, base: 0, head: x + shift })), { looks, alpha, margin: 1, ...(df === 0 ? {} : { prior: { sd: factor * Math.sqrt(squares / df), df } }) });
      counts[decision] = (counts[decision] ?? 0) + 1 / paths;
    }
    return { DOWN: counts['DOWN'] ?? 0, IMPROVED: counts['IMPROVED'] ?? 0, INCONCLUSIVE: counts['INCONCLUSIVE'] ?? 0, passed: (counts['PASS'] ?? 0) + (counts['IMPROVED'] ?? 0) };
  };
  const cells = knownLooks.flatMap((looks) => knownAlphas.map((alpha) => ({ looks, alpha, df: 8 }))).concat([{ looks: [3, 5, 7, 10], alpha: 0.05, df: 20 }]);
  test.each(cells)('a right prior: looks $looks, alpha $alpha, $df degrees', ({ looks, alpha, df }) => {
    const unchanged = shares({ looks, alpha, df, factor: 1, shift: 0 });
    expect(unchanged['DOWN']!).toBeLessThanOrEqual(alpha + 0.005);
    expect(unchanged['IMPROVED']!).toBeLessThanOrEqual(alpha + 0.005);
    expect(shares({ looks, alpha, df, factor: 1, shift: -1 })['passed']!).toBeLessThanOrEqual(alpha + 0.005);
  });
  test('what it is for: fewer undecided, more caught', () => {
    const looks = [3, 5, 7, 10];
    const [own, moderated] = [0, 8].map((df) => shares({ looks, alpha: 0.05, df, factor: 1, shift: 0 }));
    expect(moderated!['INCONCLUSIVE']!).toBeLessThan(own!['INCONCLUSIVE']! - 0.03);
    expect(shares({ looks, alpha: 0.05, df: 8, factor: 1, shift: -1 })['DOWN']!).toBeGreaterThan(shares({ looks, alpha: 0.05, df: 0, factor: 1, shift: -1 })['DOWN']! + 0.02);
  });
  test('why it is off by default: a prior of half the true noise errs more, though the guard holds most of it back', () => {
    const wrong = shares({ looks: [3, 5, 7, 10], alpha: 0.05, df: 8, factor: 0.5, shift: 0 });
    expect(wrong['DOWN']!).toBeGreaterThan(0.055);
    expect(wrong['DOWN']!).toBeLessThan(0.12);
    expect(shares({ looks: [3, 5, 7, 10], alpha: 0.05, df: 8, factor: 0.5, shift: -1 })['passed']!).toBeLessThan(0.13);
  });
  test('a prior of twice the true noise only costs decisions', () => {
    const wide = shares({ looks: [3, 5, 7, 10], alpha: 0.05, df: 8, factor: 2, shift: 0 });
    expect(wide['DOWN']!).toBeLessThan(0.01);
    expect(wide['INCONCLUSIVE']!).toBeGreaterThan(0.4);
  });
});
