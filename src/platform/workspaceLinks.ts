import { lstat, mkdir, realpath, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { UserError } from '../model/errors.js';

/** Untracked folders which both sides need: links in the worktree to those of the main checkout. */
export async function linkFolders({ root, dir, within, link }: { readonly root: string; readonly dir: string; readonly within: string; readonly link: readonly string[] }): Promise<void> {
  for (const entry of link) {
    const path = normalize(entry).replace(/[/\\]$/, '');
    if (isAbsolute(path) || path === '.' || path.split(sep).includes('..')) throw refused(entry, 'leads out of the repository');
    if (await exists(join(dir, path))) continue;
    if (!await exists(join(root, path))) throw refused(entry, `does not exist in ${root}`);
    await mkdir(dirname(join(dir, path)), { recursive: true });
    // A commit can hold a link as a parent folder; ours must not end up wherever that one points.
    const parent = await realpath(dirname(join(dir, path)));
    if (parent !== await realpath(within) && !parent.startsWith(`${await realpath(within)}${sep}`)) throw refused(entry, 'leads out of the worktree');
    await symlink(join(root, path), join(dir, path));
  }
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

function refused(entry: string, why: string): UserError {
  return new UserError('side-unbuildable', `link: \`${entry}\` ${why}`, { fix: 'List folders of the main checkout that git does not track, relative to the folder in which commands run, e.g. link: [data, node_modules].' });
}
