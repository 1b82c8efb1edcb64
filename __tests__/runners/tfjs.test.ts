import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { StudyConfig, TfjsBackend } from '../../src/model/config.js';
import type { KeyProbe, OnReport, TrialJob } from '../../src/model/ports.js';
import type { TrialResult } from '../../src/model/trial.js';
import { createTfjsRunner } from '../../src/runners/tfjs.js';
import { probeTfjs, withTfjsBackend } from '../../src/runners/tfjsProbe.js';
import { tfjsStudy } from './tfjsStudy.js';

const root = mkdtempSync(join(tmpdir(), 'noregret-tfjs-test-'));
const modules = resolve('node_modules');
const env = { PATH: process.env['PATH'] ?? '', HOME: root };
let dir = '';
let count = 0;

beforeEach(() => {
  dir = join(root, String(++count));
  mkdirSync(dir);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const train = (body: string, backend: TfjsBackend = 'wasm'): StudyConfig => {
  writeFileSync(join(dir, 'train.mjs'), body);
  return tfjsStudy('./train.mjs', backend);
};
const linkTfjs = (): void => symlinkSync(modules, join(dir, 'node_modules'));
/** A package of the workspace, so that backends which do not exist on this machine can be met. */
const install = (name: string, source: string): void => {
  const folder = join(dir, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '9.9.9', main: 'index.js' }));
  writeFileSync(join(folder, 'index.js'), source);
};
const native = (isUsingGpuDevice: boolean): string => `module.exports = { version: { 'tfjs-node': '9.9.9' }, version_core: '9.9.9', backend: () => ({ isUsingGpuDevice: ${isUsingGpuDevice}, binding: { TF_Version: '2.0' } }), growth: process.env.TF_FORCE_GPU_ALLOW_GROWTH, shimmed: require('util').isNullOrUndefined(undefined) };`;

interface Run { readonly config: StudyConfig; readonly seed?: number; readonly onReport?: OnReport; readonly signal?: AbortSignal; readonly variables?: Readonly<Record<string, string>> }
function run({ config, seed = 7, onReport = () => 'continue', signal = new AbortController().signal, variables = {} }: Run): Promise<TrialResult> {
  const job: TrialJob = { study: 'spiral', trial: ++count, attempt: 1, side: 'head', stage: 'search', params: { units: 8, learning_rate: 0.1 }, seed, cwd: dir };
  return createTfjsRunner({ config, stateDir: join(dir, 'state'), baseEnv: { ...env, ...variables } }).run(job, onReport, signal);
}

describe('what train() gets and gives', () => {
  test('tf on the wasm backend, params, seed and report; the backend that ran is in the result', async () => {
    linkTfjs();
    const config = train(`export function train({ tf, params, seed, report }) {
      report(0, { score: 1, backend_is_wasm: tf.getBackend() === 'wasm' ? 1 : 0 });
      report(1, { score: params.units + seed, layers: typeof tf.layers.dense === 'function' ? 1 : 0 });
    }`);
    const steps: unknown[] = [];
    const result = await run({ config, seed: 5, onReport: (report) => { steps.push(report); return 'continue'; } });
    expect(result).toMatchObject({ outcome: { state: 'complete', value: 13 }, backend: 'wasm', metrics: { backend_is_wasm: 1, layers: 1, score: 13 } });
    expect(steps).toContainEqual(expect.objectContaining({ step: 1, metrics: { score: 13, layers: 1 } }));
  });

  test('a number returned is the objective, an object returned is a last report', async () => {
    linkTfjs();
    expect((await run({ config: train('export const train = async () => 0.25;') })).outcome).toEqual({ state: 'complete', value: 0.25 });
    expect((await run({ config: train('export const train = () => ({ score: 2, also: 3 });') })).metrics).toEqual({ score: 2, also: 3 });
    expect((await run({ config: train('export default { train: () => ({ score: 4 }) };') })).outcome).toEqual({ state: 'complete', value: 4 });
  });

  test('the same seed draws the same numbers and trains the same weights; another seed does not', async () => {
    linkTfjs();
    const config = train(`export async function train({ tf, report }) {
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [2] }), tf.layers.dropout({ rate: 0.5 }), tf.layers.dense({ units: 1 })] });
      model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
      const { history } = await model.fit(tf.ones([8, 2]), tf.ones([8, 1]), { epochs: 3, batchSize: 2, verbose: 0 });
      report({ score: history.loss.at(-1), drawn: Math.random() });
    }`);
    const [first, again, other] = await Promise.all([run({ config, seed: 1 }), run({ config, seed: 1 }), run({ config, seed: 2 })]);
    expect(first.outcome.state).toBe('complete');
    expect(again.streamSha256).toBe(first.streamSha256);
    expect(other.metrics['score']).not.toBe(first.metrics['score']);
    expect(other.metrics['drawn']).not.toBe(first.metrics['drawn']);
  });
});

