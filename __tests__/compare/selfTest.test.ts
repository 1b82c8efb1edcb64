import { describe, expect, test } from '@jest/globals';
import { falseAlarms } from '../../src/compare/falseAlarms.js';
import { neighbourOf } from '../../src/compare/neighbour.js';
import { alarmsOf, isDeterministic, metricFacts, needsNeighbour, type SeedRuns } from '../../src/compare/selfTest.js';
import { findingsOf } from '../../src/compare/selfTestFindings.js';
import { catchableMargin } from '../../src/compare/plan.js';
import { standardNormal } from '../../src/math/normal.js';
import { createRng } from '../../src/math/rng.js';
import type { MetricConfig } from '../../src/model/config.js';
import type { SelfTest } from '../../src/model/selfTest.js';
import { ints, spaceOf, values } from '../contracts/spaces.js';

const metric: MetricConfig = { name: 'acc', goal: 'maximize', margin: { kind: 'auto' } };
const floats = (low: number, high: number): { name: 'uniform'; low: number; high: number } => ({ name: 'uniform', low, high });
const policy = { alpha: 0.05, looks: [3, 5, 7, 10] };

/** sd of what the seed decides for every configuration, of what it decides for each anew, and of what no seed decides. */
interface Program { readonly split: number; readonly init: number; readonly run: number }

function rounds(count: number, { split, init, run }: Program, salt = ''): SeedRuns[] {
  return Array.from({ length: count }, (_, seed) => {
    const z = (label: string): number => standardNormal(createRng(`${salt}${seed}/${label}`));
    const value = (which: string, config: string): SeedRuns['first'] => {
      const acc = 0.9 + split * z('split') + init * z(`init ${config}`) + run * z(`run ${which}`);
      return { metrics: { acc }, streamSha256: String(acc), seconds: 1 };
    };
    return { seed, first: value('first', 'b')!, second: value('second', 'b')!, neighbour: value('neighbour', 'n')! };
  });
}

const without = (which: 'second' | 'neighbour', all: readonly SeedRuns[], from = 0): SeedRuns[] => all.map((round, i) => (i < from ? round : Object.fromEntries(Object.entries(round).filter(([key]) => key !== which)) as unknown as SeedRuns));
const judged = (all: readonly SeedRuns[], more: Partial<MetricConfig> = {}): Pick<SelfTest, 'metrics' | 'alarms' | 'findings'> => {
  const config = { ...metric, ...more };
  const facts = metricFacts(all, config, policy);
  const alarms = [...alarmsOf(all, [{ config, policy: { ...policy, margin: facts.margin ?? 0.01 } }], createRng('test'))];
  return { metrics: [facts], alarms, findings: [...findingsOf({ ...policy, metrics: [facts], alarms, trees: 'one', neighbour: { x: 1 } })] };
};
const codes = ({ findings }: Pick<SelfTest, 'findings'>): string[] => findings.map(({ code }) => code);

