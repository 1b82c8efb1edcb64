import { afterAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { StudyConfig } from '../../src/model/config.js';
import { createKeyProbe } from '../../src/platform/keyProbe.js';
import { temporaryFolder } from '../stores/gitFixture.js';
import { sideConfig } from './sideConfig.js';

const folder = temporaryFolder('key');
afterAll(() => { folder.remove(); });
let places = 0;

function place(files: Record<string, string> = {}) {
  const dir = join(folder.path, `p${++places}`);
  mkdirSync(dir);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text, { mode: 0o755 });
  }
  return dir;
}

interface Changes { config?: Partial<StudyConfig>; env?: Record<string, string>; image?: string; version?: string; incumbent?: Record<string, number>; path?: string }

/** No `nvidia-smi` but one that a test plants in `path`. */
function keyOf(dir: string, { config = {}, env = {}, image = '', version = '1.2.3', incumbent = { x: 1 }, path }: Changes = {}) {
  const probe = createKeyProbe({ env: { PATH: `${path === undefined ? '' : `${path}:`}${process.env['PATH']!}`, HOME: folder.path, ...env }, image, version });
  return probe.key({ side: 'base', sha: 'a'.repeat(40), dir }, sideConfig(config), incumbent);
}

const smi = (rows: string) => `#!/bin/sh\ncase "$1" in --query-gpu*) cat <<'END'\n${rows}\nEND\n;; *) echo "| NVIDIA-SMI 550.54   Driver Version: 550.54   CUDA Version: 12.4 |";; esac\n`;

describe('hardware', () => {
  test('no GPU: the processor', async () => {
    expect(await keyOf(place(), { config: { gpus: 0 } })).toMatchObject({ gpu: 'none', cpu: expect.stringContaining(process.arch) });
  });
  test('model and count per trial, driver, CUDA; only the devices this job may use', async () => {
    const path = place({ 'nvidia-smi': smi('0, GPU-aaa, NVIDIA H100 80GB HBM3, 550.54\n1, GPU-bbb, NVIDIA A100, 550.54') });
    expect(await keyOf(place(), { path, env: { CUDA_VISIBLE_DEVICES: '0' }, config: { gpus: 2 } })).toMatchObject({ gpu: '2 x NVIDIA H100 80GB HBM3', driver: '550.54', cuda: '12.4' });
    expect((await keyOf(place(), { path, env: { CUDA_VISIBLE_DEVICES: 'GPU-bb' } }))['gpu']).toBe('1 x NVIDIA A100');
    expect((await keyOf(place(), { path }))['gpu']).toBe('1 x NVIDIA A100 or NVIDIA H100 80GB HBM3');
    expect((await keyOf(place(), { path, env: { CUDA_VISIBLE_DEVICES: '' } }))['gpu']).toBe('none');
  });
  test.each([
    ['driver_version', '0, GPU-aaa, NVIDIA H100', '1 x NVIDIA H100'], ['name', '0, GPU-aaa', '1 x unknown model'],
  ])('an nvidia-smi that does not know %s still says that there is a GPU', async (field, row, gpu) => {
    const path = place({ 'nvidia-smi': `#!/bin/sh\ncase "$1" in *${field}*) echo 'Field "${field}" is not a valid field to query.'; exit 2;; --query-gpu*) echo '${row}';; *) echo "Driver Version: 550.54   CUDA Version: 12.4";; esac\n` });
    expect(await keyOf(place(), { path })).toMatchObject({ gpu, driver: '550.54', cuda: '12.4' });
  });
  test('a broken nvidia-smi is no GPU', async () => {
    expect((await keyOf(place(), { path: place({ 'nvidia-smi': '#!/bin/sh\necho "NVIDIA-SMI has failed"; exit 9\n' }) }))['gpu']).toBe('none');
  });
});

describe('frameworks', () => {
  test("versions from the metadata of the command's own python, nothing imported", async () => {
    const dir = place();
    const made = spawnSync('python3', ['-m', 'venv', '--without-pip', join(dir, '.venv')], { encoding: 'utf8' });
    expect(made.status).toBe(0);
    const site = spawnSync(join(dir, '.venv/bin/python'), ['-c', 'import site; print(site.getsitepackages()[0])'], { encoding: 'utf8' }).stdout.trim();
    for (const entry of ['torch-2.9.0+cu128.dist-info', 'scikit_learn-1.7.2.dist-info', 'numpy-2.3.0.dist-info', 'somebody-1.dist-info']) mkdirSync(join(site, entry));
    writeFileSync(join(site, 'torch.py'), 'raise SystemExit(1)');
    const key = await keyOf(dir, { config: { program: { kind: 'command', argv: ['.venv/bin/python', 'train.py'] } } });
    expect(key).toMatchObject({ python: expect.stringMatching(/^3\.\d+\.\d+/), torch: '2.9.0+cu128', 'scikit-learn': '1.7.2', numpy: '2.3.0' });
    expect(key['somebody']).toBeUndefined();
  });
  test('node and tfjs packages as the workspace resolves them', async () => {
    const dir = place({ 'node_modules/@tensorflow/tfjs-core/package.json': '{"version":"4.22.0"}' });
    const key = await keyOf(dir, { config: { program: { kind: 'tfjs', module: './train.mjs', backend: 'auto' } } });
    expect(key).toMatchObject({ node: process.version, 'tfjs-core': '4.22.0', command: 'tfjs ./train.mjs (auto)' });
    expect(key['python']).toBeUndefined();
  });
});