describe('what goes wrong', () => {
  test.each([
    ['throws', 'export const train = () => { throw new Error("broken at step 3"); };', 'exit-code', /broken at step 3/],
    ['rejects later', 'export const train = () => new Promise((_, reject) => setTimeout(() => reject(new Error("late")), 20));', 'exit-code', /late/],
    ['never settles', 'export const train = ({ report }) => { report({ score: 1 }); return new Promise(() => {}); };', 'exit-code', /./],
    ['exports something else', 'export const main = () => 1;', 'exit-code', /has no function "train"/],
    ['reports a tensor', 'export const train = ({ tf, report }) => report({ score: tf.scalar(1) });', 'exit-code', /report\(\) takes numbers, but "score" is object/],
  ])('%s', async (_, body, reason, log) => {
    linkTfjs();
    const result = await run({ config: train(body) });
    expect(result.outcome).toMatchObject({ state: 'failed', reason });
    expect(`${result.logTail ?? ''} ${result.outcome.state === 'failed' ? result.outcome.message : ''}`).toMatch(log);
  });

  test('not a number is named as such', async () => {
    linkTfjs();
    expect((await run({ config: train('export const train = ({ report }) => report(3, { score: 0 / 0 });') })).outcome).toMatchObject({ state: 'failed', reason: 'non-finite' });
  });

  test('out of memory is infeasible, not a crash', async () => {
    linkTfjs();
    const config = train('export const train = ({ tf }) => { tf.tensor(new Float32Array(new ArrayBuffer(2 ** 42))); };');
    expect((await run({ config })).outcome).toMatchObject({ state: 'infeasible', message: expect.stringMatching(/out of memory/) });
  });

  test('a pruned trial that watches its signal ends by itself; one that does not is ended', async () => {
    linkTfjs();
    const stop: OnReport = () => 'stop';
    const watching = train('export const train = ({ report, signal }) => { report(2, { score: 1 }); return new Promise((resolve) => { const t = setInterval(() => {}, 1000); signal.addEventListener("abort", () => { clearInterval(t); report(3, { stopped: 1 }); resolve(); }); }); };');
    const watched = await run({ config: watching, onReport: stop });
    expect(watched.outcome).toEqual({ state: 'pruned', step: 2, value: 1 });
    expect(watched.metrics['stopped']).toBe(1);
    const deaf = train('export const train = ({ report }) => { report(0, { score: 1 }); return new Promise(() => setInterval(() => {}, 1000)); };');
    const ended = await run({ config: deaf, onReport: stop });
    expect(ended.outcome.state).toBe('pruned');
  });
});

describe('which backend runs', () => {
  const score = 'export const train = ({ tf }) => (tf.growth === "true" && tf.shimmed ? 1 : 0);';

  test('no tfjs at all: one line that installs it', async () => {
    const { outcome } = await run({ config: train(score, 'auto') });
    expect(outcome).toMatchObject({ state: 'failed', reason: 'spawn' });
    expect(outcome.state === 'failed' && outcome.message).toMatch(/npm install --save-dev @tensorflow\/tfjs-core .*@tensorflow\/tfjs-backend-wasm/);
  });

  test('a GPU that was asked for and is not used fails the trial', async () => {
    install('@tensorflow/tfjs-node-gpu', native(false));
    const result = await run({ config: train(score, 'tfjs-node-gpu') });
    expect(result.outcome).toMatchObject({ state: 'failed', reason: 'device', message: expect.stringMatching(/found no GPU/) });
    expect(result.backend).toBeUndefined();
  });

  test('auto with a GPU slot fails likewise, without one it says that the CPU ran', async () => {
    install('@tensorflow/tfjs-node-gpu', native(false));
    expect((await run({ config: train(score, 'auto'), variables: { CUDA_VISIBLE_DEVICES: 'GPU-1' } })).outcome).toMatchObject({ state: 'failed', reason: 'device' });
    expect(await run({ config: train(score, 'auto') })).toMatchObject({ outcome: { state: 'complete', value: 1 }, backend: 'tfjs-node-gpu on cpu' });
  });

  test('auto takes the GPU package, then tfjs-node, then wasm', async () => {
    install('@tensorflow/tfjs-node', native(false));
    expect((await run({ config: train(score, 'auto') })).backend).toBe('tfjs-node');
    install('@tensorflow/tfjs-node-gpu', native(true));
    expect((await run({ config: train(score, 'auto') })).backend).toBe('tfjs-node-gpu');
    rmSync(join(dir, 'node_modules'), { recursive: true });
    linkTfjs();
    expect((await run({ config: train('export const train = () => 1;', 'auto') })).backend).toBe('wasm');
  });

  test('one that was asked for by name is never replaced; auto says why it went on', async () => {
    mkdirSync(join(dir, 'node_modules/@tensorflow'), { recursive: true });
    for (const name of ['tfjs-core', 'tfjs-layers', 'tfjs-backend-cpu', 'tfjs-backend-wasm']) symlinkSync(join(modules, '@tensorflow', name), join(dir, 'node_modules/@tensorflow', name));
    install('@tensorflow/tfjs-node', 'throw new Error("libtensorflow.so.2: cannot open shared object file");');
    expect((await run({ config: train(score, 'tfjs-node') })).outcome).toMatchObject({ state: 'failed', reason: 'spawn', message: expect.stringMatching(/cannot open shared object/) });
    const probed = await probeTfjs({ cwd: dir, backend: 'auto', env });
    expect(probed).toMatchObject({ ok: true, passedOver: [expect.stringMatching(/tfjs-node-gpu: not installed/), expect.stringMatching(/tfjs-node: does not load.*cannot open/)] });
  });
});

describe('the compatibility key', () => {
  const inner: KeyProbe = { key: async () => ({ os: 'test' }) };

  test('names backend, version and thread settings of a tfjs study', async () => {
    linkTfjs();
    const key = await withTfjsBackend(inner, env).key({ side: 'head', sha: 'a', dir }, tfjsStudy('./train.mjs', 'cpu'), {});
    expect(key).toEqual({ os: 'test', backend: expect.stringMatching(/^cpu \d+\.\d+\.\d+$/), 'backend threads': '1 thread' });
  });

  test('a workspace without tfjs has a key too', async () => {
    const key = await withTfjsBackend(inner, env).key({ side: 'head', sha: 'a', dir }, tfjsStudy('./train.mjs', 'auto'), {});
    expect(key['backend']).toMatch(/^none: .*not installed/);
  });
});
