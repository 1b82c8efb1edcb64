import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { UserError } from '../model/errors.js';
import { isAlive, processSchema, thisProcess, type ProcessIdentity } from './processIdentity.js';

const HEARTBEAT_MS = 20_000;
/** A holder on another machine (or in another container) is taken for dead after this silence. */
const SILENCE_MS = 90_000;
const SETTLE_MS = 50;

export interface JournalLock { release(): Promise<void> }

/** One writer per log. The lock of a process that died is broken; UserError `journal-locked` while its holder lives. */
export async function lockJournal(journal: string): Promise<JournalLock> {
  const path = `${journal}.lock`;
  const me = thisProcess();
  const draft = `${path}.${me.id}`;
  await writeFile(draft, JSON.stringify(me), { flag: 'wx', mode: 0o600 });
  try {
    if (!(await acquire(path, draft, me.id))) throw locked(journal, await readHolder(path));
  } finally {
    await rm(draft, { force: true });
  }
  const heartbeat = setInterval(() => void touch(path), HEARTBEAT_MS);
  heartbeat.unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      if ((await readHolder(path))?.id === me.id) await rm(path, { force: true });
    },
  };
}

/** A link either names our draft or fails: nobody ever sees half a lock. */
async function acquire(path: string, draft: string, id: string): Promise<boolean> {
  let broken = false;
  for (let attempt = 0; attempt < 5; attempt++) {
    if (await tryLink(draft, path)) return !broken || (await keeps(path, draft, id));
    const holder = await readHolder(path);
    if (holder === undefined) continue;
    if (await isHeld(path, holder)) return false;
    await breakLock(path, holder);
    broken = true;
  }
  return false;
}

/** Two who break one dead lock at once may both have linked; after a moment only one link is left. */
async function keeps(path: string, draft: string, id: string): Promise<boolean> {
  await setTimeout(SETTLE_MS);
  const holder = await readHolder(path);
  return holder === undefined ? await tryLink(draft, path) : holder.id === id;
}

async function tryLink(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the dead lock aside first, so that a lock taken in the same moment by another process is noticed and put back. */
async function breakLock(path: string, dead: ProcessIdentity): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readHolder(aside))?.id !== dead.id) await tryLink(aside, path);
  await rm(aside, { force: true });
}

async function readHolder(path: string): Promise<ProcessIdentity | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return processSchema.parse(JSON.parse(text));
  } catch {
    return { pid: 0, host: hostname(), id: text };
  }
}

async function isHeld(path: string, holder: ProcessIdentity): Promise<boolean> {
  const alive = isAlive(holder);
  if (alive !== undefined) return alive;
  const facts = await stat(path).catch(() => undefined);
  return facts !== undefined && Date.now() - facts.mtimeMs < SILENCE_MS;
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

function locked(journal: string, holder: ProcessIdentity | undefined): UserError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  return new UserError('journal-locked', `${journal} is being written by ${who}.`, {
    fix: 'Wait until it has finished, or end it; the lock of a process that died is broken by itself.', exitCode: 3,
  });
}
