import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createPowerMeter, type PowerMeter } from '../../src/executors/gpuPower.js';
import { createLocalExecutor } from '../../src/executors/index.js';
import { createClock } from '../../src/platform/clock.js';
import { job } from '../contracts/executor.js';

const probe = (name: string): { env: NodeJS.ProcessEnv; command: string } => ({ env: { PATH: process.env['PATH'] }, command: resolve('fixtures/nvidia-smi', name, 'nvidia-smi') });
const later = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

let meter: PowerMeter | undefined;
afterEach(() => { meter?.close(); });

/** Counts until something is known, or for as long as `patience`. */
async function measured(command: string, devices: readonly string[], patience = 20_000): Promise<{ readonly joules: number | undefined; readonly seconds: number }> {
  const clock = createClock();
  meter = createPowerMeter(probe(command), clock);
  const begun = clock.now();
  const end = meter.begin(devices);
  for (;;) {
    await later(20);
    const seconds = (clock.now() - begun) / 1000;
    const joules = end();
    if (joules !== undefined || seconds * 1000 > patience) return { joules, seconds };
  }
}

describe('energy of GPUs', () => {
  test('the mean power that was seen, for the whole time', async () => {
    const { joules, seconds } = await measured('power', ['GPU-a']);
    expect(joules! / seconds).toBeGreaterThan(59);
    expect(joules! / seconds).toBeLessThan(61);
  });

  test.each([
    ['a driver that does not know it', 'power', ['GPU-b']], ['one of two that does not know it', 'power', ['GPU-a', 'GPU-b']],
    ['a MIG slice', 'power', ['MIG-1']], ['an nvidia-smi that fails', 'error', ['GPU-a']], ['none', 'absent', ['GPU-a']],
  ])('%s: nothing is said', async (_, command, devices) => {
    expect((await measured(command, devices, 600)).joules).toBeUndefined();
  });

  test('stands in the result of a trial that held the GPU', async () => {
    const executor = createLocalExecutor({
      slots: { devices: ['GPU-a'], gpusPerTrial: 1, parallel: 'auto', notes: [] }, clock: createClock(), power: probe('power'), lockDir: join(mkdtempSync(join(tmpdir(), 'noregret-')), 'locks'),
      runner: { run: async () => { await later(1500); return { outcome: { state: 'complete', value: 1 }, metrics: {}, seconds: 1.5 }; } },
    });
    const { joules } = await executor.run(job, () => 'continue', new AbortController().signal);
    expect(joules).toBeGreaterThan(80);
    await executor.close();
  });
});
