import { existsSync, mkdtempSync, readFileSync, cpSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StudyConfig } from '../../src/model/config.js';
import type { Params } from '../../src/model/params.js';
import type { TrialJob } from '../../src/model/ports.js';
import type { TrialReport } from '../../src/model/study.js';
import type { TrialResult } from '../../src/model/trial.js';
import { declaredDefaults } from '../../src/model/validity.js';
import { createTfjsRunner } from '../../src/runners/tfjs.js';
import { parse, problems } from '../config/parsing.js';

const example = resolve('fixtures/tfjs/guide');
const dir = mkdtempSync(join(tmpdir(), 'noregret-guide-'));
beforeAll(() => {
  cpSync(example, dir, { recursive: true });
  symlinkSync(resolve('node_modules'), join(dir, 'node_modules'));
});
afterAll(() => { rmSync(dir, { recursive: true, force: true }); });

function configOf(file: string): StudyConfig {
  const result = parse(readFileSync(join(example, file), 'utf8'));
  expect(problems(result)).toEqual([]);
  return result.config!;
}

interface Ran { readonly result: TrialResult; readonly reports: readonly TrialReport[]; readonly files: string }
let count = 0;

async function run(file: string, change: Params, more: Partial<TrialJob> & { readonly config?: Partial<StudyConfig> } = {}): Promise<Ran> {
  const { config: changed, ...job } = more;
  const config = { ...configOf(file), ...changed };
  const reports: TrialReport[] = [];
  const trial = ++count;
  const runner = createTfjsRunner({ config, stateDir: join(dir, 'state'), baseEnv: { PATH: process.env['PATH'] ?? '', HOME: dir }, pollMs: 20 });
  const result = await runner.run({ study: 'guide', trial, attempt: 1, side: 'head', stage: 'search', params: { ...declaredDefaults(config.space)!.params, ...change }, seed: 7, cwd: dir, ...job }, (report) => { reports.push(report); return 'continue'; }, new AbortController().signal);
  return { result, reports, files: join(dir, 'state', 'trials', `${trial}-1`, 'files') };
}

const short = { epochs: 12 };
/** The example's own constants, changed for a quick run. */
const quick = { config: { earlyStopping: { patience: 100, minDelta: 0 } } };

describe('output activation and loss by task', () => {
  test.each([['regression', 0.35], ['binary', 0.68], ['multiclass', 0.9], ['multilabel', 0.66]])('%s is learnt on wasm', async (task, below) => {
    const { result, reports } = await run('noregret.yml', { task, ...short }, quick);
    expect(result).toMatchObject({ outcome: { state: 'complete' }, backend: 'wasm' });
    const losses = reports.map(({ metrics }) => metrics['val_loss']!);
    expect(losses).toHaveLength(12);
    expect(Math.min(...losses)).toBeLessThan(Math.min(losses[0]!, below));
  });
});

describe('learning rate', () => {
  const rateAt = async (): Promise<(step: number, plan: object) => number> => ((await import(pathToFileURL(join(example, 'schedule.mjs')).href)) as { rateAt: (step: number, plan: object) => number }).rateAt;

  test('warm-up and schedules, by hand', async () => {
    const at = await rateAt();
    const rates = (schedule: string, warmup: number): number[] => Array.from({ length: 10 }, (_, step) => Number(at(step, { rate: 1, schedule, warmup, steps: 10 }).toFixed(4)));
    expect(rates('constant', 0)).toEqual(Array.from({ length: 10 }, () => 1));
    expect(rates('constant', 0.4)).toEqual([0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1, 1]);
    expect(rates('cosine', 0.2)).toEqual([0.5, 1, 1, 0.9619, 0.8536, 0.6913, 0.5, 0.3087, 0.1464, 0.0381]);
    expect(rates('step', 0.1)).toEqual([1, 1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01]);
  });

  test('reach the optimiser', async () => {
    const { reports } = await run('noregret.yml', { ...short, schedule: 'cosine', warmup: 0.2, 'adam.learning_rate': 0.02 }, quick);
    const rates = reports.map(({ metrics }) => metrics['learning_rate']!);
    expect(Math.max(...rates)).toBeCloseTo(0.02, 3);
    expect(rates[0]).toBeLessThan(0.01);
    expect(rates.at(-1)).toBeLessThan(0.001);
  });

  test('each optimiser has its own', async () => {
    const config = configOf('noregret.yml');
    const { reports, result } = await run('noregret.yml', { ...short, optimizer: 'sgd', 'adam.learning_rate': 99, 'sgd.learning_rate': 0.05, schedule: 'constant', warmup: 0 }, quick);
    expect(config.space.parameters.find(({ name }) => name === 'sgd.learning_rate')?.when).toEqual({ optimizer: ['sgd'] });
    expect([result.outcome.state, reports.at(-1)?.metrics['learning_rate']]).toEqual(['complete', 0.05]);
  });
});

test('a run that gets no better is over by patience, long before its epochs', async () => {
  const { result, reports } = await run('noregret.yml', { epochs: 400, 'adam.learning_rate': 0.05, schedule: 'constant', 'hidden.width': 32 });
  const losses = reports.map(({ metrics }) => metrics['val_loss']!);
  expect(losses.length).toBeLessThan(400);
  expect(losses.slice(-4).every((loss) => loss >= Math.min(...losses.slice(0, -4)))).toBe(true);
  expect(result.outcome).toEqual({ state: 'complete', value: Math.min(...losses) });
});

describe('transfer', () => {
  test("the first layers are those of main's model, and stay so when frozen", async () => {
    // Narrower than the 16 of transfer.yml: what is reused decides its own width.
    const main = await run('noregret.yml', { ...short, 'hidden.shape': 'constant', 'hidden.width': 8 }, quick);
    const baseCheckpoint = join(main.files, 'model.json');
    expect(existsSync(baseCheckpoint)).toBe(true);
    const layers = (file: string): unknown[] => JSON.parse(readFileSync(file, 'utf8')) as unknown[];
    const frozen = await run('transfer.yml', { ...short, reuse_layers: 2, freeze: true }, { ...quick, baseCheckpoint });
    expect(frozen.result.outcome.state).toBe('complete');
    const [theirs, own] = [layers(baseCheckpoint), layers(join(frozen.files, 'model.json'))];
    expect(own.slice(0, 2)).toEqual(theirs.slice(0, 2));
    expect(own[2]).not.toEqual(theirs[2]);
    expect(own).toHaveLength(3);
    const free = await run('transfer.yml', { ...short, reuse_layers: 1, freeze: false }, { ...quick, baseCheckpoint });
    expect(layers(join(free.files, 'model.json'))[0]).not.toEqual(theirs[0]);
  });

  test('a model with too few layers fails by name, and from scratch there is none', async () => {
    const baseCheckpoint = join(dir, 'other.json');
    writeFileSync(baseCheckpoint, '[]');
    const { result } = await run('transfer.yml', short, { ...quick, baseCheckpoint });
    expect(result.outcome).toMatchObject({ state: 'failed', reason: 'exit-code' });
    expect(result.logTail).toContain("main's model has 0 hidden layers, 1 are to be reused");
    expect((await run('noregret.yml', short, quick)).result.outcome.state).toBe('complete');
  });
});
