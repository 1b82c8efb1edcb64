import { describe, expect, test } from '@jest/globals';
import type { OnReport, TrialJob, TrialRunner } from '../../src/model/ports.js';

export type Report = Parameters<OnReport>[0];

/** What a runner under test can be made to do, each as a job of its own. */
export interface RunnerCases {
  readonly make: () => TrialRunner;
  /** Reports steps 1, 2, 3 of `loss`, then ends well. */
  readonly good: TrialJob;
  readonly failing: TrialJob;
  /** Reports step 1, then never ends by itself. */
  readonly endless: TrialJob;
}

const go: OnReport = () => 'continue';
const never = new AbortController().signal;

/** What every runner promises, whatever a trial is to it. */
export function runnerContract(name: string, { make, good, failing, endless }: RunnerCases): void {
  describe(`runner contract: ${name}`, () => {
    test('steps arrive in order before the result, whose value is the last', async () => {
      const reports: Report[] = [];
      const result = await make().run(good, (report) => { reports.push(report); return 'continue'; }, never);
      expect(result.outcome).toEqual({ state: 'complete', value: reports.at(-1)?.metrics['loss'] });
      expect(reports.map(({ step }) => step)).toEqual([1, 2, 3]);
      expect(result.metrics['loss']).toBe(reports.at(-1)?.metrics['loss']);
      expect(result.seconds).toBeGreaterThanOrEqual(0);
    });

    test('the same job gives the same stream hash, another seed another one', async () => {
      const runner = make();
      const first = await runner.run(good, go, never);
      const again = await runner.run({ ...good, attempt: 2 }, go, never);
      const other = await runner.run({ ...good, attempt: 3, seed: good.seed + 1 }, go, never);
      expect(first.streamSha256).toMatch(/^[0-9a-f]{64}$/);
      expect(again.streamSha256).toBe(first.streamSha256);
      expect(other.streamSha256).not.toBe(first.streamSha256);
    });

    test('a failing program is a value with a message', async () => {
      const { outcome } = await make().run(failing, go, never);
      expect(outcome).toMatchObject({ state: 'failed', message: expect.any(String) });
    });

    test('"stop" prunes at that step', async () => {
      const { outcome } = await make().run(endless, () => 'stop', never);
      expect(outcome).toMatchObject({ state: 'pruned', step: 1 });
    });

    test('the time limit ends it', async () => {
      const { outcome } = await make().run({ ...endless, timeoutMs: 300 }, go, never);
      expect(outcome).toMatchObject({ state: 'failed', reason: 'timeout' });
    });

    test('nothing starts before it may, and nothing at all when it may not', async () => {
      const order: string[] = [];
      let permit = (): void => undefined;
      const mayStart = new Promise<void>((resolve) => { permit = resolve; });
      const run = make().run({ ...good, mayStart }, () => { order.push('report'); return 'continue'; }, never);
      await new Promise((resolve) => setTimeout(resolve, 100));
      order.push('permitted');
      permit();
      expect((await run).outcome.state).toBe('complete');
      expect(order.slice(0, 2)).toEqual(['permitted', 'report']);
      const refused = new Error('the log cannot be written');
      const denied = Promise.reject(refused);
      denied.catch(() => undefined);
      await expect(make().run({ ...good, mayStart: denied }, () => { order.push('ran all the same'); return 'continue'; }, never)).rejects.toBe(refused);
      expect(order).not.toContain('ran all the same');
    });

    test('an abort ends it, before and during', async () => {
      const controller = new AbortController();
      const { outcome } = await make().run(endless, () => { controller.abort(); return 'continue'; }, controller.signal);
      expect(outcome).toMatchObject({ state: 'failed', reason: 'cancelled' });
      const never = await make().run(endless, go, controller.signal);
      expect(never.outcome).toMatchObject({ state: 'failed', reason: 'cancelled' });
    });
  });
}
