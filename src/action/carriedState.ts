import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { download, type RunArtifacts } from '../platform/artifact.js';
import { readHostileZip } from '../platform/hostileZip.js';
import { latestArtifact } from './artifacts.js';

/**
 * On a runner that is thrown away the logs of an unfinished run travel to the next attempt in the run's own artifact
 * (decisions.md 34). Only logs travel: from them everything measured is known again.
 */
export const stateFile = 'state.json';
const logName = 'study.jsonl';
const limits = { fileBytes: 64 * 1024 * 1024, entries: 20 };

/** A relative path to a log that stays below the folder it is put in. */
const isLogPath = (path: string): boolean => path.endsWith(`/${logName}`) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part));
const stateSchema = z.record(z.string().refine(isLogPath), z.string());

/** A run that is done is taken up again only for more seeds, which may as well be measured anew: its logs must not make the report's artifact too large to be read. */
const finishedBytes = 8 * 1024 * 1024;

/** Logs below `stateDir` that this run has written to, as JSON; undefined when there are none or they are too large to carry. */
export async function packState(stateDir: string, sinceMs: number, { finished = false } = {}): Promise<string | undefined> {
  const found: Record<string, string> = {};
  for (const path of await readdir(stateDir, { recursive: true }).catch(() => [])) {
    if (!path.endsWith(logName)) continue;
    const { mtimeMs, size } = await stat(join(stateDir, path));
    if (mtimeMs >= sinceMs && size < limits.fileBytes / 4) found[path] = await readFile(join(stateDir, path), 'utf8');
  }
  const text = JSON.stringify(found);
  return Object.keys(found).length === 0 || text.length > (finished ? finishedBytes : limits.fileBytes) ? undefined : text;
}

/** Puts back what an earlier attempt of this run left, where this machine has nothing of its own. Answers how many logs. */
export async function restoreState(stateDir: string, artifacts: RunArtifacts, commentId: string): Promise<number> {
  const name = latestArtifact(await artifacts.list(), (item) => item, commentId);
  if (name === undefined) return 0;
  const files = await readHostileZip(await download(await artifacts.url(name), limits.fileBytes), [stateFile], limits);
  const state = stateSchema.safeParse(JSON.parse(files.get(stateFile) ?? '{}'));
  if (!state.success) return 0;
  let restored = 0;
  for (const [path, text] of Object.entries(state.data)) {
    const target = join(stateDir, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text, { flag: 'wx' }).then(() => restored++, () => undefined);
  }
  return restored;
}
