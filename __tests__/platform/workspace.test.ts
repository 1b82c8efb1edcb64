import { afterAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '../../src/platform/repository.js';
import { createWorkspace, type WorkspaceOptions } from '../../src/platform/workspace.js';
import { createRepository, gitTestEnv, temporaryFolder } from '../stores/gitFixture.js';
import { sideConfig } from './sideConfig.js';

const folder = temporaryFolder('workspace');
afterAll(() => { folder.remove(); });

/** A repository with two commits, and workspaces on it. The study's command is no Python unless a test says so. */
async function place(name: string, initial: Record<string, string> = {}) {
  const user = createRepository(join(folder.path, name));
  const base = user.commit('base', { 'train.txt': 'base', '.gitignore': 'data/\nbuilt.txt\n.venv/\nnode_modules/\n', ...initial });
  const head = user.commit('head', { 'train.txt': 'head' });
  const warnings: string[] = [];
  const stateDir = join(folder.path, `${name}-state`);
  const repository = await openRepository({ cwd: user.dir, env: gitTestEnv(folder.path) });
  const open = (changes: Partial<WorkspaceOptions> = {}) => createWorkspace({
    repository, stateDir, env: { PATH: process.env['PATH']!, HOME: folder.path }, head: 'as-is', signal: new AbortController().signal,
    progress: { line: () => undefined, progress: () => undefined, warn: (text) => warnings.push(text) }, ...changes,
  });
  const sides = () => readdirSync(join(stateDir, 'sides')).filter((entry) => entry !== '.gitignore');
  return { user, base, head, open, warnings, stateDir, sides };
}
const text = (dir: string, path = 'train.txt') => readFileSync(join(dir, path), 'utf8');
const plain = sideConfig({ program: { kind: 'command', argv: ['node', 'train.js'] } });
const python3 = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout.trim();

describe('where each side lives', () => {
  test('without setup: head in the checkout as it is, base in a worktree, dependencies shared; close leaves nothing', async () => {
    const { user, base, head, open, sides } = await place('shared');
    user.write('train.txt', 'not committed');
    const before = user.git('status', '--porcelain');
    const workspace = open();
    const headTree = await workspace.prepare('head', head, plain);
    const baseTree = await workspace.prepare('base', base, plain);
    expect(headTree.dir).toBe(user.dir);
    expect([text(headTree.dir), text(baseTree.dir)]).toEqual(['not committed', 'base']);
    expect(workspace.dependencies).toBe('shared');
    await workspace.close();
    expect(sides()).toEqual([]);
    expect(user.git('worktree', 'list').split('\n')).toHaveLength(1);
    expect(user.git('status', '--porcelain')).toBe(before);
  });

  test('comparing commits: a dirty checkout, or another commit, gives head a worktree too', async () => {
    const { user, base, head, open } = await place('commits');
    expect((await open({ head: 'commit' }).prepare('head', head, plain)).dir).toBe(user.dir);
    const workspace = open({ head: 'commit' });
    expect(text((await workspace.prepare('head', base, plain)).dir)).toBe('base');
    user.write('train.txt', 'not committed');
    expect(text((await workspace.prepare('head', head, plain)).dir)).toBe('head');
    await workspace.close();
  });

  test('with setup: both in worktrees, each told its own folder, only the sub-folder that was asked for', async () => {
    const { base, head, open } = await place('own', { 'model/setup.sh': 'echo "$NOREGRET_SIDE $NOREGRET_SIDE_DIR" > built.txt' });
    const config = sideConfig({ ...plain, setup: [['sh', 'setup.sh']] });
    const workspace = open({ prefix: 'model' });
    for (const side of ['head', 'base'] as const) {
      const { dir } = await workspace.prepare(side, side === 'head' ? head : base, config);
      expect(text(dir, 'built.txt').trim()).toBe(`${side} ${dir}`);
      expect(text(dir, '../train.txt')).toBe(side);
    }
    expect(workspace.dependencies).toBe('each-side');
    await workspace.close();
  });

  test('no hook of the repository runs', async () => {
    const { user, base, open } = await place('hooks');
    writeFileSync(join(user.dir, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch ${folder.path}/hook-ran\n`, { mode: 0o755 });
    const workspace = open();
    await workspace.prepare('base', base, plain);
    await workspace.close();
    expect(existsSync(join(folder.path, 'hook-ran'))).toBe(false);
  });

  test('submodules are there, at the commit of the side, and go away with the worktree', async () => {
    const library = createRepository(join(folder.path, 'library'));
    library.commit('one', { 'lib.txt': 'one' });
    const { user, open, sides } = await place('with-submodule');
    user.git('submodule', 'add', '-q', library.dir, 'library');
    const base = user.commit('with library');
    const workspace = open();
    expect(text((await workspace.prepare('base', base, plain)).dir, 'library/lib.txt')).toBe('one');
    await workspace.close();
    expect(sides()).toEqual([]);
  });

  test('a submodule that cannot be reached any more is taken from the checkout, each side at its own commit', async () => {
    const library = createRepository(join(folder.path, 'private-library'));
    library.commit('one', { 'lib.txt': 'one' });
    const { user, open } = await place('with-private-submodule');
    user.git('submodule', 'add', '-q', library.dir, 'deep/library');
    const base = user.commit('with library');
    library.commit('two', { 'lib.txt': 'two' });
    user.git('-C', 'deep/library', 'pull', '-q', 'origin', 'HEAD');
    const head = user.commit('newer library');
    renameSync(library.dir, `${library.dir}-gone`);
    const workspace = open({ head: 'commit' });
    expect(text((await workspace.prepare('base', base, plain)).dir, 'deep/library/lib.txt')).toBe('one');
    expect(text((await workspace.prepare('head', head, sideConfig({ ...plain, setup: [['true']] }))).dir, 'deep/library/lib.txt')).toBe('two');
    await workspace.close();
  });

  test('LFS: pulled where git-lfs is installed, said where it is not', async () => {
    const { base, open, warnings } = await place('lfs', { '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n' });
    const without = open();
    await without.prepare('base', base, plain);
    await without.close();
    const lfs = spawnSync('git', ['lfs', 'version']).status === 0;
    expect(warnings.filter((warning) => warning.includes('git-lfs is not installed'))).toHaveLength(lfs ? 0 : 1);
  });
});

describe('link', () => {
  test('untracked folders of the checkout are linked into the worktree', async () => {
    const { user, base, open } = await place('links');
    user.write('data/raw/train.csv', '1,2');
    const workspace = open();
    const { dir } = await workspace.prepare('base', base, sideConfig({ ...plain, link: ['data/raw', 'data'] }));
    expect(readlinkSync(join(dir, 'data/raw'))).toBe(join(user.dir, 'data/raw'));
    expect(text(dir, 'data/raw/train.csv')).toBe('1,2');
    await workspace.close();
    expect(text(user.dir, 'data/raw/train.csv')).toBe('1,2');
  });

  test.each(['../outside', '/etc', '.', 'absent'])('refused: %s', async (entry) => {
    const { base, open } = await place(`link-${entry.replaceAll(/\W/g, '_')}`);
    const workspace = open();
    await expect(workspace.prepare('base', base, sideConfig({ ...plain, link: [entry] }))).rejects.toMatchObject({ code: 'side-unbuildable', message: expect.stringContaining(entry) });
    await workspace.close();
  });

  test('a parent folder which the commit made a link leads nowhere', async () => {
    const { user, open } = await place('link-trap');
    const outside = join(folder.path, 'link-trap-outside');
    mkdirSync(outside);
    symlinkSync(outside, join(user.dir, 'assets'));
    const base = user.commit('a link as parent');
    user.git('rm', '-q', 'assets');
    user.write('assets/big/x', '1');
    const workspace = open();
    await expect(workspace.prepare('base', base, sideConfig({ ...plain, link: ['assets/big'] }))).rejects.toMatchObject({ message: expect.stringContaining('leads out of the worktree') });
    await workspace.close();
    expect(readdirSync(outside)).toEqual([]);
  });
});

describe('setup', () => {
  test('what fails is told with its command and last lines, harmless in a workflow log', async () => {
    const { base, open } = await place('fails');
    const config = sideConfig({ ...plain, setup: [['sh', '-c', 'seq 1 100000; echo "::error::boo ##[error]"; exit 7']] });
    const workspace = open();
    const error = await workspace.prepare('base', base, config).catch((caught: unknown) => caught) as Error;
    expect(error).toMatchObject({ code: 'side-unbuildable', message: expect.stringMatching(new RegExp(`setup of base \\(${base.slice(0, 10)}\\).*exited with 7`)) });
    expect(error.message).not.toMatch(/^::|##\[/m);
    expect(error.message.split('\n')).toHaveLength(21);
    await workspace.close();
  });

  test.each([[['no-such-program'], /command not found/], [['sh', '-c', 'sleep 60'], /took longer/]])('%j', async (command, says) => {
    const { base, open } = await place(`bad-${command[0]!}`);
    const workspace = open({ setupTimeoutMs: 300 });
    await expect(workspace.prepare('base', base, sideConfig({ ...plain, setup: [command] }))).rejects.toMatchObject({ code: 'side-unbuildable', message: expect.stringMatching(says) });
    await workspace.close();
  });

  test('a cancelled run ends it at once', async () => {
    const { base, open } = await place('cancelled');
    const cancel = new AbortController();
    const workspace = open({ signal: cancel.signal });
    const preparing = workspace.prepare('base', base, sideConfig({ ...plain, setup: [['sh', '-c', 'sleep 60']] }));
    setTimeout(() => { cancel.abort(); }, 300);
    await expect(preparing).rejects.toMatchObject({ message: expect.stringContaining('was cancelled') });
    await workspace.close();
  });

  test('after a kill, what was set up is taken over without doing it again, cleaned; anything else is removed', async () => {
    const { base, head, open, stateDir, sides } = await place('resumed');
    const config = sideConfig({ ...plain, setup: [['sh', '-c', 'echo run >> built.txt']] });
    const killed = open();
    const { dir } = await killed.prepare('base', base, config);
    await killed.prepare('head', head, config);
    writeFileSync(join(dir, 'checkpoint'), 'left by a trial');
    writeFileSync(join(dir, 'train.txt'), 'changed by a trial');
    const dead = spawnSync('true').pid;
    for (const entry of sides().filter((name) => name.endsWith('.json'))) {
      const path = join(stateDir, 'sides', entry);
      writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')) as object, pid: dead }));
    }
    const resumed = open();
    expect((await resumed.prepare('base', base, config)).dir).toBe(dir);
    expect([text(dir, 'built.txt'), text(dir), existsSync(join(dir, 'checkpoint'))]).toEqual(['run\n', 'base', false]);
    await resumed.close();
  });

  test('an installed base serves the next run: as it is for the same commit, as a start where the lockfiles are equal', async () => {
    const { user, base, open } = await place('kept', { 'uv.lock': 'v1' });
    const config = sideConfig({ ...plain, setup: [['sh', '-c', 'echo run >> built.txt']] });
    const prepareOnce = async (side: 'base' | 'head', sha: string): Promise<{ dir: string; built: string; train: string }> => {
      const workspace = open();
      const { dir } = await workspace.prepare(side, sha, config);
      const seen = { dir, built: text(dir, 'built.txt'), train: text(dir) };
      await workspace.close();
      return seen;
    };
    const first = await prepareOnce('base', base);
    expect(await prepareOnce('base', base)).toEqual({ dir: first.dir, built: 'run\n', train: 'base' });
    const next = user.commit('next', { 'train.txt': 'next' });
    expect(await prepareOnce('base', next)).toEqual({ dir: first.dir, built: 'run\nrun\n', train: 'next' });
    const locked = user.commit('locked', { 'uv.lock': 'v2' });
    expect(await prepareOnce('base', locked)).toMatchObject({ built: 'run\n' });
  });

  test('what a pull request installed is good for its own commit alone', async () => {
    const { user, head, open, sides } = await place('apart', { 'uv.lock': 'v1' });
    const config = sideConfig({ ...plain, setup: [['sh', '-c', 'echo run >> built.txt']] });
    const dirOf = async (side: 'base' | 'head', sha: string): Promise<string> => {
      const workspace = open();
      const { dir } = await workspace.prepare(side, sha, config);
      await workspace.close();
      return dir;
    };
    const dir = await dirOf('head', head);
    expect(await dirOf('head', head)).toBe(dir);
    expect(await dirOf('head', user.commit('other', { 'train.txt': 'other' }))).not.toBe(dir);
    expect(await dirOf('base', head)).not.toBe(dir);
    for (let i = 0; i < 4; i++) await dirOf('head', user.commit(`more ${i}`, { 'train.txt': `more ${i}` }));
    expect(sides().filter((name) => name.endsWith('.json'))).toHaveLength(4);
  });

  test('what another running process uses is left alone', async () => {
    const { base, open, sides } = await place('two-at-once');
    const [one, two] = [open(), open()];
    const { dir } = await one.prepare('base', base, plain);
    const other = await two.prepare('base', base, plain);
    expect(other.dir).not.toBe(dir);
    await two.close();
    expect(existsSync(dir)).toBe(true);
    await one.close();
    expect(sides()).toEqual([]);
  });

  test('one that installs into the active environment is refused', async () => {
    const { base, open } = await place('outside');
    const venv = fakeVenv('outside-venv');
    const site = venv.site;
    const config = sideConfig({ setup: [['sh', '-c', `mkdir ${site}/mine-1.0.dist-info`]] });
    const workspace = open({ env: venv.env });
    await expect(workspace.prepare('base', base, config)).rejects.toMatchObject({ code: 'setup-outside-worktree', message: expect.stringContaining('mine-1.0.dist-info'), fix: expect.stringContaining('NOREGRET_SIDE_DIR') });
    await workspace.close();
  });

  test('one that installs into an environment of its own passes, editable or not', async () => {
    const { base, open } = await place('inside');
    const venv = fakeVenv('inside-venv');
    const script = 'python3 -m venv --without-pip .venv && for d in .venv/lib/python*/site-packages; do echo "$NOREGRET_SIDE_DIR" > $d/mine.pth; done';
    const workspace = open({ env: venv.env, stateDir: join(folder.path, 'inside', '.noregret') });
    const config = sideConfig({ setup: [['sh', '-c', script]], program: { kind: 'command', argv: ['.venv/bin/python', 'train.py'] } });
    expect(existsSync(join((await workspace.prepare('base', base, config)).dir, '.venv/bin/python'))).toBe(true);
    await workspace.close();
  });
});

/** A real virtual environment without pip, active. */
function fakeVenv(name: string): { readonly site: string; readonly env: Record<string, string> } {
  const dir = join(folder.path, name);
  const made = spawnSync(python3, ['-m', 'venv', '--without-pip', dir], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  const [version = ''] = readdirSync(join(dir, 'lib'));
  return { site: join(dir, 'lib', version, 'site-packages'), env: { PATH: `${dir}/bin:${process.env['PATH']!}`, HOME: folder.path, VIRTUAL_ENV: dir } };
}

describe("the editable trap: base must never import head's code (decisions.md 12)", () => {
  const plants: Record<string, (site: string, root: string) => void> = {
    'a .pth file': (site, root) => { writeFileSync(join(site, 'mine.pth'), `${root}/src\n`); },
    'an egg-link': (site, root) => { writeFileSync(join(site, 'mine.egg-link'), `${root}\n.`); },
    'a finder module': (site, root) => { writeFileSync(join(site, '__editable___mine_finder.py'), `MAPPING = {'mine': '${root}/src/mine'}\n`); },
    'direct_url.json': (site, root) => {
      mkdirSync(join(site, 'mine-1.dist-info'));
      writeFileSync(join(site, 'mine-1.dist-info/direct_url.json'), JSON.stringify({ url: `file://${root}`, dir_info: { editable: true } }));
    },
  };
  test.each(Object.keys(plants))('%s', async (kind) => {
    const name = `trap-${kind.replaceAll(/\W/g, '')}`;
    const { user, base, open } = await place(name);
    const venv = fakeVenv(`${name}-venv`);
    mkdirSync(join(user.dir, 'src'));
    const clean = open({ env: venv.env });
    await clean.prepare('base', base, sideConfig());
    await clean.close();
    plants[kind]!(venv.site, user.dir);
    const workspace = open({ env: venv.env });
    await expect(workspace.prepare('base', base, sideConfig())).rejects.toMatchObject({ code: 'editable-install', message: expect.stringContaining(user.dir), fix: expect.stringContaining('setup:') });
    await workspace.close();
  });

  test('PYTHONPATH into the checkout, and what the study itself sets', async () => {
    const { user, base, open } = await place('trap-path');
    const env = { PATH: process.env['PATH']!, HOME: folder.path };
    for (const [changes, set] of [[{ env: { ...env, PYTHONPATH: user.dir } }, {}], [{ env }, { PYTHONPATH: `/elsewhere:${user.dir}/src` }]] as const) {
      const workspace = open(changes);
      await expect(workspace.prepare('base', base, sideConfig({ env: { pass: [], set, isolateHome: false } }))).rejects.toMatchObject({ code: 'editable-install' });
      await workspace.close();
    }
  });

  test('an npm link into the checkout; links inside node_modules (pnpm) are fine', async () => {
    const { user, base, open } = await place('trap-npm', { 'packages/model/index.js': '1' });
    const modules = join(user.dir, 'node_modules');
    mkdirSync(join(modules, '.pnpm/dep'), { recursive: true });
    mkdirSync(join(modules, '@us'));
    symlinkSync('.pnpm/dep', join(modules, 'dep'));
    const config = sideConfig({ ...plain, link: ['node_modules'] });
    const fine = open();
    expect(lstatSync(join((await fine.prepare('base', base, config)).dir, 'node_modules')).isSymbolicLink()).toBe(true);
    await fine.close();
    symlinkSync('../../packages/model', join(modules, '@us/model'));
    const workspace = open();
    await expect(workspace.prepare('base', base, config)).rejects.toMatchObject({ code: 'editable-install', message: expect.stringContaining('@us/model') });
    await workspace.close();
  });
});
