import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BatchSizeResult, LrRangeResult, SmokeResult } from '../../src/model/guide.js';
import { temporaryFolder } from '../stores/gitFixture.js';
import { ended, json, type } from './desk.js';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder('guide-tfjs');
  symlinkSync(resolve('node_modules'), join(folder.path, 'node_modules'));
});
afterEach(() => { folder.remove(); });
const put = (name: string, text: string): void => { writeFileSync(join(folder.path, name), text); };
const demo = (): void => { cpSync(resolve('fixtures/demo/main'), folder.path, { recursive: true }); };
/** A module that knows nothing of the guide; the best value of `w` is 3. */
const study = (loop: string): void => {
  put('noregret.yml', 'name: quadratic\nmethod: random\nmetric: { name: score, goal: maximize }\nparameters: { lr: { distribution: log_uniform_values, min: 1.0e-4, max: 100 } }\ntrainer: { tfjs: ./train.mjs, backend: cpu }\n');
  put('train.mjs', `export function train({ tf, params, report }) {
  const w = tf.variable(tf.scalar(0));
  const loss = () => tf.square(tf.sub(w, 3));
  ${loop}
  report({ score: w.dataSync()[0] });
}`);
};
const range = async (...flags: readonly string[]): Promise<LrRangeResult> => json<LrRangeResult>(await type(folder.path, ['lr-range', '--json', '--quiet', ...flags]));

describe('lr-range of a tfjs module needs nothing of the module', () => {
  test('model.fit with fewer iterations, callbacks and a schedule of its own', async () => {
    demo();
    const { finding, points, parameter } = await range();
    expect(parameter).toBe('learning_rate');
    if (finding.kind !== 'found') throw new Error(finding.kind);
    // Its own 20 epochs are 300 iterations, and its callback sets the rate back at every epoch.
    expect(points.length).toBeGreaterThan(350);
    expect(points[1]?.rate).toBeCloseTo(1e-5 * Math.exp(Math.log(1e6) / 500), 12);
    expect(finding.turn).toBeGreaterThan(0.05);
    expect(finding.turn).toBeLessThan(2);
    // The demo's own default, found by search, lies in the range.
    expect(finding.low).toBeLessThan(0.2);
    expect(finding.high).toBeGreaterThan(0.1);
  });

  test('a loop of its own: gradient descent on a square runs away beyond a rate of 1, where every step overshoots', async () => {
    study('const noisy = () => tf.square(tf.sub(w, 2.5 + Math.random())); const sgd = tf.train.sgd(params.lr); for (let i = 0; i < 2000; i++) sgd.minimize(noisy);');
    const { points } = await range('--start', '1e-3', '--end', '100');
    const last = points.at(-1);
    expect(last?.rate).toBeGreaterThan(1);
    expect(last?.rate).toBeLessThan(5);
  });

  test('an optimizer whose rate is a field only: the first step of Adam is as long as the rate', async () => {
    study('const adam = tf.train.adam(params.lr); for (let i = 0; i < 2000; i++) adam.minimize(loss);');
    const { points } = await range('--start', '0.01', '--end', '1', '--steps', '50');
    expect(Math.sqrt(points[0]?.loss ?? NaN) - Math.sqrt(points[1]?.loss ?? NaN)).toBeCloseTo(0.01, 4);
  });

  test('one that never asks an optimizer to minimize is told what is missing', async () => {
    study('for (let i = 0; i < 10; i++) w.assign(tf.add(w, 0.1));');
    const { out } = ended(await type(folder.path, ['lr-range']), 1);
    expect(out).toContain('the program reported 0 losses');
  });
});

test('batch-size of a tfjs module: each size takes the steps asked for, timed by its own clock', async () => {
  demo();
  put('noregret.yml', readFileSync(join(folder.path, 'noregret.yml'), 'utf8').replace('parameters:', 'parameters:\n  batch_size: { values: [10, 20], default: 20 }'));
  put('train.mjs', readFileSync(join(folder.path, 'train.mjs'), 'utf8').replaceAll('batchSize,', 'batchSize: params.batch_size,'));
  const { runs, largest } = json<BatchSizeResult>(ended(await type(folder.path, ['batch-size', '--json', '--quiet']), 0));
  // 300 rows: what model.fit is given is all of the data.
  expect(runs.map(({ size }) => size)).toEqual([32, 64, 128, 256, 300]);
  expect(runs.every(({ fits, stable, secondsPerExample = 0 }) => fits && stable && secondsPerExample > 0)).toBe(true);
  expect(largest).toBe(300);
});

test('smoke of a tfjs module: two epochs instead of all, and an estimate of all', async () => {
  demo();
  const { checks, time } = json<SmokeResult>(ended(await type(folder.path, ['smoke', '--json', '--quiet']), 0));
  expect(checks.map(({ name, state }) => [name, state])).toEqual([['metric', 'ok'], ['same seed', 'ok']]);
  expect(time?.isWhole).toBe(true);
  expect(time?.trial).toBeGreaterThan(time?.toFirst ?? Infinity);
});
