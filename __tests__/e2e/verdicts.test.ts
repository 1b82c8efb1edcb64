import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pullRequestJob, pushJob, reportOf, tune, twoJobs, type TwoJobs } from './harness/jobs.js';
import { injected } from './harness/runner.js';
import { studySource, trainingSource } from './harness/trainings.js';
import { startWorld, tokens, type Files, type PullRequest, type World } from './harness/world.js';

let world: World;
let main: string;
const base = { 'noregret.yml': studySource(), 'train.mjs': trainingSource(), 'README.md': 'demo\n' };

beforeAll(async () => {
  world = await startWorld();
  main = await world.commit('main', base, 'first');
});
afterAll(() => world.close());

async function judged(branch: string, files: Files): Promise<TwoJobs & { pull: PullRequest; comment: string; conclusion: string | null }> {
  await world.commit(branch, files);
  const pull = await world.pullRequest(branch);
  const jobs = await twoJobs(pullRequestJob(world, pull));
  const comments = await world.github.comments(pull.number);
  const checks = await world.github.checks(pull.headSha);
  expect(comments.map(({ user }) => user.login)).toEqual(['github-actions[bot]']);
  expect(checks.map(({ name, status }) => [name, status])).toEqual([['noregret / demo', 'completed']]);
  for (const step of [jobs.tune, jobs.publish]) {
    expect(injected(step)).toEqual([]);
    expect(`${step.output}${JSON.stringify(step.outputs)}${step.summary}`).not.toContain(tokens.write);
  }
  expect(JSON.stringify([comments, checks, jobs.report])).not.toMatch(/ghs_/);
  return { ...jobs, pull, comment: comments[0]!.body, conclusion: checks[0]!.conclusion };
}

test('the first pull request, before anything was recorded, is judged by running its base too', async () => {
  const { tune: step, publish, report, comment, conclusion, pull } = await judged('first', { 'train.mjs': trainingSource({ level: 0.9001 }) });
  expect(step.code).toBe(0);
  expect(step.annotations('warning')).toEqual([]);
  expect(report.studies[0]!.baseline).toMatchObject({ sha: main, source: 'rerun' });
  expect(['PASS', 'IMPROVED']).toContain(report.verdict);
  expect(conclusion).toBe('success');
  expect(comment).toContain('<!-- noregret:default -->');
  expect(publish.outputs).toMatchObject({ verdict: report.verdict, 'comment-url': expect.stringContaining(`/${pull.number}#issuecomment-`), 'check-url': expect.stringMatching(/./) });
  expect(step.summary).toContain('accuracy');
}, 180_000);

test('a push is recorded on the history branch by the job that may write', async () => {
  const job = pushJob(world, main);
  const { tune: step, publish, report } = await twoJobs(job);
  expect({ output: step.output, code: step.code }).toMatchObject({ code: 0 });
  expect({ output: publish.output, code: publish.code }).toMatchObject({ code: 0 });
  expect(report.event).toBe('push');
  expect(await world.listFiles('noregret')).toContain(`demo/${main}/${job.runId}-1.json`);
}, 180_000);

test('no change: the stored baseline serves, the same seeds give the same numbers', async () => {
  const { report, comment, conclusion, tune: step } = await judged('docs', { 'train.mjs': `// a comment\n${trainingSource()}` });
  expect(report.verdict).toBe('NO_CHANGE');
  expect(report.studies[0]!.baseline).toMatchObject({ source: 'stored', measuredSha: main });
  expect(conclusion).toBe('success');
  expect(comment).toContain('No change');
  expect(step.outputs).toMatchObject({ verdict: 'NO_CHANGE', 'baseline-sha': main });
}, 180_000);

test('worse: regression, confirmed, and the publishing job fails after it has posted', async () => {
  const { report, comment, conclusion, tune: step, publish } = await judged('worse', { 'train.mjs': trainingSource({ level: 0.8, salt: 7 }) });
  expect(report.verdict).toBe('REGRESSION');
  expect(report.studies[0]!.confirmation).toBeDefined();
  expect(conclusion).toBe('failure');
  expect(comment).toContain('Regression');
  expect([step.code, publish.code]).toEqual([0, 1]);
  expect(publish.annotations('error')[0]).toContain('Regression');
  const { effect, 'interval-low': low, 'interval-high': high } = publish.outputs;
  expect(Number(effect)).toBeCloseTo(-0.1, 1);
  expect(Number(low)).toBeLessThan(Number(effect));
  expect(Number(high)).toBeGreaterThan(Number(effect));
}, 180_000);

test('moved optimum: worse as configured, recovered by retuning', async () => {
  const { report, conclusion, comment, publish } = await judged('moved', { 'train.mjs': trainingSource({ optimum: -3, salt: 8 }) });
  expect(report.verdict).toBe('RECOVERED_BY_RETUNING');
  expect(conclusion).toBe('success');
  expect(comment).toContain('lr');
  expect(publish.code).toBe(0);
  expect((JSON.parse(publish.outputs['best-params']!) as { lr: number }).lr).toBeLessThan(0.05);
}, 180_000);

test('a model-based search learns from main\'s trials on the history branch, and the comment says so', async () => {
  const { report, comment } = await judged('learns', { 'noregret.yml': studySource().replace('method: random', 'method: tpe'), 'train.mjs': trainingSource({ salt: 11 }) });
  expect(report.studies[0]!.search?.method).toBe('tpe');
  expect(comment.replaceAll('\u200b', '')).toContain(`Warm start: 8 of main's 8 trials of ${main.slice(0, 10)} serve as prior knowledge.`);
}, 180_000);

test('better: improved', async () => {
  const { report, conclusion } = await judged('better', { 'train.mjs': trainingSource({ level: 0.97, salt: 9 }) });
  expect(report.verdict).toBe('IMPROVED');
  expect(conclusion).toBe('success');
}, 180_000);

test('head fails where base runs: regression by stability, with the program\'s last words', async () => {
  const { report, comment, publish } = await judged('broken', { 'train.mjs': trainingSource({ before: 'console.error("::error::no such layer ##[group]x @octo/all #1"); process.exit(3);' }) });
  expect(report.studies[0]!.verdict).toMatchObject({ kind: 'REGRESSION', reason: 'stability' });
  expect(comment).toContain('no such layer');
  expect(comment).not.toContain('@octo/all');
  expect(publish.code).toBe(1);
}, 180_000);

test('one job, one step: posts by itself and fails by itself', async () => {
  await world.commit('one-job', { 'train.mjs': trainingSource({ level: 0.8 }) });
  const pull = await world.pullRequest('one-job');
  const step = await tune(pullRequestJob(world, pull, { token: 'write' }));
  expect(reportOf(step).verdict).toBe('REGRESSION');
  expect(step.code).toBe(1);
  expect(await world.github.comments(pull.number)).toHaveLength(1);
  expect((await world.github.checks(pull.headSha)).map(({ conclusion }) => conclusion)).toEqual(['failure']);
  expect(step.annotations('warning').join()).toContain('holds a token that may write');
  expect(step.state['open-checks']).toBe('[]');
}, 180_000);
