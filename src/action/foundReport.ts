import { acceptReport } from '../app/publish.js';
import type { Report } from '../model/comparison.js';
import { UserError } from '../model/errors.js';
import type { Trigger } from '../model/trigger.js';
import { download } from '../platform/artifact.js';
import { readHostileZip } from '../platform/hostileZip.js';
import { reportJson } from '../publishers/files.js';
import { latestArtifact } from './artifacts.js';
import { identityOf, reportOfProblem, type Desk } from './desk.js';
import type { PublishInputs } from './inputs.js';

type Fails = Report['failOn'];
const zipLimitBytes = 20 * 1024 * 1024;
const zipLimits = { fileBytes: 16 * 1024 * 1024, entries: 20 };
const recordsJson = 'records.json';

/** The latest attempt's artifact of a run, through the API. UserError `artifact-expired` when GitHub has thrown it away. */
async function addressInRun({ inputs, github }: Pick<Desk, 'inputs' | 'github'>, runId: number): Promise<string | undefined> {
  const found = latestArtifact((await github?.runArtifacts(runId)) ?? [], ({ name }) => name, inputs.commentId);
  if (found === undefined) return undefined;
  if (found.expired) throw new UserError('artifact-expired', 'The report of that run has expired on GitHub.', { fix: 'Measure again: `/noregret retry`, or push a commit.', exitCode: 3 });
  return await github?.artifactUrl(found.id);
}

async function ownAddress({ context, inputs, artifacts, github }: Desk): Promise<string | undefined> {
  if (context.trigger.kind === 'workflow_run') return addressInRun({ inputs, github }, context.trigger.runId);
  if (artifacts === undefined) return addressInRun({ inputs, github }, Number(context.runId));
  const name = latestArtifact(await artifacts.list(), (item) => item, inputs.commentId);
  return name === undefined ? undefined : artifacts.url(name);
}

async function filesAt(url: string | undefined): Promise<ReadonlyMap<string, string> | undefined> {
  return url === undefined ? undefined : readHostileZip(await download(url, zipLimitBytes), [reportJson, recordsJson], zipLimits);
}

export interface Found { readonly report: Report; readonly measured: boolean; readonly records: string | undefined }

/** What the job of this run that measures left; undefined when it left nothing, a report of the problem when that cannot be used. */
export async function findReport(desk: Desk<PublishInputs>, to: Trigger): Promise<Found | undefined> {
  const failOn: Fails = desk.inputs.failOn ?? 'regression';
  const problem = (sentence: string, fix?: string): Found => ({ report: reportOfProblem(desk, to, { sentence, fix }, failOn), measured: false, records: undefined });
  try {
    const files = await filesAt(await ownAddress(desk));
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

/** The report that another run left about a pull request; undefined without one. UserError when it cannot be used. */
export async function reportOfRun(desk: Pick<Desk, 'inputs' | 'github' | 'context'>, runId: number, to: Trigger): Promise<Report | undefined> {
  const text = (await filesAt(await addressInRun(desk, runId)))?.get(reportJson);
  if (text === undefined) return undefined;
  const accepted = acceptReport(text, { ...identityOf(to, desk.context), event: 'pull_request' });
  if ('rejected' in accepted) throw new UserError('report', `${accepted.rejected}.`, { fix: 'Measure again: `/noregret retry`, or push a commit.', exitCode: 3 });
  return accepted;
}
