import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { gpus, program, python, tfjs } from '../../src/cli/doctorProbes.js';
import { temporaryFolder } from '../stores/gitFixture.js';
import { ended, json, type, type Typed } from './desk.js';

let folder: ReturnType<typeof temporaryFolder>;
const put = (path: string, text: string, mode = 0o644): void => {
  mkdirSync(dirname(join(folder.path, path)), { recursive: true });
  writeFileSync(join(folder.path, path), text);
  chmodSync(join(folder.path, path), mode);
};
/** A program in a PATH that holds nothing else. */
const fake = (name: string, script: string): void => { put(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755); };
const fakePython = (packages: Readonly<Record<string, string>>, name = 'python3'): void => {
  fake(name, `echo '${JSON.stringify({ python: '3.12.1', path: `/somewhere/${name}`, packages: { optuna: null, hyperopt: null, ...packages } })}'`);
};
const doctor = async (...flags: readonly string[]): Promise<Typed> => await type(folder.path, ['doctor', ...flags], { env: { PATH: join(folder.path, 'bin'), MY_TOKEN: 'hunter2', GITHUB_TOKEN: 'hunter2' } });
interface Row { readonly name: string; readonly state: string; readonly version?: string; readonly detail?: string; readonly fix?: string; readonly neededBy: readonly string[] }
interface Answer { readonly ok: boolean; readonly studies: readonly string[]; readonly missing: readonly string[]; readonly parts: readonly Row[] }
const asked = async (code: number): Promise<Answer> => json<Answer & Record<string, unknown>>(ended(await doctor('--json'), code));
const part = ({ parts }: Answer, name: string): Row | undefined => parts.find((row) => row.name === name);
const place = (timeoutMs = 5_000): Parameters<typeof program>[1] => ({ cwd: folder.path, env: { PATH: join(folder.path, 'bin') }, timeoutMs });

beforeEach(() => { folder = temporaryFolder('doctor'); mkdirSync(join(folder.path, 'bin')); });
afterEach(() => { folder.remove(); });

const study = (more: string, command = '[train]'): void => {
  put('noregret.yml', `name: demo\nmetric: { name: loss, goal: minimize }\nparameters: { x: { min: 0.0, max: 1.0 } }\ncommand: ${command}\n${more}\n`);
};

describe('without a study', () => {
  test('a bare machine: all is listed with its fix, and nothing is wrong', async () => {
    const answer = await asked(0);
    expect(answer).toMatchObject({ ok: true, studies: [], missing: [] });
    for (const name of ['git', 'Python', 'GPUs', 'Slurm', 'Ray', '@tensorflow/tfjs-node']) {
      expect(part(answer, name)).toMatchObject({ state: 'missing', fix: expect.stringMatching(/\w/) });
    }
    expect(part(answer, 'node')).toMatchObject({ state: 'found', version: process.versions.node });
  });

  test('versions are read from what programs say', async () => {
    fake('git', 'echo git version 2.45.1');
    fake('sbatch', 'echo slurm 23.11.4');
    fake('ray', 'echo ray, version 2.60.0');
    fake('nvidia-smi', `exec ${resolve('fixtures/nvidia-smi/two-gpus/nvidia-smi')} "$@"`);
    fakePython({ optuna: '5.0.0', hyperopt: '0.2.5', ray: '9.0' });
    const answer = await asked(0);
    expect(answer.parts.filter(({ state }) => state === 'found').map(({ name, version }) => `${name} ${version ?? ''}`)).toEqual(expect.arrayContaining(['git 2.45.1', 'Slurm 23.11.4', 'Ray 2.60.0', 'Python 3.12.1', 'optuna 5.0.0']));
    expect(part(answer, 'hyperopt')).toMatchObject({ state: 'unusable', version: '0.2.5', detail: 'too old: 0.2.7 or newer is needed', fix: expect.stringContaining('pip install "hyperopt==0.3.0"') });
    expect(part(answer, 'ray')).toMatchObject({ state: 'found', detail: expect.stringContaining('newer than what was tested') });
  });

  test('the text, with no secret of the environment in it', async () => {
    fake('git', 'env; echo git version 2.45.1');
    fake('ray', 'env; exit 3');
    const { out, err } = ended(await doctor(), 0);
    expect(out).toMatch(/^Tools\n/);
    expect(out).toMatch(/✓ git +2\.45\.1$/m);
    expect(out).toMatch(/– Slurm +not found; Only on a machine of a cluster/);
    expect(out).toMatch(/! Ray +\(it fails when asked for its version\); pip install/);
    expect(out).toContain('There is no study file here');
    expect(`${out}${err}`).not.toContain('hunter2');
  });

  test('help', async () => {
    expect(ended(await doctor('--help'), 0).out).toContain('Exits with 1 when the study here');
  });
});

