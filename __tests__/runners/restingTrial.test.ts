import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { sh } from './study.js';

/** Counts its epochs in its folder, goes on from there, and ends where it is told to. */
const training = 'f=$NOREGRET_TRIAL_DIR/epoch; i=$(cat "$f" 2>/dev/null || echo 0); while [ "$i" -lt "${NOREGRET_RESOURCE:-4}" ]; do i=$((i+1)); echo $i > "$f"; echo "noregret {\\"step\\": $i, \\"loss\\": 0.$i}"; done';

describe('a trial that was pruned and is taken up again', () => {
  test('is told how far it may run, and finds its checkpoint', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'noregret-'));
    const first = await sh(training, { stateDir, job: { until: 2 } });
    expect(first.reports.map(({ step }) => step)).toEqual([1, 2]);
    const again = await sh(training, { stateDir, job: { attempt: 2, continues: 1 } });
    expect(again.reports.map(({ step }) => step)).toEqual([3, 4]);
    expect(again.result.outcome).toEqual({ state: 'complete', value: 0.4 });
    expect(readFileSync(join(stateDir, 'trials/0-1/files/epoch'), 'utf8')).toBe('4\n');
    expect(readFileSync(join(stateDir, 'trials/0-2/log.txt'), 'utf8')).toContain('"step": 3');
  });

  test('begins anew where the folder is gone, or is none any more', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'noregret-'));
    await sh(training, { stateDir, job: { until: 2 } });
    rmSync(join(stateDir, 'trials/0-1/files'), { recursive: true });
    symlinkSync(tmpdir(), join(stateDir, 'trials/0-1/files'));
    const again = await sh(training, { stateDir, job: { attempt: 2, continues: 1 } });
    expect(again.reports.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  });

  test('metrics written to a file in its folder are found there again', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'noregret-'));
    const script = 'echo "{\\"loss\\": $NOREGRET_RESOURCE}" > "$NOREGRET_TRIAL_DIR/m.json"';
    const config = { metrics: { wandb: false, file: '${trial_dir}/m.json' } };
    await sh(script, { stateDir, config, job: { until: 1 } });
    expect((await sh(script, { stateDir, config, job: { attempt: 2, continues: 1, until: 3 } })).result.outcome).toEqual({ state: 'complete', value: 3 });
  });
});

test('each report comes with its time, and with the names of what was no number', async () => {
  const { reports } = await sh('echo "noregret {\\"step\\": 1, \\"loss\\": NaN, \\"acc\\": 0.5}"; echo "noregret {\\"step\\": 2, \\"loss\\": 1}"');
  expect(reports).toMatchObject([{ step: 1, metrics: { acc: 0.5 }, nonFinite: ['loss'] }, { step: 2, metrics: { loss: 1 } }]);
  expect(reports[1]).not.toHaveProperty('nonFinite');
  expect(reports.every(({ seconds = -1 }) => seconds >= 0)).toBe(true);
});
