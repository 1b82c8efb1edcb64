import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../model/errors.js';
import { assetPath } from '../platform/assets.js';
import { trialEnvironment } from '../platform/environment.js';

const timeLimitMs = 120_000;
const exporter = 'export/export_space.py';

interface Program {
  /** Absolute path of a Python file that makes the space, on whose running the user gave his word. */
  readonly file: string;
  /** Empty: the only one. */
  readonly variable: string;
  /** The file as the user calls it. */
  readonly shown: string;
  readonly cwd: string;
}

/** What our exporter writes about a Hyperopt space in a Python file. The file is run, without credentials in its environment, for two minutes at most. UserErrors `python-missing`, `python-failed`. */
export async function exportedSpace({ file, variable, shown, cwd }: Program): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'noregret-space-'));
  try {
    const out = join(folder, 'space.json');
    for (const python of ['python3', 'python']) {
      const ended = await runPython(python, ['-B', assetPath(exporter), file, variable, out], cwd);
      if (ended.missing) continue;
      if (ended.code === 0) return await readFile(out, 'utf8');
      throw new UserError('python-failed', `Python could not make the space of ${shown}: ${ended.why}.`, { fix: 'Run this where Hyperopt is installed (its Python first on PATH), or export the space there: see docs/init-from.md.' });
    }
    throw new UserError('python-missing', `${shown} makes its space in Python, and there is no python3 to run it.`, { fix: 'Export the space where Hyperopt is installed: see docs/init-from.md.' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Ended { readonly missing: boolean; readonly code: number | null; readonly why: string }

function runPython(python: string, argv: readonly string[], cwd: string): Promise<Ended> {
  const env = trialEnvironment(process.env, { pass: [], isolateHome: false, set: { PYTHONSTARTUP: '' } });
  return new Promise((resolve) => {
    const child = spawn(python, argv, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'], timeout: timeLimitMs, killSignal: 'SIGKILL' });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => { stderr = `${stderr}${chunk}`.slice(-10_000); });
    child.on('error', () => { resolve({ missing: true, code: null, why: '' }); });
    child.on('close', (code, signal) => {
      const last = stderr.trim().split('\n').at(-1) ?? '';
      resolve({ missing: false, code, why: signal === null ? last : `it was ended by ${signal} after ${timeLimitMs / 1000} s` });
    });
  });
}
