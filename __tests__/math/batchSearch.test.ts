import { expect, test } from '@jest/globals';
import { largestThatFits, nextBatch, type BatchLimits, type BatchProbe } from '../../src/math/batchSearch.js';

function search(memory: number, limits: Partial<BatchLimits> = {}): { readonly largest: number | undefined; readonly sizes: readonly number[] } {
  const all = { start: 32, limit: 65_536, exact: true, ...limits };
  const probes: BatchProbe[] = [];
  for (let size = nextBatch(probes, all); size !== undefined; size = nextBatch(probes, all)) {
    probes.push({ size, fits: size <= memory });
    if (probes.length > 60) throw new Error('no end');
  }
  return { largest: largestThatFits(probes), sizes: probes.map((probe) => probe.size) };
}

test('every memory from nothing to beyond the limit is found to the last example, no size tried twice', () => {
  for (let memory = 0; memory <= 700; memory++) {
    const { largest, sizes } = search(memory, { limit: 600 });
    expect(largest).toBe(memory === 0 ? undefined : Math.min(memory, 600));
    expect(new Set(sizes).size).toBe(sizes.length);
  }
});

test('doubling, then halfway', () => {
  expect(search(100).sizes).toEqual([32, 64, 128, 96, 112, 104, 100, 102, 101]);
  expect(search(5).sizes).toEqual([32, 16, 8, 4, 6, 5]);
});

test('unless it has to be exact, a sixteenth is near enough: 992 of 1000 in ten probes', () => {
  const { largest, sizes } = search(1000, { exact: false });
  expect(largest).toBe(992);
  expect(sizes.length).toBeLessThanOrEqual(10);
});

test('a limit below the start is the first size tried', () => {
  expect(search(1e9, { limit: 20 }).sizes).toEqual([20]);
});
