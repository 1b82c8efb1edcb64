import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import picomatch from 'picomatch';

/** `3 files, 12.4 MB, 1a2b3c4d5e6f`: names and contents of the files listed under `data:`, streamed. */
export async function fingerprintData(dir: string, patterns: readonly string[]): Promise<string> {
  if (patterns.length === 0) return 'none';
  const files = await listFiles(dir, patterns);
  const whole = createHash('sha256');
  let bytes = 0;
  let count = 0;
  for (const path of files) {
    const digest = await hashFile(join(dir, path));
    if (digest === undefined) continue;
    whole.update(`${path}\0${digest.sha256}\0`);
    bytes += digest.bytes;
    count += 1;
  }
  if (count === 0) return `no file matches ${patterns.join(', ').slice(0, 100)}`;
  return `${count} ${count === 1 ? 'file' : 'files'}, ${size(bytes)}, ${whole.digest('hex').slice(0, 12)}`;
}

async function listFiles(dir: string, patterns: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const pattern of patterns) {
    const { base, isGlob } = picomatch.scan(pattern);
    const matches = isGlob ? picomatch(pattern, { dot: true }) : () => true;
    for await (const path of walk(join(dir, isGlob ? base : pattern), [])) {
      const name = relative(dir, path);
      if (matches(name)) found.add(name);
    }
  }
  return [...found].sort();
}

/** Follows links, as a program that reads the data would, but never round in a circle. */
async function* walk(path: string, above: readonly string[]): AsyncGenerator<string> {
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isFile() === true) yield path;
  if (facts?.isDirectory() !== true) return;
  const real = await realpath(path);
  if (above.includes(real)) return;
  for (const name of (await readdir(path)).filter((entry) => entry !== '.git').sort()) yield* walk(join(path, name), [...above, real]);
}

async function hashFile(path: string): Promise<{ readonly sha256: string; readonly bytes: number } | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  if (file === undefined) return undefined;
  const facts = await file.stat();
  if (!facts.isFile()) {
    await file.close();
    return undefined;
  }
  const sha256 = createHash('sha256');
  await pipeline(file.createReadStream({ end: Math.max(facts.size - 1, 0) }), sha256);
  return { sha256: sha256.digest('hex'), bytes: facts.size };
}

function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power] ?? 'B'}`;
}
