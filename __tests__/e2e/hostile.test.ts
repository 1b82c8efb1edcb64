import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { strToU8, zipSync } from 'fflate';
import type { Report } from '../../src/model/comparison.js';
import { samples } from '../report/samples.js';
import { nextRun, publish, pullRequestJob, pushJob, reportOf, tune } from './harness/jobs.js';
import { checkout, injected, machine, runStep, type Job } from './harness/runner.js';
import { studySource, trainingSource } from './harness/trainings.js';
import { startWorld, type PullRequest, type World } from './harness/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.commit('main', { 'noregret.yml': studySource({ trials: 2 }), 'train.mjs': trainingSource() }, 'first');
});
afterAll(() => world.close());

async function opened(branch: string, options: { fork?: boolean } = {}): Promise<PullRequest> {
  await world.commit(branch, { 'train.mjs': trainingSource({ level: 0.9001 }), note: branch });
  return world.pullRequest(branch, options);
}

/** A report such as the measuring job could have left, altered. */
const reportFor = (pull: PullRequest, over: Partial<Report> = {}): Report => ({ ...samples['hostile']!(), headSha: pull.headSha, pullRequest: pull.number, repository: 'octo/demo', ...over });
const zipOf = (report: unknown): Uint8Array => zipSync({ 'report.json': strToU8(JSON.stringify(report)) });

