import { lstatSync, readdirSync, rmdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Sockets in TMPDIR (Python's multiprocessing) must fit in 108 characters, so a long path is not used for it. */
const maxTmpPath = 60;

/** TMPDIRs of attempts. Most programs leave theirs empty, and an empty folder is as good as a new one. */
export interface TmpPool {
  /** An empty folder that no other attempt holds. */
  take(): Promise<string>;
  /** Never rejects. What is not an empty folder any more is removed, never handed out again. */
  giveBack(path: string): Promise<void>;
}

export function createTmpPool(stateDir: string): TmpPool {
  const free: string[] = [];
  let made = 0;
  if (pooled.size === 0) process.once('exit', dropPooled);
  pooled.add(free);
  return {
    take: async () => free.pop() ?? (await makeTmp(stateDir, made++)),
    giveBack: async (path) => {
      if (isEmptyFolder(path)) free.push(path);
      else await rm(path, { recursive: true, force: true }).catch(() => undefined);
    },
  };
}

/** Free folders of all pools; empty, so that an ending process can drop them at once. */
const pooled = new Set<readonly string[]>();

function dropPooled(): void {
  for (const free of pooled) for (const path of free) quietly(() => rmdirSync(path));
}

/** Two short calls: as many turns of the thread pool would take longer. */
function isEmptyFolder(path: string): boolean {
  try {
    const facts = lstatSync(path);
    return facts.isDirectory() && (facts.mode & 0o777) === 0o700 && readdirSync(path).length === 0;
  } catch {
    return false;
  }
}

async function makeTmp(stateDir: string, number: number): Promise<string> {
  const inside = resolve(stateDir, 'tmp', `${process.pid}-${number}`);
  if (inside.length > maxTmpPath) return await mkdtemp(join(tmpdir(), 'noregret-'));
  await rm(inside, { recursive: true, force: true });
  await mkdir(inside, { recursive: true, mode: 0o700 });
  return inside;
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // It costs an empty folder, not the result.
  }
}