describe('what kind of program it is', () => {
  test('one that ignores its seed', () => {
    const all = rounds(12, { split: 0, init: 0, run: 0 });
    expect(isDeterministic(all)).toBe(true);
    const found = judged(all);
    expect(codes(found)[0]).toBe('seed-ignored');
    expect(found.alarms).toEqual([]);
    expect(found.findings[0]!.fix).toMatch(/NOREGRET_SEED/);
  });
  test('one that repeats itself, its seed driving split and initialisation', () => {
    const all = without('second', rounds(20, { split: 0.01, init: 0.002, run: 0 }), 3);
    expect(isDeterministic(all)).toBe(true);
    expect(needsNeighbour(all, 'acc')).toBe(true);
    const found = judged(all);
    const [facts] = found.metrics;
    expect(facts).toMatchObject({ repeated: 3, identical: 3, runSd: 0, paired: { from: 'neighbour', df: 19 }, seedShare: { value: 1 } });
    expect(facts!.paired!.sd).toBeGreaterThan(0.002);
    expect(facts!.paired!.sd).toBeLessThan(0.004);
    expect(facts!.neighbourCorrelation!.low).toBeGreaterThan(0.8);
    expect(1 / facts!.pairingRatio!).toBeGreaterThan(8);
    expect(codes(found)).toEqual(expect.arrayContaining(['deterministic', 'pairing-gains']));
    expect(found.alarms.map(({ arm }) => arm)).toEqual(['neighbour', 'other-seeds']);
  });
  test('one whose seed drives the initialisation only: pairing gains nothing', () => {
    const found = judged(without('second', rounds(20, { split: 0, init: 0.01, run: 0 }), 3));
    expect(found.metrics[0]!.neighbourCorrelation!.high).toBeLessThan(0.75);
    expect(found.metrics[0]!.pairingRatio!).toBeGreaterThan(0.5);
    expect(codes(found)).toContain('pairing-gains-nothing');
  });
  test('one that has a part of its own chance: told with its share, and no neighbour is needed', () => {
    const all = rounds(20, { split: 0.01, init: 0, run: 0.01 });
    expect(isDeterministic(all)).toBe(false);
    expect(needsNeighbour(all, 'acc')).toBe(false);
    const found = judged(without('neighbour', all));
    const { runSd, seedShare, paired } = found.metrics[0]!;
    expect(runSd).toBeGreaterThan(0.006);
    expect(runSd).toBeLessThan(0.015);
    expect(seedShare!.low).toBeLessThan(0.5);
    expect(seedShare!.high).toBeGreaterThan(0.5);
    expect(paired).toMatchObject({ from: 'same-seed', df: 19 });
    expect(codes(found)).toContain('nondeterministic');
  });
  test('one whose seed has no effect', () => {
    const found = judged(without('neighbour', rounds(20, { split: 0, init: 0, run: 0.01 })));
    expect(codes(found)[0]).toBe('seed-without-effect');
    expect(found.findings[0]!.fix).toMatch(/use_deterministic_algorithms/);
  });
  test('one that repeats itself in a space without anything to move: two independent runs stand for a change, and the gain is not claimed', () => {
    const all = without('neighbour', without('second', rounds(12, { split: 0.01, init: 0, run: 0 }), 3));
    const facts = metricFacts(all, metric, policy);
    expect(facts.paired).toMatchObject({ from: 'other-seeds', df: 11 });
    expect(facts.paired!.sd).toBeCloseTo(Math.SQRT2 * facts.seedSd, 12);
    expect(facts.pairingRatio).toBeUndefined();
    expect(findingsOf({ ...policy, metrics: [facts], alarms: [], trees: 'one' }).map(({ code }) => code)).toContain('pairing-unknown');
  });
  test('the share of the seed covers the truth nine times in ten and more', () => {
    const covered = Array.from({ length: 200 }, (_, i) => metricFacts(without('neighbour', rounds(12, { split: 1, init: 0, run: 1 }, `c${i}`)), { ...metric, margin: { kind: 'percent', value: 1 } }, policy).seedShare!)
      .filter(({ low, high }) => low <= 0.5 && high >= 0.5).length;
    expect(covered).toBeGreaterThan(180);
  });
});

