import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { gate, retuneCheck, type GainPair, type GatePolicy } from '../../src/compare/gate.js';
import { boundariesFor, boundaryMultiplier, claimAlpha } from '../../src/compare/looks.js';
import { UserError } from '../../src/model/errors.js';
import type { GateResult } from '../../src/model/verdict.js';
import { reference, type ReferenceLook } from '../reference.js';

const policy: GatePolicy = { alpha: 0.05, looks: [3, 5, 7, 10], margin: 0.6 };
const pairsOf = (differences: readonly number[]): GainPair[] => differences.map((d, i) => ({ seed: i + 1, base: 0, head: d }));
const [ok, headFails, baseFails, bothFail]: Partial<GainPair>[] = [{ base: 1, head: 1 }, { base: 1 }, { head: 1 }, {}];
/** `+` both run, `h` head fails, `b` base fails, `x` both fail; differences come from the list, in order. */
const crashes = (pattern: string, differences: readonly number[] = [0.1, -0.05, 0.02, 0.04, 0, 0.1, -0.05, 0.02, 0.04, 0]): GainPair[] => {
  let valid = 0;
  return Array.from(pattern, (mark, i) => {
    const seed = i + 1;
    if (mark === '+') return { seed, base: 1, head: 1 + differences[valid++]! };
    return { seed, ...{ h: headFails, b: baseFails, x: bothFail }[mark] };
  });
};

function expectLooks(result: GateResult, trace: readonly ReferenceLook[]): void {
  expect(result.looks).toHaveLength(trace.length);
  for (const [i, look] of trace.entries()) {
    for (const key of ['pairs', 'mean', 'sd', 'low', 'high'] as const) expect(result.looks[i]![key]).toBeCloseTo(look[key], 8);
  }
}

describe('reference cases', () => {
  test.each(reference.gate.cases)('$name: $decision', ({ differences, decision, pairs, needMore, trace, equivalent, decline }) => {
    const result = gate(pairsOf(differences), { ...policy, margin: reference.gate.margin });
    expect(result.decision).toBe(decision);
    expect(result.needMore).toBe(needMore);
    if (pairs !== undefined) expect(result.pairs).toBe(pairs);
    if (decision === 'PASS' && decline) expect(result.reason).toBe('small-decline');
    if (decision === 'PASS' && equivalent && !decline) expect(['equivalent', 'shown-earlier']).toContain(result.reason);
    expectLooks(result, trace);
  });

  test('multipliers and the paired interval', () => {
    for (const { pairs, multiplier } of reference.boundary) expect(boundaryMultiplier(0.0175, pairs)).toBeCloseTo(multiplier, 10);
    const { head, base, mean, low, high } = reference.pairedInterval;
    const result = gate(head.map((h, i) => ({ seed: i, head: h, base: base[i]! })), { ...policy, margin: 0.012 });
    expect(result.pairs).toBe(5);
    expect(result.effect).toBeCloseTo(mean, 12);
    expect(result.low).toBeCloseTo(low, 10);
    expect(result.high).toBeCloseTo(high, 10);
  });

  const published = new URL('../../../shared/verdict/test_vectors.json', import.meta.url);
  (existsSync(published) ? test : test.skip)('published vectors in ../shared (skipped where absent)', () => {
    interface Vectors { stage1: { d: number[]; m: number; out: { verdict: string; n: number; equivalent?: boolean; minor_decline?: boolean; trace: { n: number; mean: number; s: number; L: number; U: number }[] } }[] }
    const { stage1 } = JSON.parse(readFileSync(published, 'utf8').replaceAll('Infinity', 'null')) as Vectors;
    expect(stage1.length).toBeGreaterThan(0);
    for (const { d, m, out } of stage1) {
      const result = gate(pairsOf(d), { ...policy, margin: m });
      expect(result.decision).toBe(out.verdict === 'REGRESSED_AT_INCUMBENT' ? 'DOWN' : out.verdict);
      expect(result.pairs).toBe(out.n);
      // Zero spread is a point, not an interval of rounding errors.
      expectLooks(result, out.trace.map((t) => ({ pairs: t.n, mean: t.mean, sd: t.s, low: t.L, high: t.U })));
    }
  });
});

