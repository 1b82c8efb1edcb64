import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGit } from '../../src/platform/git.js';
import { createGitBranchStore } from '../../src/stores/gitBranch.js';
import { hostilePlaceContract, makeRecord, sha, storeContract } from '../contracts/store.js';
import { createRepository, gitTestEnv, temporaryFolder } from './gitFixture.js';
import { startGitHttp, type GitHttp } from './gitHttp.js';

const folder = temporaryFolder('git-store');
const served = join(folder.path, 'served');
let server: GitHttp;
let places = 0;
beforeAll(async () => { server = await startGitHttp({ root: served, tokens: { canWrite: 'write', canRead: 'read' } }); });
afterAll(async () => { await server.close(); folder.remove(); });

const clock = {
  now: () => performance.now(), utc: () => new Date().toISOString(),
  sleep: (ms: number) => new Promise<void>((resolve) => { setTimeout(resolve, ms); }),
};

/** A bare repository behind HTTP, the user's clone of it, and as many stores as one likes. */
function place(token = 'canWrite') {
  const name = `r${++places}`;
  const bare = createRepository(join(served, `${name}.git`), '--bare');
  const clone = createRepository(join(folder.path, name, 'clone'));
  clone.git('remote', 'add', 'origin', `${server.url}/${name}.git`);
  clone.commit('start', { 'train.py': 'print(1)\n' });
  let opened = 0;
  const open = (onWarning?: (text: string) => void) => createGitBranchStore({
    git: createGit({ cwd: clone.dir, env: gitTestEnv(folder.path), secrets: [token] }), gitDir: join(folder.path, name, `state${++opened}`),
    token, clock, random: Math.random, ...(onWarning && { onWarning }),
  });
  return { name, bare, clone, open, plant: (path: string, text: string) => { plant(bare.dir, path, text); } };
}

/** Puts a file on the branch with plain plumbing, as another tool or a hand would. */
function plant(bare: string, path: string, text: string, mode = '100644'): void {
  const env = { ...gitTestEnv(folder.path), GIT_INDEX_FILE: join(bare, 'planting') };
  const git = (args: readonly string[], input = '') => execFileSync('git', args, { cwd: bare, env, input, encoding: 'utf8' }).trim();
  const had = spawnSync('git', ['rev-parse', '-q', '--verify', 'refs/heads/noregret'], { cwd: bare, env, encoding: 'utf8' }).stdout.trim();
  git(['read-tree', ...(had === '' ? ['--empty'] : [had])]);
  git(['update-index', '--add', '--cacheinfo', `${mode},${git(['hash-object', '-w', '--stdin'], text)},${path}`]);
  git(['update-ref', 'refs/heads/noregret', git(['commit-tree', git(['write-tree']), ...(had === '' ? [] : ['-p', had]), '-m', 'planted'])]);
}

storeContract('git branch over HTTP', () => place());
hostilePlaceContract('git branch over HTTP', () => place());

