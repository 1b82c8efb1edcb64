import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus } from 'node:os';
import type { StudyConfig } from '../model/config.js';
import { UserError } from '../model/errors.js';
import { canonicalJson, paramsKey } from '../model/params.js';
import { measuredAs } from '../model/parts.js';
import type { KeyProbe, SideTree } from '../model/ports.js';
import { fingerprintData } from './keyProbeData.js';
import { nodeFrameworks, pythonFrameworks } from './keyProbeFrameworks.js';
import { probeGpus } from './keyProbeGpu.js';
import { runBriefly } from './keyProbeRun.js';

export interface KeyProbeOptions {
  /** Environment of trials. */
  readonly env: Readonly<Record<string, string>>;
  /** The runner's own description of its image (`ImageOS`, `ImageVersion`), which trials do not see. */
  readonly image?: string;
  /** `noregret`'s version; its major is part of the key. */
  readonly version: string;
}

/** Decide the number of threads or the order of sums, and with them the last digits. */
const THREAD_VARIABLES = [
  'OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'NUMEXPR_NUM_THREADS', 'VECLIB_MAXIMUM_THREADS', 'NUMBA_NUM_THREADS', 'RAYON_NUM_THREADS', 'UV_THREADPOOL_SIZE',
  'TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS', 'TF_DETERMINISTIC_OPS', 'TF_CUDNN_DETERMINISTIC', 'TF_ENABLE_ONEDNN_OPTS', 'TF_ENABLE_TENSOR_FLOAT_32_EXECUTION',
  'CUBLAS_WORKSPACE_CONFIG', 'NVIDIA_TF32_OVERRIDE', 'TORCH_ALLOW_TF32_CUBLAS_OVERRIDE', 'XLA_FLAGS', 'PYTHONHASHSEED',
];
const LONGEST = 160;

/** Everything but the code that can move a result (decisions.md 8), each field short and readable, so that a mismatch explains itself. */
export function createKeyProbe(options: KeyProbeOptions): KeyProbe {
  const gpus = new Map<number, Promise<Readonly<Record<string, string>>>>();
  return {
    async key(tree, config, incumbent) {
      const env = { ...options.env, ...config.env.set };
      const hardware = gpus.get(config.gpus) ?? probeGpus({ env, perTrial: config.gpus });
      gpus.set(config.gpus, hardware);
      return {
        ...cpuIfNoGpu(await hardware),
        ...await pythonFrameworks({ config, cwd: tree.dir, env }),
        ...await nodeFrameworks({ config, cwd: tree.dir, env }),
        threads: threads(env),
        os: operatingSystem(options.image),
        ...program(config),
        ...metric(config),
        incumbent: hash(paramsKey(incumbent)),
        data: await fingerprintData(tree.dir, config.data),
        ...await fingerprint(tree, config, env),
        tool: options.version.split('.')[0] ?? options.version,
      };
    },
  };
}

function cpuIfNoGpu(hardware: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return hardware['gpu'] === undefined ? { gpu: 'none', cpu: `${cpus()[0]?.model.trim() ?? 'unknown'} (${arch()})` } : hardware;
}

function threads(env: Readonly<Record<string, string>>): string {
  const set = THREAD_VARIABLES.flatMap((name) => (env[name] === undefined ? [] : [`${name}=${env[name]}`]));
  return short([`${availableParallelism()} cores`, ...set].join(' '));
}

function operatingSystem(image: string | undefined): string {
  const pretty = /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readText('/etc/os-release'))?.[1] ?? process.platform;
  return image === undefined || image === '' ? pretty : `${pretty}, image ${image}`;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function program({ program, setup, env }: StudyConfig): Readonly<Record<string, string>> {
  const command = program === undefined ? 'none' : program.kind === 'tfjs' ? `tfjs ${program.module} (${program.backend})` : program.argv.join(' ');
  const variables = Object.keys(env.set).length === 0 ? {} : { environment: `${Object.keys(env.set).sort().join(' ')} ${hash(canonicalJson(env.set))}` };
  return { command: short(command), setup: setup.length === 0 ? 'none' : short(setup.map((argv) => argv.join(' ')).join(' && ')), ...variables };
}

function metric({ metric: main, also, metrics, reduce, earlyStopping, parts }: StudyConfig): Readonly<Record<string, string>> {
  const measured = measuredAs({ parts });
  const others = also.map(({ name, goal }) => `${name} ${goal}`).sort();
  return { metric: main === undefined ? 'none' : short([`${main.name} ${main.goal} (${reduce}${earlyStopping === undefined ? '' : `, patience ${earlyStopping.patience}, min_delta ${earlyStopping.minDelta}`})`, ...others].join(', ')), 'metric source': short(canonicalJson(metrics)), ...(measured === 'one run' ? {} : { 'runs of a trial': measured }) };
}

/** The user's own word on what else must be equal. One that fails says nothing, and nothing may pass for equal. */
async function fingerprint(tree: SideTree, config: StudyConfig, env: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
  if (config.fingerprint === undefined) return {};
  const { code, stdout, stderr } = await runBriefly(config.fingerprint, { cwd: tree.dir, env, timeoutMs: 120_000 });
  if (code === 0) return { fingerprint: short(stdout.trim().replaceAll(/\s+/g, ' ')) };
  throw new UserError('fingerprint-failed', `the \`fingerprint\` command failed (${code === undefined ? 'not started' : `exit ${code}`}): ${stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? ''}`, {
    fix: 'It must print the same text wherever results are comparable, and exit with 0.',
  });
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function short(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 14)}… ${hash(text)}`;
}