describe('false alarms come out of the gate itself', () => {
  const arm = (differences: readonly number[], margin: number): Parameters<typeof falseAlarms>[1] => [{ policy: { ...policy, margin }, base: differences.map(() => 0), differences }];
  const normal = (n: number, salt: string): number[] => Array.from({ length: n }, (_, i) => standardNormal(createRng(`${salt}:${i}`)));
  test('over many projects with bell-shaped noise the mean rate is at most alpha, and the intervals cover it', () => {
    const rates = Array.from({ length: 6 }, (_, i) => falseAlarms('same-seed', arm(normal(14, `project ${i}`), 0.01), createRng(`r${i}`))!);
    const average = rates.reduce((sum, { worse, better }) => sum + worse.value + better.value, 0) / 12;
    expect(average).toBeLessThanOrEqual(0.055);
    expect(average).toBeGreaterThan(0.02);
    expect(rates.filter(({ worse }) => worse.low <= 0.05 && worse.high >= 0.03).length).toBeGreaterThanOrEqual(5);
    for (const { confirmed, worse } of rates) expect(confirmed).toBeLessThan(worse.value / 2);
  });
  test('noise that jumps between two values breaks the promise, and the interval shows it', () => {
    const jumps = Array.from({ length: 16 }, (_, i) => 1 + 0.01 * standardNormal(createRng(`jump ${i}`)));
    const found = falseAlarms('same-seed', arm(jumps, 0.01), createRng('jumps'))!;
    expect(found.worse.value).toBeGreaterThan(0.1);
    expect(found.worse.low).toBeGreaterThan(0.05);
    const facts = metricFacts(rounds(6, { split: 0.01, init: 0, run: 0.01 }), metric, policy);
    const [first] = findingsOf({ ...policy, metrics: [{ ...facts, caughtAtMargin: 0.95 }], alarms: [found], trees: 'one' });
    expect(['too-many-alarms', 'nondeterministic', 'seed-without-effect']).toContain(first!.code);
    expect(findingsOf({ ...policy, metrics: [facts], alarms: [found], trees: 'one' }).map(({ code }) => code)).toContain('too-many-alarms');
  });
  test('fewer rounds than the last look repeat; too few are not judged; the same question gets the same answer', () => {
    const few = normal(5, 'few');
    expect(falseAlarms('neighbour', arm(few, 1), createRng('a'))).toEqual(falseAlarms('neighbour', arm(few, 1), createRng('a')));
    expect(falseAlarms('neighbour', arm(few.slice(0, 3), 1), createRng('a'))).toBeUndefined();
  });
  test('several gated metrics: an alarm of any is one', () => {
    const [a, b] = [normal(14, 'a'), normal(14, 'b')];
    const single = falseAlarms('same-seed', arm(a, 0.01), createRng('m'))!;
    const both = falseAlarms('same-seed', [...arm(a, 0.01), ...arm(b, 0.01)], createRng('m'))!;
    expect(both.worse.value).toBeGreaterThan(single.worse.value);
  });
});

describe('what would be enough', () => {
  test('the default looks catch a decline of 1.25 spreads nine times in ten', () => {
    expect(Math.abs(catchableMargin({ ...policy, margin: 1 }, 0.004)! / 0.005 - 1)).toBeLessThan(0.06);
    expect(catchableMargin({ alpha: 0.001, looks: [3], margin: 1 }, 1)).toBeUndefined();
  });
  test('a margin that is too small is told with the margin and the looks that would do', () => {
    const found = judged(without('neighbour', rounds(20, { split: 0.01, init: 0, run: 0.01 })), { margin: { kind: 'absolute', value: 0.012 } });
    const told = found.findings.find(({ code }) => code === 'margin-too-small')!;
    expect(told.text).toMatch(/caught by looks \[3, 5, 7, 10\] only \d+ %/);
    expect(told.fix).toMatch(/margin: 0\.01\d|looks: \[3, 5, 8, 12, 20\]/);
  });
  test('a per cent margin without a meaning is a finding, not a crash', () => {
    const found = judged(without('neighbour', rounds(8, { split: 1, init: 0, run: 1 })), { margin: { kind: 'percent', value: 1 } });
    expect(found.metrics[0]!.margin).toBeUndefined();
    expect(found.findings.find(({ code }) => code === 'margin')!.text).toMatch(/no stable meaning/);
  });
  test('a metric to minimise: the same noise', () => {
    const all = without('neighbour', rounds(12, { split: 0.01, init: 0, run: 0.01 }));
    expect(judged(all, { goal: 'minimize' }).metrics[0]!.paired).toEqual(judged(all).metrics[0]!.paired);
  });
});

describe('a neighbouring configuration', () => {
  test('continuous parameters a hundredth further in, the others as they are', () => {
    const space = spaceOf({ lr: floats(0, 1), depth: ints(1, 9), kind: values('a', 'b') });
    expect(neighbourOf(space, { lr: 0.3, depth: 4, kind: 'a' })).toEqual({ lr: expect.closeTo(0.31, 12), depth: 4, kind: 'a' });
    expect(neighbourOf(space, { lr: 1, depth: 4, kind: 'a' })).toEqual({ lr: expect.closeTo(0.99, 12), depth: 4, kind: 'a' });
  });
  test('none without a continuous parameter', () => { expect(neighbourOf(spaceOf({ depth: ints(1, 9) }), { depth: 4 })).toBeUndefined(); });
  test('where a constraint binds, one that may move alone', () => {
    const space = { ...spaceOf({ a: floats(0, 1), b: floats(0, 1) }), constraints: ['a <= 0.3'] };
    expect(neighbourOf(space, { a: 0.3, b: 0.3 })).toEqual({ a: 0.3, b: expect.closeTo(0.31, 12) });
  });
});
