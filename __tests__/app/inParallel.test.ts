import { describe, expect, test } from '@jest/globals';
import { inParallel } from '../../src/app/inParallel.js';

const turn = async (): Promise<void> => await new Promise((resolve) => { setImmediate(resolve); });

describe('inParallel', () => {
  test.each([[1, 1], [3, 3], [9, 5], [0, 1]])('at a limit of %i runs %i at once, and keeps the order of the items', async (limit, expected) => {
    let [running, most] = [0, 0];
    const results = await inParallel([5, 1, 4, 2, 3], limit, async (n) => {
      most = Math.max(most, running += 1);
      for (let i = 0; i < n; i++) await turn();
      running -= 1;
      return n * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(expected);
  });

  test('nothing to do', async () => expect(await inParallel([], 4, () => Promise.resolve(1))).toEqual([]));

  test('a failure is thrown after the others have settled', async () => {
    const done: number[] = [];
    await expect(inParallel([1, 2, 3], 2, async (n) => {
      if (n === 1) throw new Error('first');
      await turn();
      done.push(n);
    })).rejects.toThrow('first');
    expect(done).toEqual([2, 3]);
  });
});
