import { describe, expect, test } from '@jest/globals';
import type { Executor, OnReport, TrialJob, TrialRunner } from '../../src/model/ports.js';
import type { TrialResult } from '../../src/model/trial.js';

export const job: TrialJob = { study: 's', trial: 0, attempt: 1, side: 'head', stage: 'search', params: {}, seed: 1, cwd: '.' };
const done: TrialResult = { outcome: { state: 'complete', value: 1 }, metrics: { loss: 1 }, seconds: 2 };

/** A runner whose trials end when the test says so, or when they are cancelled. */
export function manualRunner(): TrialRunner & { readonly started: number[]; finish(trial: number): void } {
  const started: number[] = [];
  const ends = new Map<number, (result: TrialResult) => void>();
  return {
    started,
    finish: (trial) => ends.get(trial)?.(done),
    run: ({ trial }, onReport, signal, slot) => new Promise((resolve) => {
      started.push(trial);
      void onReport({ step: 1, metrics: { loss: 1 } });
      const end = (result: TrialResult): void => resolve(slot?.device === undefined ? result : { ...result, device: slot.device });
      ends.set(trial, end);
      signal.addEventListener('abort', () => end({ outcome: { state: 'failed', reason: 'cancelled', message: 'cancelled' }, metrics: {}, seconds: 0 }));
    }),
  };
}

const go: OnReport = () => 'continue';
const never = new AbortController().signal;
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What every executor promises; `make` builds one with two slots around the given runner. */
export function executorContract(name: string, make: (runner: TrialRunner) => Executor): void {
  describe(`executor contract: ${name}`, () => {
    test('no more at once than its capacity, in order of arrival', async () => {
      const runner = manualRunner();
      const executor = make(runner);
      expect(executor.capacity).toBe(2);
      const runs = [0, 1, 2, 3].map((trial) => executor.run({ ...job, trial }, go, never));
      await settle();
      expect(runner.started).toEqual([0, 1]);
      runner.finish(1);
      await runs[1];
      await settle();
      expect(runner.started).toEqual([0, 1, 2]);
      for (const trial of [0, 2]) runner.finish(trial);
      await Promise.all([runs[0], runs[2]]);
      await settle();
      runner.finish(3);
      expect((await runs[3])?.outcome).toEqual({ state: 'complete', value: 1 });
      await executor.close();
    });

    test('a report arrives before its outcome', async () => {
      const runner = manualRunner();
      const executor = make(runner);
      const seen: string[] = [];
      const run = executor.run(job, () => { seen.push('report'); return 'continue'; }, never).then(() => seen.push('outcome'));
      await settle();
      runner.finish(0);
      await run;
      expect(seen).toEqual(['report', 'outcome']);
      await executor.close();
    });

    test('an abort while waiting gives the place to the next', async () => {
      const runner = manualRunner();
      const executor = make(runner);
      const controller = new AbortController();
      const runs = [0, 1].map((trial) => executor.run({ ...job, trial }, go, never));
      const waiting = executor.run({ ...job, trial: 2 }, go, controller.signal);
      const next = executor.run({ ...job, trial: 3 }, go, never);
      await settle();
      controller.abort();
      expect((await waiting).outcome).toMatchObject({ state: 'failed', reason: 'cancelled' });
      runner.finish(0);
      await runs[0];
      await settle();
      expect(runner.started).toEqual([0, 1, 3]);
      for (const trial of [1, 3]) runner.finish(trial);
      await Promise.all([...runs, next]);
      await executor.close();
    });

    test('a runner that throws gives its slot back', async () => {
      const executor = make({ run: () => Promise.reject(new Error('our bug')) });
      for (let i = 0; i < 3; i++) await expect(executor.run(job, go, never)).rejects.toThrow('our bug');
      await executor.close();
    });

    test('close leaves nothing running', async () => {
      const runner = manualRunner();
      const executor = make(runner);
      const runs = [0, 1, 2].map((trial) => executor.run({ ...job, trial }, go, never));
      await settle();
      await executor.close();
      const results = await Promise.all(runs);
      expect(results.map(({ outcome }) => outcome.state === 'failed' && outcome.reason)).toEqual(['cancelled', 'cancelled', 'cancelled']);
      expect(runner.started).toEqual([0, 1]);
    });
  });
}
