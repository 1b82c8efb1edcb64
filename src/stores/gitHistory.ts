import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../model/errors.js';
import type { Git } from '../platform/git.js';
import { gitError } from '../platform/gitErrors.js';
import type { PrivateRepository } from './gitPrivate.js';
import { MAX_RECORD_BYTES } from './recordFile.js';

export interface HistoryBranch extends PrivateRepository {
  /** Full name of the branch on the remote. */
  readonly ref: string;
  /** Our own copy of it. */
  readonly copy: string;
}

const COMMIT_FOLDER = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
const README = 'Written by noregret: one small file per record, `<study>/<commit>/<run>-<attempt>.json`, never rewritten.\nWhat people decided (accepted declines, requests for more seeds) is below `@decisions`.\nDelete this branch to forget the history; do not merge it.\n';
const REJECTED = /\[(remote )?rejected\]|stale info|fetch first|non-fast-forward|cannot lock ref|incorrect old value|failed to update ref|reference already exists/i;
const FORBIDDEN = /GH006|GH013|protected branch|pre-receive hook declined|hook declined|\b403\b|Permission (to \S+ )?denied|write access/i;

/** Fetches this branch alone at depth 1. `undefined` = there is no such branch yet. */
export async function fetchTip({ git, remote, ref, copy }: HistoryBranch): Promise<string | undefined> {
  const args = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--depth=1', '--no-write-fetch-head', '--end-of-options', remote, `+${ref}:${copy}`];
  const fetched = await git.run(args, { timeoutMs: 180_000 });
  if (fetched.code === 0) return (await git.text(['rev-parse', '--verify', copy])).trim();
  if (/couldn't find remote ref/i.test(fetched.stderr)) return undefined;
  throw gitError(args, fetched, git.cwd);
}

/** Commits that have records of a study, as folder names. */
export async function listCommits(git: Git, tip: string, folder: string): Promise<readonly string[]> {
  const listed = await git.run(['ls-tree', '-z', '-d', '--name-only', `${tip}:${folder}`]);
  if (listed.code === 0) return listed.stdout.toString('utf8').split('\0').filter((name) => COMMIT_FOLDER.test(name));
  if (/Not a valid object name|not a tree object/i.test(listed.stderr)) return [];
  throw gitError(['ls-tree'], listed, git.cwd);
}

interface BlobFiles { readonly files: readonly { readonly path: string; readonly text: string }[]; readonly refused: readonly string[] }

/** Record files under these commits' folders, in one `git cat-file`. Links and submodules are passed over, giants refused unread. */
export async function readBlobs(git: Git, tip: string, folder: string, commits: readonly string[] | 'all'): Promise<BlobFiles> {
  if (commits.length === 0) return { files: [], refused: [] };
  const listed = await git.text(['ls-tree', '-r', '-z', '--long', `${tip}:${folder}`, ...(commits === 'all' ? [] : commits)]);
  const wanted: { oid: string; path: string }[] = [];
  const refused: string[] = [];
  for (const line of listed.split('\0')) {
    const match = /^100\d{3} blob ([0-9a-f]+) +(\d+)\t([0-9a-f]{40,64}\/[^/]+\.json)$/.exec(line);
    if (match === null) continue;
    const [, oid = '', size = '', name = ''] = match;
    const path = `${folder}/${name}`;
    if (Number(size) > MAX_RECORD_BYTES) refused.push(`${path}: ${size} bytes are more than a record may have`);
    else wanted.push({ oid, path });
  }
  const texts = await catBlobs(git, wanted.map(({ oid }) => oid));
  return { files: wanted.map(({ path }, i) => ({ path, text: texts[i] ?? '' })), refused };
}

async function catBlobs(git: Git, oids: readonly string[]): Promise<readonly string[]> {
  if (oids.length === 0) return [];
  const result = await git.run(['cat-file', '--batch', '--buffer'], { input: `${oids.join('\n')}\n`, maxBytes: 2 ** 31 - 1 });
  if (result.code !== 0) throw gitError(['cat-file'], result, git.cwd);
  const texts: string[] = [];
  for (let at = 0; at < result.stdout.length;) {
    const newline = result.stdout.indexOf(10, at);
    const size = Number(result.stdout.toString('latin1', at, newline).split(' ')[2]);
    if (!Number.isInteger(size)) throw new Error('git cat-file: unreadable header');
    texts.push(result.stdout.toString('utf8', newline + 1, newline + 1 + size));
    at = newline + 1 + size + 1;
  }
  return texts;
}

/** A commit on `tip` with one file more; `undefined` when the file is there already. */
export async function publishCommit(git: Git, tip: string | undefined, file: { readonly path: string; readonly text: string; readonly message: string }): Promise<string | undefined> {
  if (tip !== undefined && (await git.run(['cat-file', '-e', `${tip}:${file.path}`])).code === 0) return undefined;
  const index = join(git.cwd, `index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  try {
    if (tip === undefined) await addFile(git, env, { path: 'README.md', text: README });
    else await git.text(['read-tree', tip], { env });
    await addFile(git, env, file);
    const tree = (await git.text(['write-tree'], { env })).trim();
    return (await git.text(['commit-tree', tree, ...(tip === undefined ? [] : ['-p', tip]), '-m', file.message])).trim();
  } finally {
    await rm(index, { force: true });
  }
}

async function addFile(git: Git, env: Readonly<Record<string, string>>, file: { readonly path: string; readonly text: string }): Promise<void> {
  const blob = (await git.text(['hash-object', '-w', '--stdin'], { input: file.text })).trim();
  await git.text(['update-index', '--add', '--cacheinfo', `100644,${blob},${file.path}`], { env });
}

/** Compare and swap: the server takes `commit` only while its branch still is `tip`. Returns why not, if another try may help. */
export async function tryPush({ git, remote, ref, copy }: HistoryBranch, commit: string, tip: string | undefined): Promise<string | undefined> {
  const args = ['push', '--porcelain', '--no-verify', '--no-signed', '--recurse-submodules=no', `--force-with-lease=${ref}:${tip ?? ''}`, '--end-of-options', remote, `${commit}:${ref}`];
  const pushed = await git.run(args, { timeoutMs: 120_000 });
  if (pushed.code === 0) {
    await git.text(['update-ref', copy, commit]);
    return undefined;
  }
  const said = `${pushed.stdout.toString('utf8')}\n${pushed.stderr}`;
  if (FORBIDDEN.test(said)) throw refusedByServer(said, ref);
  if (REJECTED.test(said)) return pushed.stderr.split('\n').at(-1) ?? 'rejected';
  throw gitError(args, { code: pushed.code, stderr: said }, git.cwd);
}

function refusedByServer(said: string, ref: string): UserError {
  const branch = ref.replace('refs/heads/', '');
  if (/GH006|GH013|protected|hook declined/i.test(said)) {
    return new UserError('history-protected', `the server's rules forbid pushing the branch \`${branch}\``, {
      fix: `Leave \`${branch}\` out of the branch protection or ruleset, or choose another with \`history-branch\`.`, exitCode: 3,
    });
  }
  return new UserError('history-permission', `the token may not push the record to the branch \`${branch}\``, {
    fix: 'Add to the job that pushes to the default branch:\npermissions:\n  contents: write', exitCode: 3,
  });
}
