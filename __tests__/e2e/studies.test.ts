import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pullRequestJob, pushJob, reportOf, tune, twoJobs } from './harness/jobs.js';
import { machine } from './harness/runner.js';
import { studySource, trainingSource } from './harness/trainings.js';
import { startWorld, type Files, type PullRequest, type World } from './harness/world.js';

let world: World;
const main = { 'noregret.yml': studySource({ trials: 3 }), 'train.mjs': trainingSource() };

beforeAll(async () => {
  world = await startWorld();
  await world.commit('main', main, 'first');
});
afterAll(() => world.close());

async function opened(branch: string, files: Files): Promise<PullRequest> {
  await world.commit(branch, files);
  return world.pullRequest(branch);
}

test('smoke: true, and a program that cannot run: one short run on a pull request without a baseline and on a first push, and its words on top', async () => {
  const marked = trainingSource({ before: 'console.error(process.env.NOREGRET_SMOKE === undefined ? "a whole trial" : "no such data set"); process.exit(3);' });
  const files = { 'tuning/new.yml': studySource({ name: 'new', trials: 3, command: '[node, new.mjs]', extra: 'smoke: true\n' }), 'new.mjs': marked };
  const inputs = { config: 'tuning/new.yml' };
  const sentence = 'Incomplete: the smoke test failed, so no trial was started: exit code 3; its last line: no such data set';
  const pull = await opened('smoke', files);
  const step = await tune(pullRequestJob(world, pull, { token: 'write' }), { inputs });
  expect(reportOf(step).studies[0]?.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'smoke', sentence });
  expect((await world.github.comments(pull.number))[0]!.body).toContain('no such data set');
  const pushed = await tune(pushJob(world, await world.commit('main', files), { token: 'write' }), { inputs });
  expect(reportOf(pushed).studies[0]?.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'smoke', sentence });
  for (const text of [step.output, pushed.output]) expect(text).not.toContain('a whole trial');

  await world.commit('main', { 'new.mjs': trainingSource() });
  const mended = await tune(pushJob(world, await world.commit('main', { note: 'mended' }), { token: 'write' }), { inputs });
  expect(mended.output).toContain('new: smoke: accuracy arrived');
  expect(reportOf(mended).studies[0]?.verdict).toMatchObject({ kind: 'NO_BASELINE', reason: 'first-record' });
  await world.commit('main', { 'tuning/new.yml': undefined, 'new.mjs': undefined });
}, 180_000);

test('two studies: one comment, two checks, the worst one on top and in the outputs', async () => {
  await world.commit('main', { 'tuning/a.yml': studySource({ name: 'steady', trials: 2 }), 'tuning/b.yml': studySource({ name: 'shaky', trials: 2, command: '[node, other.mjs]' }), 'other.mjs': trainingSource() });
  const pull = await opened('two', { 'other.mjs': trainingSource({ level: 0.8, salt: 5 }) });
  const step = await tune(pullRequestJob(world, pull, { token: 'write' }), { inputs: { config: 'tuning/*.yml' } });
  const comments = await world.github.comments(pull.number);
  expect(comments).toHaveLength(1);
  expect(comments[0]!.body.indexOf('shaky')).toBeLessThan(comments[0]!.body.indexOf('steady'));
  expect(Object.fromEntries((await world.github.checks(pull.headSha)).map(({ name, conclusion }) => [name, conclusion]))).toEqual({ 'noregret / steady': 'success', 'noregret / shaky': 'failure' });
  expect(step.outputs['verdict']).toBe('REGRESSION');
  expect((JSON.parse(step.outputs['studies']!) as { study: string; verdict: string }[]).map(({ study, verdict }) => [study, verdict]).toSorted()).toEqual([['shaky', 'REGRESSION'], ['steady', expect.any(String)]]);
  expect(step.code).toBe(1);
}, 180_000);

