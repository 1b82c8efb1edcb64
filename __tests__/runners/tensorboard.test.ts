import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createTensorboardReader, looksLikeTensorboard } from '../../src/runners/tensorboardEvents.js';
import { sh } from './study.js';

const fixtures = resolve('fixtures/tuners/tensorboard');
const run = (name: string): string => join(fixtures, 'runs', name, readdirSync(join(fixtures, 'runs', name)).find((file) => file.includes('tfevents')) ?? '');
const config = (tensorboard: string) => ({ config: { metric: { name: 'val/loss', goal: 'minimize' as const, margin: { kind: 'auto' as const } }, metrics: { wandb: false, tensorboard } } });

describe('TensorBoard event files', () => {
  test('are read the same in pieces of any size, torn and damaged ends apart', () => {
    const bytes = readFileSync(run('run0'));
    const whole = createTensorboardReader().push(bytes).scalars;
    expect(whole).toHaveLength(12);
    expect(whole.slice(0, 2)).toEqual([{ tag: 'val/loss', step: 0, value: expect.closeTo(1.0002529, 5), wallTime: expect.any(Number) }, { tag: 'acc', step: 0, value: expect.closeTo(0.499747, 5), wallTime: expect.any(Number) }]);
    for (const size of [1, 7, 100]) {
      const reader = createTensorboardReader();
      const found = [];
      for (let at = 0; at < bytes.length; at += size) found.push(...reader.push(bytes.subarray(at, at + size)).scalars);
      expect(found).toEqual(whole);
    }
    const torn = createTensorboardReader();
    expect(torn.push(bytes.subarray(0, -5)).scalars).toEqual(whole.slice(0, -1));
    expect([torn.restBytes > 0, torn.isDamaged]).toEqual([true, false]);
    const damaged = Buffer.from(bytes);
    damaged.writeUInt8(99, 200);
    expect(looksLikeTensorboard(bytes)).toBe(true);
    expect(looksLikeTensorboard(Buffer.from('brain.Event: but no record'))).toBe(false);
  });

  test('a wrong length ends the reading, and says so', () => {
    const bytes = Buffer.from(readFileSync(run('run0')));
    const reader = createTensorboardReader();
    bytes.writeUInt32LE(0xffff_ffff, 0);
    expect(reader.push(bytes).scalars).toEqual([]);
    expect(reader.isDamaged).toBe(true);
  });

  test('are a live source: each step reported, what lay there before left alone', async () => {
    const { result, reports } = await sh(`mkdir -p "$NOREGRET_TRIAL_DIR/logs" && cp ${run('run0')} "$NOREGRET_TRIAL_DIR/logs/"; sleep 0.2`, config('${trial_dir}/logs'));
    expect(result.outcome).toEqual({ state: 'complete', value: expect.closeTo(1 / 6 + 0.000253, 5) });
    expect(reports.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(reports[5]?.metrics).toEqual({ 'val/loss': expect.closeTo(0.16692, 4), acc: expect.closeTo(0.8569, 3) });
  });

  test('relative to the trial; another run\'s files in the working directory count for nothing', async () => {
    const old = await sh('true', { ...config('runs/run0'), job: { cwd: fixtures } });
    expect(old.result.outcome).toMatchObject({ state: 'failed', reason: 'no-objective' });
    const own = await sh(`mkdir -p "$NOREGRET_TRIAL_DIR/logs/deep" && cp ${run('run1')} "$NOREGRET_TRIAL_DIR/logs/deep/"`, config('logs'));
    expect(own.result.outcome).toMatchObject({ state: 'complete' });
  });

  test('NaN is a failure, and so is a file that is none', async () => {
    expect((await sh(`mkdir "$NOREGRET_TRIAL_DIR/logs" && cp ${run('run3')} "$NOREGRET_TRIAL_DIR/logs/"`, config('logs'))).result.outcome).toMatchObject({ state: 'failed', reason: 'non-finite' });
    const broken = await sh('mkdir "$NOREGRET_TRIAL_DIR/logs" && echo "this is no event file at all" > "$NOREGRET_TRIAL_DIR/logs/events.out.tfevents.1"', config('logs'));
    expect(broken.result.outcome).toMatchObject({ state: 'failed', reason: 'no-objective', message: expect.stringContaining('is damaged') });
  });
});
