import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One holder per device on the whole host: two runners on one machine must not put two trials on one GPU. */
export interface GpuLocks {
  /** A function that gives the device back, or undefined while a living process holds it. */
  tryLock(uuid: string): (() => void) | undefined;
}

/** All users' locks lie together; the sticky bit keeps them from removing each other's. */
export const defaultLockDir = join(tmpdir(), 'noregret-gpu-locks');

/** A lock is a file that names its holder by process id and start time; a dead holder's lock is broken. */
export function createGpuLocks(dir: string): GpuLocks {
  makeLockDir(dir);
  return {
    tryLock: (uuid) => {
      const path = join(dir, `${uuid.replace(/[^\w-]/g, '_')}.lock`);
      const own = `${process.pid} ${startTime(process.pid) ?? '?'} ${randomBytes(8).toString('hex')}\n`;
      if (!claim(path, own) && !(breakStale(path) && claim(path, own))) return undefined;
      return () => { if (readText(path) === own) rmSync(path, { force: true }); };
    },
  };
}

function makeLockDir(dir: string): void {
  try {
    mkdirSync(dir, { recursive: false });
    chmodSync(dir, 0o1777);
  } catch {
    // There already, made by whoever came first.
  }
}

/** `link` fails where the name exists, and the file is complete when it appears. */
function claim(path: string, text: string): boolean {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: 0o644 });
    linkSync(draft, path);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moves a dead holder's lock aside. If somebody else's fresh lock was caught in between, it is put back. */
function breakStale(path: string): boolean {
  const seen = readText(path);
  if (seen === undefined || isHeld(seen)) return seen === undefined;
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(path, aside);
    if (readText(aside) === seen) return true;
    linkSync(aside, path);
    return false;
  } catch {
    return false;
  } finally {
    rmSync(aside, { force: true });
  }
}

function isHeld(text: string): boolean {
  const [pid, started] = text.split(' ');
  const now = startTime(Number(pid));
  if (started !== '?' && now !== undefined) return now === started;
  return now !== undefined || isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Field 22 of /proc/<pid>/stat, in clock ticks since boot: tells a process from a later one with its number. */
function startTime(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
