import { describe, expect, test } from '@jest/globals';
import type { TrialJob } from '../../src/model/ports.js';
import { createSimulatedClock, createSimulatedExecutor, createSimulatedRunner } from '../../src/runners/simulated.js';

const job = (trial: number, more: Partial<TrialJob> = {}): TrialJob => ({ study: 's', trial, attempt: 1, side: 'head', stage: 'search', params: {}, seed: 1, cwd: '.', ...more });
const signal = new AbortController().signal;

describe('simulated trials', () => {
  test('take their seconds on their own clock, report in order, and end with their outcome', async () => {
    const clock = createSimulatedClock();
    const seen: unknown[] = [];
    const runner = createSimulatedRunner({ clock, program: () => ({ outcome: { state: 'complete', value: 3 }, metrics: { acc: 3 }, seconds: 9, steps: [{ acc: 1 }, { acc: 2 }, { acc: 3 }] }) });
    const result = await runner.run(job(0), ({ step, metrics }) => { seen.push([clock.now(), step, metrics['acc']]); return 'continue'; }, signal);
    expect(seen).toEqual([[3000, 1, 1], [6000, 2, 2], [9000, 3, 3]]);
    expect(result).toEqual({ outcome: { state: 'complete', value: 3 }, metrics: { acc: 3 }, seconds: 9 });
  });

  test('are pruned, timed out and cancelled like real ones', async () => {
    const clock = createSimulatedClock();
    const runner = createSimulatedRunner({ clock, program: () => ({ outcome: { state: 'complete', value: 1 }, seconds: 100, steps: Array.from({ length: 100 }, () => ({ acc: 1 })) }) });
    expect((await runner.run(job(0), ({ step }) => (step === 7 ? 'stop' : 'continue'), signal))).toMatchObject({ outcome: { state: 'pruned', step: 7 }, seconds: 7, metrics: {} });
    expect((await runner.run(job(1, { timeoutMs: 2500 }), () => 'continue', signal))).toMatchObject({ outcome: { reason: 'timeout' }, seconds: 2.5 });
    const controller = new AbortController();
    const cancelled = runner.run(job(2), ({ step }) => { if (step === 3) controller.abort(); return 'continue'; }, controller.signal);
    expect((await cancelled).outcome).toMatchObject({ reason: 'cancelled' });
  });

  test('share slots and devices; time runs in parallel', async () => {
    const clock = createSimulatedClock();
    let running = 0;
    let most = 0;
    const runner = createSimulatedRunner({ clock, program: () => { most = Math.max(most, ++running); return { outcome: { state: 'complete', value: 1 }, seconds: 10 }; } });
    const executor = createSimulatedExecutor({ run: async (...args) => { const result = await runner.run(...args); running -= 1; return result; } }, { capacity: 2, devices: ['gpu0', 'gpu1'] });
    const results = await Promise.all([0, 1, 2, 3].map((i) => executor.run(job(i), () => 'continue', signal)));
    expect(most).toBe(2);
    expect(clock.now()).toBe(20_000);
    expect(results.map((r) => r.device)).toEqual(['gpu0', 'gpu1', 'gpu0', 'gpu1']);
    expect((await executor.run(job(9, { device: 'gpu1' }), () => 'continue', signal)).device).toBe('gpu1');
  });

  test('a deadline comes due on the way, and does not come while nothing works', async () => {
    const clock = createSimulatedClock();
    let due: number | undefined;
    void clock.sleep(5000).then(() => { due = clock.now(); });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(due).toBeUndefined();
    await clock.work(4000, signal);
    expect(due).toBeUndefined();
    await clock.work(4000, signal);
    expect(due).toBe(5000);
    expect(clock.now()).toBe(8000);
    expect(clock.utc()).toBe('1970-01-01T00:00:08.000Z');
  });

  test('who only waits is woken after a moment', async () => {
    const clock = createSimulatedClock();
    await clock.sleep(60_000);
    expect(clock.now()).toBe(60_000);
    await clock.sleep(60_000, AbortSignal.abort());
    expect(clock.now()).toBe(60_000);
  });
});
