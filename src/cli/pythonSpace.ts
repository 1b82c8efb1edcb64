import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../model/errors.js';
import { assetPath } from '../platform/assets.js';
import { trialEnvironment } from '../platform/environment.js';
import { runLimited } from '../platform/limitedRun.js';

const usualLimitMs = 120_000;
const exporter = 'export/export_space.py';

interface Program {
  /** Absolute path of a Python file that makes the space, on whose running the user gave his word. */
  readonly file: string;
  /** Empty: the only one. */
  readonly variable: string;
  /** The file as the user calls it. */
  readonly shown: string;
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Two minutes unless given. */
  readonly timeoutMs?: number;
}

/** What our exporter writes about a Hyperopt space in a Python file. The file is run, without credentials in its environment; nothing that it starts outlives it. UserErrors `python-missing`, `python-failed`. */
export async function exportedSpace(program: Program): Promise<string> {
  const { file, variable, shown } = program;
  const folder = await mkdtemp(join(tmpdir(), 'noregret-space-'));
  try {
    const out = join(folder, 'space.json');
    for (const python of ['python3', 'python']) {
      const ended = await runPython([python, '-B', assetPath(exporter), file, variable, out], program);
      if (ended.missing) continue;
      if (ended.code === 0) return await readFile(out, 'utf8');
      throw new UserError('python-failed', `Python could not make the space of ${shown}: ${ended.why}.`, { fix: 'Run this where Hyperopt is installed (its Python first on PATH), or export the space there: see docs/init-from.md.' });
    }
    throw new UserError('python-missing', `${shown} makes its space in Python, and there is no python3 to run it.`, { fix: 'Export the space where Hyperopt is installed: see docs/init-from.md.' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Ended { readonly missing: boolean; readonly code: number | undefined; readonly why: string }

async function runPython(argv: readonly string[], { cwd, signal, timeoutMs = usualLimitMs }: Program): Promise<Ended> {
  const env = trialEnvironment(process.env, { pass: [], isolateHome: false, set: { PYTHONSTARTUP: '' } });
  let said = '';
  const { ending, isLate } = await runLimited({
    argv, cwd, env, marker: `space-${randomUUID()}`,
    onOutput: (stream, chunk) => { if (stream === 'stderr') said = `${said}${chunk.toString('utf8')}`.slice(-10_000); },
  }, { timeoutMs, signal });
  if (ending.kind === 'not-started') return { missing: true, code: undefined, why: '' };
  if (isLate) return { missing: false, code: undefined, why: `it had not ended after ${timeoutMs / 1000} s` };
  if (ending.kind === 'signalled') return { missing: false, code: undefined, why: `it was ended by ${ending.signal}` };
  return { missing: false, code: ending.code, why: said.trim().split('\n').at(-1) ?? '' };
}
