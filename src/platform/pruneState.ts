import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes study folders (`<state>/<study>/<identity>`) that nothing was written to for so long: a re-run continues a log
 * within days, and a persistent runner would keep them for ever. What cannot be removed is left for the next time.
 */
export async function pruneState(stateDir: string, options: { readonly olderThanMs: number; readonly nowMs: number }): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const study of await folders(stateDir)) {
    for (const identity of await folders(join(stateDir, study))) {
      const log = await stat(join(stateDir, study, identity, 'study.jsonl')).catch(() => undefined);
      if (log === undefined || options.nowMs - log.mtimeMs < options.olderThanMs) continue;
      await rm(join(stateDir, study, identity), { recursive: true, force: true }).catch(() => undefined);
      removed.push(`${study}/${identity}`);
    }
  }
  return removed;
}

async function folders(path: string): Promise<string[]> {
  return (await readdir(path, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
