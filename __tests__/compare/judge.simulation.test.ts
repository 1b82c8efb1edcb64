import { describe, expect, test } from '@jest/globals';
import { gate, type GatePolicy } from '../../src/compare/gate.js';
import { worstOfMetrics } from '../../src/compare/verdict.js';
import { standardNormal } from '../../src/math/normal.js';
import { createRng } from '../../src/math/rng.js';
import type { GateResult } from '../../src/model/verdict.js';

const paths = 20_000;
const looks = [3, 5, 7, 10];
const decide = (differences: readonly number[], policy: GatePolicy): GateResult['decision'] => gate(differences.map((d, seed) => ({ seed, base: 0, head: d })), policy).decision;

describe('two metrics decide together: at most alpha + 0.5 point in all', () => {
  const policy: GatePolicy = { alpha: 0.05, looks, margin: 1, gatedMetrics: 2 };
  const rng = createRng('two metrics');
  const pairsOfPaths = Array.from({ length: paths }, () => [0, 1].map(() => Array.from({ length: 10 }, () => standardNormal(rng))));
  const share = (shift: number, of: (decisions: readonly GateResult['decision'][]) => boolean): number =>
    pairsOfPaths.filter(([a = [], b = []]) => of([decide(a.map((z) => z + shift), policy), decide(b, policy)])).length / paths;
  const isPassed = (decisions: readonly GateResult['decision'][]): boolean => ['PASS', 'IMPROVED', 'NO_CHANGE'].includes(worstOfMetrics(decisions.map((one) => (one === 'DOWN' ? 'REGRESSION' : one))));
  test('nothing changed: any regression, any improvement', () => {
    expect(share(0, (decisions) => decisions.includes('DOWN'))).toBeLessThanOrEqual(0.055);
    expect(share(0, (decisions) => decisions.includes('IMPROVED'))).toBeLessThanOrEqual(0.055);
  });
  test('one is worse by the margin: passed together', () => {
    expect(share(-1, isPassed)).toBeLessThanOrEqual(0.055);
  });
});

describe('resplits of one data set, a tenth of it tested each time', () => {
  const rng = createRng('resplits');
  const resplits = Array.from({ length: paths }, () => {
    const common = Math.sqrt(0.1) * standardNormal(rng);
    return Array.from({ length: 10 }, () => common + Math.sqrt(0.9) * standardNormal(rng));
  });
  const falseDown = (foldRatio: number): number => resplits.filter((path) => decide(path, { alpha: 0.05, looks: [10], margin: 0.1, foldRatio }) === 'DOWN').length / paths;
  test('the correction keeps alpha, without it the errors double', () => {
    expect(falseDown(1 / 9)).toBeLessThanOrEqual(0.055);
    expect(falseDown(1 / 9)).toBeGreaterThan(0.03);
    expect(falseDown(0)).toBeGreaterThan(0.1);
  });
});
