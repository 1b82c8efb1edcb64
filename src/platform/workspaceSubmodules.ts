import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../model/errors.js';
import type { Git } from './git.js';
import { gitError } from './gitErrors.js';

const updateMs = 1_200_000;

/** Fills the submodules of a worktree at the commits of `sha`; UserError where they cannot be had. */
export async function fillSubmodules(git: Git, sha: string): Promise<void> {
  await fromCheckout(git);
  const updated = await git.run(['submodule', 'update', '--init', '--recursive', '--quiet'], { timeoutMs: updateMs });
  if (updated.code === 0) return;
  const { message } = gitError(['submodule'], updated, git.cwd);
  throw new UserError('side-unbuildable', `the submodules of ${sha.slice(0, 10)} could not be fetched: ${message}`, {
    fix: 'Give the job credentials for them (`github-token:` with access, or actions/checkout with submodules: recursive and persist-credentials).', exitCode: 3,
  });
}

/**
 * What the checkout has of a submodule needs neither network nor credentials, and a job that took care to keep none has
 * none. Only commits that are there already are taken: all else goes the usual way afterwards.
 */
async function fromCheckout(git: Git): Promise<void> {
  const common = resolve(git.cwd, (await git.text(['rev-parse', '--git-common-dir'])).trim());
  const listed = await git.run(['config', '-z', '--file', '.gitmodules', '--get-regexp', '^submodule\\..*\\.path$']);
  for (const entry of listed.stdout.toString('utf8').split('\0')) {
    const [key = '', path = ''] = entry.split('\n');
    const name = key.slice('submodule.'.length, -'.path'.length);
    const kept = join(common, 'modules', name);
    if (name === '' || path === '' || name.split('/').includes('..') || !existsSync(join(kept, 'HEAD'))) continue;
    const pinned = (await git.run(['rev-parse', `HEAD:${path}`])).stdout.toString('utf8').trim();
    if ((await git.run(['--git-dir', kept, 'cat-file', '-e', `${pinned}^{commit}`])).code !== 0) continue;
    const local = git.at(git.cwd, [[`submodule.${name}.url`, kept], ['protocol.file.allow', 'always']]);
    await local.run(['submodule', 'update', '--init', '--quiet', '--', path], { timeoutMs: updateMs });
  }
}
