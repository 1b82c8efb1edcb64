import { describe, expect, test } from '@jest/globals';
import { gate, type GatePolicy } from '../../src/compare/gate.js';
import { knownAlphas, knownLooks } from '../../src/compare/looks.js';
import { standardNormal } from '../../src/math/normal.js';
import { createRng } from '../../src/math/rng.js';

const paths = 20_000;
const rng = createRng('gate simulation');
const deviates = Array.from({ length: paths }, () => Array.from({ length: 20 }, () => standardNormal(rng)));

/** Shares of the gate's decisions when the true difference is `shift`, in units of its spread. */
function shares(policy: GatePolicy, shift: number): Record<string, number> {
  const counts: Record<string, number> = {};
  const length = policy.looks.at(-1)!;
  for (const path of deviates) {
    const pairs = [];
    for (let i = 0; i < length; i++) pairs.push({ seed: i, base: 0, head: path[i]! + shift });
    const { decision } = gate(pairs, policy);
    counts[decision] = (counts[decision] ?? 0) + 1 / paths;
  }
  return counts;
}

describe('errors over all looks stay within alpha + 0.5 point of Monte-Carlo slack', () => {
  const calibrated = [{ looks: [4, 8, 16], alpha: 0.05 }, { looks: [5], alpha: 0.1 }, { looks: [3, 6], alpha: 0.02 }];
  const cells = [...knownLooks.flatMap((looks) => knownAlphas.map((alpha) => ({ looks, alpha }))), ...calibrated];
  test.each(cells)('looks $looks, alpha $alpha', ({ looks, alpha }) => {
    const policy = { looks, alpha, margin: 1 };
    const unchanged = shares(policy, 0);
    expect(unchanged['DOWN'] ?? 0).toBeLessThanOrEqual(alpha + 0.005);
    expect(unchanged['IMPROVED'] ?? 0).toBeLessThanOrEqual(alpha + 0.005);
    const atMargin = shares(policy, -1);
    expect((atMargin['PASS'] ?? 0) + (atMargin['IMPROVED'] ?? 0)).toBeLessThanOrEqual(alpha + 0.005);
    // The level is spent, not wasted: a gate that never decides would pass the lines above.
    expect((atMargin['PASS'] ?? 0) + (atMargin['IMPROVED'] ?? 0)).toBeGreaterThan(alpha - 0.01);
  });
});

test('power of the default gate at a margin of 1.25 spreads, as planned for', () => {
  const policy = { looks: [3, 5, 7, 10], alpha: 0.05, margin: 1.25 };
  const unchanged = shares(policy, 0);
  expect(Math.abs((unchanged['PASS'] ?? 0) + (unchanged['IMPROVED'] ?? 0) - 0.91)).toBeLessThan(0.02);
  expect(Math.abs((shares(policy, -1.25)['DOWN'] ?? 0) - 0.9)).toBeLessThan(0.02);
  expect(Math.abs((shares(policy, 1.25)['IMPROVED'] ?? 0) - 0.86)).toBeLessThan(0.02);
});

describe('symmetries', () => {
  const policy = { looks: [3, 5, 7, 10], alpha: 0.05, margin: 0.8 };
  const some = deviates.slice(0, 500).map((path, i) => path.slice(0, 10).map((z) => z + ((i % 5) - 2) / 2));
  const judged = (path: readonly number[], change: (z: number) => { base: number; head: number }, margin = policy.margin): ReturnType<typeof gate> =>
    gate(path.map((z, seed) => ({ seed, ...change(z) })), { ...policy, margin });
  test('scaling differences and margin alike leaves the decision', () => {
    for (const path of some) for (const factor of [1e-6, 1 / 8, 1000]) {
      expect(judged(path, (z) => ({ base: 0, head: factor * z }), factor * policy.margin).decision).toBe(judged(path, (z) => ({ base: 0, head: z })).decision);
    }
  });
  test('only differences count: a common value on both sides leaves the decision', () => {
    for (const path of some) expect(judged(path, (z) => ({ base: 4, head: 4 + z })).decision).toBe(judged(path, (z) => ({ base: 0, head: z })).decision);
  });
  test('with head and base swapped, worse becomes improved or no worse', () => {
    const swapped = some.filter((path) => judged(path, (z) => ({ base: 0, head: z })).decision === 'DOWN').map((path) => judged(path, (z) => ({ base: z, head: 0 })).decision);
    expect(swapped.length).toBeGreaterThan(20);
    expect(swapped.every((decision) => decision === 'IMPROVED' || decision === 'PASS')).toBe(true);
  });
});
