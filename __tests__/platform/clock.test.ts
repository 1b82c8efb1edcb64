import { describe, expect, test } from '@jest/globals';
import { createClock } from '../../src/platform/clock.js';

describe('clock', () => {
  test('never runs backwards and writes UTC', () => {
    const clock = createClock();
    const first = clock.now();
    expect(clock.now()).toBeGreaterThanOrEqual(first);
    expect(clock.utc()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('a sleep ends when its signal aborts, before or during', async () => {
    const clock = createClock();
    const controller = new AbortController();
    const asleep = clock.sleep(3_600_000, controller.signal);
    controller.abort();
    await expect(asleep).resolves.toBeUndefined();
    await expect(clock.sleep(3_600_000, controller.signal)).resolves.toBeUndefined();
  });
});