describe('with a study', () => {
  test('what it needs and is not here ends with 1', async () => {
    study('method: { external: optuna, sampler: GPSampler }');
    fakePython({ optuna: '3.0.0', torch: '2.9.0' });
    const answer = await asked(1);
    expect(answer).toMatchObject({ ok: false, studies: ['demo'] });
    // scipy was not named by this interpreter at all; hyperopt is not needed.
    expect([...answer.missing].sort()).toEqual(['git', 'optuna', 'train']);
    expect(part(answer, 'optuna')).toMatchObject({ neededBy: ['demo'] });
    expect(part(answer, 'hyperopt')).toMatchObject({ state: 'missing', neededBy: [] });
    const { out } = ended(await doctor(), 1);
    expect(out).toContain('demo: 3 things are missing.');
    expect(out).toMatch(/✗ optuna +3\.0\.0 \(too old: 4\.0 or newer is needed\)/);
    expect(out).toMatch(/ {2}train\n {4}fix: See that train is in PATH/);
  });

  test('all there', async () => {
    study('method: { external: optuna, python: bin/mine }');
    fake('git', 'echo git version 2.45.1');
    fake('train', ':');
    fakePython({ optuna: '5.0.0' }, 'mine');
    const answer = await asked(0);
    expect(answer).toMatchObject({ ok: true, missing: [] });
    expect(part(answer, 'optuna')).toMatchObject({ state: 'found', interpreter: 'bin/mine', neededBy: ['demo'] });
    // python3 is not there, and not asked for.
    expect(part(answer, 'Python')).toMatchObject({ state: 'found', interpreter: 'bin/mine' });
    expect(part(answer, 'hyperopt')?.fix).toMatch(/^bin\/mine -m pip install/);
    const { out } = ended(await doctor(), 0);
    expect(out).toMatch(/^Python \(bin\/mine\)$/m);
    expect(out).toContain('demo: all that is needed is here.');
  });

  test('what we, the study and another study ask after is one row', async () => {
    const rows = ({ parts }: Answer, name: string): readonly Row[] => parts.filter((row) => row.name === name);
    fake('git', 'echo git version 2.45.1');
    fake('node', `echo v${process.versions.node}`);
    study('method: random', '[node, train.mjs]');
    put('other.yml', `name: other\nmethod: random\nmetric: { name: loss, goal: minimize }\nparameters: { x: { min: 0.0, max: 1.0 } }\ncommand: [node, git]\n`);
    const both = json<Answer & Record<string, unknown>>(ended(await doctor('--json', '--config', '*.yml'), 0));
    expect(rows(both, 'node')).toEqual([{ group: 'tools', name: 'node', state: 'found', version: process.versions.node, neededBy: ['demo', 'other'] }]);
    expect(rows(both, 'git')).toHaveLength(1);
    fake('node', 'echo v1.2.3');
    expect(rows(await asked(0), 'node')).toEqual([expect.objectContaining({ version: process.versions.node, detail: 'runs noregret; trials get 1.2.3' })]);
    rmSync(join(folder.path, 'bin', 'node'));
    expect(rows(await asked(1), 'node')).toEqual([expect.objectContaining({ state: 'missing', version: process.versions.node, detail: 'runs noregret; there is none in PATH', neededBy: ['demo'], fix: expect.stringContaining('See that node is in PATH') })]);
    expect(ended(await doctor(), 1).out).toMatch(/✗ node +\d[\d.]+ \(runs noregret; there is none in PATH\) not found; See that/);
  });

  test.each<[string, string, string]>([
    ['an interpreter', 'method: { external: hyperopt, python: bin/none }', 'Python'],
    ['the adapter\'s own command', 'method: { external: [bin/adapter, --fast] }', 'bin/adapter'],
    ['tfjs', 'trainer: { tfjs: ./train.mjs }', 'tfjs trials run on'],
  ])('%s', async (_what, more, name) => {
    if (more.startsWith('trainer')) put('noregret.yml', `name: demo\nmetric: { name: loss, goal: minimize }\nparameters: { x: { min: 0.0, max: 1.0 } }\n${more}\n`);
    else study(more);
    expect((await asked(1)).missing).toContain(name);
  });

  test.each<[string, string | undefined]>([
    ['["${env}", "${interpreter}", "${program}", --fast, "${args}"]', 'python'],
    ['[/usr/bin/env, A=1, trainer, "${args}"]', 'trainer'],
    ['["${envvar:PROGRAM}", --fast]', undefined],
    ['["${program}"]', 'train.py'],
  ])('of the command %s it needs %s', async (command, name) => {
    put('noregret.yml', `name: demo\nprogram: train.py\nmethod: random\nmetric: { name: loss, goal: minimize }\nparameters: { x: { min: 0.0, max: 1.0 } }\ncommand: ${command}\n`);
    fake('git', 'echo git version 2.45.1');
    expect((await asked(name === undefined ? 0 : 1)).missing).toEqual(name === undefined ? [] : [name]);
  });

  test('more GPUs per trial than there are', async () => {
    study('gpus: 4');
    fake('nvidia-smi', `exec ${resolve('fixtures/nvidia-smi/two-gpus/nvidia-smi')} "$@"`);
    const answer = await asked(1);
    expect(answer.missing).toContain('4 GPUs per trial');
    expect(part(answer, '4 GPUs per trial')).toMatchObject({ detail: 'there are 2' });
  });

  test('a study file with errors', async () => {
    put('noregret.yml', 'metric: 3\n');
    const answer = await asked(1);
    expect(answer.missing).toContain('noregret.yml');
    expect(part(answer, 'noregret.yml')).toMatchObject({ fix: 'noregret check lists them' });
  });

  test('one that is named and not there is an error of its own', async () => {
    expect((await doctor('--config', 'none.yml')).code).toBe(2);
  });
});

