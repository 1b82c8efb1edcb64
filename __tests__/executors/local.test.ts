import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createLocalExecutor, openSlots } from '../../src/executors/index.js';
import type { OnReport, SlotLease } from '../../src/model/ports.js';
import { createClock } from '../../src/platform/clock.js';
import { executorContract, job, manualRunner } from '../contracts/executor.js';

const lockDir = (): string => join(mkdtempSync(join(tmpdir(), 'noregret-')), 'locks');
const gpus = ['GPU-a', 'GPU-b'];
const onGpus = { devices: gpus, gpusPerTrial: 1, parallel: 'auto', notes: [] } as const;
const go: OnReport = () => 'continue';
const never = new AbortController().signal;
const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

executorContract('local, two slots on CPU', (runner) => createLocalExecutor({ runner, slots: { devices: [], gpusPerTrial: 1, parallel: 2, notes: [] }, clock: createClock() }));
executorContract('local, two GPUs', (runner) => createLocalExecutor({ runner, slots: onGpus, clock: createClock(), lockDir: lockDir() }));

describe('local executor on GPUs', () => {
  test('each trial sees its device only; GPU time and device are in the result', async () => {
    const leases: (SlotLease | undefined)[] = [];
    const executor = createLocalExecutor({
      slots: { ...onGpus, gpusPerTrial: 2 }, clock: createClock(), lockDir: lockDir(),
      runner: { run: async (_job, _report, _signal, slot) => { leases.push(slot); return { outcome: { state: 'complete', value: 1 }, metrics: {}, seconds: 3 }; } },
    });
    expect(executor.capacity).toBe(1);
    expect(await executor.run(job, go, never)).toMatchObject({ device: 'GPU-a,GPU-b', gpuSeconds: 6 });
    expect(leases).toEqual([{ device: 'GPU-a,GPU-b', env: { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: 'GPU-a,GPU-b' } }]);
    await executor.close();
  });

  test('both runs of a pair share a device: the second waits for it', async () => {
    const runner = manualRunner();
    const executor = createLocalExecutor({ runner, slots: onGpus, clock: createClock(), lockDir: lockDir() });
    const first = executor.run({ ...job, trial: 0, device: 'GPU-b' }, go, never);
    const second = executor.run({ ...job, trial: 1, device: 'GPU-b' }, go, never);
    const other = executor.run({ ...job, trial: 2 }, go, never);
    await settle();
    expect(runner.started).toEqual([0, 2]);
    runner.finish(0);
    expect((await first).device).toBe('GPU-b');
    await settle();
    runner.finish(1);
    runner.finish(2);
    expect([(await second).device, (await other).device]).toEqual(['GPU-b', 'GPU-a']);
    await executor.close();
  });

  test('two runners on one machine: a device held by the other is passed over, then waited for', async () => {
    const dir = lockDir();
    const [mine, theirs] = [manualRunner(), manualRunner()];
    const us = createLocalExecutor({ runner: mine, slots: onGpus, clock: createClock(), lockDir: dir });
    const them = createLocalExecutor({ runner: theirs, slots: onGpus, clock: createClock(), lockDir: dir });
    const ours = us.run(job, go, never);
    const others = [0, 1].map((trial) => them.run({ ...job, trial }, go, never));
    await settle();
    expect([mine.started, theirs.started]).toEqual([[0], [0]]);
    theirs.finish(0);
    expect((await others[0])?.device).toBe('GPU-b');
    mine.finish(0);
    expect((await ours).device).toBe('GPU-a');
    while (theirs.started.length < 2) await new Promise((r) => setTimeout(r, 20));
    theirs.finish(1);
    await others[1];
    expect(readdirSync(dir)).toEqual([]);
    await Promise.all([us.close(), them.close()]);
  });

  test('gpus: 0 hides every device', async () => {
    const leases: (SlotLease | undefined)[] = [];
    const slots = await openSlots({ gpusPerTrial: 0, parallel: 2, env: {} });
    const executor = createLocalExecutor({ slots, clock: createClock(), runner: { run: async (_j, _r, _s, slot) => { leases.push(slot); return { outcome: { state: 'complete', value: 1 }, metrics: {}, seconds: 1 }; } } });
    expect(await executor.run(job, go, never)).not.toHaveProperty('gpuSeconds');
    expect([executor.capacity, executor.devices, leases]).toEqual([2, [], [{ device: undefined, env: { CUDA_VISIBLE_DEVICES: '' } }]]);
    await executor.close();
  });
});

describe('slots of this machine', () => {
  const smi = (name: string): { env: NodeJS.ProcessEnv; command: string } => ({ env: { PATH: process.env['PATH'] }, command: resolve('fixtures/nvidia-smi', name, 'nvidia-smi') });

  test('one per GPU; none, and CPU, without', async () => {
    expect(await openSlots({ gpusPerTrial: 1, parallel: 'auto', ...smi('two-gpus') })).toMatchObject({ devices: [expect.stringMatching(/^GPU-1/), expect.stringMatching(/^GPU-2/)] });
    expect(await openSlots({ gpusPerTrial: 1, parallel: 'auto', env: {}, command: 'no-such-nvidia-smi' })).toEqual({ devices: [], gpusPerTrial: 1, parallel: 'auto', notes: [] });
  });

  test('more GPUs per trial than there are is an error; than none is a note', async () => {
    await expect(openSlots({ gpusPerTrial: 3, parallel: 'auto', ...smi('two-gpus') })).rejects.toMatchObject({ code: 'not-enough-gpus', exitCode: 3 });
    expect((await openSlots({ gpusPerTrial: 2, parallel: 'auto', ...smi('none') })).notes).toContainEqual(expect.stringContaining('trials run on CPU'));
  });

  test('MIG slices are not joined', async () => {
    expect((await openSlots({ gpusPerTrial: 1, parallel: 'auto', ...smi('mig') })).devices).toHaveLength(3);
    await expect(openSlots({ gpusPerTrial: 2, parallel: 'auto', ...smi('mig') })).rejects.toMatchObject({ code: 'not-enough-gpus' });
  });
});
