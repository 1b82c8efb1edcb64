import { randomUUID } from 'node:crypto';
import { rename, stat, symlink, unlink } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';

/** As `JournalFileSymlinkLock` of Optuna: a lock whose file was not touched for so long belongs to a dead process. */
const graceMs = 30_000;
const longestNapMs = 1000;

/** Holds Optuna's own lock on a journal while `body` runs, so that both may write to one file. */
export async function withOptunaLock<T>(journal: string, body: () => Promise<T>): Promise<T> {
  const lock = `${journal}.lock`;
  await acquire(journal, lock);
  try {
    return await body();
  } finally {
    await release(lock);
  }
}

async function acquire(journal: string, lock: string): Promise<void> {
  let [seen, since] = [NaN, performance.now()];
  for (let napMs = 1; ; napMs = Math.min(2 * napMs, longestNapMs)) {
    if (await isLinked(journal, lock)) return;
    const touched = await stat(lock).then(({ mtimeMs }) => mtimeMs, () => undefined);
    if (touched === undefined) continue;
    if (touched !== seen) [seen, since] = [touched, performance.now()];
    if (performance.now() - since > graceMs) await release(lock);
    await setTimeout(napMs);
  }
}

async function isLinked(target: string, path: string): Promise<boolean> {
  try {
    await symlink(target, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Renamed first: two who break one lock at once do not both take away the next one's. */
async function release(lock: string): Promise<void> {
  const aside = `${lock}${randomUUID()}.rename`;
  await rename(lock, aside).then(async () => { await unlink(aside); }, () => undefined);
}
