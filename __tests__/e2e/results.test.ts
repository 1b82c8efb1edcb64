import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pullRequestJob, pushJob, reportOf, tune, twoJobs } from './harness/jobs.js';
import { startWorld, type World } from './harness/world.js';

/** The tuner ran in an earlier step of the job and left its folder in the workspace; noregret runs nothing. */
let world: World;
const tuner = (from: string) => (workspace: string): void => { cpSync(resolve('fixtures/tuners', from), join(workspace, 'tuner'), { recursive: true }); };
const study = 'name: digits\nmetric: { name: val_accuracy, goal: maximize }\nresults: tuner\n';

beforeAll(async () => {
  world = await startWorld();
  await world.commit('main', { 'noregret.yml': study, 'train.py': '# theirs' }, 'first');
});
afterAll(() => world.close());

test('a push records the search that lies in the workspace; a pull request is shown beside it, without a verdict', async () => {
  const sha = await world.commit('main', { 'train.py': '# theirs, again' });
  const pushed = await twoJobs(pushJob(world, sha, { prepare: tuner('keras-tuner/random') }));
  expect(pushed.tune.code).toBe(0);
  expect(pushed.report.studies[0]).toMatchObject({ verdict: { kind: 'NO_BASELINE', reason: 'first-record' }, search: { method: expect.stringContaining('Keras Tuner') } });

  await world.commit('pull', { 'train.py': '# changed' });
  const pull = await world.pullRequest('pull');
  const unfinished = (workspace: string): void => { tuner('keras-tuner/random')(workspace); rmSync(join(workspace, 'tuner/trial_04/trial.json')); };
  const { tune, publish, report } = await twoJobs(pullRequestJob(world, pull, { prepare: unfinished }));
  expect([tune.code, publish.code]).toEqual([0, 0]);
  expect(report.studies[0]).toMatchObject({ verdict: { kind: 'INCONCLUSIVE', reason: 'results-read' }, baseline: { measuredSha: sha, why: 'The search that was recorded at this very commit.' }, budget: { failed: expect.any(Number) } });
  // By its name in the study file: nobody reads where the runner keeps its files.
  expect(report.studies[0]?.warnings).toEqual(expect.arrayContaining(['tuner/trial_04/trial.json is not there (yet): left out.']));
  expect(report.studies[0]?.warnings.join('\n')).not.toMatch(/(^| )\//m);
  const [comment] = await world.github.comments(pull.number);
  expect(comment?.body).toContain('no seed was repeated');
  expect(comment?.body).toContain('best found');
  expect(comment?.body).not.toContain("at main's best");
  expect(comment?.body).not.toContain('two studies');
  expect((await world.github.checks(pull.headSha)).map(({ name, conclusion }) => `${name} ${conclusion ?? ''}`)).toEqual(['noregret / digits neutral']);
}, 240_000);

test('a table of another tool, to be minimised, goes the same way where one job does it all', async () => {
  const talos = 'name: iris\nmetric: { name: val_loss, goal: minimize }\nresults: scan.csv\n';
  const scan = (without: number) => (workspace: string): void => {
    const rows = readFileSync(resolve('fixtures/tuners/talos/talos1.csv'), 'utf8').trimEnd().split('\n');
    writeFileSync(join(workspace, 'scan.csv'), `${rows.slice(0, rows.length - without).join('\n')}\n`);
  };
  const inputs = { config: 'iris.yml' };
  const sha = await world.commit('main', { 'iris.yml': talos });
  const pushed = await tune(pushJob(world, sha, { token: 'write', prepare: scan(0) }), { inputs });
  expect(pushed.code).toBe(0);
  expect(reportOf(pushed).studies[0]).toMatchObject({ study: 'iris', verdict: { kind: 'NO_BASELINE', reason: 'first-record' }, search: { method: expect.stringContaining('Talos') } });

  await world.commit('iris', { 'train.py': '# iris' });
  const pull = await world.pullRequest('iris');
  const step = await tune(pullRequestJob(world, pull, { token: 'write', prepare: scan(3) }), { inputs });
  expect(step.code).toBe(0);
  expect(reportOf(step).studies[0]).toMatchObject({ verdict: { kind: 'INCONCLUSIVE', reason: 'results-read' }, baseline: { measuredSha: sha } });
  const [comment] = await world.github.comments(pull.number);
  // The best of all ten rows lies in the last three.
  expect(comment?.body).toMatch(/best val\\_loss 1\.125 in 7 trials against 0\.2703 in 10 trials \(\+0\.8552\); these are two searches, no seed was repeated/);
}, 240_000);

test('nothing in the workspace: incomplete, and what to do', async () => {
  await world.commit('empty', { 'train.py': '# other' });
  const { report } = await twoJobs(pullRequestJob(world, await world.pullRequest('empty')));
  expect(report.studies[0]?.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'results-missing', sentence: expect.stringContaining('The tuner has to run before this step') });
}, 120_000);