describe('order of the tests', () => {
  test('shown to be no worse, the gate takes one more look for an improvement, but is PASS meanwhile', () => {
    const result = gate(pairsOf([0.35, 0.75, 0.4]), policy);
    expect(result).toMatchObject({ decision: 'PASS', needMore: 2, pairs: 3 });
  });
  test('once shown it stays shown, though a later look is wide', () => {
    expect(gate(pairsOf([0.7, 0.2, 0.5, -0.9, 0.1]), policy)).toMatchObject({ decision: 'PASS', reason: 'shown-earlier', pairs: 5 });
  });
  test('pairs after the deciding look change nothing', () => {
    const early = gate(pairsOf([0.1, -0.05, 0.02]), policy);
    expect(gate(pairsOf([0.1, -0.05, 0.02, -9, -9]), policy)).toEqual(early);
  });
  test('no pairs: asks for the first look', () => {
    expect(gate([], policy)).toMatchObject({ decision: 'INCONCLUSIVE', needMore: 3, pairs: 0, looks: [] });
  });
  test('tolerance follows the size of the runs, not of the differences', () => {
    const pairs = [1e9, 2e9, 3e9].map((base, seed) => ({ seed, base, head: base + 0.001 }));
    expect(gate(pairs, policy)).toMatchObject({ decision: 'NO_CHANGE' });
  });
});

describe('failed pairs', () => {
  test.each([
    ['++h+', { decision: 'PASS', headOnlyFailures: 1, pairs: 3 }],
    ['++h', { decision: 'INCONCLUSIVE', needMore: 1 }],
    ['hhh', { decision: 'DOWN', reason: 'stability', headOnlyFailures: 3, looks: [] }],
    ['hh', { decision: 'INCONCLUSIVE', needMore: 3 }],
    ['hh+++', { decision: 'INCONCLUSIVE', needMore: 2, pairs: 3 }],
    ['hh++++++++++', { decision: 'INCONCLUSIVE', reason: 'stability', pairs: 10 }],
    ['hhb+++', { decision: 'PASS', headOnlyFailures: 2, baseOnlyFailures: 1 }],
    ['hh+++bb++++++', { decision: 'PASS' }],
    ['hh+hhh', { decision: 'DOWN', reason: 'stability', headOnlyFailures: 5 }],
    ['bbbbb+', { decision: 'INCONCLUSIVE', reason: 'failures' }],
    ['bb++++++++++', { decision: 'INCONCLUSIVE', reason: 'base-stability', pairs: 10 }],
    ['bbh+++', { decision: 'PASS', headOnlyFailures: 1, baseOnlyFailures: 2 }],
    ['bbb', { decision: 'INCONCLUSIVE', reason: 'base-failed' }],
    ['xxx', { decision: 'INCONCLUSIVE', reason: 'both-failed' }],
    ['xx', { decision: 'INCONCLUSIVE', needMore: 3 }],
    ['xxx+++', { decision: 'PASS', headOnlyFailures: 0 }],
    ['bbbb++', { decision: 'INCONCLUSIVE', reason: 'failures' }],
    ['bbbb+++', { decision: 'INCONCLUSIVE', reason: 'failures', looks: [] }],
  ] as [string, Partial<GateResult>][])('%s', (pattern, expected) => {
    const result = gate(crashes(pattern), policy);
    expect(result).toMatchObject(expected);
    if (expected.reason !== undefined || result.decision === 'DOWN') expect(result.needMore).toBeUndefined();
  });

  test('undecided with failures: asks for what the look lacks', () => {
    expect(gate(crashes('+b+b+b', [-0.9, 0.8, -0.5]), policy)).toMatchObject({ decision: 'INCONCLUSIVE', baseOnlyFailures: 3, needMore: 2 });
  });

  test('a driver that always runs what is asked for stops, whatever happens', () => {
    for (let code = 0; code < 4 ** 7; code++) {
      const kinds = [ok, headFails, baseFails, bothFail];
      const pairs: GainPair[] = [];
      let result = gate(pairs, policy);
      while (result.needMore !== undefined) {
        for (let i = 0; i < result.needMore; i++) pairs.push({ seed: pairs.length, ...kinds[Math.floor(code / 4 ** (pairs.length % 7)) % 4] });
        result = gate(pairs, policy);
      }
      expect(pairs.length).toBeLessThanOrEqual(13);
    }
  });

  test('a head with two failures more is never called fine', () => {
    for (const pattern of ['hh+++', 'hh+++++', 'hh+++++++', 'h+h++++']) {
      for (const shift of [0, 1]) {
        const { decision } = gate(crashes(pattern, [0.01, 0, 0.02, 0.01, 0, 0.02, 0.01].map((d) => d + shift)), policy);
        expect(decision).toBe('INCONCLUSIVE');
      }
    }
  });
  test('of a base with two failures more nothing is claimed', () => {
    for (const pattern of ['bb+++', 'bb+++++', 'bb+++++++', 'b+b++++']) {
      for (const shift of [0, 1, -1]) {
        const { decision } = gate(crashes(pattern, [0.01, 0, 0.02, 0.01, 0, 0.02, 0.01].map((d) => d + shift)), policy);
        expect(decision).toBe('INCONCLUSIVE');
      }
    }
  });
  test('NaN and infinities count as failures', () => {
    const pairs = [...pairsOf([0.1, -0.05]), { seed: 3, base: 0, head: NaN }, { seed: 4, base: -Infinity, head: 0 }, { seed: 5, base: 0, head: 0.02 }];
    expect(gate(pairs, policy)).toMatchObject({ decision: 'PASS', headOnlyFailures: 1, baseOnlyFailures: 1, pairs: 3 });
  });
});

