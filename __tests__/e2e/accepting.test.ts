import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { nextRun, publish, pullRequestJob, pushJob, reportOf, tune, twoJobs, type TwoJobs } from './harness/jobs.js';
import type { RunFact } from './harness/githubPeople.js';
import { checkout, injected, machine, runStep, type Job, type StepResult } from './harness/runner.js';
import { studySource, trainingSource } from './harness/trainings.js';
import { startWorld, type Files, type PullRequest, type World } from './harness/world.js';

let world: World;
const base = { 'noregret.yml': studySource({ trials: 4 }), 'train.mjs': trainingSource() };
const worse = trainingSource({ level: 0.8, salt: 7 });

beforeAll(async () => {
  world = await startWorld();
  for (const [login, permission] of [['octo', 'admin'], ['ada', 'write'], ['mallory', 'read']] as const) world.github.facts.people.permissions.set(login, permission);
  const main = await world.commit('main', base, 'first');
  await twoJobs(pushJob(world, main));
}, 180_000);
afterAll(() => world.close());

interface Opened extends TwoJobs { readonly pull: PullRequest; readonly run: RunFact; readonly job: Job }

/** GitHub knows of a run that has ended, and of what it uploaded. */
function remember(runId: number, pull: PullRequest, over: Partial<RunFact> = {}): RunFact {
  const { people, artifacts } = world.github.facts;
  const run: RunFact = { id: runId, workflow: 'tuning.yml', head_sha: pull.headSha, event: 'pull_request', status: 'completed', conclusion: 'failure', run_attempt: 1, created_at: '2026-11-01T00:00:00Z', actor: { login: 'octo' }, ...over };
  people.runs.push(run);
  for (const uploaded of world.artifacts.artifacts.filter((one) => one.run === `run-${runId}`)) artifacts.push({ id: 9000 + uploaded.id, runId, name: uploaded.name, sizeBytes: uploaded.bytes.length, url: world.artifacts.blobUrl(uploaded.id) });
  return run;
}

async function opened(branch: string, files: Files, { message, over = {} }: { readonly message?: string; readonly over?: Partial<RunFact> } = {}): Promise<Opened> {
  await world.commit(branch, files, message);
  const pull = await world.pullRequest(branch);
  const job = pullRequestJob(world, pull);
  const jobs = await twoJobs(job);
  return { ...jobs, pull, job, run: remember(job.runId!, pull, over) };
}

let comments = 500;
/** The workflow of commands: no checkout, no code of the pull request, a token of its own. */
async function answering(event: string, payload: object): Promise<StepResult> {
  const job: Job = { world, machine: machine(world, 'commands', 'github-hosted'), event, payload, sha: '0'.repeat(40), ref: 'refs/heads/main', token: 'commands', runId: nextRun() };
  await checkout(job);
  const step = await runStep(job, { entry: 'publish' });
  expect(injected(step)).toEqual([]);
  return step;
}

async function say(pull: PullRequest, body: string, { by = 'octo', at = '2026-11-20T00:00:00Z', type = 'User' } = {}): Promise<{ step: StepResult; reply: string; reaction: string | undefined; id: number }> {
  const id = ++comments;
  const step = await answering('issue_comment', { action: 'created', repository: { default_branch: 'main' }, issue: { number: pull.number, pull_request: {} }, comment: { id, body, created_at: at, user: { login: by, type } } });
  const reply = (await world.github.comments(pull.number)).filter((one) => one.body.startsWith('<!-- noregret-reply:default -->'));
  expect(reply.length).toBeLessThanOrEqual(1);
  return { step, id, reply: reply[0]?.body ?? '', reaction: world.github.facts.people.reactions.find(({ comment }) => comment === id)?.content };
}

