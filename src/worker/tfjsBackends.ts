import { createRequire } from 'node:module';
import type { TfjsBackend } from '../model/config.js';
import type { TfjsFailure, TfjsLoaded } from '../runners/tfjsInfo.js';
import { registerWasmTrainKernels, type Core } from './wasmTrainKernels.js';
import type { Workspace } from './workspace.js';

type Kind = Exclude<TfjsBackend, 'auto'>;
type NativeBackend = { readonly isUsingGpuDevice?: boolean; readonly binding?: { readonly TF_Version?: string } };
/** `tf` as users know it: the core, and layers beside it. */
export type Tf = Core & { readonly version?: Readonly<Record<string, string>> };
export type Loaded = { readonly tf: Tf; readonly info: TfjsLoaded };
type Attempt = { readonly tf: Tf; readonly backend: string; readonly version: string; readonly threads: string } | { readonly why: string; readonly device?: true };

const installLine = 'npm install --save-dev @tensorflow/tfjs-core @tensorflow/tfjs-layers @tensorflow/tfjs-backend-cpu @tensorflow/tfjs-backend-wasm';
const fastestFirst: readonly Kind[] = ['tfjs-node-gpu', 'tfjs-node', 'wasm', 'cpu'];

/** The first backend of the request that works. One that was asked for by name never falls back to another. */
export async function loadBackend(request: TfjsBackend, workspace: Workspace): Promise<Loaded | TfjsFailure> {
  const passedOver: string[] = [];
  for (const kind of request === 'auto' ? fastestFirst : [request]) {
    const attempt = await tryBackend(kind, workspace, request === 'auto');
    if ('why' in attempt) {
      passedOver.push(`${kind}: ${attempt.why}`);
      if (attempt.device === true) return { ok: false, reason: 'device', message: `${kind}: ${attempt.why}` };
      continue;
    }
    const { tf, ...found } = attempt;
    return { tf, info: { ok: true, ...found, node: process.version, passedOver } };
  }
  return { ok: false, reason: 'spawn', message: nothingWorks(request, passedOver) };
}

function nothingWorks(request: TfjsBackend, passedOver: readonly string[]): string {
  const line = request.startsWith('tfjs-node') ? `npm install --save-dev @tensorflow/${request}` : installLine;
  return `tfjs backend "${request}" does not work in this workspace (${passedOver.join('; ')}). To install it: ${line}; if it is installed in the main checkout only, add "link: [node_modules]" to noregret.yml`;
}

async function tryBackend(kind: Kind, workspace: Workspace, isAuto: boolean): Promise<Attempt> {
  try {
    switch (kind) {
      case 'tfjs-node-gpu':
      case 'tfjs-node':
        return loadNative(kind, workspace, isAuto);
      case 'wasm':
      case 'cpu':
        return await loadPortable(kind, workspace);
    }
  } catch (error) {
    return { why: `does not load: ${(error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''}` };
  }
}

function loadNative(kind: 'tfjs-node-gpu' | 'tfjs-node', workspace: Workspace, isAuto: boolean): Attempt {
  prepareForNative();
  const tf = workspace.load(`@tensorflow/${kind}`) as Tf | undefined;
  if (tf === undefined) return { why: 'not installed' };
  const { isUsingGpuDevice = false, binding } = tf.backend() as unknown as NativeBackend;
  const slotHasGpu = (process.env['CUDA_VISIBLE_DEVICES'] ?? '') !== '';
  if (kind === 'tfjs-node-gpu' && !isUsingGpuDevice && (!isAuto || slotHasGpu)) {
    return { why: 'it loads, but TensorFlow found no GPU that it can use and would train on the CPU; look for missing CUDA or cuDNN libraries in the log', device: true };
  }
  const version = `${tf.version?.['tfjs-node'] ?? tf.version_core}, libtensorflow ${binding?.TF_Version ?? 'unknown'}`;
  const setting = (name: string): string => `${name.toLowerCase().replace(/^tf_|_threads$|_opts$|_ops$/g, '')} ${process.env[name] ?? 'default'}`;
  const threads = ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS', 'TF_DETERMINISTIC_OPS', 'TF_ENABLE_ONEDNN_OPTS'].map(setting).join(', ');
  return { tf, backend: kind === 'tfjs-node-gpu' && !isUsingGpuDevice ? 'tfjs-node-gpu on cpu' : kind, version, threads };
}

/** One thread per trial (trials run side by side), repeatable kernels, and no grabbing of the whole GPU memory. What the user set stays. */
function prepareForNative(): void {
  const defaults = { TF_FORCE_GPU_ALLOW_GROWTH: 'true', TF_DETERMINISTIC_OPS: '1', TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '2' };
  for (const [name, value] of Object.entries(defaults)) process.env[name] ??= value;
  // tfjs-node 4.22 calls two functions that Node 23 removed (tfjs issue 8609).
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
}

async function loadPortable(kind: 'wasm' | 'cpu', workspace: Workspace): Promise<Attempt> {
  const tf = loadPortableTf(workspace);
  if (tf === undefined) return { why: 'tfjs is not installed' };
  const cpu = workspace.load('@tensorflow/tfjs-backend-cpu');
  if (kind === 'wasm' && workspace.load('@tensorflow/tfjs-backend-wasm') === undefined) return { why: '@tensorflow/tfjs-backend-wasm is not installed' };
  const isRegistered = tf.engine().backendNames().includes(kind);
  if (!isRegistered && kind === 'cpu' && cpu === undefined) return { why: '@tensorflow/tfjs-backend-cpu is not installed' };
  if (!isRegistered) return { why: 'the backend belongs to another copy of @tensorflow/tfjs-core; install the same version of all @tensorflow packages' };
  // A backend that cannot start leaves tfjs on another one without an error: only this boolean tells.
  if (!(await tf.setBackend(kind)) || tf.getBackend() !== kind) return { why: 'it cannot start on this machine' };
  await tf.ready();
  if (kind === 'wasm') registerWasmTrainKernels(tf);
  const simd = kind === 'wasm' && (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true;
  return { tf, backend: kind, version: tf.version_core, threads: simd ? '1 thread, simd' : '1 thread' };
}

/** The union package, or core and layers (and what else is there) side by side. */
function loadPortableTf(workspace: Workspace): Tf | undefined {
  const union = workspace.load('@tensorflow/tfjs');
  if (union !== undefined) return union as Tf;
  const core = workspace.load('@tensorflow/tfjs-core') as Tf | undefined;
  const layers = workspace.load('@tensorflow/tfjs-layers');
  if (core === undefined || layers === undefined) return undefined;
  const data = workspace.load('@tensorflow/tfjs-data');
  return { ...(workspace.load('@tensorflow/tfjs-converter') as object | undefined), ...(layers as object), ...core, ...(data === undefined ? {} : { data }) };
}
