import { describe, expect, test } from '@jest/globals';
import type { StudyConfig } from '../../src/model/config.js';
import { createEarlyStopping } from '../../src/model/earlyStopping.js';
import { runCommand, sh, type Ran } from './study.js';

/** Step (from 1) after which a run is over; undefined = it runs to its end. */
function overAt(values: readonly number[], patience: number, more: { minDelta?: number; goal?: 'minimize' | 'maximize' } = {}): number | undefined {
  const isOver = createEarlyStopping({ patience, minDelta: more.minDelta ?? 0 }, more.goal ?? 'minimize');
  const at = values.findIndex((value) => isOver(value));
  return at < 0 ? undefined : at + 1;
}

describe('counts as Keras does', () => {
  test.each([
    [[3, 2, 1, 1, 1], 2, 5], [[3, 2, 1, 1, 0.5, 0.6, 0.7], 2, 7], [[1, 2], 1, 2], [[1, 0.9, 0.8], 1, undefined], [[1, 1, 1], 3, undefined],
    [[1, NaN, NaN, 0.5], 2, 3], [[NaN, NaN], 2, 2], [[1, Infinity, 0.9], 2, undefined],
  ])('%j, patience %d: over at %p', (values, patience, at) => {
    expect(overAt(values, patience)).toBe(at);
  });

  test('upwards, and by at least min_delta', () => {
    expect(overAt([0.5, 0.6, 0.65, 0.69, 0.705], 2, { goal: 'maximize', minDelta: 0.1 })).toBe(5);
    expect(overAt([0.5, 0.6, 0.4, 0.4], 2, { goal: 'maximize' })).toBe(4);
    // Equal to the best by min_delta exactly is no progress.
    expect(overAt([2, 1, 0], 1, { minDelta: 1 })).toBe(2);
  });

  test('nothing is watched without it', async () => {
    expect((await runCommand(training(0))).result.outcome).toEqual({ state: 'complete', value: losses.at(-1) });
  });
});

const patient: Partial<StudyConfig> = { earlyStopping: { patience: 2, minDelta: 0 }, reduce: 'best' };
const losses = [0.9, 0.5, 0.7, 0.6, 0.1, 0.2];
/** Prints the losses with a pause after each, then ends as told. */
const training = (pauseMs: number, end = ''): string[] => ['node', '-e', `const wait = (ms) => new Promise((go) => setTimeout(go, ms)); for (const [i, loss] of ${JSON.stringify(losses)}.entries()) { console.log('noregret ' + JSON.stringify({ step: i + 1, loss })); await wait(${pauseMs}); } ${end}`];

describe('a run that gets no better', () => {
  test('is complete with its best, and what comes after does not count', async () => {
    const { result, reports } = await runCommand(training(300), { config: patient });
    expect(result.outcome).toEqual({ state: 'complete', value: 0.5 });
    expect(reports.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  });

  test.each([['that was faster than we', training(0)], ['that failed meanwhile', training(0, 'process.exit(3)')]])('a program %s gives the same result and the same stream', async (_, argv) => {
    const [slow, fast]: readonly Ran[] = [await runCommand(training(300), { config: patient }), await runCommand(argv, { config: patient })];
    expect(fast?.result.outcome).toEqual({ state: 'complete', value: 0.5 });
    expect(fast?.result.streamSha256).toBe(slow?.result.streamSha256);
    expect(fast?.reports.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  });

  test('the metrics file counts alike, and the same value from two sources once', async () => {
    const both = losses.map((loss, i) => `echo '{"step":${i + 1},"loss":${loss}}' >> $NOREGRET_METRICS; echo 'noregret {"step":${i + 1},"loss":${loss}}'; sleep 0.1`).join('; ');
    const { result } = await sh(both, { config: patient });
    expect(result.outcome).toEqual({ state: 'complete', value: 0.5 });
  });

  test('a prune that comes before is still a prune, and failing before is failing', async () => {
    expect((await runCommand(training(300), { config: patient, onReport: ({ step }) => (step >= 2 ? 'stop' : 'continue') })).result.outcome).toEqual({ state: 'pruned', step: 2, value: 0.5 });
    expect((await sh(`echo 'noregret {"loss": 1}'; exit 3`, { config: patient })).result.outcome).toMatchObject({ state: 'failed', reason: 'exit-code' });
  });
});
