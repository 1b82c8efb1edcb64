import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startGitHttp, type GitHttp } from '../../stores/gitHttp.js';
import { startArtifacts, type ArtifactServer } from './artifactServer.js';
import type { Token } from './githubRules.js';
import { startGitHub, type GitHubServer } from './githubServer.js';

const run = promisify(execFile);

/** Tokens by what they are for; the git server and the API know the same ones. */
export const tokens = {
  /** The `tune` job of the two-job workflow, and every job of a fork's pull request. */
  read: 'ghs_readonly0000000000000000000000000000',
  /** The `report` job, and the one-job form. */
  write: 'ghs_writetoken000000000000000000000000000',
  /** The job that answers commands. */
  commands: 'ghs_commands00000000000000000000000000000',
} as const;
const permissions: Readonly<Record<keyof typeof tokens, Token['permissions']>> = {
  read: { contents: 'read', metadata: 'read' },
  write: { actions: 'read', contents: 'write', pull_requests: 'write', checks: 'write', metadata: 'read' },
  commands: { actions: 'write', contents: 'write', pull_requests: 'write', checks: 'write', metadata: 'read' },
};

export type Files = Readonly<Record<string, string | undefined>>;

export interface PullRequest { readonly number: number; readonly branch: string; readonly headSha: string; readonly baseSha: string; readonly mergeSha: string; readonly fork: boolean; readonly payload: object }