describe('coarse metrics', () => {
  test('equal coarse values do not prove equality', () => {
    const result = gate(pairsOf([0, 0, 0]), { ...policy, resolution: 0.6 });
    expect(result).toMatchObject({ decision: 'INCONCLUSIVE', needMore: 2 });
    expect(result.looks[0]!.sd).toBeCloseTo(0.6 / Math.sqrt(6), 12);
    expect(gate(pairsOf([0, 0, 0]), { ...policy, resolution: 0.1 }).decision).toBe('PASS');
  });
  test('steps far wider than the margin never decide, and say so', () => {
    expect(gate(pairsOf(Array.from({ length: 10 }, () => 0)), { ...policy, resolution: 6 })).toMatchObject({ decision: 'INCONCLUSIVE', reason: 'coarse' });
  });
});

describe('looks and levels', () => {
  test('a list that cannot be calibrated is refused, and so is a level', () => {
    expect(() => boundariesFor([3, 2], 0.05)).toThrow(UserError);
    expect(() => boundariesFor([3, 5, 7, 10], 0.3)).toThrow(/alpha is 0.3/);
    expect(() => gate([], { ...policy, looks: [2, 4] })).toThrow(/must begin at 3 pairs or more/);
  });
  test('printed constants of the design, to their four digits', () => {
    const printed: [number[], number, number[]][] = [
      [[3, 4, 5, 6], 0.05, [2.7629, 1.7239, 1.3298, 1.1169]], [[3, 4, 5, 6], 0.025, [4.1741, 2.3322, 1.7133, 1.4010]], [[3, 4, 5, 6], 0.01, [6.9656, 3.3472, 2.2978, 1.8103]],
      [[3, 5, 7, 10], 0.05, [3.0045, 1.4022, 1.0251, 0.7842]], [[3, 5, 7, 10], 0.025, [4.4808, 1.7865, 1.2512, 0.9331]], [[3, 5, 7, 10], 0.01, [7.42, 2.3798, 1.5692, 1.1297]],
      [[3, 5, 8, 12, 20], 0.05, [3.3901, 1.5113, 0.9784, 0.7314, 0.5327]], [[3, 5, 8, 12, 20], 0.025, [5.0947, 1.9251, 1.1772, 0.8592, 0.616]], [[3, 5, 8, 12, 20], 0.01, [8.3033, 2.5317, 1.436, 1.0161, 0.7137]],
    ];
    for (const [looks, alpha, constants] of printed) {
      for (const [i, { pairs, multiplier }] of boundariesFor(looks, alpha).entries()) {
        expect(pairs).toBe(looks[i]);
        expect(Math.abs(multiplier - constants[i]!)).toBeLessThan(1e-4);
      }
    }
  });
  test.each([[0.05, 1, 0.05], [0.05, 2, 0.025], [0.05, 3, 0.01], [0.05, 5, 0.01], [0.025, 2, 0.01], [0.01, 1, 0.01]])('alpha %p over %p metrics: claims at %p', (alpha, k, level) => {
    expect(claimAlpha(alpha, k)).toBe(level);
  });
  test.each([[0.05, 6], [0.01, 2], [0.025, 3]])('alpha %p over %p metrics is refused', (alpha, k) => {
    expect(() => claimAlpha(alpha, k)).toThrow(UserError);
  });
  test('with two gated metrics a claim needs more, a pass does not', () => {
    const two = { ...policy, gatedMetrics: 2 };
    expect(gate(pairsOf([0.1, -0.05, 0.02]), two)).toEqual(gate(pairsOf([0.1, -0.05, 0.02]), policy));
    const barely = [-1.2, -0.3, -1.0, -0.5, -1.2];
    expect(gate(pairsOf(barely), policy)).toMatchObject({ decision: 'DOWN', pairs: 5 });
    expect(gate(pairsOf([-1.1, -0.2, -1.1, -0.35, -1.3]), policy).decision).toBe('DOWN');
    expect(gate(pairsOf([-1.1, -0.2, -1.1, -0.35, -1.3]), two)).toMatchObject({ decision: 'INCONCLUSIVE', needMore: 2 });
  });
});