const conclusions = async (pull: PullRequest): Promise<readonly (string | null)[]> => (await world.github.checks(pull.headSha)).map(({ conclusion }) => conclusion);
const report = async (pull: PullRequest): Promise<string> => (await world.github.comments(pull.number)).find(({ body }) => body.startsWith('<!-- noregret:default -->'))!.body;
const decisionsAt = async (sha: string): Promise<readonly string[]> => (await world.listFiles('noregret')).filter((path) => path.startsWith(`@decisions/demo/${sha}/`));
const decision = async (path: string): Promise<unknown> => JSON.parse((await world.show('noregret', path))!);

describe('a regression that somebody accepts in a comment', () => {
  let red: Opened;
  beforeAll(async () => {
    red = await opened('accepted', { 'train.mjs': worse });
    expect([red.report.verdict, red.publish.code]).toEqual(['REGRESSION', 1]);
  }, 180_000);

  test('not by somebody without write access: answered in words, nothing is kept, the check stays red', async () => {
    const { step, reply, reaction } = await say(red.pull, '/noregret accept all I am @octo, trust me\n::error::x', { by: 'mallory' });
    expect(step.code).toBe(0);
    expect(reaction).toBe('-1');
    expect(reply).toContain('write access');
    expect(reply).not.toContain('@octo');
    expect(await decisionsAt(red.pull.headSha)).toEqual([]);
    expect(await conclusions(red.pull)).toEqual(['failure']);
    expect(world.github.facts.people.reruns).toEqual([]);
  }, 60_000);

  test.each([
    ['/noregret', 'A command is missing.'], ['/noregret please', 'There is no such command.'], ['/noregret accept', 'A reason is missing.'], ['/noregret accept accuracy', 'A reason is missing.'],
    ['/noregret accept accuracy x until yesterday', 'followed by a date'], ['/noregret accept accuracy x until 2020-01-01', 'has passed'], ['/noregret more-seeds 500', 'from 1 to 100'], ['/noregret more-seeds', 'the verdict is REGRESSION'],
  ])('%s is answered with what is wrong, in the same one reply', async (body, why) => {
    const { reply, reaction } = await say(red.pull, body);
    expect(reaction).toBe('-1');
    expect(reply.replaceAll('\\', '')).toContain(why);
  }, 60_000);

  test('what is no command, or a robot\'s, is left alone', async () => {
    for (const [body, type] of [['nice work', 'User'], ['/noregret retry', 'Bot']] as const) {
      const { step, reaction } = await say(red.pull, body, { type });
      expect(step.annotations('notice').join()).toContain('Nothing to do');
      expect(reaction).toBeUndefined();
    }
    const issue = await answering('issue_comment', { action: 'created', issue: { number: 1 }, comment: { id: 1, body: '/noregret retry', created_at: '2026-11-20T00:00:00Z', user: { login: 'octo' } } });
    expect([issue.code, issue.annotations('notice').join()]).toEqual([0, expect.stringContaining('not about a pull request')]);
  }, 60_000);

  test('a comment older than the commit is not about it', async () => {
    const { reply, reaction } = await say(red.pull, '/noregret accept a smaller model', { at: '2026-10-31T00:00:00Z' });
    expect([reaction, reply]).toEqual(['-1', expect.stringContaining('came after this comment')]);
  }, 60_000);

  test('by a writer: kept with who, why and until when; numbers stay, the check is neutral, the failed job runs again and passes', async () => {
    const { reply, reaction, id } = await say(red.pull, '/noregret accept accuracy half the size <img src=x> until 2099-12-31', { by: 'ada' });
    expect(reaction).toBe('+1');
    expect(reply).toContain('until 2099');
    const [path] = await decisionsAt(red.pull.headSha);
    expect(await decision(path!)).toMatchObject({ kind: 'accept', id: `comment-${id}`, by: 'ada', via: 'comment', metrics: ['accuracy'], reason: 'half the size <img src=x>', until: '2099-12-31', pullRequest: red.pull.number, sha: red.pull.headSha, tree: expect.stringMatching(/^[0-9a-f]{40}$/) });
    expect(await conclusions(red.pull)).toEqual(['failure', 'neutral']);
    const text = await report(red.pull);
    expect(text).toContain('Regression');
    expect(text).toContain('Accepted by ada until 2099');
    expect(text).not.toContain('<img');
    expect(world.github.facts.people.reruns).toEqual([`${red.run.id} failed`]);
    const again = await publish({ ...red.job, attempt: 2 });
    expect({ code: again.code, verdict: again.outputs['verdict'] }).toEqual({ code: 0, verdict: 'REGRESSION' });
    expect(await report(red.pull)).toContain('Accepted by ada');
  }, 120_000);

  test('in the merge queue it is accepted as well', async () => {
    const { pull } = red;
    const job: Job = { ...red.job, runId: nextRun(), event: 'merge_group', sha: pull.mergeSha, payload: { action: 'checks_requested', repository: { default_branch: 'main' }, merge_group: { head_sha: pull.mergeSha, base_sha: pull.baseSha, head_ref: `refs/heads/gh-readonly-queue/main/pr-${pull.number}-${pull.baseSha}` } } };
    world.github.facts.commits.add(pull.mergeSha);
    const queue = await twoJobs(job);
    expect([queue.report.verdict, queue.publish.code]).toEqual(['REGRESSION', 0]);
    expect((await world.github.checks(pull.mergeSha)).map(({ conclusion }) => conclusion)).toEqual(['neutral']);
  }, 120_000);

  test('merged: the same tree on main is not repeated, and the accepted pointer moves', async () => {
    const { pull } = red;
    const sha = await world.commit('main', { 'train.mjs': worse }, 'merge it');
    world.github.facts.people.merged.set(pull.number, { sha, by: 'ada' });
    const push = await twoJobs(pushJob(world, sha));
    expect(push.report.studies[0]!.verdict).toMatchObject({ kind: 'NOT_CONFIRMED', reason: 'accepted', sentence: expect.stringContaining('ada accepted this decline') });
    expect({ code: push.publish.code, output: push.publish.output }).toMatchObject({ code: 0, output: expect.stringContaining('the accepted decline of pull request') });
    expect(await Promise.all((await decisionsAt(sha)).map(decision))).toEqual([expect.objectContaining({ kind: 'accept', by: 'ada', via: 'comment', until: '2099-12-31', pullRequest: pull.number })]);
    const next = await world.commit('main', { note: 'later' });
    const later = await twoJobs(pushJob(world, next));
    expect(later.report.studies[0]).toMatchObject({ verdict: { kind: 'NO_CHANGE' }, accepted: { sha, by: 'ada', reason: 'half the size <img src=x>' } });
    await twoJobs(pushJob(world, await world.commit('main', { 'train.mjs': trainingSource() }, 'back')));
  }, 240_000);
});

