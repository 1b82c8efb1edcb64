import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';

/** Why a file that a trial wrote was not read. */
export type ReadRefusal = 'absent' | 'not-a-file' | 'outside' | 'unreadable';
export type SafeRead = { readonly bytes: Buffer; /** Size of the whole file. */ readonly size: number; readonly inode: number; readonly modifiedMs: number } | { readonly refused: ReadRefusal };

/** A file that a trial may have replaced by a link, a pipe, a device or something huge. `within` is the folder that its real path must lie in. */
export interface HostileFile { readonly path: string; readonly within: string; readonly offset?: number; readonly maxBytes: number }

/**
 * Reads at most `maxBytes` from `offset`. Follows no link (nor a linked parent directory that leads out of `within`),
 * never blocks on a pipe, never opens a device.
 */
export function readHostile({ path, within, offset = 0, maxBytes }: HostileFile): SafeRead {
  const opened = openRegular(path, within);
  if (typeof opened === 'string') return { refused: opened };
  try {
    const { size, ino, mtimeMs } = fstatSync(opened);
    const wanted = Math.max(0, Math.min(size - offset, maxBytes));
    const bytes = Buffer.allocUnsafe(wanted);
    const got = wanted === 0 ? 0 : readSync(opened, bytes, 0, wanted, offset);
    return { bytes: bytes.subarray(0, got), size, inode: ino, modifiedMs: mtimeMs };
  } catch {
    return { refused: 'unreadable' };
  } finally {
    closeSync(opened);
  }
}

function openRegular(path: string, within: string): number | ReadRefusal {
  try {
    // Asked first and without an exception: most files that are looked for every 100 ms are never written.
    const entry = lstatSync(path, { throwIfNoEntry: false });
    if (entry === undefined) return 'absent';
    if (!liesIn(realpathSync(dirname(path)), realpathSync(within))) return 'outside';
    if (!entry.isFile()) return 'not-a-file';
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (fstatSync(fd).isFile()) return fd;
    closeSync(fd);
    return 'not-a-file';
  } catch (error) {
    return refusalOf(error);
  }
}

function refusalOf(error: unknown): ReadRefusal {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'absent';
  return code === 'ELOOP' || code === 'ENXIO' ? 'not-a-file' : 'unreadable';
}

/** Of real paths. */
export function liesIn(path: string, folder: string): boolean {
  const way = relative(folder, resolve(path));
  return way === '' || (!way.startsWith('..') && !way.startsWith('/'));
}
