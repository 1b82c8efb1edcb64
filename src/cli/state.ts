import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the command line keeps studies, beside the configuration; ignores itself in git. */
export const stateDirName = '.noregret';

/** Makes `<root>/.noregret`, ignored by git without touching the user's own ignore file. */
export async function openStateDir(root: string): Promise<string> {
  const dir = join(root, stateDirName);
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, '.gitignore'), '*\n');
  return dir;
}