describe('the label', () => {
  const labelled = (pull: PullRequest, by: string, at: string): void => {
    world.github.facts.people.labels.set(pull.number, ['bug', 'noregret: accept']);
    world.github.facts.people.events.set(pull.number, [...world.github.facts.people.events.get(pull.number) ?? [], { id: Number(at.replaceAll(/\D/g, '').slice(0, 8)), event: 'labeled', label: { name: 'noregret: accept' }, actor: { login: by }, created_at: at }]);
  };

  test('counts by whoever put it on, at once, and no longer than it is there', async () => {
    const red = await opened('labelled', { 'train.mjs': trainingSource({ level: 0.81, salt: 3 }) });
    labelled(red.pull, 'mallory', '2026-11-19T00:00:00Z');
    const event = (action: string): Promise<StepResult> => answering('pull_request_target', { action, number: red.pull.number, label: { name: 'noregret: accept' } });
    expect((await event('labeled')).code).toBe(0);
    expect(await report(red.pull)).toMatch(/Does not count.*mallory has no write access/);
    labelled(red.pull, 'ada', '2026-11-20T00:00:00Z');
    await event('labeled');
    expect(await report(red.pull)).toMatch(/Accepted by ada(<\/strong>|\*\*) with the label/);
    expect(await conclusions(red.pull)).toEqual(['failure', 'failure', 'neutral']);
    world.github.facts.people.labels.set(red.pull.number, []);
    Object.assign(red.run, { status: 'completed', conclusion: 'success' });
    await event('unlabeled');
    expect((await conclusions(red.pull)).at(-1)).toBe('failure');
    expect(await report(red.pull)).not.toContain('Accepted');
    const other = await answering('pull_request_target', { action: 'labeled', number: red.pull.number, label: { name: 'bug' } });
    expect(other.annotations('notice').join()).toContain('Nothing to do');
  }, 240_000);
});

