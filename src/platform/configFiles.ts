import { readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { glob } from 'tinyglobby';
import { UserError } from '../model/errors.js';

/** Where a study's file is looked for when none is named, in this order. */
const candidates = ['noregret.yml', 'noregret.yaml', '.github/noregret.yml', '.github/noregret.yaml'];
const sweepNames = ['sweep.yaml', 'sweep.yml'];
const maxBytes = 1 << 20;
/** Between patterns; a comma inside of braces belongs to its pattern. */
const separator = /\s*(?:\n|,(?![^{]*\}))\s*/;

/**
 * Paths of the study files below `root`, relative to it and sorted. `wanted` is a path or a glob; absent, the usual names
 * are tried. UserError `config-missing`, `config-ambiguous`.
 */
export async function findConfigFiles(root: string, wanted: string | undefined): Promise<string[]> {
  if (wanted !== undefined && wanted !== '') {
    const found = await glob(wanted.split(separator).filter((p) => p !== '').map((p) => relative(root, resolve(root, p))), { cwd: root, dot: true, onlyFiles: true });
    if (found.length > 0) return found.sort();
    throw new UserError('config-missing', `No file matches ${wanted} in ${root}.`, { fix: 'Check the path; it is relative to the working directory.' });
  }
  const present: string[] = [];
  for (const name of candidates) if (await isFile(join(root, name))) present.push(name);
  if (present.length > 1) {
    throw new UserError('config-ambiguous', `Several configurations found: ${present.join(', ')}.`, { fix: `Keep one of them, or name the one to use: --config ${present[0] ?? ''} (action input "config").` });
  }
  if (present.length === 1) return present;
  const sweeps: string[] = [];
  for (const name of sweepNames) if (await isFile(join(root, name))) sweeps.push(name);
  throw new UserError('config-missing', `No configuration found in ${root}: looked for ${candidates.join(', ')}.`, {
    fix: sweeps[0] === undefined ? 'Write one with: npx noregret init' : `There is a sweep file: use it as it is with --config ${sweeps[0]}, or write a noregret.yml from it with: npx noregret init`,
  });
}

/** Text of one study file. UserError `config-unreadable`. */
export async function readConfigFile(root: string, path: string): Promise<string> {
  try {
    const { size } = await stat(join(root, path));
    if (size > maxBytes) throw new UserError('config-too-large', `${path} has ${size} bytes; a configuration may have ${maxBytes}.`, { fix: 'Is this the right file?' });
    return await readFile(join(root, path), 'utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('config-unreadable', `Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then((s) => s.isFile(), () => false);
}
