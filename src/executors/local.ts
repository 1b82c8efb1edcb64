import { UserError } from '../model/errors.js';
import type { Clock, Executor, OnReport, SlotLease, TrialJob, TrialRunner } from '../model/ports.js';
import type { TrialResult } from '../model/trial.js';
import { createDesk } from './desk.js';
import { createGpuLocks, defaultLockDir } from './gpuLock.js';
import { createSlots } from './gpuSlots.js';
import { createPowerMeter } from './gpuPower.js';
import { probeGpus, type GpuProbe } from './gpus.js';

export interface LocalSlots {
  /** GPU or MIG uuids; empty = CPU. */
  readonly devices: readonly string[];
  readonly gpusPerTrial: number;
  readonly parallel: 'auto' | number;
  /** For people: what was left out, what was asked for and is not here. */
  readonly notes: readonly string[];
}

/**
 * What this machine offers a study. `gpusPerTrial` 1, the default, means one per trial if there are any; without GPUs trials run on
 * CPU, with a note when more than one was asked for. UserError when there are GPUs, but fewer than one trial needs.
 */
export async function openSlots({ gpusPerTrial: gpus, parallel, ...probe }: GpuProbe & Pick<LocalSlots, 'gpusPerTrial' | 'parallel'>): Promise<LocalSlots> {
  if (gpus === 0) return { devices: [], gpusPerTrial: 0, parallel, notes: [] };
  const { devices, notes } = await probeGpus(probe);
  // A CUDA process uses one MIG slice: slices cannot be joined.
  const usable = gpus === 1 ? devices : devices.filter(({ mig }) => !mig);
  if (usable.length === 0) return { devices: [], gpusPerTrial: gpus, parallel, notes: [...notes, ...(gpus > 1 ? [`gpus: ${gpus}, but this machine has none that can be used together: trials run on CPU`] : [])] };
  if (usable.length < gpus) throw new UserError('not-enough-gpus', `gpus: ${gpus} per trial, but this machine offers ${usable.length}`, { fix: `set gpus: ${usable.length} or less, or run on another machine`, exitCode: 3 });
  return { devices: usable.map(({ uuid }) => uuid), gpusPerTrial: gpus, parallel, notes };
}

export interface LocalExecutorOptions {
  readonly runner: TrialRunner;
  readonly slots: LocalSlots;
  readonly clock: Clock;
  /** Where nvidia-smi is found, for the energy of GPU trials; without it none is measured. */
  readonly power?: GpuProbe;
  /** Where locks on devices lie; the same for all runners of a host. */
  readonly lockDir?: string;
}

/** Runs jobs here, first come, first served, as many at once as there are slots. */
export function createLocalExecutor({ runner, slots, clock, power, lockDir = defaultLockDir }: LocalExecutorOptions): Executor {
  const desk = createDesk(createSlots({ devices: slots.devices, perTrial: slots.gpusPerTrial, wanted: slots.parallel }), slots.devices.length === 0 ? undefined : createGpuLocks(lockDir), clock);
  const meter = power === undefined || slots.devices.length === 0 ? undefined : createPowerMeter(power, clock);
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const runOne = async (job: TrialJob, onReport: OnReport, signal: AbortSignal): Promise<TrialResult> => {
    const lease = await desk.lease(job.device, signal);
    if (lease === undefined) return { outcome: { state: 'failed', reason: 'cancelled', message: 'cancelled while it waited for a slot' }, metrics: {}, seconds: 0 };
    const energy = lease.devices.length === 0 ? undefined : meter?.begin(lease.devices);
    try {
      const result = await runner.run(job, onReport, signal, leaseFor(lease.devices, slots));
      if (lease.devices.length === 0) return result;
      const joules = energy?.();
      return { ...result, device: lease.devices.join(','), gpuSeconds: result.seconds * lease.devices.length, ...(joules === undefined ? {} : { joules }) };
    } finally {
      lease.release();
    }
  };
  return {
    capacity: desk.capacity,
    devices: slots.devices,
    run: (job, onReport, signal) => {
      const done = runOne(job, onReport, AbortSignal.any([signal, closing.signal]));
      running.add(done);
      return done.finally(() => running.delete(done));
    },
    close: async () => {
      closing.abort();
      await Promise.allSettled(running);
      meter?.close();
    },
  };
}

/** `gpus: 0` hides every device; a machine without any leaves the environment as it is. */
function leaseFor(devices: readonly string[], { gpusPerTrial }: LocalSlots): SlotLease {
  if (devices.length > 0) return { device: devices.join(','), env: { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: devices.join(',') } };
  return { device: undefined, env: gpusPerTrial === 0 ? { CUDA_VISIBLE_DEVICES: '' } : {} };
}
