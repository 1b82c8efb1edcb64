import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { recordSchema } from '../../src/model/record.js';
import { nextRun, publish, pushJob, reportOf, tune } from './harness/jobs.js';
import { injected, machine, type Job } from './harness/runner.js';
import { studySource, trainingSource } from './harness/trainings.js';
import { startWorld, type World } from './harness/world.js';

let world: World;
/** The seed decides all but a little that no seed does, as on a GPU. */
const training = trainingSource({ noise: 0.004 }).replace(' * normal();', ' * normal() + 0.001 * (Math.random() - 0.5);');

beforeAll(async () => {
  world = await startWorld();
  await world.commit('main', { 'noregret.yml': studySource({ trials: 2, extra: 'verdict: { looks: [3, 5] }' }), 'train.mjs': training }, 'first');
});
afterAll(() => world.close());

async function job(event: 'schedule' | 'workflow_dispatch' | 'push', name: string): Promise<Job> {
  const sha = await world.commit('main', {}, `run of ${name}`);
  const payload = event === 'push' ? world.pushPayload(sha) : { ...(event === 'schedule' ? { schedule: '0 3 * * 0' } : { inputs: {}, ref: 'refs/heads/main' }), repository: { full_name: world.github.repository, default_branch: 'main' }, sender: { login: 'octo' } };
  return { ...pushJob(world, sha, { machine: machine(world, name) }), event, payload, runId: nextRun() };
}

test.each(['schedule', 'workflow_dispatch'] as const)('mode: aa on %s: summary, outputs, artifact, and a record of the noise by the job that may write', async (event) => {
  const scheduled = await job(event, `aa-${event}`);
  const step = await tune(scheduled, { inputs: { mode: 'aa', rounds: '8' } });
  expect([step.code, step.annotations('error'), injected(step)]).toEqual([0, [], []]);

  const [measured, ...others] = reportOf(step).selfTests!;
  expect(others).toEqual([]);
  expect(measured).toMatchObject({ study: 'demo', asked: 8, failed: 0, trees: 'two', looks: [3, 5] });
  const [{ paired, seedSd }] = measured!.metrics as [NonNullable<typeof measured>['metrics'][number]];
  expect(paired!.sd).toBeGreaterThan(0);
  expect(paired!.sd).toBeLessThan(seedSd);

  expect(step.summary).toContain('A/A self-test of demo');
  expect(step.summary).toContain('What the gate says when nothing changed');
  expect(step.summary).toContain('sd of an unchanged pair');
  expect(step.outputs).toMatchObject({ verdict: 'PASS', effect: '', 'baseline-sha': '', studies: '[]', trials: '0' });
  expect(JSON.parse(step.outputs['self-test']!)).toEqual([expect.objectContaining({ study: 'demo', noise: paired, seedSd, margin: 0.02, worse: measured!.alarms[0]!.worse, findings: measured!.findings.map(({ code }) => code) })]);
  expect(step.outputs['report-html']).not.toBe('');
  expect(world.artifacts.artifacts.filter(({ run }) => run === `run-${scheduled.runId}`)).toHaveLength(1);

  const before = await world.listFiles('noregret');
  const posted = await publish(scheduled);
  expect([posted.code, posted.annotations('error')]).toEqual([0, []]);
  expect(JSON.parse(posted.outputs['self-test']!)).toEqual(JSON.parse(step.outputs['self-test']!));
  const [path, ...more] = (await world.listFiles('noregret')).filter((one) => one.startsWith('demo/') && !before.includes(one));
  expect([path, more]).toEqual([`demo/${scheduled.sha}/${scheduled.runId}-1.json`, []]);
  // The second one's seeds are others: its noise is added to what is known.
  const record = recordSchema.parse(JSON.parse((await world.show('noregret', path!))!));
  expect(record).toMatchObject({ note: 'A/A self-test', sha: scheduled.sha, noise: event === 'schedule' ? { sd: paired!.sd, df: 7 } : { df: 14 } });
  expect(record.canonical).toHaveLength(5);
}, 300_000);

test('dry-run names the study and runs nothing', async () => {
  const again = await job('workflow_dispatch', 'aa-schedule');
  const step = await tune(again, { inputs: { mode: 'aa', rounds: '8', 'dry-run': 'true' } });
  expect(step).toMatchObject({ code: 0, summary: '', outputs: {} });
  expect(step.output).toContain('demo (noregret.yml)');
}, 60_000);

test('on a push it is refused with the reason, before anything runs', async () => {
  const step = await tune(await job('push', 'aa-push'), { inputs: { mode: 'aa' } });
  expect(step.code).toBe(1);
  expect(step.annotations('error').join()).toContain('is run on schedule or workflow_dispatch, not on push');
}, 60_000);

test('rounds that are none are refused', async () => {
  const step = await tune(await job('schedule', 'aa-rounds'), { inputs: { mode: 'aa', rounds: 'many' } });
  expect(step.code).toBe(1);
  expect(step.annotations('error').join()).toMatch(/rounds/);
}, 60_000);

test('a program that fails every time: the report says so, nothing is recorded', async () => {
  await world.commit('main', { 'train.mjs': 'console.error("no data"); process.exit(3);' }, 'broken');
  const broken = await job('schedule', 'aa-broken');
  const step = await tune(broken, { inputs: { mode: 'aa', rounds: '4' } });
  expect(step.outputs['verdict']).toBe('INCOMPLETE');
  expect(step.summary).toContain('No run ended with a value');
  const before = await world.listFiles('noregret');
  await publish(broken);
  expect(await world.listFiles('noregret')).toEqual(before);
}, 120_000);
