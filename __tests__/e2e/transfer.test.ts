import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pullRequestJob, pushJob, reportOf, tune } from './harness/jobs.js';
import { transferFiles } from './harness/trainings.js';
import { startWorld, type PullRequest, type World } from './harness/world.js';

/** docs/guide/transfer.md, from the push that leaves a model to the pull request that trains on from it. */
let world: World;
let pull: PullRequest;
const inputs = { config: '*.yml' };
const verdicts = (report: ReturnType<typeof reportOf>): Record<string, unknown> => Object.fromEntries(report.studies.map(({ study, verdict }) => [study, verdict]));

beforeAll(async () => {
  world = await startWorld();
  const sha = await world.commit('main', transferFiles(0), 'first');
  const pushed = await tune(pushJob(world, sha, { token: 'write' }), { inputs });
  expect(verdicts(reportOf(pushed))).toMatchObject({ scratch: { kind: 'NO_BASELINE' }, onwards: { kind: 'NO_BASELINE' } });
  await world.commit('pull', { 'train.mjs': transferFiles(1)['train.mjs'] });
  pull = await world.pullRequest('pull');
}, 240_000);
afterAll(() => world.close());

test("one push and one pull request: each study has its verdict, and the comment names the model", async () => {
  const step = await tune(pullRequestJob(world, pull, { token: 'write' }), { inputs });
  expect(step.code).toBe(0);
  const found = verdicts(reportOf(step));
  expect(found).toMatchObject({ scratch: { kind: 'PASS' }, onwards: { kind: 'PASS', sentence: expect.stringMatching(/; trained on from scratch's model of [0-9a-f]{10}$/) } });
  const [comment] = await world.github.comments(pull.number);
  // GitHub would make a link of a commit's name: a mark without width stands in it.
  expect(comment?.body.replaceAll('\u{200b}', '')).toMatch(/trained on from scratch's model of [0-9a-f]{10}/);
}, 240_000);