describe('data', () => {
  const data = async (dir: string, ...patterns: string[]) => (await keyOf(dir, { config: { data: patterns } }))['data'];
  test('a content, a name or a file more changes it; an untouched copy does not', async () => {
    const files = { 'data/a.csv': '1', 'data/sub/b.csv': '2', 'data/notes.md': 'x' };
    const [one, same] = [place(files), place(files)];
    const before = await data(one, 'data/**/*.csv');
    expect(before).toMatch(/^2 files, 2 B, [0-9a-f]{12}$/);
    expect(await data(same, 'data/**/*.csv')).toBe(before);
    expect(await data(one, 'data')).toMatch(/^3 files/);
    writeFileSync(join(one, 'data/notes.md'), 'y');
    expect(await data(one, 'data/**/*.csv')).toBe(before);
    appendFileSync(join(one, 'data/a.csv'), '1');
    expect(await data(one, 'data/**/*.csv')).not.toBe(before);
  });
  test('linked folders are read, circles and pipes do no harm, nothing found is said', async () => {
    const store = place({ 'big/x.bin': '123' });
    const dir = place();
    symlinkSync(join(store, 'big'), join(dir, 'data'));
    symlinkSync('.', join(store, 'big/loop'));
    spawnSync('mkfifo', [join(store, 'big/pipe')]);
    expect(await data(dir, 'data')).toMatch(/^1 file, 3 B/);
    expect(await data(dir, 'absent.csv')).toBe('no file matches absent.csv');
    expect(await data(dir)).toBe('none');
  });
});

describe('the rest of the key', () => {
  test('each field moves for its own reason alone', async () => {
    const dir = place({ 'fp.sh': '#!/bin/sh\necho "fs  v1"\n' });
    const plain = await keyOf(dir);
    const moved = async (changes: Changes) => {
      const other = await keyOf(dir, changes);
      return [...new Set([...Object.keys(plain), ...Object.keys(other)])].filter((field) => plain[field] !== other[field]).sort();
    };
    expect(await moved({})).toEqual([]);
    expect(await moved({ env: { OMP_NUM_THREADS: '3' } })).toEqual(['threads']);
    expect(await moved({ env: { TF_VAR_password: 'hunter2', HOSTNAME: 'other' } })).toEqual([]);
    expect(await moved({ image: 'ubuntu24 20260101.1' })).toEqual(['os']);
    expect(await moved({ incumbent: { x: 2 } })).toEqual(['incumbent']);
    expect(await moved({ version: '2.0.0' })).toEqual(['tool']);
    expect(await moved({ version: '1.9.0' })).toEqual([]);
    expect(await moved({ config: { setup: [['uv', 'sync']] } })).toEqual(['setup']);
    expect(await moved({ config: { program: { kind: 'command', argv: ['python3', 'train.py', '--amp'] } } })).toEqual(['command']);
    expect(await moved({ config: { metric: { name: 'loss', goal: 'maximize', margin: { kind: 'auto' } } } })).toEqual(['metric']);
    expect(await moved({ config: { metric: { name: 'loss', goal: 'minimize', margin: { kind: 'absolute', value: 1 } } } })).toEqual([]);
    expect(await moved({ config: { env: { pass: [], set: { SEED_MODE: 'x' }, isolateHome: false } } })).toEqual(['environment']);
    expect(await moved({ config: { fingerprint: ['./fp.sh'] } })).toEqual(['fingerprint']);
    expect((await keyOf(dir, { config: { fingerprint: ['./fp.sh'] } }))['fingerprint']).toBe('fs v1');
  });

  test('values that the study sets are hashed, not shown, and every field is short', async () => {
    const key = await keyOf(place(), { config: { env: { pass: [], set: { API: 'hunter2' }, isolateHome: false }, program: { kind: 'command', argv: ['python3', 'x'.repeat(5_000)] } } });
    expect(JSON.stringify(key)).not.toContain('hunter2');
    expect(Math.max(...Object.values(key).map((value) => value.length))).toBeLessThanOrEqual(160);
  });

  test('a fingerprint that fails never passes for equal', async () => {
    await expect(keyOf(place(), { config: { fingerprint: ['sh', '-c', 'echo why >&2; exit 4'] } })).rejects.toMatchObject({ code: 'fingerprint-failed', message: expect.stringContaining('exit 4): why') });
    await expect(keyOf(place(), { config: { fingerprint: ['no-such-program'] } })).rejects.toMatchObject({ code: 'fingerprint-failed' });
  });
});
