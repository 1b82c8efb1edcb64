import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../model/errors.js';

/** Files and folders of one attempt. */
export interface AttemptDir {
  readonly dir: string;
  /** The program's own, empty at start: NOREGRET_TRIAL_DIR. */
  readonly trialDir: string;
  readonly tmpDir: string;
  readonly homeDir: string | undefined;
  readonly paramsFile: string;
  readonly metricsFile: string;
  readonly logFile: string;
  /** Removes what only lives as long as the program. */
  tidy(): Promise<void>;
}

/** Sockets in TMPDIR (Python's multiprocessing) must fit in 108 characters, so a long path is not used for it. */
const maxTmpPath = 60;

interface AttemptPlan {
  readonly stateDir: string;
  /** Unique per trial and attempt. */
  readonly name: string;
  readonly isolateHome: boolean;
  /** Chosen values as JSON. */
  readonly paramsText: string;
}

/** Makes an attempt's folders afresh below `stateDir`; what an earlier run left under the same number goes. UserError on a full or read-only disk. */
export function createAttemptDir({ stateDir, name, isolateHome, paramsText }: AttemptPlan): AttemptDir {
  const dir = resolve(stateDir, 'trials', name);
  try {
    makeFresh(dir);
    const trialDir = join(dir, 'files');
    mkdirSync(trialDir);
    const tmpDir = makeTmp(dir);
    const homeDir = isolateHome ? join(dir, 'home') : undefined;
    if (homeDir !== undefined) mkdirSync(homeDir);
    const paramsFile = join(dir, 'params.json');
    writeFileSync(paramsFile, paramsText);
    return {
      dir, trialDir, tmpDir, homeDir,
      paramsFile, metricsFile: join(dir, 'metrics.jsonl'), logFile: join(dir, 'log.txt'),
      tidy: async () => { await Promise.all([tmpDir, ...(homeDir === undefined ? [] : [homeDir])].map(removeQuietly)); },
    };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('state-unwritable', `the trial's folder ${dir} cannot be made: ${why}`, { fix: 'free disk space, or name another folder by `state-dir`', exitCode: 3, cause });
  }
}

function makeFresh(dir: string): void {
  try {
    mkdirSync(dir);
  } catch {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true });
  }
}

function makeTmp(dir: string): string {
  const inside = join(dir, 'tmp');
  if (inside.length > maxTmpPath) return mkdtempSync(join(tmpdir(), 'noregret-'));
  mkdirSync(inside);
  return inside;
}

async function removeQuietly(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    // A trial may lock its own folders; that costs disk space, not the result.
  }
}
