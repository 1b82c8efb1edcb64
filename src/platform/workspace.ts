import { join } from 'node:path';
import { canonicalJson } from '../model/params.js';
import { UserError } from '../model/errors.js';
import type { StudyConfig } from '../model/config.js';
import type { Progress, Repository, SideTree, Workspace } from '../model/ports.js';
import type { Side } from '../model/trial.js';
import type { Git } from './git.js';
import { checkTemplates } from './templates.js';
import { refuseEditableInstall } from './workspaceEditable.js';
import { linkFolders } from './workspaceLinks.js';
import { changedInPrefixes, snapshotPrefixes } from './workspacePrefix.js';
import { findPython } from './workspacePython.js';
import { runSetup } from './workspaceSetup.js';
import { lockfilesAt } from './workspaceLock.js';
import { openWorktrees, type Worktree, type Worktrees } from './workspaceTree.js';

export interface WorkspaceOptions {
  readonly repository: Repository & { readonly git: Git };
  /** Worktrees go to `<stateDir>/sides`. */
  readonly stateDir: string;
  /** Folder inside the repository in which commands run; `link` is relative to it. Default: the root. */
  readonly prefix?: string;
  /** Environment of setup commands and of trials: tokens are gone from it already. */
  readonly env: Readonly<Record<string, string>>;
  /** Without `setup`: `as-is` runs head in the checked-out files, `commit` in them only where they are exactly that commit. */
  readonly head: 'as-is' | 'commit';
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly setupTimeoutMs?: number;
}

/** Both sides built alike (decisions.md 12). The user's own files are never written to. */
export function createWorkspace(options: WorkspaceOptions): Workspace {
  const { repository } = options;
  let worktrees: Promise<Worktrees> | undefined;
  const builtWithSetup: boolean[] = [];
  const opened = () => (worktrees ??= openWorktrees({ git: repository.git, folder: join(options.stateDir, 'sides'), progress: options.progress }));
  return {
    get dependencies() {
      return builtWithSetup.length > 0 && builtWithSetup.every(Boolean) ? 'each-side' : 'shared';
    },
    async prepare(side, sha, config) {
      const own = config.setup.length > 0;
      builtWithSetup.push(own);
      const isAsItIs = side === 'head' && !own && await isCheckedOut(options, sha);
      const tree = isAsItIs ? { side, sha, dir: join(repository.root, options.prefix ?? '') } : await build(await opened(), { side, sha, config }, options);
      if (!isAsItIs) await refuseEditableInstall({ side, dir: tree.dir, root: repository.root, stateDir: options.stateDir, config, env: { ...options.env, ...config.env.set } });
      const { warnings } = checkTemplates(tree.dir, config);
      if (side === 'head') for (const text of warnings) options.progress.warn(text);
      return tree;
    },
    async close() {
      await (await worktrees)?.close();
    },
  };
}

async function isCheckedOut({ repository, head }: WorkspaceOptions, sha: string): Promise<boolean> {
  if (head === 'as-is') return true;
  return (await repository.resolve('HEAD')).sha === sha && !await repository.isDirty();
}

interface Request { readonly side: Side; readonly sha: string; readonly config: StudyConfig }

async function build(worktrees: Worktrees, { side, sha, config }: Request, options: WorkspaceOptions): Promise<SideTree> {
  const key = canonicalJson([side, sha, config.setup, config.link, options.prefix ?? '']);
  const environment = config.setup.length === 0 ? undefined : await environmentOf({ side, sha, config }, options);
  const worktree = await worktrees.take({ side, sha, key, environment });
  const dir = join(worktree.path, options.prefix ?? '');
  if (!worktree.built) {
    await linkFolders({ root: join(options.repository.root, options.prefix ?? ''), dir, within: worktree.path, link: config.link });
    if (config.setup.length > 0) await setUp({ side, sha, config }, { dir, worktree, options });
    await worktree.markBuilt();
  }
  return { side, sha, dir };
}

/**
 * What an installed environment is kept under. Only base's serves another commit with the same lockfiles: trials of a
 * pull request may have changed theirs, which is good for nothing but the same commit again.
 */
async function environmentOf({ side, sha, config }: Request, { repository, prefix }: WorkspaceOptions): Promise<string> {
  const lockfiles = side === 'base' ? await lockfilesAt(repository.git, sha) : '';
  return canonicalJson([side, lockfiles === '' ? sha : lockfiles, config.setup, config.link, prefix ?? '']);
}

async function setUp({ side, sha, config }: Request, { dir, worktree, options }: { readonly dir: string; readonly worktree: Worktree; readonly options: WorkspaceOptions }): Promise<void> {
  const python = await findPython({ config, cwd: dir, env: options.env });
  const before = snapshotPrefixes({ python, env: options.env, root: options.repository.root, within: worktree.path });
  await runSetup({
    side, sha, commands: config.setup, dir, progress: options.progress, signal: options.signal, timeoutMs: options.setupTimeoutMs ?? 3_600_000,
    env: { ...options.env, ...config.env.set, NOREGRET_SIDE_DIR: dir, NOREGRET_SIDE: side },
  });
  const changed = changedInPrefixes(before);
  if (changed.length === 0) return;
  throw new UserError('setup-outside-worktree', `\`setup\` of ${side} (${sha.slice(0, 10)}) installed outside its own worktree: ${changed.slice(0, 5).join(', ')}. The other side would overwrite it, and both would run the same packages.`, {
    fix: 'Install into $NOREGRET_SIDE_DIR, for example `setup: [[python, -m, venv, .venv], [.venv/bin/pip, install, -r, requirements.txt]]` with `command: [.venv/bin/python, …]`, or `setup: [[uv, sync]]` with `command: [uv, run, …]`.',
  });
}
