import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';
import type { StudyConfig } from '../model/config.js';
import { runBriefly } from './keyProbeRun.js';
import { findPython, isNodeProgram } from './workspacePython.js';

interface Where { readonly config: StudyConfig; readonly cwd: string; readonly env: Readonly<Record<string, string>> }

/** Packages whose version moves numbers, by the names of their `dist-info`. */
const PYTHON_PACKAGES = new Set([
  'torch', 'torchvision', 'torchaudio', 'triton', 'tensorflow', 'tensorflow_cpu', 'tensorflow_intel', 'keras', 'jax', 'jaxlib', 'flax', 'optax', 'numpy', 'scipy', 'scikit_learn', 'pandas',
  'xgboost', 'lightgbm', 'catboost', 'transformers', 'datasets', 'tokenizers', 'accelerate', 'pytorch_lightning', 'lightning', 'mxnet', 'onnxruntime', 'cupy',
]);
const NODE_PACKAGES = ['@tensorflow/tfjs', '@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', '@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-cpu', 'onnxruntime-node'];
const packageSchema = z.object({ version: z.string() });

/** Versions from the metadata on disk: importing a framework takes seconds and runs its code. */
export async function pythonFrameworks(where: Where): Promise<Readonly<Record<string, string>>> {
  const python = await findPython(where);
  if (python === undefined) return {};
  const versions: Record<string, string> = { python: python.version };
  for (const folder of python.sitePackages.toReversed()) {
    for (const entry of readdirSync(folder)) {
      const [, name = '', version = ''] = /^(.+?)-([^-]+)\.(?:dist|egg)-info$/.exec(entry) ?? [];
      const normal = name.toLowerCase().replaceAll(/[-.]/g, '_');
      if (PYTHON_PACKAGES.has(normal)) versions[normal.replaceAll('_', '-')] = version;
    }
  }
  return versions;
}

export async function nodeFrameworks({ config, cwd, env }: Where): Promise<Readonly<Record<string, string>>> {
  if (!isNodeProgram(config)) return {};
  const node = await runBriefly(['node', '--version'], { cwd, env, timeoutMs: 10_000 });
  const packages = NODE_PACKAGES.flatMap((name): [string, string][] => {
    const version = packageVersion(name, cwd);
    return version === undefined ? [] : [[name.replace('@tensorflow/', ''), version]];
  });
  return { node: node.stdout.trim(), ...Object.fromEntries(packages) };
}

/** As Node would find it from the side's tree, read without being loaded. */
function packageVersion(name: string, cwd: string): string | undefined {
  const folders = createRequire(join(cwd, 'noregret.js')).resolve.paths(name) ?? [];
  const path = folders.map((folder) => join(folder, name, 'package.json')).find((file) => existsSync(file));
  if (path === undefined) return undefined;
  try {
    return packageSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data?.version;
  } catch {
    return undefined;
  }
}
