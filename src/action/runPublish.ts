import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { acceptRecords, acceptReport } from '../app/publish.js';
import type { Report } from '../model/comparison.js';
import { UserError } from '../model/errors.js';
import type { Trigger } from '../model/trigger.js';
import { download } from '../platform/artifact.js';
import { readHostileZip } from '../platform/hostileZip.js';
import { reportJson } from '../publishers/files.js';
import { latestArtifact } from './artifacts.js';
import { checkPublisherFor, identityOf, reportOfProblem, type Desk } from './desk.js';
import type { PublishInputs } from './inputs.js';
import { finish } from './posting.js';
import type { UseCases } from './useCases.js';

type PublishDesk = Desk<PublishInputs>;

const zipLimitBytes = 20 * 1024 * 1024;
const zipLimits = { fileBytes: 16 * 1024 * 1024, entries: 20 };
const recordsJson = 'records.json';

/** Where the report goes; `why` when it goes nowhere. The answer comes from the event and the API, never from the artifact. */
type Target = { readonly to: Trigger; readonly expected: boolean } | { readonly why: string };

async function targetOf({ context, github }: PublishDesk): Promise<Target> {
  const { trigger } = context;
  if (trigger.kind === 'unsupported') throw new UserError('event', `The event ${trigger.event} is not supported: ${trigger.why}.`);
  // A draft is skipped by the job that measures, so a missing report is no news there.
  if (trigger.kind !== 'workflow_run') return { to: trigger, expected: !(trigger.kind === 'pull_request' && trigger.draft) };
  if (trigger.event !== 'pull_request') return { why: `the run was started by ${trigger.event}, not by a pull request` };
  if (trigger.headRepository === undefined) return { why: 'the repository of the pull request is gone' };
  if (github === undefined) return { why: 'there is no token to find the pull request with' };
  const pull = await github.openPullRequest(trigger.headSha, trigger.headRepository);
  if (pull === undefined) return { why: 'no open pull request has this commit as its head: it was closed, or a newer commit is on its way' };
  const to: Trigger = { kind: 'pull_request', ...pull, fork: trigger.headRepository !== context.repository };
  return { to, expected: !pull.draft && trigger.conclusion !== 'skipped' && trigger.conclusion !== 'cancelled' };
}

async function artifactAddress({ context, inputs, github, artifacts }: PublishDesk): Promise<string | undefined> {
  if (context.trigger.kind !== 'workflow_run' && artifacts !== undefined) {
    const name = latestArtifact(await artifacts.list(), (item) => item, inputs.commentId);
    return name === undefined ? undefined : artifacts.url(name);
  }
  const runId = context.trigger.kind === 'workflow_run' ? context.trigger.runId : Number(context.runId);
  const found = latestArtifact((await github?.runArtifacts(runId)) ?? [], ({ name }) => name, inputs.commentId);
  return found === undefined ? undefined : github?.artifactUrl(found.id);
}

/** Undefined: there is no artifact. UserError: there is one, and it was refused. */
async function readArtifact(desk: PublishDesk): Promise<ReadonlyMap<string, string> | undefined> {
  const url = await artifactAddress(desk);
  if (url === undefined) return undefined;
  return readHostileZip(await download(url, zipLimitBytes), [reportJson, recordsJson], zipLimits);
}

interface Found { readonly report: Report; readonly measured: boolean; readonly records: string | undefined }

async function findReport(desk: PublishDesk, to: Trigger): Promise<Found | undefined> {
  const failOn = desk.inputs.failOn ?? 'regression';
  const problem = (sentence: string, fix?: string): Found => ({ report: reportOfProblem(desk, to, { sentence, fix }, failOn), measured: false, records: undefined });
  try {
    const files = await readArtifact(desk);
    const text = files?.get(reportJson);
    if (text === undefined) return undefined;
    const accepted = acceptReport(text, identityOf(to, desk.context));
    if ('rejected' in accepted) return problem(accepted.rejected);
    return { report: { ...accepted, failOn: desk.inputs.failOn ?? accepted.failOn }, measured: true, records: files?.get(recordsJson) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return problem(error.message, error.fix);
  }
}

/** The measuring job of the default branch may not push; we may. */
async function storeRecords(desk: PublishDesk, text: string, useCases: UseCases): Promise<void> {
  const { actions, inputs, context } = desk;
  const { trigger } = context;
  const onDefault = trigger.kind === 'push' ? trigger.defaultBranch : (trigger.kind === 'schedule' || trigger.kind === 'manual') && trigger.branch === context.defaultBranch;
  if (!onDefault || !('sha' in trigger)) return;
  const accepted = acceptRecords(text, { sha: trigger.sha, run: context.runId, attempt: context.attempt });
  if ('rejected' in accepted) {
    actions.warn(`${accepted.rejected}.`);
    return;
  }
  const scratch = await mkdtemp(join(context.tempDir, 'noregret-history-'));
  try {
    const store = await useCases.openHistory({ url: `${context.serverUrl}/${context.repository}`, token: inputs.token }, inputs.historyBranch, scratch);
    for (const record of accepted) await store.append(record);
    actions.line(`${accepted.length} record(s) of ${trigger.sha} stored in ${store.description}.`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The sub-action: parses what another job measured as hostile data and posts it; runs nothing of the repository. */
export async function runPublish(desk: PublishDesk, loadUseCases: () => Promise<UseCases>): Promise<void> {
  const { actions, context } = desk;
  const target = await targetOf(desk);
  if ('why' in target) {
    actions.notice(`Nothing to post: ${target.why}.`);
    return;
  }
  const { to, expected } = target;
  const found = await findReport(desk, to);
  if (found === undefined && !expected) {
    actions.notice('Nothing to post: the job that measures was skipped or cancelled before it had a report.');
    return;
  }
  const failOn = desk.inputs.failOn ?? 'regression';
  const report = found?.report ?? reportOfProblem(desk, to, { sentence: 'The tuning job ended without a report', fix: `See its log: ${context.runUrl}` }, failOn);
  if (found?.records !== undefined) await storeRecords(desk, found.records, await loadUseCases());
  const elsewhere = context.trigger.kind === 'workflow_run';
  await finish(desk, { report, to, post: true, check: checkPublisherFor(desk), summary: elsewhere || found?.measured !== true, artifactExtra: undefined });
}