describe('the branch', () => {
  test('eight writers at once, three records each, lose nothing, and the repository stays sound', async () => {
    const { bare, open } = place();
    await Promise.all(Array.from({ length: 8 }, async (_, writer) => {
      const store = open();
      for (let k = 0; k < 3; k++) await store.append(makeRecord({ sha: sha(writer * 10 + k), run: `${writer}` }));
    }));
    const found = await open().read('spiral');
    expect(new Set(found.map((record) => record.sha)).size).toBe(24);
    expect(bare.git('rev-list', '--count', 'noregret')).toBe('24');
    expect(bare.git('fsck', '--strict', '--no-dangling')).toBe('');
  }, 180_000);

  test("is an orphan, and the user's clone is left as it was: files, index, refs, configuration, not shallow", async () => {
    const { bare, clone, open } = place();
    clone.write('train.py', 'print(2)\n');
    clone.git('add', 'train.py');
    clone.write('train.py', 'print(3)\n');
    const state = () => [clone.git('status', '--porcelain=v2'), clone.git('for-each-ref'), clone.git('rev-parse', '--is-shallow-repository'), readFileSync(join(clone.dir, '.git/config'), 'utf8'), readdirSync(join(clone.dir, '.git')).sort()];
    const before = state();
    const store = open();
    await store.append(makeRecord());
    await store.read('spiral');
    expect(state()).toEqual(before);
    expect(bare.git('rev-list', '--parents', 'noregret').split(' ')).toHaveLength(1);
    expect(bare.git('ls-tree', '-r', '--name-only', 'noregret').split('\n')).toEqual(['README.md', `spiral/${sha(1)}/100-1.json`]);
  });

  test('a token that may only read gets the exact permissions to add, exit 3, and is not printed', async () => {
    const { open } = place('canRead');
    const error: unknown = await open().append(makeRecord()).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'history-permission', exitCode: 3, fix: expect.stringContaining('permissions:\n  contents: write') });
    expect(JSON.stringify([error, String(error)])).not.toContain('canRead');
  });

  test('a wrong token is told apart', async () => {
    await expect(place('stale').open().read('spiral')).rejects.toMatchObject({ code: 'git-auth', exitCode: 3 });
  });

  test('a protected branch is told apart from a missing permission', async () => {
    const { bare, open } = place();
    writeFileSync(join(bare.dir, 'hooks/pre-receive'), '#!/bin/sh\necho "GH006: Protected branch update failed" >&2\nexit 1\n', { mode: 0o755 });
    await expect(open().append(makeRecord())).rejects.toMatchObject({ code: 'history-protected', exitCode: 3 });
  });

  test('a push whose answer was lost is not made twice', async () => {
    const { bare, open } = place();
    const store = open();
    await store.append(makeRecord());
    await open().append(makeRecord());
    await store.append(makeRecord());
    expect(bare.git('rev-list', '--count', 'noregret')).toBe('1');
  });

  test('a header left by checkout is used without a token of our own, and not sent beside it', async () => {
    const { clone, open, name } = place();
    clone.git('config', `http.${server.url}/.extraheader`, `AUTHORIZATION: basic ${Buffer.from('x:canRead').toString('base64')}`);
    await open().append(makeRecord());
    const reader = createGitBranchStore({ git: createGit({ cwd: clone.dir, env: gitTestEnv(folder.path) }), gitDir: join(folder.path, name, 'plain'), clock, random: Math.random });
    expect(await reader.read('spiral')).toEqual([makeRecord()]);
  });

  test.each([
    ['a lock that a killed git left', (gitDir: string) => { writeFileSync(join(gitDir, 'shallow.lock'), ''); }],
    ['torn objects', (gitDir: string) => { rmSync(join(gitDir, 'objects'), { recursive: true }); writeFileSync(join(gitDir, 'objects'), ''); }],
  ])('our own copy is only a copy: %s does not stop the next run', async (_, spoil) => {
    const { clone, name, bare, open } = place();
    const gitDir = join(folder.path, name, 'kept');
    const again = () => createGitBranchStore({ git: createGit({ cwd: clone.dir, env: gitTestEnv(folder.path) }), gitDir, token: 'canWrite', clock, random: () => 0.1 });
    await again().append(makeRecord());
    await open().append(makeRecord({ sha: sha(2) }));
    spoil(gitDir);
    expect(await again().read('spiral')).toHaveLength(2);
    await again().append(makeRecord({ sha: sha(3) }));
    expect(bare.git('rev-list', '--count', 'noregret')).toBe('3');
  });

  test('links and submodules in its tree are passed over', async () => {
    const { bare, open } = place();
    plant(bare.dir, `spiral/${sha(3)}/1-1.json`, '/etc/passwd', '120000');
    expect(await open().read('spiral')).toEqual([]);
  });

  test('without any remote the branch lives in the repository itself', async () => {
    const local = createRepository(join(folder.path, 'local'));
    local.commit('start', { a: '1' });
    const open = (n: number) => createGitBranchStore({ git: createGit({ cwd: local.dir, env: gitTestEnv(folder.path) }), gitDir: join(folder.path, `local-state${n}`), clock, random: Math.random });
    await Promise.all([open(1).append(makeRecord()), open(2).append(makeRecord({ sha: sha(2) }))]);
    expect(await open(3).read('spiral')).toHaveLength(2);
    expect(local.git('status', '--porcelain')).toBe('');
  });

  test('a server that is gone is named, not waited for without end', async () => {
    const { clone, open } = place();
    clone.git('remote', 'set-url', 'origin', 'http://127.0.0.1:9/x.git');
    await expect(open().read('spiral')).rejects.toMatchObject({ code: 'git-network', exitCode: 3 });
  });

  test('a name that is no branch is refused', async () => {
    const { clone } = place();
    const store = createGitBranchStore({ git: createGit({ cwd: clone.dir, env: gitTestEnv(folder.path) }), gitDir: join(folder.path, 'bad'), branch: 'a..b', clock, random: Math.random });
    await expect(store.read('spiral')).rejects.toMatchObject({ code: 'history-branch' });
  });
});