describe('programs that misbehave', () => {
  const git = { group: 'tools' as const, name: 'git', argv: ['git', '--version'], fix: 'Install git.' };

  test.each<[string, string, string]>([
    ['hangs', '/bin/sleep 600; echo 1.2', 'no answer in 0.3 s'],
    ['ignores the request to end', 'trap "" TERM; while :; do /bin/sleep 1; done', 'no answer in 0.3 s'],
    ['fails', 'echo 1.2.3; exit 1', 'it fails when asked for its version'],
    ['says something else', 'echo hello', 'its answer holds no version'],
  ])('one that %s', async (_what, script, detail) => {
    fake('git', script);
    expect(await program(git, place(300))).toEqual({ group: 'tools', name: 'git', state: 'unusable', detail, fix: 'Install git.' });
  });

  test('floods are cut', async () => {
    fake('git', 'i=0; while [ $i -lt 20000 ]; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; i=$((i+1)); done');
    expect(await program(git, place())).toMatchObject({ state: 'unusable' });
  });

  test.each(['echo not json', 'echo \'{"python":3}\'', 'exit 1'])('a Python that answers: %s', async (script) => {
    fake('python3', script);
    expect(await python('python3', [], place())).toEqual([expect.objectContaining({ name: 'Python', state: 'unusable' })]);
  });

  test('control characters of a version do not reach the terminal', async () => {
    fakePython({ optuna: '5.0.0\\u001b[31m' });
    expect(JSON.stringify(await python('python3', [], place()))).not.toContain('\\u001b');
  });

  test.each([['error', 'could not communicate'], ['hangs', 'no answer in 0.3 s']])('nvidia-smi: %s', async (name, why) => {
    expect(await gpus({ PATH: `${resolve('fixtures/nvidia-smi', name)}:/usr/bin:/bin` }, name === 'hangs' ? 300 : 10_000)).toEqual([expect.objectContaining({ state: 'unusable', detail: expect.stringContaining(why) })]);
  });

  test('a hidden GPU is told by the variable that hides it', async () => {
    expect(await gpus({ PATH: join(folder.path, 'bin'), CUDA_VISIBLE_DEVICES: '-1' }, 1_000)).toEqual([expect.objectContaining({ state: 'missing', fix: expect.stringContaining('CUDA_VISIBLE_DEVICES is "-1"') })]);
  });
});

test('tfjs of this very project: the packages and what a trial would run on', async () => {
  const parts = await tfjs({ cwd: process.cwd(), env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 30_000 });
  expect(parts.find(({ name }) => name === '@tensorflow/tfjs-backend-wasm')).toMatchObject({ state: 'found', version: '4.22.0' });
  expect(parts.find(({ name }) => name === '@tensorflow/tfjs-node-gpu')).toMatchObject({ state: 'missing', fix: 'npm install @tensorflow/tfjs-node-gpu' });
  expect(parts.at(-1)).toMatchObject({ name: 'tfjs trials run on', state: 'found', version: expect.stringMatching(/^wasm 4\.22\.0/) });
});
