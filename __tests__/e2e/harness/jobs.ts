import { readFileSync } from 'node:fs';
import { reportSchema, type Report } from '../../../src/model/comparison.js';
import { checkout, machine, runStep, type Job, type Machine, type StepOptions, type StepResult } from './runner.js';
import type { PullRequest, World } from './world.js';

interface JobOptions { readonly machine?: Machine; readonly token?: 'read' | 'write'; readonly runId?: number; readonly attempt?: number; readonly depth?: number; readonly prepare?: (workspace: string) => void }

let runs = 100;
export const nextRun = (): number => ++runs;

export function pullRequestJob(world: World, pull: PullRequest, options: JobOptions = {}): Job {
  return {
    world, event: 'pull_request', payload: pull.payload, sha: pull.mergeSha, ref: `refs/pull/${pull.number}/merge`, token: 'read', machine: machine(world, 'gpu'), runId: nextRun(),
    checkout: { ref: `refs/pull/${pull.number}/merge`, sha: pull.mergeSha }, ...options,
  };
}

export function pushJob(world: World, sha: string, options: JobOptions = {}): Job {
  return { world, event: 'push', payload: world.pushPayload(sha), sha, ref: 'refs/heads/main', token: 'read', machine: machine(world, 'gpu'), runId: nextRun(), checkout: { ref: 'refs/heads/main', sha }, ...options };
}

/** Checkout and the main step. */
export async function tune(job: Job, step: Partial<StepOptions> = {}): Promise<StepResult> {
  await checkout(job);
  return runStep(job, { entry: 'index', ...step });
}

/** The second job of the two-job workflow: another machine, no checkout, a token that may write. */
export async function publish(job: Job, step: Partial<StepOptions> = {}): Promise<StepResult> {
  const other: Job = { ...job, machine: machine(job.world, 'hosted', 'github-hosted'), token: 'write', checkout: undefined };
  await checkout(other);
  return runStep(other, { entry: 'publish', ...step });
}

export interface TwoJobs { readonly tune: StepResult; readonly publish: StepResult; readonly report: Report }

/** The README's workflow. */
export async function twoJobs(job: Job): Promise<TwoJobs> {
  const tuned = await tune(job);
  const report = reportOf(tuned);
  return { tune: tuned, publish: await publish(job), report };
}

export function reportOf(step: StepResult): Report {
  const path = step.outputs['report-json'] ?? '';
  if (path === '') throw new Error(`no report:\n${step.output}`);
  return reportSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}
