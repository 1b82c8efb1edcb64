import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError, isSystemError } from '../model/errors.js';

/** Where the command line keeps studies, beside the configuration; ignores itself in git. */
export const stateDirName = '.noregret';

/** Makes `<root>/.noregret`, ignored by git without touching the user's own ignore file. UserError `state-unwritable`. */
export async function openStateDir(root: string): Promise<string> {
  const dir = join(root, stateDirName);
  await writing(dir, async () => {
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, '.gitignore'), '*\n');
  });
  return dir;
}

/** A full disk or a folder that may not be written is the user's to mend; anything else is a bug, and stays one. UserError `state-unwritable`. */
export async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const { code, message } = error;
    const fix = code === 'ENOSPC' || code === 'EDQUOT' ? 'Free some space and run again: what was measured is kept.' : 'Make the folder writable, or move away what is in its place.';
    throw new UserError('state-unwritable', `${path} cannot be written: ${message}`, { fix, exitCode: 3, cause: error });
  }
}

/** Whole or not at all, also where two programs write one file: the later one's stays. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  await writeFile(draft, text);
  await rename(draft, path);
}
