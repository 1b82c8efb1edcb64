import { runBriefly } from './keyProbeRun.js';

interface GpuQuestion { readonly env: Readonly<Record<string, string>>; readonly perTrial: number }
interface Gpu { readonly index: string; readonly uuid: string; readonly name: string; readonly driver: string }

/** `gpu` (models among which a trial may land, and how many it gets), `driver`, `cuda`; empty where trials get none. */
export async function probeGpus({ env, perTrial }: GpuQuestion): Promise<Readonly<Record<string, string>>> {
  if (perTrial === 0) return {};
  const listed = await runBriefly(['nvidia-smi', '--query-gpu=index,uuid,name,driver_version', '--format=csv,noheader'], { env, timeoutMs: 30_000 });
  if (listed.code !== 0) return {};
  const gpus = visible(listed.stdout.split('\n').flatMap(parseGpu), env['CUDA_VISIBLE_DEVICES']);
  if (gpus.length === 0) return {};
  const header = await runBriefly(['nvidia-smi'], { env, timeoutMs: 30_000 });
  return {
    gpu: `${perTrial} x ${unique(gpus.map((gpu) => gpu.name))}`,
    driver: unique(gpus.map((gpu) => gpu.driver)),
    cuda: /CUDA Version:\s*([\d.]+)/.exec(header.stdout)?.[1] ?? 'unknown',
  };
}

function parseGpu(line: string): readonly Gpu[] {
  const [index = '', uuid = '', name = '', driver = ''] = line.split(',').map((field) => field.trim());
  return name === '' ? [] : [{ index, uuid, name, driver }];
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
