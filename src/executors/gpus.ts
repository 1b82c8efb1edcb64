import { execFile } from 'node:child_process';
import type { Environment } from '../platform/environment.js';

/** One thing that a trial can be given through CUDA_VISIBLE_DEVICES: a GPU, or a MIG slice of one. */
export interface GpuDevice {
  /** `GPU-…` or `MIG-…`; what the trial sees and what is locked. */
  readonly uuid: string;
  /** nvidia-smi's number of the (parent) GPU. */
  readonly index: number;
  readonly name: string;
  readonly mig: boolean;
}

export interface GpuInventory { readonly devices: readonly GpuDevice[]; /** What was left out, and why. */ readonly notes: readonly string[] }

/** `env` is ours: its PATH finds nvidia-smi, its CUDA_VISIBLE_DEVICES limits what we may use. Never changes a device's mode. */
export interface GpuProbe { readonly env: Environment; readonly command?: string; readonly timeoutMs?: number }

/** GPUs of this machine as nvidia-smi names them; none, without an error, where it is missing or fails. */
export async function probeGpus(probe: GpuProbe): Promise<GpuInventory> {
  const query = await ask(probe, ['--query-gpu=index,uuid,mig.mode.current,name', '--format=csv,noheader,nounits']);
  if (query.failure !== undefined) return { devices: [], notes: query.failure === 'absent' ? [] : [`nvidia-smi failed, so no GPU is used: ${query.failure}`] };
  const gpus = parseQuery(query.text);
  const list = gpus.some(({ mig }) => mig) ? (await ask(probe, ['-L'])).text : '';
  const slices = parseMigList(list);
  const notes: string[] = [];
  const devices = gpus.flatMap((gpu): GpuDevice[] => {
    if (!gpu.mig) return [gpu];
    const own = slices.filter(({ index }) => index === gpu.index);
    if (own.length === 0) notes.push(`GPU ${gpu.index} is in MIG mode without a slice: not used`);
    return own.map(({ uuid }) => ({ ...gpu, uuid }));
  });
  return { devices: visibleDevices(devices, probe.env['CUDA_VISIBLE_DEVICES']), notes };
}

interface Answer { readonly text: string; readonly failure: string | undefined }

function ask({ env, command = 'nvidia-smi', timeoutMs = 10_000 }: GpuProbe, args: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(command, args, { env, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 2 ** 20 }, (error, stdout, stderr) => {
      if (error === null) resolve({ text: stdout, failure: undefined });
      else if (error.code === 'ENOENT') resolve({ text: '', failure: 'absent' });
      else resolve({ text: '', failure: error.killed === true ? `no answer in ${timeoutMs / 1_000} s` : (`${stdout}\n${stderr}`.trim().split('\n')[0] ?? '').slice(0, 200) || `exit code ${String(error.code)}` });
    });
  });
}

/** The free-text name stands last, so that a comma in it does no harm; lines that are no GPU are passed over. */
function parseQuery(text: string): readonly GpuDevice[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [index = '', uuid = '', mig = '', ...name] = line.split(',').map((field) => field.trim());
    return /^\d+$/.test(index) && /^GPU-[\w-]+$/.test(uuid) ? [{ index: Number(index), uuid, mig: mig === 'Enabled', name: name.join(', ') }] : [];
  });
}

function parseMigList(text: string): readonly { readonly index: number; readonly uuid: string }[] {
  let index = -1;
  return text.split(/\r?\n/).flatMap((line) => {
    const gpu = /^GPU (\d+):/.exec(line)?.[1];
    if (gpu !== undefined) index = Number(gpu);
    const uuid = /^\s+MIG .*\(UUID: (MIG-[\w/-]+)\)/.exec(line)?.[1];
    return uuid === undefined ? [] : [{ index, uuid }];
  });
}

/**
 * CUDA's own reading of an inherited CUDA_VISIBLE_DEVICES: numbers, or uuids that may be cut short; the first entry that
 * names nothing ends the list; empty or -1 hides all. A number in front of MIG means the GPU's first slice.
 */
export function visibleDevices(devices: readonly GpuDevice[], inherited: string | undefined): readonly GpuDevice[] {
  if (inherited === undefined) return devices;
  const visible: GpuDevice[] = [];
  for (const entry of inherited.split(',').map((text) => text.trim())) {
    const found = /^\d+$/.test(entry)
      ? devices.find(({ index }) => index === Number(entry))
      : devices.find(({ uuid }) => /^(GPU|MIG)-./.test(entry) && uuid.startsWith(entry));
    if (found === undefined) break;
    if (!visible.includes(found)) visible.push(found);
  }
  return visible;
}
