import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createGit, tokenConfig } from '../../src/platform/git.js';
import { openRepository } from '../../src/platform/repository.js';
import { createRepository, gitTestEnv, temporaryFolder, type TestRepository } from '../stores/gitFixture.js';

const folder = temporaryFolder('repository');
afterAll(() => { folder.remove(); });
const open = (cwd: string, env: Record<string, string> = {}) => openRepository({ cwd, env: { ...gitTestEnv(folder.path), ...env } });

let origin: TestRepository;
let first: string;
beforeAll(() => {
  origin = createRepository(join(folder.path, 'origin'));
  first = origin.commit('first\n\nbody', { 'train.py': '1', 'noregret.yml': 'name: a', 'sub/deep.txt': 'x' });
  origin.commit('second', { 'train.py': '2', 'na\tïve file': '1' });
});

describe('facts of commits', () => {
  test('resolve gives sha, tree, parents, date and subject', async () => {
    const repository = await open(join(origin.dir, 'sub'));
    expect(repository.root).toBe(origin.dir);
    expect(await repository.resolve('main')).toEqual({
      sha: origin.git('rev-parse', 'main'), tree: origin.git('rev-parse', 'main^{tree}'), parents: [first], subject: 'second', date: expect.stringMatching(/^20\d\d-.*Z$/),
    });
    expect((await repository.resolve(first.slice(0, 10))).sha).toBe(first);
  });

  test('files that changed, odd names included, and the text of a file at a commit', async () => {
    const repository = await open(origin.dir);
    expect(await repository.changedFiles(first, 'main')).toEqual(['na\tïve file', 'train.py']);
    expect(await repository.readFile(first, 'train.py')).toBe('1');
    expect(await repository.readFile(first, 'absent.yml')).toBeUndefined();
    expect(await repository.readFile(first, 'sub')).toBeUndefined();
    await expect(repository.readFile('a'.repeat(40), 'train.py')).rejects.toMatchObject({ code: 'missing-commit' });
  });

  test('the nearest tag on the first parents; none in a clone without tags', async () => {
    const repository = await open(origin.dir);
    expect(await repository.lastTag('main')).toBeUndefined();
    origin.git('tag', 'v1', first);
    expect(await repository.lastTag('main')).toEqual({ tag: 'v1', sha: first });
    origin.git('tag', '-d', 'v1');
  });

  test('a link to a file in the tree is read, one out of it is not', async () => {
    const linked = createRepository(join(folder.path, 'linked'));
    linked.write('real.yml', 'name: real');
    symlinkSync('real.yml', join(linked.dir, 'inside.yml'));
    symlinkSync('/etc/hostname', join(linked.dir, 'outside.yml'));
    const at = linked.commit('links');
    const repository = await open(linked.dir);
    expect(await repository.readFile(at, 'inside.yml')).toBe('name: real');
    expect(await repository.readFile(at, 'outside.yml')).toBeUndefined();
  });

  test('dirty means tracked files differ', async () => {
    const work = createRepository(join(folder.path, 'dirty'));
    work.commit('one', { a: '1' });
    const repository = await open(work.dir);
    work.write('untracked', 'x');
    expect(await repository.isDirty()).toBe(false);
    work.write('a', '2');
    expect(await repository.isDirty()).toBe(true);
  });

  test('first parents follow main through merges', async () => {
    const work = createRepository(join(folder.path, 'merges'));
    const a = work.commit('a');
    work.git('checkout', '-q', '-b', 'feature');
    work.commit('f', { f: '1' });
    work.git('checkout', '-q', 'main');
    const b = work.commit('b', { b: '1' });
    work.git('merge', '-q', '--no-ff', '-m', 'merge', 'feature');
    const repository = await open(work.dir);
    expect(await repository.firstParents('HEAD', 10)).toEqual([work.git('rev-parse', 'HEAD'), b, a]);
    expect(await repository.firstParents('HEAD', 2)).toHaveLength(2);
    expect(await repository.mergeBase('feature', b)).toBe(a);
  });

  test('unrelated histories have no merge base', async () => {
    const work = createRepository(join(folder.path, 'unrelated'));
    work.commit('a');
    work.git('checkout', '-q', '--orphan', 'other');
    work.commit('b', { b: '1' });
    expect(await (await open(work.dir)).mergeBase('main', 'other')).toBeUndefined();
  });
});

