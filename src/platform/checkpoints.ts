import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, readdir, realpath, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * Models that main's runs left on this machine, by the digest of their content: what the history names by its digest is
 * that model and no other, whoever else wrote here. Nothing is fetched from anywhere, and nothing is packed into an artifact.
 */
export interface Checkpoints {
  /** Copies a file or folder below a trial's own folder; answers its digest, or why there is none to keep. */
  keep(trialDir: string, path: string): Promise<{ readonly digest: string } | { readonly why: string }>;
  /** Where it lies; undefined where it is not on this machine or is not what its digest says any more. */
  find(digest: string): Promise<string | undefined>;
}

/** Kept in all: a study needs its newest, and pull requests that are open for long the few before. */
const mostKept = 20;
const mostFiles = 10_000;

export function createCheckpoints(stateDir: string): Checkpoints {
  // No study's folder begins with a dot.
  const folder = join(stateDir, '.checkpoints');
  const placeOf = (digest: string): string => join(folder, digest, 'model');
  const find = async (digest: string): Promise<string | undefined> => {
    if (!/^[0-9a-f]{64}$/.test(digest)) return undefined;
    const files = await filesIn(placeOf(digest)).catch(() => undefined);
    return files !== undefined && typeof files !== 'string' && await digestOf(placeOf(digest), files) === digest ? placeOf(digest) : undefined;
  };
  return {
    find,
    keep: async (trialDir, path) => {
      const from = resolve(trialDir, path);
      if (await isOutside(trialDir, from)) return { why: 'is not there' };
      const files = await filesIn(from);
      if (typeof files === 'string') return { why: files };
      const partial = join(folder, `partial-${process.pid}-${Math.random().toString(36).slice(2)}`);
      for (const file of files) await copyTo(join(from, file), join(partial, 'model', file));
      // Of the copy: a process that a trial left behind may still be writing.
      const digest = await digestOf(join(partial, 'model'), files);
      if (await find(digest) === undefined) {
        await rm(join(folder, digest), { recursive: true, force: true });
        await rename(partial, join(folder, digest));
      } else await rm(partial, { recursive: true, force: true });
      await utimes(join(folder, digest), new Date(), new Date());
      await forgetOldest(folder);
      return { digest };
    },
  };
}

async function isOutside(trialDir: string, path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => undefined);
  const home = await realpath(trialDir).catch(() => undefined);
  return real === undefined || home === undefined || !`${real}/`.startsWith(`${home}/`);
}

/** Relative names in order, '' for a file alone; a sentence's end where it cannot be kept: a link may lead anywhere. */
async function filesIn(path: string): Promise<readonly string[] | string> {
  const facts = await lstat(path);
  if (facts.isFile()) return [''];
  if (!facts.isDirectory()) return 'is neither a file nor a folder';
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  if (entries.some((entry) => !entry.isFile() && !entry.isDirectory())) return 'holds links or other things that are no files';
  const files = entries.filter((entry) => entry.isFile()).map((entry) => relative(path, join(entry.parentPath, entry.name))).sort();
  if (files.length > mostFiles) return `holds more than ${mostFiles} files`;
  return files.length === 0 ? 'is empty' : files;
}

async function digestOf(path: string, files: readonly string[]): Promise<string> {
  const whole = createHash('sha256');
  for (const file of files) {
    const own = createHash('sha256');
    await pipeline(createReadStream(join(path, file)), own);
    whole.update(`${file}\0${own.digest('hex')}\0`);
  }
  return whole.digest('hex');
}

/** Read-only, so that a trial does not write into it by mistake. */
async function copyTo(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
  await chmod(to, 0o444);
}

async function forgetOldest(folder: string): Promise<void> {
  const names = await readdir(folder);
  const dated = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })));
  const old = dated.sort((a, b) => b.at - a.at).slice(mostKept);
  for (const { name } of old) await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
}
