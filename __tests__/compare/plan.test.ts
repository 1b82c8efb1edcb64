import { describe, expect, test } from '@jest/globals';
import { detectableDecline, detectionSentence, forecastGate, planLine, plannedGpuHours, type JobPlan } from '../../src/compare/plan.js';

const policy = { alpha: 0.05, looks: [3, 5, 7, 10], margin: 0.01 };

describe('forecastGate agrees with the published planning table', () => {
  test.each([[0.5, 65, 9.3], [0.75, 40, 8.6], [1, 18, 7.5], [1.25, 6, 6.5], [2, 0, 4.6]])('margin %p spreads: %p %% inconclusive, %p pairs', (ratio, inconclusive, pairs) => {
    const forecast = forecastGate(policy, 0.01 / ratio);
    expect(forecast.marginToNoise).toBeCloseTo(ratio, 12);
    expect(Math.abs(100 * forecast.inconclusive - inconclusive)).toBeLessThan(5);
    expect(Math.abs(forecast.pairs - pairs)).toBeLessThan(0.4);
  });
  test('a decline of the margin is caught nine times in ten at 1.25 spreads', () => {
    const forecast = forecastGate(policy, 0.008);
    expect(Math.abs((detectableDecline(policy, 0.008) ?? 0) / 0.01 - 1)).toBeLessThan(0.08);
    expect(forecastGate(policy, 0.008)).toEqual(forecast);
  });
});

test('what a pass is worth, in words', () => {
  expect(detectionSentence(0.01234, 'acc')).toBe('A decline of acc by 0.012 or more would have been caught 9 times in 10');
  expect(detectionSentence(undefined, 'acc')).toContain('would not have caught');
});

describe('planLine', () => {
  const plan: JobPlan = { searchTrials: 20, gateRuns: 10, rescoreRuns: 12, slots: 2, gpusPerTrial: 1 };
  test('untimed', () => {
    expect(planLine(plan)).toBe('up to 20 search + 10 gate + 12 re-score runs on 2 slots');
    expect(planLine({ ...plan, driftRuns: 10 })).toBe('up to 20 search + 10 gate + 12 re-score + 10 drift runs on 2 slots');
    expect(plannedGpuHours({ ...plan, driftRuns: 18, secondsPerRun: 60 })).toBeCloseTo(1, 9);
    expect(plannedGpuHours(plan)).toBeUndefined();
  });
  test('timed, with what to expect and what helps', () => {
    const timed = { ...plan, secondsPerRun: 45, forecast: { marginToNoise: 0.6, inconclusive: 0.548, pairs: 9 } };
    expect(planLine(timed)).toBe('up to 20 search + 10 gate + 12 re-score runs ≈ 16 min on 2 slots, 0.53 GPU-hours; margin 0.6 × noise: if nothing changed, expect 55 % inconclusive (a larger margin or `looks: [3, 5, 8, 12, 20]` helps)');
    expect(plannedGpuHours(timed)).toBeCloseTo(0.525, 12);
  });
  test('short, on CPU, without a search', () => {
    expect(planLine({ ...plan, searchTrials: 0, rescoreRuns: 0, slots: 1, gpusPerTrial: 0, secondsPerRun: 2, forecast: { marginToNoise: 2, inconclusive: 0.002, pairs: 4 } }))
      .toBe('up to 10 gate runs ≈ 20 s on 1 slot; margin 2 × noise: if nothing changed, expect under 5 % inconclusive');
  });
});