describe('bad input (product.md §9)', () => {
  test('a shallow clone names fetch-depth and --unshallow', async () => {
    const dir = join(folder.path, 'shallow');
    origin.git('clone', '-q', '--depth=1', `file://${origin.dir}`, dir);
    const repository = await open(dir);
    const head = await repository.resolve('HEAD');
    expect(head.parents).toEqual([first]);
    for (const question of [repository.resolve(first), repository.changedFiles(first, 'HEAD'), repository.readFile(first, 'train.py')]) {
      await expect(question).rejects.toMatchObject({ code: 'shallow-clone', fix: expect.stringMatching(/fetch-depth: 0.*git fetch --unshallow/) });
    }
    expect(await repository.firstParents('HEAD', 9)).toHaveLength(1);
  });

  test('no merge base in a shallow clone is not taken for unrelated histories', async () => {
    const dir = join(folder.path, 'shallow-two');
    const two = createRepository(join(folder.path, 'two'));
    two.commit('root');
    two.git('branch', 'side');
    two.commit('m', { m: '1' });
    two.git('checkout', '-q', 'side');
    two.commit('s', { s: '1' });
    two.git('clone', '-q', '--depth=1', '--no-single-branch', `file://${two.dir}`, dir);
    await expect((await open(dir)).mergeBase('origin/main', 'origin/side')).rejects.toMatchObject({ code: 'shallow-clone' });
  });

  test('a detached HEAD works, and a branch that only the remote has is found', async () => {
    const dir = join(folder.path, 'detached');
    origin.git('clone', '-q', origin.dir, dir);
    const git = createGit({ cwd: dir, env: gitTestEnv(folder.path) });
    await git.text(['checkout', '-q', '--detach', 'HEAD']);
    await git.text(['branch', '-q', '-D', 'main']);
    const repository = await open(dir);
    expect((await repository.resolve('HEAD')).sha).toBe((await repository.resolve('main')).sha);
  });

  test('a force-pushed commit and a deleted branch are told apart, each with the command that helps', async () => {
    const repository = await open(origin.dir);
    await expect(repository.resolve('b'.repeat(40))).rejects.toMatchObject({ code: 'missing-commit', fix: expect.stringContaining('git fetch origin bbbb') });
    await expect(repository.resolve('gone')).rejects.toMatchObject({ code: 'unknown-revision', fix: expect.stringContaining('git fetch origin gone') });
  });

  test.each(['--output=pwned', '-x', 'a\nb', '', '$(touch pwned)', "'; touch pwned"])('a revision is a name, never an option: %j', async (revision) => {
    await expect((await open(origin.dir)).resolve(revision)).rejects.toMatchObject({ code: 'unknown-revision' });
    expect(origin.git('status', '--porcelain')).toBe('');
  });

  test('not a repository; no git; a folder that is not there; a bare repository', async () => {
    mkdirSync(join(folder.path, 'plain'));
    await expect(open(join(folder.path, 'plain'), { GIT_CEILING_DIRECTORIES: folder.path })).rejects.toMatchObject({ code: 'not-a-repository', exitCode: 2 });
    await expect(open(origin.dir, { PATH: join(folder.path, 'plain') })).rejects.toMatchObject({ code: 'git-missing', exitCode: 3 });
    await expect(open(join(folder.path, 'nowhere'))).rejects.toMatchObject({ code: 'not-a-repository' });
    createRepository(join(folder.path, 'bare'), '--bare');
    await expect(open(join(folder.path, 'bare'))).rejects.toThrow(/bare repository|must be run in a work tree/);
  });

  test("another user's folder names safe.directory", async () => {
    await expect(open(origin.dir, { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' })).rejects.toMatchObject({ code: 'dubious-ownership', fix: `Run: git config --global --add safe.directory ${origin.dir}` });
  });
});

describe('the git call itself', () => {
  test("variables of an outer git, such as a hook's, do not lead it astray", async () => {
    const repository = await open(origin.dir, { GIT_DIR: join(folder.path, 'elsewhere'), GIT_INDEX_FILE: '/nowhere' });
    expect(repository.root).toBe(origin.dir);
  });

  test('a token is in no argument, and cut from every message', async () => {
    const git = createGit({ cwd: origin.dir, env: gitTestEnv(folder.path), config: tokenConfig('http://127.0.0.1:9/', 'sekrit'), secrets: ['sekrit'] });
    const failed = await git.run(['fetch', 'http://user:pass@127.0.0.1:9/sekrit.git']);
    expect(failed.code).not.toBe(0);
    expect(failed.stderr).not.toMatch(/sekrit|pass@/);
    await expect(git.text(['fetch', 'http://127.0.0.1:9/sekrit.git'])).rejects.toMatchObject({ code: 'git-network', message: expect.not.stringContaining('sekrit') });
  });

  test('output beyond the cap and a call beyond its time are stopped', async () => {
    const git = createGit({ cwd: origin.dir, env: gitTestEnv(folder.path) });
    expect(await git.run(['cat-file', '--batch-all-objects', '--batch'], { maxBytes: 10 })).toMatchObject({ code: 128, stderr: expect.stringContaining('more than 10 bytes') });
    expect(await git.run(['-c', 'alias.wait=!sleep 5', 'wait'], { timeoutMs: 200 })).toMatchObject({ code: 128, stderr: expect.stringContaining('took longer') });
  });
});