/** A repository on a git server and on GitHub, with somebody who commits to it. */
export interface World {
  readonly github: GitHubServer;
  readonly git: GitHttp;
  readonly artifacts: ArtifactServer;
  readonly root: string;
  /** Where `git fetch` goes; `*.localhost`, because the artifact service is offered to no other host. */
  readonly serverUrl: string;
  /** Commits on a branch (made from main when new) and pushes; `undefined` deletes a file. */
  commit(branch: string, files: Files, message?: string): Promise<string>;
  /** Opens the pull request of a branch, or reads it anew after more commits. */
  pullRequest(branch: string, options?: { fork?: boolean; draft?: boolean }): Promise<PullRequest>;
  pushPayload(sha: string, before?: string): object;
  /** Text of a file of the bare repository, or undefined. */
  show(revision: string, path: string): Promise<string | undefined>;
  listFiles(revision: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

function gitEnv(home: string): Record<string, string> {
  const person = { NAME: 'Ada', EMAIL: 'ada@invalid', DATE: '2026-01-02T03:04:05Z' };
  return { PATH: process.env['PATH'] ?? '', HOME: home, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', ...Object.fromEntries(Object.entries(person).flatMap(([key, value]) => [[`GIT_AUTHOR_${key}`, value], [`GIT_COMMITTER_${key}`, value]])) };
}

export async function git(cwd: string, home: string, ...args: readonly string[]): Promise<string> {
  return (await exact(cwd, home, ...args)).trim();
}

/** Not a byte trimmed. */
async function exact(cwd: string, home: string, ...args: readonly string[]): Promise<string> {
  return (await run('git', ['-c', 'protocol.file.allow=always', ...args], { cwd, env: gitEnv(home), maxBuffer: 1 << 26 })).stdout;
}

/** Commits to GitHub's own store, in the same bytes, so that both sides call them by the same sha. */
async function mirror(github: GitHubServer, sha: string, read: (...args: readonly string[]) => Promise<string>): Promise<void> {
  const api = `/repos/${github.repository}/git`;
  const show = async (...args: readonly string[]) => (await read(...args)).trim();
  for (const commit of (await show('rev-list', '--reverse', '--topo-order', sha)).split('\n')) {
    if (github.facts.commits.has(commit)) continue;
    const tree = [];
    for (const line of (await show('ls-tree', '-r', commit)).split('\n').filter((l) => l !== '')) {
      const [, mode, blob, path] = /^(\d+) blob (\w+)\t(.+)$/.exec(line)!;
      const content = Buffer.from(await read('cat-file', 'blob', blob!)).toString('base64');
      await github.as('octo', 'POST', `${api}/blobs`, { content, encoding: 'base64' });
      tree.push({ path, mode, type: 'blob', sha: blob });
    }
    const made = (await github.as('octo', 'POST', `${api}/trees`, { tree })).data as { sha: string };
    const person = { name: 'Ada', email: 'ada@invalid', date: '2026-01-02T03:04:05Z' };
    const parents = (await show('show', '-s', '--format=%P', commit)).split(' ').filter((p) => p !== '');
    const answer = (await github.as('octo', 'POST', `${api}/commits`, { message: await show('show', '-s', '--format=%B', commit), tree: made.sha, parents, author: person, committer: person })).data as { sha: string };
    if (answer.sha !== commit) throw new Error(`the mirror of ${commit} came out as ${answer.sha}`);
    github.facts.commits.add(commit);
  }
}

async function setRef(github: GitHubServer, branch: string, sha: string): Promise<void> {
  const refs = `/repos/${github.repository}/git/refs`;
  const { status } = await github.as('octo', 'PATCH', `${refs}/heads/${branch}`, { sha, force: true });
  if (status !== 200) await github.as('octo', 'POST', refs, { ref: `refs/heads/${branch}`, sha });
}

export async function startWorld(): Promise<World> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'noregret-e2e-')));
  const served = join(root, 'served');
  const bare = join(served, 'octo', 'demo.git');
  const author = join(root, 'author');
  mkdirSync(author, { recursive: true });
  mkdirSync(dirname(bare), { recursive: true });
  const [github, artifacts, server] = await Promise.all([
    startGitHub(), startArtifacts(), startGitHttp({ root: served, tokens: { [tokens.read]: 'read', [tokens.write]: 'write', [tokens.commands]: 'write' } }),
  ]);
  for (const name of ['read', 'write', 'commands'] as const) github.tokens.set(tokens[name], { kind: 'app', login: 'github-actions[bot]', permissions: permissions[name] });
  await git(root, root, 'init', '-q', '--bare', '-b', 'main', bare);
  symlinkSync('demo.git', join(served, 'octo', 'demo'));
  const here = (...args: readonly string[]) => git(author, root, ...args);
  const at = (...args: readonly string[]) => git(bare, root, ...args);
  await here('init', '-q', '-b', 'main');
  await here('remote', 'add', 'origin', bare);
  const pulls = new Map<string, number>();

  const commit: World['commit'] = async (branch, files, message = `change ${branch}`) => {
    const known = (await here('branch', '--list', branch)) !== '';
    const born = (await here('rev-parse', '--verify', '-q', 'HEAD').catch(() => '')) !== '';
    if (born) await here('checkout', '-q', ...(known ? [branch] : ['-b', branch, 'main']));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(author, path)), { recursive: true });
      if (text === undefined) rmSync(join(author, path));
      else writeFileSync(join(author, path), text);
    }
    await here('add', '-A');
    await here('commit', '-q', '--allow-empty', '-m', message);
    await here('push', '-q', '-f', 'origin', branch);
    const sha = await here('rev-parse', 'HEAD');
    await mirror(github, sha, (...args) => exact(bare, root, ...args));
    await setRef(github, branch, sha);
    return sha;
  };
  const pullRequest: World['pullRequest'] = async (branch, { fork = false, draft = false } = {}) => {
    if (!pulls.has(branch)) {
      const made = await github.as('octo', 'POST', `/repos/${github.repository}/pulls`, { title: branch, head: branch, base: 'main', body: '' });
      if (made.status !== 201) throw new Error(`no pull request: ${JSON.stringify(made.data)}`);
      pulls.set(branch, (made.data as { number: number }).number);
    }
    const number = pulls.get(branch)!;
    const [headSha, baseSha] = [await here('rev-parse', branch), await here('rev-parse', 'main')];
    await here('checkout', '-q', '--detach', 'main');
    await here('merge', '-q', '--no-ff', '-m', `Merge ${headSha} into ${baseSha}`, branch);
    const mergeSha = await here('rev-parse', 'HEAD');
    await here('push', '-q', '-f', 'origin', `HEAD:refs/pull/${number}/merge`, `${branch}:refs/pull/${number}/head`);
    github.facts.heads.set(number, { sha: headSha, repository: fork ? 'mallory/demo' : github.repository, mergeSha });
    github.facts.people.trees.set(mergeSha, await here('rev-parse', 'HEAD^{tree}'));
    const messages = (await here('log', '--format=%H', `main..${branch}`)).split('\n').filter((sha) => sha !== '');
    github.facts.people.commits.set(number, await Promise.all(messages.toReversed().map(async (sha) => ({ sha, message: await here('show', '-s', '--format=%B', sha) }))));
    const repo = (full_name: string) => ({ full_name, fork: full_name !== github.repository });
    const payload = {
      action: 'synchronize', number, sender: { login: fork ? 'mallory' : 'octo' }, repository: { full_name: github.repository, default_branch: 'main' },
      pull_request: { number, draft, head: { sha: headSha, ref: branch, repo: repo(fork ? 'mallory/demo' : github.repository) }, base: { sha: baseSha, ref: 'main', repo: repo(github.repository) } },
    };
    return { number, branch, headSha, baseSha, mergeSha, fork, payload };
  };
  return {
    github, git: server, artifacts, root, serverUrl: server.url.replace('127.0.0.1', 'git.localhost'), commit, pullRequest,
    pushPayload: (sha, before = '0'.repeat(40)) => ({ sender: { login: 'octo' }, commits: [], ref: 'refs/heads/main', before, after: sha, created: false, deleted: false, forced: false, repository: { full_name: github.repository, default_branch: 'main' } }),
    show: (revision, path) => at('show', `${revision}:${path}`).catch(() => undefined),
    listFiles: async (revision) => (await at('ls-tree', '-r', '--name-only', revision).catch(() => '')).split('\n').filter((l) => l !== ''),
    close: async () => {
      await Promise.all([github.close(), artifacts.close(), server.close()]);
      rmSync(root, { recursive: true, force: true });
    },
  };
}
