import { createHash } from 'node:crypto';
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

/** One folder per identity, so that a log is resumed only by the same commits, baseline, configuration and machine. */
export function studyFolder(stateDir: string, study: string, identity: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256').update(JSON.stringify(Object.entries(identity).sort())).digest('hex').slice(0, 12);
  return join(stateDir, `${encodeURIComponent(study).replaceAll('.', '%2E').slice(0, 80)}`, hash);
}