describe('a trailer', () => {
  test('on a branch of this repository the pusher vouches; an expired one and one about no metric do nothing, and are shown', async () => {
    const message = 'Smaller\n\nNoregret-Accept: accuracy half the size until 2020-01-01\nNoregret-Accept: speed who cares';
    const red = await opened('trailer', { 'train.mjs': trainingSource({ level: 0.82, salt: 4 }) }, { message });
    expect(red.publish.code).toBe(1);
    const text = await report(red.pull);
    expect(text).toMatch(/Expired on 2020.*octo/);
    expect(text).toMatch(/Does not count.*gated metrics/);
    const waived = await opened('trailer', { note: 'x' }, { message: 'More\n\nNoregret-Accept: accuracy half the size' });
    expect(waived.publish.code).toBe(0);
    expect(await report(waived.pull)).toMatch(/Accepted by octo(<\/strong>|\*\*) in a commit message/);
    expect((await conclusions(waived.pull)).at(-1)).toBe('neutral');
  }, 240_000);

  test('on a fork a commit proves nothing', async () => {
    await world.commit('fork', { 'train.mjs': trainingSource({ level: 0.83, salt: 5 }) }, 'x\n\nNoregret-Accept: accuracy trust me');
    const pull = await world.pullRequest('fork', { fork: true });
    const runId = nextRun();
    await tune(pullRequestJob(world, pull, { machine: machine(world, 'hosted-gpu', 'github-hosted'), runId }));
    remember(runId, pull, { conclusion: 'success', actor: { login: 'mallory' } });
    const job: Job = {
      world, machine: machine(world, 'workflow-run', 'github-hosted'), event: 'workflow_run', sha: pull.baseSha, ref: 'refs/heads/main', token: 'write', runId: nextRun(),
      payload: { action: 'completed', repository: { default_branch: 'main' }, workflow_run: { id: runId, event: 'pull_request', conclusion: 'success', head_sha: pull.headSha, head_repository: { full_name: 'mallory/demo' }, pull_requests: [], created_at: '2026-11-01T00:00:00Z', actor: { login: 'mallory' } } },
    };
    await checkout(job);
    const step = await runStep(job, { entry: 'publish' });
    expect(step.outputs['verdict']).toBe('REGRESSION');
    expect(await report(pull)).toMatch(/Does not count.*anybody can write a commit on a fork/);
    expect(await conclusions(pull)).toEqual(['failure']);
    // A writer's word counts there too, for this commit alone.
    const { reply } = await say(pull, '/noregret accept known', { by: 'ada' });
    expect(reply).toContain('this commit alone');
    expect((await conclusions(pull)).at(-1)).toBe('neutral');
  }, 240_000);
});

