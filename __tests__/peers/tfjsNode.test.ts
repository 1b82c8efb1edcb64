import { beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TfjsBackend } from '../../src/model/config.js';
import type { Params } from '../../src/model/params.js';
import type { TrialResult } from '../../src/model/trial.js';
import { createTfjsRunner } from '../../src/runners/tfjs.js';
import { probeTfjs } from '../../src/runners/tfjsProbe.js';
import { tfjsStudy } from '../runners/tfjsStudy.js';

/** tfjs-node is proven here, not assumed: built from npm and PyPI, it trains what wasm trains, to the same losses. */
let project = '';
beforeAll(async () => {
  const { tfjsNodeProject } = (await import(resolve('scripts/tfjsNodeProject.mjs'))) as { tfjsNodeProject: () => string };
  project = tfjsNodeProject();
  for (const file of ['demo/main/train.mjs', 'demo/main/spiral.mjs', 'tfjs/convolution.mjs']) cpSync(join('fixtures', file), join(project, file.split('/').at(-1)!));
}, 600_000);

const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
let count = 0;
function run(module: string, backend: TfjsBackend, params: Params): Promise<{ result: TrialResult; losses: number[] }> {
  const losses: number[] = [];
  const objective = module.includes('conv') ? 'loss' : 'val_loss';
  const config = tfjsStudy(module, backend, objective);
  const parameters = Object.entries(params).map(([name, value]) => ({ name, path: [name], distribution: { name: 'constant', value } as const }));
  const runner = createTfjsRunner({ config: { ...config, space: { parameters, constraints: [] } }, stateDir: mkdtempSync(join(tmpdir(), 'noregret-peer-')), baseEnv: env });
  const onReport = ({ metrics }: { metrics: Readonly<Record<string, number>> }): 'continue' => {
    if (metrics[objective] !== undefined) losses.push(metrics[objective]);
    return 'continue';
  };
  return runner.run({ study: 's', trial: ++count, attempt: 1, side: 'head', stage: 'search', params, seed: 11, cwd: project }, onReport, new AbortController().signal).then((result) => ({ result, losses }));
}

const models = [
  { name: 'the demo\'s model', module: './train.mjs', params: { learning_rate: 0.2, units: 16 }, epochs: 20 },
  { name: 'a small convolution', module: './convolution.mjs', params: { learning_rate: 0.01, filters: 8, epochs: 4 }, epochs: 4 },
];

describe('tfjs-node through the tfjs runner', () => {
  test.each(models)('$name: the losses of wasm, epoch by epoch', async ({ module, params, epochs }) => {
    const wasm = await run(module, 'wasm', params);
    const native = await run(module, 'tfjs-node', params);
    expect([wasm.result.backend, native.result.backend]).toEqual(['wasm', 'tfjs-node']);
    expect([wasm.result.outcome.state, native.result.outcome.state]).toEqual(['complete', 'complete']);
    expect(native.losses).toHaveLength(epochs);
    expect(native.losses.at(-1)).toBeLessThan(native.losses[0]!);
    for (const [epoch, loss] of native.losses.entries()) expect(Math.abs(loss - wasm.losses[epoch]!)).toBeLessThan(1e-3);
  }, 120_000);

  test('the same seed gives the same numbers twice', async () => {
    const [first, again] = [await run('./convolution.mjs', 'tfjs-node', models[1]!.params), await run('./convolution.mjs', 'tfjs-node', models[1]!.params)];
    expect(again.losses).toEqual(first.losses);
  }, 120_000);

  test('auto takes it, and names the library below it', async () => {
    const info = await probeTfjs({ cwd: project, backend: 'auto', env });
    expect(info).toMatchObject({ ok: true, backend: 'tfjs-node', version: expect.stringMatching(/^4\.22\.0, libtensorflow 2\./), threads: expect.stringContaining('num_intraop 1') });
  });

  test('the bench behind bench/RESULTS.md runs and finds both backends', () => {
    const text = execFileSync(process.execPath, ['bench/tfjs.mjs', '--rounds=1'], { encoding: 'utf8' });
    expect(text).toMatch(/\| convolution .*\| \d+\.\d\d \| \d+\.\d\d \| \d+\.\d× \|/);
  }, 300_000);
});
