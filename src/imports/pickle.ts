import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, constants } from 'node:zlib';
import { UserError } from '../model/errors.js';
import { assetPath } from '../platform/assets.js';
import { trialEnvironment } from '../platform/environment.js';
import { ChoiceNeeded } from './choiceNeeded.js';
import { cvResultsJson } from './cvResults.js';
import { lastLine, studyOf } from './foreign.js';
import { readDocuments } from './hyperopt.js';
import type { Imported, ImportChoice, Importer } from './importer.js';
import { readResult } from './skopt.js';
import { openSource, type Source } from './source.js';

const timeLimitMs = 300_000;
const exporter = 'export/export_trials.py';

/** Pickles and joblib files of Hyperopt, scikit-optimize and scikit-learn, loaded by Python and only on the user's word. */
export const pickle: Importer = {
  tool: 'Python', takes: 'a pickle of Hyperopt, scikit-optimize or scikit-learn, with --trust',
  detects: (source) => !source.isFolder && isPickle(source.head()),
  read: (source, choice) => {
    if (choice.trust !== true) {
      throw new ChoiceNeeded('trust', {
        code: 'pickle-untrusted', message: `${source.name} is a pickle: loading it executes whatever its maker put into it.`,
        fix: 'Export the results where they were made (noregret import --help says how); or, if you trust who made it: --trust.',
      });
    }
    const folder = mkdtempSync(join(tmpdir(), 'noregret-pickle-'));
    try {
      const out = join(folder, 'results.json');
      loadInPython(source, { out, folder });
      return exported({ ...openSource(out, source.name), base: source.base }, choice);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Protocol 2 and later begin so; joblib may have packed it. */
function isPickle(head: Buffer): boolean {
  const bare = head[0] === 0x1f && head[1] === 0x8b ? unpacked(head) : head;
  return bare[0] === 0x80 && (bare[1] ?? 0) >= 2 && (bare[1] ?? 9) <= 5;
}

function unpacked(head: Buffer): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 20 });
  } catch {
    return Buffer.alloc(0);
  }
}

/** In a process of its own that sees no credentials, begins in an empty folder and ends in five minutes. UserErrors `python-missing`, `pickle-failed`. */
function loadInPython(source: Source, { out, folder }: { readonly out: string; readonly folder: string }): void {
  const argv = ['-B', assetPath(exporter), source.path, out];
  const env = trialEnvironment(process.env, { pass: [], isolateHome: false, set: { PYTHONSAFEPATH: '1', PYTHONSTARTUP: '', TMPDIR: folder } });
  for (const python of ['python3', 'python']) {
    const { status, error, signal, stderr } = spawnSync(python, argv, { cwd: folder, env, encoding: 'utf8', timeout: timeLimitMs, killSignal: 'SIGKILL', maxBuffer: 1 << 24, stdio: ['ignore', 'ignore', 'pipe'] });
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    if (code === 'ENOENT') continue;
    if (status === 0) return;
    const why = code === 'ETIMEDOUT' ? `it took longer than ${timeLimitMs / 1000} s` : signal === null ? lastLine(stderr) : `it was ended by ${signal}`;
    throw new UserError('pickle-failed', `Python could not load ${source.name}: ${why}.`, { fix: 'Run this where the tool that made it is installed (its Python first on PATH), or export the results there: noregret import --help.' });
  }
  throw new UserError('python-missing', `${source.name} is a pickle, and there is no python3 to load it.`, { fix: 'Export the results where they were made: noregret import --help.' });
}

function exported(source: Source, choice: ImportChoice): Imported {
  const notes = ['the pickle was loaded by Python: what stood in it was executed'];
  const head = source.head().toString('latin1');
  if (head.includes('"noregret_export": "hyperopt"')) return { notes, studies: [studyOf(readDocuments(source, source.chunks(), choice))] };
  if (head.includes('"noregret_export": "skopt"')) return { notes, studies: [studyOf(readResult(source, source.chunks()))] };
  return { ...cvResultsJson.read(source, choice), notes };
}
