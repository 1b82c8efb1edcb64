import { describe, expect, test } from '@jest/globals';
import { welchDifference, welchGate, welchP, type UnpairedSides } from '../../src/compare/welch.js';
import { standardNormal } from '../../src/math/normal.js';
import { createRng } from '../../src/math/rng.js';

const head = [0.912, 0.905, 0.921, 0.909, 0.915];
const base = [0.921, 0.918, 0.925, 0.919, 0.924];
const policy = { alpha: 0.05, margin: 0.01 };

test('the reference implementation\'s vector', () => {
  const found = welchDifference(base, head)!;
  expect(found.centre / found.error).toBeCloseTo(-2.9639921487244925, 8);
  expect(found.df).toBeCloseTo(5.90036995134411, 8);
  expect(welchP(found)).toBeCloseTo(0.025661154958303328, 9);
});

describe('the gate\'s answers without pairs', () => {
  test('worse, better, not worse, undecided', () => {
    expect(welchGate({ base, head }, policy)).toMatchObject({ decision: 'DOWN', pairs: 5 });
    expect(welchGate({ base: head, head: base }, policy).decision).toBe('IMPROVED');
    expect(welchGate({ base, head: base.map((v) => v - 0.0005) }, policy)).toMatchObject({ decision: 'PASS', reason: 'equivalent' });
    expect(welchGate({ base, head }, { ...policy, margin: 0.03 })).toMatchObject({ decision: 'PASS', reason: 'small-decline' });
    expect(welchGate({ base: [0, 10, 20], head: [1, 11, 20] }, policy)).toMatchObject({ decision: 'INCONCLUSIVE', reason: 'noise' });
  });
  test('sides of unequal length', () => {
    expect(welchGate({ base: [...base, ...base], head }, policy)).toMatchObject({ decision: 'DOWN', pairs: 5 });
    expect(welchGate({ base, head: [0.9, 0.91] }, policy)).toMatchObject({ decision: 'INCONCLUSIVE', needMore: 1, looks: [] });
  });
  test('nothing scatters', () => {
    expect(welchGate({ base: [1, 1, 1], head: [1, 1, 1] }, policy)).toMatchObject({ decision: 'NO_CHANGE', effect: 0, low: 0, high: 0 });
    expect(welchGate({ base: [1, 1, 1], head: [0.9, 0.9, 0.9] }, policy)).toMatchObject({ decision: 'DOWN', reason: 'deterministic' });
    expect(welchP(welchDifference([1, 1], [1, 1])!)).toBe(1);
    expect(welchP(welchDifference([1, 1], [0, 0])!)).toBe(0);
  });
  test('a metric in steps cannot scatter less than its steps', () => {
    const coarse = { base: [0.9, 0.9, 0.9], head: [0.9, 0.9, 0.8] };
    expect(welchGate(coarse, { ...policy, resolution: 0.3 })).toMatchObject({ decision: 'INCONCLUSIVE', reason: 'coarse' });
  });
  test('several metrics ask more of "worse", not of "not worse"', () => {
    expect(welchGate({ base, head }, { ...policy, gatedMetrics: 5 }).decision).toBe('INCONCLUSIVE');
    expect(welchGate({ base, head: base.map((v) => v - 0.0005) }, { ...policy, gatedMetrics: 5 }).decision).toBe('PASS');
  });
  test('runs that failed', () => {
    const failed = (n: number): number[] => new Array<number>(n).fill(Number.NaN);
    const steady = [...base, ...base];
    expect(welchGate({ base: steady, head: [...steady, ...failed(1)] }, policy).decision).toBe('PASS');
    expect(welchGate({ base: steady, head: [...steady, ...failed(2)] }, policy)).toMatchObject({ decision: 'INCONCLUSIVE', reason: 'stability', headOnlyFailures: 2 });
    expect(welchGate({ base: [...steady, ...failed(2)], head: steady }, policy)).toMatchObject({ decision: 'INCONCLUSIVE', reason: 'base-stability', baseOnlyFailures: 2 });
    expect(welchGate({ base: steady, head: [...base, ...failed(5)] }, policy)).toMatchObject({ decision: 'DOWN', reason: 'stability' });
    expect(welchGate({ base, head: failed(3) }, policy)).toMatchObject({ decision: 'DOWN', reason: 'stability', pairs: 0 });
    expect(welchGate({ base: failed(3), head }, policy)).toMatchObject({ decision: 'INCONCLUSIVE', reason: 'base-failed' });
    expect(welchGate({ base: failed(3), head: failed(4) }, policy)).toMatchObject({ decision: 'INCONCLUSIVE', reason: 'both-failed' });
  });
});

describe('errors over 20,000 draws, in all sizes and spreads within alpha + 0.5 point', () => {
  const paths = 20_000;
  const shapes = [{ nb: 5, nh: 5, sd: 1 }, { nb: 10, nh: 5, sd: 1 }, { nb: 10, nh: 10, sd: 2 }];
  const draw = (n: number, shift: number, sd: number, rng: ReturnType<typeof createRng>): number[] => Array.from({ length: n }, () => shift + sd * standardNormal(rng));
  const shares = (shift: number, { nb, nh, sd }: (typeof shapes)[number], alpha: number): Record<string, number> => {
    const rng = createRng(`welch ${nb} ${nh} ${sd} ${shift}`);
    const counts: Record<string, number> = {};
    for (let i = 0; i < paths; i++) {
      const sides: UnpairedSides = { base: draw(nb, 0, 1, rng), head: draw(nh, shift, sd, rng) };
      const { decision } = welchGate(sides, { alpha, margin: 1 });
      counts[decision] = (counts[decision] ?? 0) + 1 / paths;
    }
    return counts;
  };
  test.each(shapes)('$nb base runs, $nh head runs, head scatters $sd times as much', (shape) => {
    const unchanged = shares(0, shape, 0.05);
    expect(unchanged['DOWN'] ?? 0).toBeLessThanOrEqual(0.055);
    expect(unchanged['IMPROVED'] ?? 0).toBeLessThanOrEqual(0.055);
    const atMargin = shares(-1, shape, 0.05);
    expect((atMargin['PASS'] ?? 0) + (atMargin['IMPROVED'] ?? 0)).toBeLessThanOrEqual(0.055);
    expect((atMargin['PASS'] ?? 0) + (atMargin['IMPROVED'] ?? 0)).toBeGreaterThan(0.035);
  });
});
