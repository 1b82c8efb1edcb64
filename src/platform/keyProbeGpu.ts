import { runBriefly } from './keyProbeRun.js';

interface GpuQuestion { readonly env: Readonly<Record<string, string>>; readonly perTrial: number }
interface Gpu { readonly index: string; readonly uuid: string; readonly name: string; readonly driver: string }

/** `gpu` (models among which a trial may land, and how many it gets), `driver`, `cuda`; empty where trials get none. */
export async function probeGpus({ env, perTrial }: GpuQuestion): Promise<Readonly<Record<string, string>>> {
  if (perTrial === 0) return {};
  const gpus = visible(await listGpus(env), env['CUDA_VISIBLE_DEVICES']);
  if (gpus.length === 0) return {};
  const header = await runBriefly(['nvidia-smi'], { env, timeoutMs: 30_000 });
  return {
    gpu: `${perTrial} x ${unique(gpus.map((gpu) => gpu.name))}`,
    driver: unique(gpus.map((gpu) => gpu.driver || (/Driver Version:\s*([\d.]+)/.exec(header.stdout)?.[1] ?? 'unknown'))),
    cuda: /CUDA Version:\s*([\d.]+)/.exec(header.stdout)?.[1] ?? 'unknown',
  };
}

/** Trials get a GPU wherever the slots' question is answered: one field that a driver does not know must not make a key without GPU. */
async function listGpus(env: GpuQuestion['env']): Promise<readonly Gpu[]> {
  for (const fields of ['index,uuid,name,driver_version', 'index,uuid,name', 'index,uuid']) {
    const listed = await runBriefly(['nvidia-smi', `--query-gpu=${fields}`, '--format=csv,noheader'], { env, timeoutMs: 30_000 });
    const gpus = listed.code === 0 ? listed.stdout.split('\n').flatMap(parseGpu) : [];
    if (gpus.length > 0) return gpus;
  }
  return [];
}

function parseGpu(line: string): readonly Gpu[] {
  const [index = '', uuid = '', name = 'unknown model', driver = ''] = line.split(',').map((field) => field.trim());
  return /^\d+$/.test(index) && uuid !== '' ? [{ index, uuid, name, driver }] : [];
}

/** As CUDA reads the variable: indices, uuids or their beginnings; a MIG device counts for all, its parent not being named. */
function visible(gpus: readonly Gpu[], devices: string | undefined): readonly Gpu[] {
  if (devices === undefined) return gpus;
  const wanted = devices.split(',').map((device) => device.trim()).filter((device) => device !== '');
  if (wanted.some((device) => device.startsWith('MIG-'))) return gpus;
  return gpus.filter((gpu) => wanted.some((device) => device === gpu.index || (device.startsWith('GPU-') && gpu.uuid.startsWith(device))));
}

function unique(words: readonly string[]): string {
  return [...new Set(words)].sort().join(' or ');
}