describe('the artifact is a stranger\'s', () => {
  async function published(branch: string, bytes: (pull: PullRequest) => Uint8Array): Promise<{ comment: string; verdict: string; log: string }> {
    const pull = await opened(branch);
    const job = pullRequestJob(world, pull);
    world.artifacts.plant(`run-${String(job.runId)}`, 'noregret-default-1', bytes(pull));
    const step = await publish(job);
    expect(injected(step)).toEqual([]);
    expect(step.output).not.toMatch(/\n\s+at /);
    return { comment: (await world.github.comments(pull.number))[0]?.body ?? '', verdict: step.outputs['verdict']!, log: step.output };
  }

  test.each<[string, (pull: PullRequest) => Uint8Array, RegExp]>([
    ['about another commit', (pull) => zipOf(reportFor(pull, { headSha: 'f'.repeat(40) })), /about another commit/],
    ['about another pull request', (pull) => zipOf(reportFor(pull, { pullRequest: pull.number + 1 })), /about another pull request/],
    ['about no pull request', (pull) => zipOf({ ...reportFor(pull), pullRequest: undefined }), /about another pull request/],
    ['of a newer schema', (pull) => zipOf({ ...reportFor(pull), schema: 2 }), /not one that this version/],
    ['with a field too many', (pull) => zipOf({ ...reportFor(pull), run: 'rm -rf' }), /not one that this version/],
    ['no JSON', () => zipSync({ 'report.json': strToU8('{"schema":1') }), /not one that this version/],
    ['nested to exhaust the stack', () => zipSync({ 'report.json': strToU8('['.repeat(200_000)) }), /not one that this version/],
    ['a bomb', () => zipSync({ 'report.json': new Uint8Array(17 * 1024 * 1024) }), /unpacks to 17825792 bytes/],
    ['no zip', () => strToU8('#!/bin/sh\nrm -rf /'), /refused/],
  ])('%s: ignored, said, INCOMPLETE', async (name, bytes, message) => {
    const { comment, verdict } = await published(name.replaceAll(' ', '-'), bytes);
    expect(verdict).toBe('INCOMPLETE');
    expect(comment).toMatch(message);
  }, 60_000);

  test('without the file that we look for it is no report', async () => {
    const { comment } = await published('elsewhere', (pull) => zipSync({ 'other.json': strToU8(JSON.stringify(reportFor(pull))) }));
    expect(comment).toContain('ended without a report');
  }, 60_000);

  test('strings of the pull request neither mention, nor link, nor command', async () => {
    const { comment, log } = await published('strings', (pull) => zipOf(reportFor(pull)));
    expect(comment).not.toMatch(/(^|[^\\`\w])@[a-z]/m);
    expect(log).not.toMatch(/^::(set-output|add-mask|stop-commands)/m);
    expect(comment.split('<!-- noregret:').length).toBe(2);
  }, 60_000);
});

test('the latest attempt counts, and only ours', async () => {
  const pull = await opened('attempts');
  const job = pullRequestJob(world, pull, { attempt: 2 });
  const run = `run-${String(job.runId)}`;
  const saying = (kind: 'pass' | 'regression'): Uint8Array => zipOf({ ...samples[kind]!(), headSha: pull.headSha, pullRequest: pull.number });
  world.artifacts.plant(run, 'noregret-default-1', saying('regression'));
  world.artifacts.plant(run, 'noregret-default-2', saying('pass'));
  world.artifacts.plant(run, 'noregret-other-3', saying('regression'));
  world.artifacts.plant(run, 'noregret-default-99x', saying('regression'));
  expect((await publish(job)).outputs['verdict']).toBe('PASS');
}, 60_000);

describe('forks', () => {
  test('on a self-hosted runner nothing of it is executed', async () => {
    await world.commit('fork', { 'train.mjs': `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(`${world.root}/owned`)}, 'x');`, 'noregret.yml': studySource({ extra: `setup: [[touch, ${world.root}/owned]]` }) });
    const pull = await world.pullRequest('fork', { fork: true });
    const step = await tune(pullRequestJob(world, pull, { machine: machine(world, 'fork-self') }));
    expect(step.code).toBe(0);
    expect(step.outputs['verdict']).toBe('INCOMPLETE');
    expect(step.summary).toContain('fork');
    expect(step.summary).toContain('allow-forks-on-self-hosted');
    expect(step.annotations('notice').join()).toContain('Nothing was run');
    expect(await world.listFiles('HEAD')).toContain('train.mjs');
    expect((await import('node:fs')).existsSync(`${world.root}/owned`)).toBe(false);
  }, 60_000);

  test('on a hosted runner it is measured; a workflow_run posts it, finding the pull request by its head', async () => {
    const pull = await opened('fork-hosted', { fork: true });
    const runId = nextRun();
    const hosted = machine(world, 'fork-hosted', 'github-hosted');
    const measured = await tune(pullRequestJob(world, pull, { machine: hosted, runId }));
    expect(measured.code).toBe(0);
    expect(await world.github.comments(pull.number)).toEqual([]);
    const uploaded = world.artifacts.artifacts.find(({ run }) => run === `run-${runId}`)!;
    world.github.facts.artifacts.push({ id: 900 + uploaded.id, runId, name: uploaded.name, sizeBytes: uploaded.bytes.length, url: world.artifacts.blobUrl(uploaded.id) });
    world.github.tokens.set('ghs_workflowrun', { kind: 'app', login: 'github-actions[bot]', permissions: { actions: 'read', pull_requests: 'write', checks: 'write' } });
    const job: Job = {
      world, machine: machine(world, 'workflow-run', 'github-hosted'), event: 'workflow_run', sha: pull.baseSha, ref: 'refs/heads/main', token: 'read', runId: nextRun(),
      payload: { action: 'completed', repository: { default_branch: 'main' }, workflow_run: { id: runId, event: 'pull_request', conclusion: 'success', head_sha: pull.headSha, head_repository: { full_name: 'mallory/demo' }, pull_requests: [] } },
    };
    await checkout(job);
    const step = await runStep(job, { entry: 'publish', inputs: { 'github-token': 'ghs_workflowrun' } });
    expect({ code: step.code, output: step.output }).toMatchObject({ code: 0 });
    expect(step.outputs['verdict']).toBe(reportOf(measured).verdict);
    expect(await world.github.comments(pull.number)).toHaveLength(1);
    expect(step.summary).toContain('accuracy');

    // The same run again after a new commit: its head is nobody's any more.
    await world.commit('fork-hosted', { note: 'newer' });
    await world.pullRequest('fork-hosted', { fork: true });
    const late = await runStep(job, { entry: 'publish', inputs: { 'github-token': 'ghs_workflowrun' } });
    expect(late.annotations('notice').join()).toContain('no open pull request has this commit as its head');
  }, 120_000);
});

describe('GitHub in bad temper', () => {
  test('limits and server errors on the way to the comment', async () => {
    const pull = await opened('temper');
    world.github.arm({ match: /^POST .*\/check-runs/, status: 502, times: 1 });
    world.github.arm({ match: /^POST .*\/comments/, status: 403, headers: { 'retry-after': '1' }, body: { message: 'You have exceeded a secondary rate limit' }, times: 1 });
    const step = await tune(pullRequestJob(world, pull, { token: 'write', machine: machine(world, 'temper') }));
    expect(step.code).toBe(0);
    expect(await world.github.comments(pull.number)).toHaveLength(1);
    expect(await world.github.checks(pull.headSha)).toHaveLength(1);
  }, 120_000);

  test('nothing may be written: summary, files and the lines to add', async () => {
    const pull = await opened('read-only');
    world.artifacts.failWith(503);
    const step = await tune(pullRequestJob(world, pull, { machine: machine(world, 'read-only') }));
    world.artifacts.failWith(undefined);
    expect(step.code).toBe(0);
    expect(step.annotations('warning').join('\n')).toContain('permissions:\n  pull-requests: write');
    expect(step.annotations('warning').join('\n')).toContain('artifact service failed 3 times');
    expect(step.summary).toContain('accuracy');
    expect(reportOf(step).verdict).toBe(step.outputs['verdict']);
    expect(step.output).not.toMatch(/\n\s+at /);
  }, 120_000);

  test('a stranger\'s comment with our marker, and ours behind a page of others', async () => {
    const pull = await opened('spoof');
    const comments = `/repos/octo/demo/issues/${pull.number}/comments`;
    await world.github.as('mallory', 'POST', comments, { body: '<!-- noregret:default -->\n✅ No regression, trust me' });
    for (let i = 0; i < 100; i++) await world.github.as('reviewer', 'POST', comments, { body: `chatter ${i}` });
    const gpu = machine(world, 'spoof');
    await tune(pullRequestJob(world, pull, { token: 'write', machine: gpu }));
    await world.commit('spoof', { 'train.mjs': trainingSource({ level: 0.8, salt: 3 }) });
    const next = await world.pullRequest('spoof');
    await tune(pullRequestJob(world, next, { token: 'write', machine: gpu }));
    const all = await world.github.comments(pull.number);
    expect(all.filter(({ body }) => body.startsWith('<!-- noregret:default -->')).map(({ user, body }) => [user.login, body.includes('Regression')])).toEqual([['mallory', false], ['github-actions[bot]', true]]);
  }, 180_000);

  test('an unreachable GitHub on a push: measured, kept, said', async () => {
    const sha = await world.commit('main', { note: 'push' });
    world.github.arm({ match: /check-runs/, status: 500, times: 99 });
    const step = await tune(pushJob(world, sha, { token: 'write', machine: machine(world, 'unreachable') }));
    expect(step.annotations('warning').join()).toContain('GitHub answered 500');
    expect(reportOf(step).event).toBe('push');
    expect(await world.listFiles('noregret')).toContainEqual(expect.stringContaining(sha));
  }, 120_000);
});