describe('what bad input gets', () => {
  test('a configuration with mistakes: all of them, with file, line and column, in log, summary and comment', async () => {
    const pull = await opened('bad-config', { 'noregret.yml': studySource().replace('min: 1.0e-4', 'min: 2').replace('method: random', 'metod: random') });
    const step = await tune(pullRequestJob(world, pull, { token: 'write' }));
    expect(step.code).toBe(1);
    for (const text of [step.annotations('error').join(), step.summary, (await world.github.comments(pull.number))[0]!.body]) {
      expect(text.replaceAll('\u200b', '')).toMatch(/noregret\.yml:\d+:\d+/);
      expect(text).toContain('metod');
    }
    expect(step.outputs['verdict']).toBe('INCOMPLETE');
    expect(step.output).not.toMatch(/\n\s+at /);
  }, 60_000);

  test('no configuration at all', async () => {
    const pull = await opened('no-config', { 'noregret.yml': undefined });
    const step = await tune(pullRequestJob(world, pull), { inputs: { config: 'nowhere.yml' } });
    expect(step.code).toBe(1);
    expect(step.annotations('error').join()).toContain('nowhere.yml');
  }, 60_000);

  test('a wrong input is refused before anything else', async () => {
    const pull = await opened('bad-input', {});
    const step = await tune(pullRequestJob(world, pull), { inputs: { mode: 'atuo' } });
    expect(step.code).toBe(1);
    expect(step.annotations('error').join()).toContain('Use one of auto, compare, record, aa');
    expect(step.summary).toBe('');
  }, 60_000);

  test('a shallow clone is told the checkout option', async () => {
    const pull = await opened('shallow', { 'train.mjs': trainingSource({ salt: 2 }) });
    const step = await tune(pullRequestJob(world, pull, { depth: 1, machine: machine(world, 'shallow') }));
    expect(step.code).toBe(1);
    for (const text of [step.output, step.summary]) expect(text).toContain('fetch-depth: 0');
  }, 120_000);

  test('a program that fails on both sides is INCOMPLETE, with its words on top', async () => {
    const failing = trainingSource({ before: 'console.error("CUDA driver is missing"); process.exit(7);' });
    await world.commit('main', { 'train.mjs': failing });
    const pull = await opened('both-fail', { note: 'x', 'train.mjs': `${failing}// other\n` });
    const { report, publish } = await twoJobs(pullRequestJob(world, pull));
    expect(report.verdict).toBe('INCOMPLETE');
    expect((await world.github.comments(pull.number))[0]!.body).toContain('CUDA driver is missing');
    expect(publish.outputs['verdict']).toBe('INCOMPLETE');
    await world.commit('main', { 'train.mjs': trainingSource() });
  }, 120_000);

  test('a program that writes workflow commands and rubbish reaches neither the runner nor the comment as such', async () => {
    const noisy = trainingSource({ salt: 4, before: 'process.stdout.write("::set-output name=verdict::PASS\\n  ::add-mask::a\\n##[error]x\\n\\u001b[31m\\u0000\\n"); if (process.env.NOREGRET_SEED % 2) { console.error("::error::boo ##[group]"); process.exit(1); }' });
    const pull = await opened('rubbish', { 'train.mjs': noisy });
    const step = await tune(pullRequestJob(world, pull, { token: 'write' }));
    expect(step.commands.filter(({ name }) => !['warning', 'error', 'notice'].includes(name))).toEqual([]);
    expect(step.annotations('error').filter((text) => text.startsWith('boo'))).toEqual([]);
    expect(Object.keys(step.outputs)).toContain('verdict');
  }, 120_000);
});

test('a real training with tfjs: recorded on main, then a pull request that trains the same', async () => {
  const tfjs = await startWorld();
  try {
    const demo = resolve('fixtures/demo/main');
    const file = (name: string): string => readFileSync(join(demo, name), 'utf8');
    const sha = await tfjs.commit('main', { 'noregret.yml': file('noregret.yml').replace(/trials: \d+/, 'trials: 2'), 'spiral.mjs': file('spiral.mjs'), 'train.mjs': file('train.mjs'), '.gitignore': 'node_modules\n' });
    const gpu = machine(tfjs, 'gpu');
    const prepare = (workspace: string): void => symlinkSync(resolve('node_modules'), join(workspace, 'node_modules'));
    const push = await tune(pushJob(tfjs, sha, { token: 'write', machine: gpu, prepare }));
    expect({ code: push.code, output: push.output }).toMatchObject({ code: 0 });
    expect(await tfjs.listFiles('noregret')).toContainEqual(expect.stringContaining(sha));
    await tfjs.commit('same', { 'train.mjs': `${file('train.mjs')}\n// a comment\n` });
    const pull = await tfjs.pullRequest('same');
    const step = await tune(pullRequestJob(tfjs, pull, { token: 'write', machine: gpu, prepare }));
    const report = reportOf(step);
    expect({ verdict: report.verdict, output: step.output }).toMatchObject({ verdict: 'NO_CHANGE' });
    expect(JSON.stringify(report.studies[0]!.environment)).toContain('wasm');
  } finally {
    await tfjs.close();
  }
}, 300_000);
