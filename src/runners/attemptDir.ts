import { closeSync, constants, ftruncateSync, lstatSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '../model/errors.js';
import type { TmpPool } from './tmpPool.js';
import type { UnusedDirs } from './unusedDirs.js';

/** Files and folders of one attempt. */
export interface AttemptDir {
  readonly dir: string;
  /** The program's own, empty at the start of a trial: NOREGRET_TRIAL_DIR. */
  readonly trialDir: string;
  readonly tmpDir: string;
  readonly homeDir: string | undefined;
  readonly paramsFile: string;
  readonly metricsFile: string;
  readonly logFile: string;
  /** Removes what only lives as long as the program. */
  tidy(): Promise<void>;
}

interface AttemptPlan {
  readonly stateDir: string;
  /** Unique per trial and attempt. */
  readonly name: string;
  /** Attempt of the same trial whose own folder the program finds again, if it is still there. */
  readonly goesOnIn?: string;
  readonly isolateHome: boolean;
  readonly tmp: TmpPool;
  readonly unused: UnusedDirs;
  /** Chosen values as JSON. */
  readonly paramsText: string;
}

/** Makes an attempt's folders afresh below `stateDir`; what an earlier run left under the same number goes. UserError on a full or read-only disk. */
export async function createAttemptDir({ stateDir, name, goesOnIn, isolateHome, paramsText, tmp, unused }: AttemptPlan): Promise<AttemptDir> {
  const dir = resolve(stateDir, 'trials', name);
  const own = join(dir, 'files');
  const earlier = goesOnIn === undefined ? undefined : resolve(stateDir, 'trials', goesOnIn, 'files');
  const trialDir = earlier !== undefined && isFolder(earlier) ? earlier : own;
  const paramsFile = join(dir, 'params.json');
  const homeDir = isolateHome ? join(dir, 'home') : undefined;
  try {
    const tmpDir = await tmp.take();
    // Short calls of ours: as many turns of the thread pool would take longer than the calls.
    if (!unused.moveTo(dir)) {
      makeFresh(dir);
      mkdirSync(own);
    }
    overwrite(paramsFile, paramsText);
    if (homeDir !== undefined) mkdirSync(homeDir);
    return {
      dir, trialDir, tmpDir, homeDir, paramsFile, metricsFile: join(dir, 'metrics.jsonl'), logFile: join(dir, 'log.txt'),
      tidy: async () => {
        unused.offer(dir);
        await Promise.all([tmp.giveBack(tmpDir), homeDir === undefined ? undefined : removeQuietly(homeDir)]);
      },
    };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('state-unwritable', `the trial's folder ${dir} cannot be made: ${why}`, { fix: 'free disk space, or name another folder by `state-dir`', exitCode: 3, cause });
  }
}

/** Writes first, then cuts: ext4 sends a file that was emptied and written again to the disk at once, 0.1 to 0.4 ms each time. */
function overwrite(path: string, text: string): void {
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW);
  try {
    const bytes = Buffer.from(text);
    let written = 0;
    while (written < bytes.length) written += writeSync(file, bytes, written, bytes.length - written, written);
    ftruncateSync(file, bytes.length);
  } finally {
    closeSync(file);
  }
}

/** A link would lead a program out of its trial's folder. */
function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function makeFresh(dir: string): void {
  try {
    mkdirSync(dir);
  } catch {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true });
  }
}

/** A trial may lock its own folders; that costs disk space, not the result. */
async function removeQuietly(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
}
