import { beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runCommand, type RunOptions } from '../runners/study.js';
import { readWandbOffline } from '../../src/runners/wandbOffline.js';

/** The real package, from PyPI, in an environment of its own that later runs find again. */
const venv = resolve('.cache/wandb-venv');
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.log('skipped: python3 is not installed, so Weights & Biases cannot be tried');

const cwd = resolve('fixtures/wandb');
const metric = { name: 'val_loss', goal: 'minimize', margin: { kind: 'auto' } } as const;
const options: RunOptions = {
  baseEnv: { ...process.env, PATH: `${join(venv, 'bin')}:${process.env['PATH'] ?? ''}` },
  config: { metric, dialect: 'wandb', metrics: { wandb: true } }, job: { cwd, params: { lr: 1e-5 } },
};

(hasPython ? describe : describe.skip)('an unchanged Weights & Biases script', () => {
  beforeAll(() => {
    if (existsSync(join(venv, 'bin', 'wandb'))) return;
    rmSync(venv, { recursive: true, force: true });
    execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
    execFileSync(join(venv, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', 'wandb>=0.21,<1'], { stdio: 'inherit' });
  }, 600_000);

  test('takes wandb.config from us and its metrics arrive', async () => {
    const { result, reports } = await runCommand(['python', 'train.py'], options);
    expect(result.logTail ?? '').toBe('');
    expect(result.outcome).toEqual({ state: 'complete', value: expect.closeTo(1 / 3 + 1e-5, 12) });
    expect(reports.map(({ step }) => step)).toEqual([0, 1, 2]);
    expect(reports[1]?.metrics).toEqual({ val_loss: expect.closeTo(0.5 + 1e-5, 12), epoch: 1, 'nested.x': 1, ok: 1 });
  });

  test('is heard live: pruned at its second step', async () => {
    const { result } = await runCommand(['python', 'train.py', '5'], { ...options, onReport: ({ step }) => (step >= 1 ? 'stop' : 'continue') });
    expect(result.outcome).toEqual({ state: 'pruned', step: 1, value: expect.closeTo(0.5 + 1e-5, 12) });
  });

  test('keeps its values when it is killed', async () => {
    const { result, reports } = await runCommand(['python', 'train.py', '600'], { ...options, job: { ...options.job, timeoutMs: 8_000 } });
    expect(result.outcome).toMatchObject({ state: 'failed', reason: 'timeout' });
    expect(reports.length).toBeGreaterThanOrEqual(1);
    expect(result.metrics['val_loss']).toBeCloseTo(1 + 1e-5, 9);
  });

  test('a metric that only the summary holds', async () => {
    const { result } = await runCommand(['python', 'train.py'], { ...options, config: { ...options.config, metric: { ...metric, name: 'best' } } });
    expect(result.outcome).toEqual({ state: 'complete', value: 0.5 });
  });

  test('the offline file is read where the hook does not run (python -E)', async () => {
    const { result, reports, dir } = await runCommand(['python', '-E', 'train.py'], options);
    expect(result.outcome).toEqual({ state: 'complete', value: expect.closeTo(1 / 3 + 1e-5, 12) });
    expect(reports.map(({ step, metrics }) => [step, metrics['epoch']])).toEqual([[0, 0], [1, 1], [2, 2]]);
    expect(readWandbOffline(dir)?.history).toHaveLength(3);
  });

  test('the same stream hash twice: nothing of the clock is in it', async () => {
    const twice = [await runCommand(['python', 'train.py'], options), await runCommand(['python', 'train.py'], options)];
    expect(twice[0]?.result.streamSha256).toBeDefined();
    expect(twice[0]?.result.streamSha256).toBe(twice[1]?.result.streamSha256);
  });
});
