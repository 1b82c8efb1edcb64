import { expect, test } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../src/model/ports.js';
import { createClock } from '../../src/platform/clock.js';
import { sh } from './study.js';

/** Stands still but for what the test adds; `reads` says how often somebody looked. */
function standingClock(): Clock & { reads: number; ms: number } {
  const clock = { ...createClock(), reads: 0, ms: 0, now: () => { clock.reads += 1; return clock.ms; } };
  return clock;
}

test.each([['continue', 'complete'], ['stop', 'pruned']] as const)('an answer (%s) that comes after the end costs the trial no time', async (answer, state) => {
  const clock = standingClock();
  const late = async (): Promise<'continue' | 'stop'> => {
    const before = clock.reads;
    // Its end was written down; were it not, this would wait for good.
    while (clock.reads === before) await wait(5);
    clock.ms += 8_000;
    return answer;
  };
  const { result } = await sh(`echo 'noregret {"loss": 0.5}'`, { clock, onReport: late });
  expect(result).toMatchObject({ outcome: { state }, seconds: 0 });
});

test('what the program itself takes is its time', async () => {
  const clock = standingClock();
  const { result } = await sh(`echo 'noregret {"loss": 0.5}'`, { clock, onReport: () => { clock.ms += 3_000; return 'continue'; } });
  expect(result).toMatchObject({ outcome: { state: 'complete' }, seconds: 3 });
});