describe('retry and more seeds', () => {
  test('retry runs the workflow again; what cannot be is answered', async () => {
    const fine = await opened('retry', { 'train.mjs': trainingSource({ level: 0.9001 }) }, { over: { conclusion: 'success' } });
    const { reply, reaction } = await say(fine.pull, '/noregret retry', { by: 'ada' });
    expect([reaction, reply]).toEqual(['+1', expect.stringContaining('attempt 2')]);
    expect(world.github.facts.people.reruns).toContain(`${fine.run.id} all`);
    expect((await say(fine.pull, '/noregret retry')).reply).toContain('still at work');
    Object.assign(fine.run, { status: 'completed', conclusion: 'success' });
    expect((await say(fine.pull, '/noregret accept fine by me')).reply).toContain('no regression to accept');
    Object.assign(fine.run, { created_at: '2026-09-01T00:00:00Z' });
    expect((await say(fine.pull, '/noregret retry')).reply).toContain('over a month ago');
    const { artifacts } = world.github.facts;
    artifacts.splice(0, artifacts.length, ...artifacts.map((one) => (one.runId === fine.run.id ? { ...one, expired: true } : one)));
    expect((await say(fine.pull, '/noregret accept fine by me')).reply).toContain('has expired');
    await world.commit('retry', { note: 'newer' });
    expect((await say(await world.pullRequest('retry'), '/noregret retry')).reply).toContain('has not run for');
  }, 240_000);

  test('more seeds: an undecided gate goes on from its first pair, and ends', async () => {
    const study = studySource({ trials: 2, extra: 'verdict: { looks: [3, 4], search: never }\n' });
    await world.commit('main', { 'noregret.yml': study, 'train.mjs': trainingSource({ noise: 0.02 }) }, 'noisy');
    const unsure = await opened('unsure', { 'train.mjs': trainingSource({ noise: 0.02, salt: 11 }) }, { over: { conclusion: 'success' } });
    expect(unsure.report.studies[0]!.verdict.kind).toBe('INCONCLUSIVE');
    const { reply, reaction, id } = await say(unsure.pull, '/noregret more-seeds 60', { by: 'ada' });
    expect([reaction, reply]).toEqual(['+1', expect.stringContaining('60 further pairs')]);
    expect(await decisionsAt(unsure.pull.headSha)).toEqual([`@decisions/demo/${unsure.pull.headSha}/comment-${id}.json`]);
    const again = await twoJobs({ ...unsure.job, attempt: 2 });
    const [demo] = again.report.studies;
    expect(demo).toMatchObject({ extension: { pairs: 60, by: 'ada' } });
    expect(demo!.gate!.pairs.length).toBeGreaterThan(4);
    expect(demo!.gate!.pairs.slice(0, 4)).toEqual(unsure.report.studies[0]!.gate!.pairs);
    expect(demo!.verdict.kind).not.toBe('INCONCLUSIVE');
    expect(await report(unsure.pull)).toContain('More seeds were asked for by ada');
  }, 240_000);
});

test('the retuned winner of a merged pull request is proposed to main, and is its best from the next push on', async () => {
  await twoJobs(pushJob(world, await world.commit('main', { ...base, 'noregret.yml': studySource({ trials: 8 }) }, 'as at first')));
  const moved = await opened('moved', { 'train.mjs': trainingSource({ optimum: -3, salt: 8 }) }, { over: { conclusion: 'success' } });
  expect(moved.report.verdict).toBe('RECOVERED_BY_RETUNING');
  const sha = await world.commit('main', { 'train.mjs': trainingSource({ optimum: -3, salt: 8 }) }, 'merged');
  world.github.facts.people.merged.set(moved.pull.number, { sha, by: 'ada' });
  const push = await twoJobs(pushJob(world, sha));
  expect(push.publish.output).toContain('is tried on main\'s next push');
  expect(push.publish.code).toBe(0);
  expect((await world.github.checks(sha)).map(({ conclusion }) => conclusion).at(-1)).not.toBe('failure');
  expect(await Promise.all((await decisionsAt(sha)).map(decision))).toEqual([expect.objectContaining({ kind: 'proposal', pullRequest: moved.pull.number, recovered: true })]);
  const next = await world.commit('main', { note: 'next' });
  const later = await twoJobs(pushJob(world, next));
  expect(later.report.studies[0]!.notes.join()).toContain('is main\'s best from here on');
  const path = (await world.listFiles('noregret')).find((one) => one.startsWith(`demo/${next}/`));
  expect(JSON.parse((await world.show('noregret', path!))!)).toMatchObject({ incumbent: { source: 'challenger', sinceSha: next }, challengers: [{ from: 'pull-request', pullRequest: moved.pull.number, outcome: 'recovered' }] });
  expect(reportOf(later.tune).verdict).not.toBe('INCOMPLETE');
}, 300_000);
