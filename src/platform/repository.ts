import { UserError } from '../model/errors.js';
import type { CommitFacts, Repository } from '../model/ports.js';
import { createGit, type Git, type GitOptions } from './git.js';
import { gitError } from './gitErrors.js';

const FILE_BYTES = 16 * 1024 * 1024;
const FULL_SHA = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** The repository around `cwd`. UserError when there is none, git is missing, or its owner is another user. */
export async function openRepository(options: GitOptions): Promise<Repository & { readonly git: Git }> {
  const outside = createGit(options);
  const root = (await outside.text(['rev-parse', '--show-toplevel'])).replace(/\n$/, '');
  if (root === '') {
    throw new UserError('bare-repository', `${options.cwd} is a bare repository: it has no files to train with`, { fix: 'Clone it: git clone REPOSITORY FOLDER' });
  }
  const git = outside.at(root);
  const clone = { git, resolve: createCommits(git) };
  return {
    root,
    git,
    resolve: clone.resolve,
    mergeBase: (a, b) => mergeBase(clone, a, b),
    firstParents: (from, limit) => firstParents(clone, from, limit),
    changedFiles: (from, to) => changedFiles(clone, from, to),
    lastTag: (from) => lastTag(clone, from),
    readFile: (sha, path) => readFileAt(clone, sha, path),
    async isDirty() {
      const status = await git.text(['status', '--porcelain', '--untracked-files=no', '--ignore-submodules=none', '-z']);
      return status !== '';
    },
  };
}

interface Clone { readonly git: Git; readonly resolve: (revision: string) => Promise<CommitFacts> }

/** A commit never changes: one that is asked for by its full name again costs no process. */
function createCommits(git: Git): Clone['resolve'] {
  const known = new Map<string, CommitFacts>();
  return async (revision) => {
    const facts = known.get(revision) ?? await resolveCommit(git, revision);
    known.set(facts.sha, facts);
    return facts;
  };
}

async function resolveCommit(git: Git, revision: string): Promise<CommitFacts> {
  const found = await readObject(git, `${revision}^{commit}`) ?? await readObject(git, `refs/remotes/origin/${revision}^{commit}`);
  if (found === undefined) throw await missingRevision(git, revision);
  return parseCommit(found.sha, found.body.toString('utf8'));
}

/** Parents as the commit itself names them: in a shallow clone `git log` would hide those that were not fetched. */
function parseCommit(sha: string, text: string): CommitFacts {
  const end = text.indexOf('\n\n');
  const headers = text.slice(0, end).split('\n');
  const values = (name: string) => headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const seconds = Number(/ (\d+) [+-]\d{4}$/.exec(values('committer')[0] ?? '')?.[1] ?? 0);
  return {
    sha,
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    date: new Date(seconds * 1000).toISOString(),
    subject: text.slice(end + 2).trimStart().split('\n', 1)[0] ?? '',
  };
}

/** Names go over stdin: a branch called `--output=x` stays a name. */
async function readObject(git: Git, name: string): Promise<{ readonly sha: string; readonly type: string; readonly body: Buffer } | undefined> {
  if (/[\n\0]/.test(name)) return undefined;
  const result = await git.run(['cat-file', '--batch', '--follow-symlinks'], { input: `${name}\n`, maxBytes: FILE_BYTES });
  if (result.code !== 0) throw gitError(['cat-file'], result, git.cwd);
  const newline = result.stdout.indexOf(10);
  const header = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(result.stdout.subarray(0, newline).toString('utf8'));
  if (header === null) return undefined;
  const [, sha = '', type = '', size = '0'] = header;
  return { sha, type, body: result.stdout.subarray(newline + 1, newline + 1 + Number(size)) };
}

async function missingRevision(git: Git, revision: string): Promise<UserError> {
  const shown = revision.replaceAll(/[^\x21-\x7e]/g, '?').slice(0, 100);
  if (await isShallow(git)) return shallowClone(`commit ${shown} is not in this shallow clone`);
  if (FULL_SHA.test(revision)) {
    return new UserError('missing-commit', `commit ${shown} is not in this clone; its branch was force-pushed or deleted`, {
      fix: `Run: git fetch origin ${shown} (while the server still has it), or name another commit. A pull request gets a new base when it is updated.`,
    });
  }
  return new UserError('unknown-revision', `there is no branch, tag or commit \`${shown}\` in this clone`, {
    fix: `If the branch exists: git fetch origin ${shown}. If it was deleted, name the commit itself. In a workflow: actions/checkout with fetch-depth: 0.`,
  });
}

function shallowClone(says: string): UserError {
  return new UserError('shallow-clone', says, {
    fix: 'In the workflow: actions/checkout with { fetch-depth: 0 }. On a laptop: git fetch --unshallow',
  });
}

async function isShallow(git: Git): Promise<boolean> {
  return (await git.text(['rev-parse', '--is-shallow-repository'])).trim() === 'true';
}

async function mergeBase({ git, resolve }: Clone, a: string, b: string): Promise<string | undefined> {
  const [left, right] = [await resolve(a), await resolve(b)];
  const result = await git.run(['merge-base', left.sha, right.sha]);
  if (result.code === 0) return result.stdout.toString('utf8').trim();
  if (result.code !== 1) throw gitError(['merge-base'], result, git.cwd);
  if (await isShallow(git)) throw shallowClone(`no merge base of ${a.slice(0, 12)} and ${b.slice(0, 12)} in this shallow clone`);
  return undefined;
}

async function firstParents({ git, resolve }: Clone, from: string, limit: number): Promise<readonly string[]> {
  const { sha } = await resolve(from);
  const listed = await git.text(['rev-list', '--first-parent', `--max-count=${limit}`, sha]);
  return listed.trim().split('\n');
}

async function changedFiles({ git, resolve }: Clone, from: string, to: string): Promise<readonly string[]> {
  const [left, right] = [await resolve(from), await resolve(to)];
  const listed = await git.text(['diff-tree', '-r', '-z', '--name-only', '--no-renames', left.sha, right.sha]);
  return listed.split('\0').filter((path) => path !== '');
}

async function lastTag({ git, resolve }: Clone, from: string): Promise<{ readonly tag: string; readonly sha: string } | undefined> {
  const { sha } = await resolve(from);
  const described = await git.run(['describe', '--tags', '--abbrev=0', '--first-parent', sha]);
  const tag = described.stdout.toString('utf8').trim();
  return described.code === 0 && tag !== '' ? { tag, sha: (await resolve(`refs/tags/${tag}`)).sha } : undefined;
}

async function readFileAt({ git, resolve }: Clone, sha: string, path: string): Promise<string | undefined> {
  const found = await readObject(git, `${sha}:${path}`);
  if (found?.type === 'blob') return found.body.toString('utf8');
  await resolve(sha);
  return undefined;
}
