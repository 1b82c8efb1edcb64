import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nextRun, publish, pullRequestJob, pushJob, reportOf, tune } from './harness/jobs.js';
import { injected, machine, runStep, type Machine } from './harness/runner.js';
import { studySource, trainingSource } from './harness/trainings.js';
import { startWorld, type PullRequest, type World } from './harness/world.js';

let world: World;
const slow = trainingSource({ before: 'await new Promise((done) => setTimeout(done, 400));' });

beforeAll(async () => {
  world = await startWorld();
  await world.commit('main', { 'noregret.yml': studySource({ trials: 6 }), 'train.mjs': slow }, 'first');
});
afterAll(() => world.close());

async function changed(branch: string): Promise<PullRequest> {
  await world.commit(branch, { 'train.mjs': slow.replace('normal();', `normal() + 0; // ${branch}`).replace('SEED)', 'SEED) + 1') });
  return world.pullRequest(branch);
}

/** What a machine's logs tell: measurements that finished whole, by what was measured. */
function measured({ workDir }: Machine): readonly string[] {
  const state = join(workDir, '_noregret');
  const logs = readdirSync(state, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('study.jsonl'));
  return logs.flatMap((path) => {
    const events = readFileSync(join(state, path), 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
    const what = new Map(events.filter(({ type }) => type === 'started').map(({ trial, side, stage, params, seed }) => [trial, `${path} ${String(side)} ${String(stage)} ${JSON.stringify(params)} ${String(seed)}`]));
    return events.filter(({ type, result }) => type === 'finished' && (result as { outcome: { state: string } }).outcome.state === 'complete').map(({ trial }) => what.get(trial)!);
  });
}

/** The gate is done by then, and search or re-score still to come. */
const midway = /gate: 2 pairs|search \d of/;

test('cancelled: a finished check, a summary, and a log from which the re-run goes on', async () => {
  const pull = await changed('cancel');
  const gpu = machine(world, 'cancel');
  const runId = nextRun();
  const first = await tune(pullRequestJob(world, pull, { token: 'write', machine: gpu, runId }), { cancelWhen: midway });
  expect(first.signal).toBeNull();
  expect(first.cancelSeconds).toBeLessThan(7.5);
  const cut = reportOf(first);
  expect(cut).toMatchObject({ incomplete: true });
  expect(first.summary).toContain('cut short');
  expect((await world.github.checks(pull.headSha)).map(({ status, conclusion }) => [status, conclusion])).toEqual([['completed', 'neutral']]);
  expect(measured(gpu).length).toBeGreaterThan(0);

  const second = await tune(pullRequestJob(world, pull, { token: 'write', machine: gpu, runId, attempt: 2 }));
  expect(reportOf(second).incomplete).toBe(false);
  expect(reportOf(second).studies[0]!.budget.reused).toBeGreaterThan(0);
  expect(measured(gpu)).toEqual([...new Set(measured(gpu))]);
  expect((await world.github.comments(pull.number)).map(({ body }) => body.includes('cut short'))).toEqual([false]);
}, 180_000);

test('on a machine that is thrown away, the next attempt goes on from the artifact of the cancelled one', async () => {
  const pull = await changed('ephemeral');
  const runId = nextRun();
  const first = await tune(pullRequestJob(world, pull, { machine: machine(world, 'ephemeral-1'), runId }), { cancelWhen: midway });
  expect(reportOf(first).incomplete).toBe(true);
  const gone = measured(machine(world, 'ephemeral-1'));
  const fresh = machine(world, 'ephemeral-2');
  const second = await tune(pullRequestJob(world, pull, { machine: fresh, runId, attempt: 2 }));
  expect(second.output).toContain('brought back from its artifact');
  expect(reportOf(second).studies[0]!.budget.reused).toBeGreaterThan(0);
  expect(measured(fresh).slice(0, gone.length)).toEqual(gone);
  expect(measured(fresh)).toEqual([...new Set(measured(fresh))]);
}, 180_000);

test('killed outright: the post step closes the check, and nothing measured is measured again', async () => {
  const pull = await changed('killed');
  const gpu = machine(world, 'killed');
  const job = pullRequestJob(world, pull, { token: 'write', machine: gpu });
  const first = await tune(job, { killWhen: midway });
  expect(first.signal).toBe('SIGKILL');
  expect((await world.github.checks(pull.headSha)).map(({ status }) => status)).toEqual(['in_progress']);
  const post = await runStep(job, { entry: 'post', state: first.state });
  expect(post.code).toBe(0);
  expect((await world.github.checks(pull.headSha)).map(({ status, conclusion }) => [status, conclusion])).toEqual([['completed', 'neutral']]);
  const again = await runStep(job, { entry: 'post', state: first.state });
  expect(again.output).not.toContain('Closed');

  const second = await tune({ ...job, attempt: 2 });
  expect(second.code).toBe(0);
  expect(reportOf(second).incomplete).toBe(false);
  expect(reportOf(second).studies[0]!.budget.reused).toBeGreaterThan(0);
  expect(measured(gpu)).toEqual([...new Set(measured(gpu))]);
}, 180_000);

test('an ordinary run leaves the post step nothing to do', async () => {
  const pull = await changed('ordinary');
  const job = pullRequestJob(world, pull, { token: 'write', machine: machine(world, 'ordinary') });
  const main = await tune(job, { inputs: { trials: '2' } });
  const calls = world.github.calls.length;
  expect(await runStep(job, { entry: 'post', state: main.state })).toMatchObject({ code: 0 });
  expect(world.github.calls).toHaveLength(calls);
}, 180_000);

test('a job that died without a report still gets its comment', async () => {
  const pull = await changed('dead');
  const step = await publish(pullRequestJob(world, pull));
  expect(step.outputs['verdict']).toBe('INCOMPLETE');
  const [comment] = await world.github.comments(pull.number);
  expect(comment!.body).toContain('The tuning job ended without a report');
  expect((await world.github.checks(pull.headSha)).map(({ name, conclusion }) => [name, conclusion])).toEqual([['noregret', 'neutral']]);
  expect(step.summary).toContain('ended without a report');
  expect(step.code).toBe(0);
}, 60_000);

test('a draft whose measuring job was skipped gets no comment', async () => {
  await changed('draft');
  const pull = await world.pullRequest('draft', { draft: true });
  const step = await publish(pullRequestJob(world, pull));
  expect(step.annotations('notice').join()).toContain('Nothing to post');
  expect(await world.github.comments(pull.number)).toEqual([]);
}, 60_000);

test('dry-run prints the plan, runs nothing and writes nothing', async () => {
  const pull = await changed('dry');
  const gpu = machine(world, 'dry');
  const calls = world.github.calls.length;
  const step = await tune(pullRequestJob(world, pull, { token: 'write', machine: gpu }), { inputs: { 'dry-run': 'true' } });
  expect(step).toMatchObject({ code: 0, summary: '', outputs: {} });
  expect(step.output).toContain('demo (noregret.yml)');
  expect(world.github.calls.slice(calls).filter(({ method }) => method !== 'GET')).toEqual([]);
}, 60_000);

test('publish: never leaves all posting to the other job, whatever the token may do', async () => {
  const pull = await changed('never');
  const step = await tune(pullRequestJob(world, pull, { token: 'write', machine: machine(world, 'never') }), { inputs: { publish: 'never', trials: '2' } });
  expect(step.outputs['verdict']).not.toBe('');
  expect(await world.github.comments(pull.number)).toEqual([]);
  expect(await world.github.checks(pull.headSha)).toEqual([]);
}, 180_000);

test('a push to another branch, a tag and a deletion are nothing to record', async () => {
  const sha = await world.commit('other', {});
  for (const over of [{ ref: 'refs/heads/other' }, { ref: 'refs/tags/v1' }, { ref: 'refs/heads/main', deleted: true, after: '0'.repeat(40) }]) {
    const job = pushJob(world, sha, { machine: machine(world, 'others') });
    const step = await tune({ ...job, payload: { ...job.payload, ...over } });
    expect(step.code).toBe(0);
    expect(step.annotations('notice')).toHaveLength(1);
  }
}, 60_000);

test.each([
  ['pull_request_target', /code of a pull request with a token that may write/],
  ['issue_comment', /not supported/],
  ['release', /not supported/],
])('%s is refused before anything is read or run', async (event, message) => {
  const pull = await changed(`event-${event}`);
  const step = await tune({ ...pullRequestJob(world, pull, { machine: machine(world, 'events') }), event });
  expect(step.code).toBe(1);
  expect(step.annotations('error').join()).toMatch(message);
  expect(injected(step)).toEqual([]);
}, 60_000);
