import { randomUUID } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../model/errors.js';
import type { BaselineStore } from '../model/ports.js';
import { decisionFolder, decisionPath, decodeDecision, encodeDecision, firstDecidedFirst } from './decisionFile.js';
import { decodeRecord, encodeRecord, MAX_RECORD_BYTES, oldestFirst, pathComponent, recordPath } from './recordFile.js';

export interface DirectoryStoreOptions {
  readonly directory: string;
  /** Told by name of each file that is no record; the others are read all the same. */
  readonly onWarning?: (text: string) => void;
}

/** One file per record under a folder: the git store's layout without git. */
export function createDirectoryStore({ directory, onWarning }: DirectoryStoreOptions): BaselineStore {
  // Read at once: ten thousand small files cost a fifth of what they do as promises, each of which goes through a thread.
  const readFiles = <T extends object>(folder: string, shas: readonly string[], decode: (text: string, path: string) => T | { readonly refused: string }): T[] => {
    const found: T[] = [];
    for (const sha of shas) {
      for (const name of entries(join(directory, folder, sha), 'file')) {
        if (!name.endsWith('.json')) continue;
        const decoded = readFileAs(directory, `${folder}/${sha}/${name}`, decode);
        if ('refused' in decoded) onWarning?.(decoded.refused);
        else found.push(decoded);
      }
    }
    return found;
  };
  const readCommits = (study: string, shas: readonly string[]) => readFiles(pathComponent(study), shas, decodeRecord).flatMap((one) => ('record' in one ? [one.record] : [])).sort(oldestFirst);
  const stored = (folder: string): readonly string[] => entries(join(directory, folder), 'folder');
  return {
    description: `folder ${directory}`,
    read: (study) => settled(() => readCommits(study, stored(pathComponent(study)))),
    readFor: (study, shas, limit) => settled(() => {
      const present = new Set(stored(pathComponent(study)));
      return readCommits(study, shas.filter((sha) => present.has(sha)).slice(0, limit));
    }),
    append: (record) => writeOnce(directory, recordPath(record), encodeRecord(record)),
    decisions: (study) => settled(() => {
      const folder = decisionFolder(study);
      return readFiles(folder, stored(folder), decodeDecision).flatMap((one) => ('decision' in one ? [one.decision] : [])).sort(firstDecidedFirst);
    }),
    decide: (decision) => writeOnce(directory, decisionPath(decision), encodeDecision(decision)),
  };
}

/** What the work throws rejects. */
async function settled<T>(work: () => T): Promise<T> {
  return await Promise.resolve().then(work);
}

/** Links, devices and the like are no part of a history: whoever can write there could point them anywhere. */
function entries(path: string, kind: 'file' | 'folder'): readonly string[] {
  try {
    const found = readdirSync(path, { withFileTypes: true });
    return found.filter((entry) => (kind === 'file' ? entry.isFile() : entry.isDirectory())).map((entry) => entry.name).sort();
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw storageError(error, path);
  }
}

function readFileAs<T>(directory: string, path: string, decode: (text: string, path: string) => T): T | { readonly refused: string } {
  const file = openSync(join(directory, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(file);
    if (size > MAX_RECORD_BYTES) return { refused: `${path}: ${size} bytes are more than a record may have` };
    return decode(readFileSync(file, 'utf8'), path);
  } finally {
    closeSync(file);
  }
}

/** Complete or absent at every moment, and never over a file that is there already. */
async function writeOnce(directory: string, path: string, text: string): Promise<void> {
  const target = join(directory, path);
  const temporary = join(dirname(target), `.${randomUUID()}.tmp`);
  try {
    await mkdir(dirname(target), { recursive: true });
    await writeSynced(temporary, text);
    await placeOnce(temporary, target);
    await syncFolder(dirname(target));
  } catch (error) {
    throw storageError(error, target);
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function placeOnce(temporary: string, target: string): Promise<void> {
  try {
    await link(temporary, target);
  } catch (error) {
    if (isCode(error, 'EEXIST')) return;
    // Some network and FAT file systems have no hard links; there a rename is the next best.
    if (!isCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
    await rename(temporary, target);
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    if (!isCode(error, 'EINVAL', 'EPERM', 'ENOTSUP')) throw error;
  } finally {
    await folder.close();
  }
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}

function storageError(error: unknown, path: string): unknown {
  if (isCode(error, 'ENOSPC', 'EDQUOT')) return new UserError('disk-full', `the disk is full: ${path} was not written`, { fix: 'Free some space and run again; a resumed run measures nothing twice.', exitCode: 3 });
  if (isCode(error, 'EACCES', 'EROFS', 'EPERM')) return new UserError('history-unwritable', `no permission for ${path}`, { fix: 'Give this user read and write access to the history folder, or name another with --history.', exitCode: 3 });
  if (isCode(error, 'ENOTDIR', 'EEXIST')) return new UserError('history-unwritable', `${path}: a file is where a folder belongs`, { fix: 'Name a folder of its own with --history.', exitCode: 3 });
  return error;
}
