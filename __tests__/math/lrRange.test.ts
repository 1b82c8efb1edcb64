import { describe, expect, test } from '@jest/globals';
import { createRng } from '../../src/math/rng.js';
import { createRangeStop, createSmoother, hasRunAway, neededPoints, rangeCurve, rateAt, readRange, type LossPoint } from '../../src/math/lrRange.js';

const range = { start: 1e-5, end: 10, steps: 500 };

describe('the schedule', () => {
  test('each rate is exp(ln(1e6)/500) times the one before, from the start', () => {
    expect(rateAt(range, 0)).toBe(1e-5);
    expect(rateAt(range, 1) / rateAt(range, 0)).toBeCloseTo(Math.exp(Math.log(1e6) / 500), 12);
    expect(rateAt(range, 250)).toBeCloseTo(1e-5 * 1e3, 10);
    expect(rateAt(range, 500)).toBeCloseTo(10, 10);
  });
});

describe('the smoothed loss', () => {
  test('of a constant is that constant from the first value on', () => {
    const smooth = createSmoother(0.98);
    for (let i = 0; i < 5; i++) expect(smooth(3)).toBeCloseTo(3, 12);
  });

  test('is the exponential average with its start corrected, by hand', () => {
    const smooth = createSmoother(0.5);
    smooth(1);
    expect(smooth(4)).toBeCloseTo((0.5 * 0.5 * 1 + 0.5 * 4) / (1 - 0.25), 12);
  });
});

describe('when a test is stopped', () => {
  test('above four times the best, not at it; below zero by the same distance; at a loss that is no number', () => {
    expect([hasRunAway(4, 1), hasRunAway(4.01, 1), hasRunAway(-1, -1), hasRunAway(1.9, -1), hasRunAway(2.1, -1), hasRunAway(NaN, 1)]).toEqual([false, true, false, false, true, true]);
  });

  test('never at the first value, at once at a NaN', () => {
    expect(createRangeStop()(1000)).toBe(false);
    expect(createRangeStop()(NaN)).toBe(true);
  });
});

interface Shape { readonly noise?: number; readonly seed?: string; readonly steepest?: number; readonly breaks?: number }
/** Falls around `steepest`, is flat from there to `breaks`, then runs away. */
function curve({ noise = 0, seed = 'a', steepest = -2, breaks = 0 }: Shape = {}): LossPoint[] {
  const rng = createRng(seed);
  return Array.from({ length: range.steps }, (_, i) => {
    const rate = rateAt(range, i);
    const x = Math.log10(rate);
    return { rate, loss: 2 - 1.6 / (1 + Math.exp(-4 * (x - steepest))) + Math.max(0, 40 * (x - breaks)) + noise * (rng.uniform() - 0.5) };
  });
}
const decadesApart = (a: number, b: number): number => Math.abs(Math.log10(a / b));

describe('what is read off a curve', () => {
  test.each([[-3, -1], [-2, 0], [-1.5, 0.5]])('steepest at 1e%p, broken from 1e%p on: both within a third of a decade, whatever the noise', (steepest, breaks) => {
    for (const seed of ['a', 'b', 'c', 'd', 'e']) {
      const found = readRange(curve({ steepest, breaks, noise: 0.3, seed }));
      if (found.kind !== 'found') throw new Error(`${found.kind} with seed ${seed}`);
      expect(decadesApart(found.steepest, 10 ** steepest)).toBeLessThan(0.33);
      expect(decadesApart(found.turn, 10 ** breaks)).toBeLessThan(0.33);
      expect(found.suggested).toBeCloseTo(found.turn / 10, 12);
      expect(found.low).toBeLessThanOrEqual(Math.min(found.suggested, found.steepest));
      expect(found.high).toBe(found.turn);
    }
  });

  test('smoothing both ways does not lag: an average over the past alone would be late by three tenths of a decade', () => {
    const { usable, smoothed } = rangeCurve(curve());
    const slope = smoothed.map((value, i) => value - (smoothed[i - 1] ?? value));
    const lowest = slope.indexOf(Math.min(...slope));
    expect(decadesApart(usable[lowest]?.rate ?? NaN, 1e-2)).toBeLessThan(0.1);
    const late = usable.map(({ loss }) => loss).map(createSmoother());
    const lateSlope = late.map((value, i) => value - (late[i - 1] ?? value));
    expect(decadesApart(usable[lateSlope.indexOf(Math.min(...lateSlope))]?.rate ?? NaN, 1e-2)).toBeGreaterThan(0.3);
  });

  test('the curve ends where the loss ran away, and says at which rate', () => {
    const { usable, divergedAt = NaN } = rangeCurve(curve());
    expect(usable.length).toBeLessThan(range.steps);
    expect(decadesApart(divergedAt, 1)).toBeLessThan(0.3);
    expect(rangeCurve([]).usable).toEqual([]);
  });

  test('a network that broke and answers the same to everything gives no wide valley', () => {
    const collapses = (rise: number): LossPoint[] => curve({ noise: 0.02, steepest: -3, breaks: 0.9 }).map(({ rate, loss }) => ({ rate, loss: loss + rise / (1 + Math.exp(-20 * (Math.log10(rate) + 1))) }));
    const [broken, stepped] = [readRange(collapses(0.4)), readRange(collapses(0.1))];
    if (broken.kind !== 'found' || stepped.kind !== 'found') throw new Error('no rate');
    // Half of the climb to the plateau lies at 0.1; half of the fall is given back where it runs away.
    expect(decadesApart(broken.turn, 0.1)).toBeLessThan(0.2);
    // A step of less than a tenth of the fall is a part of the valley.
    expect(stepped.turn).toBeGreaterThan(5);
  });

  test('losses below zero are read as well', () => {
    expect(readRange(curve({ noise: 0.1 }).map(({ rate, loss }) => ({ rate, loss: loss - 5 })))).toMatchObject({ kind: 'found' });
  });
});

describe('what cannot be read', () => {
  const flat = (loss: (rate: number, i: number) => number): LossPoint[] => Array.from({ length: 200 }, (_, i) => ({ rate: rateAt(range, i), loss: loss(rateAt(range, i), i) }));
  const rng = createRng('flat');
  test('noise alone never gives a rate', () => {
    for (let seed = 0; seed < 100; seed++) {
      const draws = createRng(`noise ${seed}`);
      expect(readRange(Array.from({ length: 500 }, (_, i) => ({ rate: rateAt(range, i), loss: 1 + 0.2 * draws.uniform() }))).kind).not.toBe('found');
    }
  });

  test.each([
    ['nothing', [], { kind: 'few-points', points: 0, needed: neededPoints }],
    ['too few', curve().slice(0, 20), { kind: 'few-points', points: 20, needed: neededPoints }],
    ['no number at all', flat(() => NaN), { kind: 'not-a-number' }],
    ['only infinities', flat(() => Infinity), { kind: 'not-a-number' }],
    ['broken after ten points', flat((_, i) => (i < 10 ? 2 : NaN)), { kind: 'diverged-at-once', rate: rateAt(range, 10) }],
    ['the same loss everywhere', flat(() => 0.7), { kind: 'flat' }],
    ['nothing but noise', flat(() => 0.7 + 0.01 * rng.uniform()), { kind: 'flat' }],
    ['only a rise', flat((_, i) => 1 + i / 100), { kind: 'never-fell' }],
    ['a fall without an end', flat((_, i) => 5 - i / 100), { kind: 'still-falling', rate: rateAt(range, 199) }],
  ] as const)('%s', (_, points, finding) => {
    expect(readRange(points)).toEqual(finding);
  });
});
