import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createGpuLocks } from '../../src/executors/gpuLock.js';
import { createSlots, freeDevices, giveBack, take } from '../../src/executors/gpuSlots.js';
import { probeGpus, visibleDevices, type GpuDevice } from '../../src/executors/gpus.js';

const probe = (name: string, env: NodeJS.ProcessEnv = {}): ReturnType<typeof probeGpus> =>
  probeGpus({ env: { PATH: process.env['PATH'], ...env }, command: resolve('fixtures/nvidia-smi', name, 'nvidia-smi'), timeoutMs: name === 'hangs' ? 300 : 30_000 });

describe('nvidia-smi', () => {
  test('two plain GPUs', async () => {
    expect((await probe('two-gpus')).devices).toEqual([
      { index: 0, uuid: 'GPU-11111111-aaaa-bbbb-cccc-000000000001', mig: false, name: 'NVIDIA L4' },
      { index: 1, uuid: 'GPU-22222222-aaaa-bbbb-cccc-000000000002', mig: false, name: 'NVIDIA L4' },
    ]);
  });

  test('MIG: slices instead of their GPU, a GPU without slices is left out and said', async () => {
    const { devices, notes } = await probe('mig');
    expect(devices.map(({ uuid, index }) => [index, uuid])).toEqual([
      [0, 'MIG-00000000-1111-0000-0000-000000000001'], [0, 'MIG-00000000-1111-0000-0000-000000000002'], [1, 'GPU-bbbbbbbb-0000-0000-0000-000000000000'],
    ]);
    expect(notes).toEqual(['GPU 2 is in MIG mode without a slice: not used']);
  });

  test('[N/A], [Not Supported], blank lines, error lines, a comma in the name', async () => {
    expect((await probe('odd-answers')).devices).toEqual([{ index: 0, uuid: 'GPU-33333333-aaaa-bbbb-cccc-000000000003', mig: false, name: 'Odd, Inc. GPU' }]);
  });

  test.each([
    ['error', 'could not communicate with the NVIDIA driver'], ['none', 'No devices were found'], ['hangs', 'no answer in 0.3 s'],
  ])('%s: no GPU, and why', async (name, why) => {
    expect(await probe(name)).toEqual({ devices: [], notes: [expect.stringContaining(why)] });
  });

  test('not installed: no GPU, nothing to say', async () => {
    expect(await probeGpus({ env: { PATH: '/nonexistent' } })).toEqual({ devices: [], notes: [] });
  });

  test('an inherited CUDA_VISIBLE_DEVICES limits what we use', async () => {
    expect((await probe('two-gpus', { CUDA_VISIBLE_DEVICES: '1' })).devices.map(({ index }) => index)).toEqual([1]);
  });
});

describe('CUDA_VISIBLE_DEVICES', () => {
  const device = (index: number, uuid: string): GpuDevice => ({ index, uuid, name: '', mig: uuid.startsWith('MIG') });
  const devices = [device(0, 'MIG-x1'), device(0, 'MIG-x2'), device(1, 'GPU-aa1'), device(2, 'GPU-ab2')];
  test.each([
    [undefined, ['MIG-x1', 'MIG-x2', 'GPU-aa1', 'GPU-ab2']], ['', []], ['-1', []], ['NoDevFiles', []],
    ['2,1', ['GPU-ab2', 'GPU-aa1']], ['0', ['MIG-x1']], ['MIG-x2', ['MIG-x2']], ['GPU-ab', ['GPU-ab2']],
    ['1,-1,2', ['GPU-aa1']], ['1,9,2', ['GPU-aa1']], [' 1 , 2 ', ['GPU-aa1', 'GPU-ab2']], ['1,1', ['GPU-aa1']],
  ])('%j', (inherited, uuids) => {
    expect(visibleDevices(devices, inherited).map(({ uuid }) => uuid)).toEqual(uuids);
  });
});

describe('slots', () => {
  test('as many as the devices allow, never more', () => {
    const devices = ['a', 'b', 'c', 'd', 'e'];
    expect(createSlots({ devices, perTrial: 2, wanted: 'auto' }).capacity).toBe(2);
    expect(createSlots({ devices, perTrial: 1, wanted: 3 }).capacity).toBe(3);
    expect(createSlots({ devices, perTrial: 2, wanted: 9 }).capacity).toBe(2);
    expect(createSlots({ devices: [], perTrial: 1, wanted: 'auto' }).capacity).toBe(1);
    expect(createSlots({ devices: [], perTrial: 1, wanted: 9 }).capacity).toBe(9);
  });

  test('a device is handed out once; a preferred one is waited for; an unknown one ignored', () => {
    const slots = createSlots({ devices: ['a', 'b', 'c'], perTrial: 1, wanted: 'auto' });
    expect(freeDevices(slots, 'b')).toEqual(['b']);
    const busy = take(slots, ['b']);
    expect(freeDevices(busy, 'b')).toBeUndefined();
    expect(freeDevices(busy, 'elsewhere')).toEqual(['a']);
    expect(freeDevices(busy, undefined, new Set(['a']))).toEqual(['c']);
    expect(freeDevices(giveBack(busy, ['b']), 'b')).toEqual(['b']);
  });

  test('a pair of devices is preferred as a pair', () => {
    const slots = createSlots({ devices: ['a', 'b', 'c', 'd'], perTrial: 2, wanted: 'auto' });
    expect(freeDevices(slots, 'c,d')).toEqual(['c', 'd']);
    expect(freeDevices(take(slots, ['c', 'd']), undefined)).toEqual(['a', 'b']);
  });
});

describe('locks on devices', () => {
  const dir = (): string => mkdtempSync(join(tmpdir(), 'noregret-'));

  test('one holder at a time; given back, it is free', () => {
    const place = dir();
    const [a, b] = [createGpuLocks(place), createGpuLocks(place)];
    const unlock = a.tryLock('GPU-1');
    expect(unlock).toBeDefined();
    expect(b.tryLock('GPU-1')).toBeUndefined();
    expect(b.tryLock('GPU-2')).toBeDefined();
    unlock?.();
    expect(b.tryLock('GPU-1')).toBeDefined();
    expect(readdirSync(place).sort()).toEqual(['GPU-1.lock', 'GPU-2.lock']);
  });

  test.each([
    ['a dead process', '999999999 123 x\n'], ['a later process with its number', `${process.pid} 1 x\n`], ['nobody', ''],
  ])('the lock of %s is broken', (_, text) => {
    const place = dir();
    writeFileSync(join(place, 'GPU-1.lock'), text);
    expect(createGpuLocks(place).tryLock('GPU-1')).toBeDefined();
  });
});
