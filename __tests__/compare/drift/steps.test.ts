import { describe, expect, test } from '@jest/globals';
import { failureSteps } from '../../../src/compare/drift/failureSteps.js';
import { seedTable, type SeedRows } from '../../../src/compare/drift/seedTable.js';
import { steps } from '../../../src/compare/drift/steps.js';
import { standardNormal } from '../../../src/math/normal.js';
import { createRng } from '../../../src/math/rng.js';

/** Commits × seeds of standard normal noise; `level` is added to every seed of a commit. */
function series(label: string, { commits = 50, seeds = 5, level = () => 0 }: { commits?: number; seeds?: number; level?: (commit: number) => number } = {}): number[][] {
  const rng = createRng(label);
  return Array.from({ length: commits }, (_, i) => Array.from({ length: seeds }, () => standardNormal(rng) + level(i)));
}
const fall = (at: number, by: number) => (commit: number): number => (commit >= at ? -by : 0);
const share = <T>(of: readonly T[], that: (one: T) => boolean): number => of.filter(that).length / of.length;

describe('steps of a series whose commits ran the same seeds', () => {
  test('the bounds that were set: unchanged series, and a fall of one seed deviation within three commits', () => {
    const runs = Array.from({ length: 400 }, (_, i) => i);
    expect(share(runs, (i) => steps(series(`unchanged ${i}`)).length > 0)).toBeLessThan(0.045);
    const fallen = runs.map((i) => series(`fallen ${i}`, { commits: 33, level: fall(30, 1) }));
    const found = (rows: SeedRows): boolean => [31, 32, 33].some((n) => steps(rows.slice(0, n)).some(({ index, before, after }) => index >= 27 && after < before));
    expect(share(fallen, found)).toBeGreaterThan(0.68);
  });

  test('places and levels: two steps of two deviations', () => {
    const found = steps(series('two', { commits: 90, level: (i) => (i >= 30 && i < 60 ? 2 : 0) }));
    expect(found.map(({ index }) => index)).toEqual([30, 60]);
    expect(found[0]?.before).toBeCloseTo(0, 0);
    expect(found[0]?.after).toBeCloseTo(2, 0);
    expect(found.every(({ p }) => p < 1e-6)).toBe(true);
  });

  test('what a seed always adds is no noise: a shift of a tenth of it is found', () => {
    const seedEffects = [-40, 10, 0, 25, 5];
    const rows = series('effects', { level: fall(30, 3) }).map((row) => row.map((value, s) => value + (seedEffects[s] ?? 0)));
    expect(steps(rows).map(({ index }) => index)).toEqual([30]);
  });

  test('noise that is common to a commit\'s seeds is not mistaken for a step: the means\' own scatter counts', () => {
    const alarms = Array.from({ length: 100 }, (_, i) => {
      const common = series(`common ${i}`, { seeds: 1 });
      return steps(series(`own ${i}`).map((row, at) => row.map((value) => 0.1 * value + (common[at]?.[0] ?? 0)))).length;
    });
    expect(share(alarms, (n) => n > 0)).toBeLessThan(0.1);
  });

  test('commits that change nothing repeat their numbers, which proves nothing', () => {
    const [first = [], second = []] = series('repeated', { commits: 2 });
    const rows = [...Array.from({ length: 20 }, () => first), ...Array.from({ length: 20 }, () => second)];
    expect(steps(rows)).toEqual([]);
    const lower = first.map((value, s) => value - 5 + 0.01 * s);
    expect(steps([...Array.from({ length: 20 }, () => first), ...Array.from({ length: 20 }, () => lower)]).map(({ index }) => index)).toEqual([20]);
  });

  test('a failed run of a seed that is always low is no step up', () => {
    const rows: (number | undefined)[][] = series('missing 2', { commits: 60 }).map((row) => row.map((value, s) => (s === 0 ? value - 50 : value)));
    for (const i of [20, 33, 34, 50]) rows[i] = (rows[i] ?? []).map((value, s) => (s === 0 ? undefined : value));
    expect(steps(rows)).toEqual([]);
  });

  test('one seed alone is judged by its own scatter; equal values throughout are no step, two levels without noise are', () => {
    expect(steps(series('single', { seeds: 1, level: fall(30, 5) })).map(({ index }) => index)).toEqual([30]);
    expect(steps(Array.from({ length: 30 }, () => [0.5, 0.5]))).toEqual([]);
    expect(steps([])).toEqual([]);
    expect(steps([[1, 2, 3]])).toEqual([]);
    expect(steps(Array.from({ length: 10 }, () => [undefined, undefined, 1]))).toEqual([]);
  });

  test('the same in any unit, and upside down', () => {
    const rows = series('unit', { level: fall(30, 2) });
    const places = steps(rows).map(({ index }) => index);
    expect(steps(rows.map((row) => row.map((value) => 1e6 + 1e-3 * value))).map(({ index }) => index)).toEqual(places);
    expect(steps(rows.map((row) => row.map((value) => -value))).map(({ index }) => index)).toEqual(places);
  });

  test('the test is the paired t where there are two commits, and pools both scatters where there are more', () => {
    const table = seedTable([[1, 2, 3, 4, 5], [2.1, 2.9, 4.2, 4.8, 6.3]]);
    // d = 1.1 .9 1.2 .8 1.3, mean 1.06, sd .2074: t = 1.06 / (.2074 / √5) with 4 degrees of freedom.
    expect(table.test(0, 1, 2).t).toBeCloseTo(11.43, 2);
    expect(table.meanOf(0, 1)).toBeCloseTo(3, 12);
  });
});

describe('a share of failing runs', () => {
  const counts = (failed: readonly number[]): { runs: number; failed: number }[] => failed.map((n) => ({ runs: 5, failed: n }));

  test('from none to most is a step at its commit, and back', () => {
    const found = failureSteps(counts([...Array.from({ length: 20 }, () => 0), 4, 3, 5, ...Array.from({ length: 20 }, () => 0)]));
    expect(found.map(({ index }) => index)).toEqual([20, 23]);
    expect(found[0]).toMatchObject({ before: 0, after: 0.8 });
  });

  test('always or never is none, nor is one crash among many', () => {
    expect(failureSteps(counts([0, 0, 0, 0]))).toEqual([]);
    expect(failureSteps(counts([5, 5, 5]))).toEqual([]);
    expect(failureSteps(counts([...Array.from({ length: 30 }, () => 0), 1, 0, 0]))).toEqual([]);
    expect(failureSteps([])).toEqual([]);
  });

  test('at a constant rate fewer than 5 % of 50 commits show a step', () => {
    for (const rate of [0.05, 0.2]) {
      const rng = createRng(`rate ${rate}`);
      const alarmed = Array.from({ length: 300 }, () => failureSteps(counts(Array.from({ length: 50 }, () => Array.from({ length: 5 }, () => rng.uniform()).filter((u) => u < rate).length))).length > 0);
      expect(share(alarmed, (one) => one)).toBeLessThan(0.05);
    }
  });
});