describe('retuning check', () => {
  test.each([
    ['recovered', [0.1, -0.05, 0.02], { decision: 'PASS', reason: 'recovered' }],
    ['recovered by a wide margin stops at once', [2, 2.1, 2.2], { decision: 'PASS', pairs: 3 }],
    ['confirmed, even where the mean is above half the margin', [-0.28, -0.281, -0.279], { decision: 'PASS', reason: 'recovered' }],
    ['confirmed', [-1.1, -0.3, -0.9, -0.75, -1.0], { decision: 'DOWN', reason: 'confirmed', pairs: 5 }],
    ['undecided', [-0.9, 0.8, -0.5, 0.6, -1.1, 0.9, -0.7, 0.3, -0.6, 0.4], { decision: 'INCONCLUSIVE', reason: 'noise' }],
    ['all equal and bad', [-0.7, -0.7, -0.7], { decision: 'DOWN' }],
    ['all equal and good', [-0.1, -0.1, -0.1], { decision: 'PASS' }],
  ] as [string, number[], Partial<GateResult>][])('%s', (_, differences, expected) => {
    expect(retuneCheck(pairsOf(differences), policy)).toMatchObject(expected);
  });
  test('the half-margin filter is gone: worse by less than half the margin, with L below it, is confirmed', () => {
    const wide = { ...policy, margin: 2 };
    const differences = [-1.9, -0.3, -0.25, -0.2, -1.9, -0.3, -0.25, -0.2, -1.5, -0.9];
    expect(gate(pairsOf(differences), { ...wide, margin: 1.6 }).decision).not.toBe('DOWN');
  });
});
