import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { forkGuard } from '../app/forkGuard.js';
import { measuringWorkflow } from '../app/initTemplates.js';
import type { Report } from '../model/comparison.js';
import { UserError } from '../model/errors.js';
import type { StudyRecord } from '../model/record.js';
import { actionProgress } from '../platform/actions.js';
import { forbidden } from '../platform/githubErrors.js';
import type { CheckPublisher } from '../publishers/checkRun.js';
import { packState, restoreState, stateFile } from './carriedState.js';
import { stateDirOf } from './context.js';
import { checkPublisherFor, errorText, reportOfProblem, type Desk } from './desk.js';
import type { ActionInputs } from './inputs.js';
import { finish } from './posting.js';
import type { RunDeps, RunRequest, UseCases } from './useCases.js';
import { withHistory } from './history.js';
import { withVouchers } from './vouchers.js';
import { chooseWork, type Work } from './work.js';

type ActionDesk = Desk<ActionInputs>;
type RealWork = Exclude<Work, { kind: 'nothing' }>;

interface Measured { readonly report: Report; readonly pending: readonly StudyRecord[]; readonly error?: unknown }

/** After an abort the work has this long to end in order; then it is reported without it. */
const cancelGraceMs = 3000;

async function stateDir(desk: ActionDesk): Promise<string> {
  const { inputs, context } = desk;
  const dir = resolve(inputs.stateDir ?? stateDirOf(context));
  await mkdir(dir, { recursive: true }).catch((cause: unknown) => {
    throw new UserError('state-dir', `The state folder ${dir} cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`, { fix: 'Give a writable folder as the input `state-dir`.', exitCode: 3, cause });
  });
  await bringBack(desk, dir);
  return dir;
}

async function requestOf<W extends RealWork>(desk: ActionDesk, work: W): Promise<W & RunRequest> {
  const { inputs, context } = desk;
  return {
    ...work,
    event: context.event, repository: context.repository, workspaceDir: context.workspaceDir, workingDirectory: inputs.workingDirectory,
    config: inputs.config, overrides: inputs.overrides, historyBranch: inputs.historyBranch,
    remote: { url: `${context.serverUrl}/${context.repository}`, token: inputs.token },
    stateDir: await stateDir(desk), runId: context.runId, attempt: context.attempt, failOn: inputs.failOn,
  };
}

/** What an earlier attempt left on a machine that is gone; a failure costs time only. */
async function bringBack(desk: ActionDesk, dir: string): Promise<void> {
  const { actions, artifacts, context, inputs } = desk;
  if (context.attempt < 2 || artifacts === undefined) return;
  try {
    const logs = await restoreState(dir, artifacts, inputs.commentId);
    if (logs > 0) actions.line(`Attempt ${context.attempt}: ${logs} log(s) of an earlier attempt brought back from its artifact.`);
  } catch (error) {
    actions.line(`Nothing brought back from an earlier attempt: ${errorText(error)}`);
  }
}

/** Opens the checks; a token that may not is normal in the two-job workflow. */
function announcer(desk: ActionDesk, check: CheckPublisher | undefined, onWriter: () => void): RunDeps['announce'] {
  return async (studies) => {
    if (check === undefined || desk.inputs.publish === 'never') return { tokenCanWrite: false };
    try {
      await check.start(studies, desk.context.trigger);
    } catch (error) {
      if (!(error instanceof UserError && error.code === forbidden)) desk.actions.warn(errorText(error));
      return { tokenCanWrite: false };
    }
    onWriter();
    desk.actions.warn('The job that runs the trials holds a token that may write: code of the repository runs beside it. Prefer the two-job workflow of the README.');
    return { tokenCanWrite: true };
  };
}

async function runUseCase(desk: ActionDesk, work: RealWork, useCases: UseCases, deps: RunDeps): Promise<Measured> {
  if (work.kind === 'self-test') return useCases.selfTest({ ...(await requestOf(desk, work)), rounds: desk.inputs.rounds }, deps);
  if (work.kind === 'record') return useCases.recordPush(await requestOf(desk, work), deps);
  return { report: await useCases.comparePullRequest(await requestOf(desk, work), deps), pending: [] };
}

async function measure(desk: ActionDesk, work: RealWork, useCases: UseCases, deps: RunDeps): Promise<Measured> {
  const { inputs, context } = desk;
  const fallback = (sentence: string, fix?: string): Report => reportOfProblem(desk, context.trigger, { sentence, fix }, inputs.failOn);
  const cancelled = new Promise<Measured>((done) => {
    const late = (): unknown => setTimeout(() => done({ report: { ...fallback('The run was cancelled', 'Re-run the job: it goes on where this one stopped.'), incomplete: true }, pending: [] }), cancelGraceMs).unref();
    if (deps.signal.aborted) late();
    else deps.signal.addEventListener('abort', late, { once: true });
  });
  try {
    return await Promise.race([runUseCase(desk, work, useCases, deps), cancelled]);
  } catch (error) {
    if (!(error instanceof UserError)) desk.actions.line(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { error, pending: [], report: error instanceof UserError ? fallback(error.message, error.fix) : fallback(errorText(error)) };
  }
}

async function plan(desk: ActionDesk, work: RealWork, useCases: UseCases): Promise<void> {
  const request = work.kind === 'self-test' ? { ...(await requestOf(desk, work)), rounds: desk.inputs.rounds } : await requestOf(desk, work);
  for (const line of await useCases.plan(request)) desk.actions.line(line);
  desk.actions.notice('dry-run: nothing was run or written.');
}

/** The main step: guards, the work, then every sink. Throws only for inputs and events that cannot be; the entry says it. */
export async function runAction(desk: ActionDesk, loadUseCases: () => Promise<UseCases>, signal: AbortSignal): Promise<void> {
  const { actions, inputs, context, clock } = desk;
  const work = chooseWork(inputs.mode, context.trigger, context.defaultBranch);
  if (work.kind === 'nothing') {
    if (work.fail) throw new UserError('event', `${work.why}.`);
    actions.notice(`${work.why}.`);
    return;
  }
  const check = checkPublisherFor(desk);
  const refusal = forkGuard({ trigger: context.trigger, runnerEnvironment: context.runnerEnvironment, allowed: inputs.allowForksOnSelfHosted });
  const post = inputs.publish === 'auto';
  if (refusal !== undefined) {
    actions.notice(`${refusal.sentence}. ${refusal.fix}`);
    await finish(desk, { report: reportOfProblem(desk, context.trigger, refusal, 'never'), to: context.trigger, post, check, summary: true, artifactExtra: {} });
    return;
  }
  const useCases = await loadUseCases();
  if (inputs.dryRun) {
    await plan(desk, work, useCases);
    return;
  }
  const token = { canWrite: false };
  const deps: RunDeps = { progress: actionProgress(actions, clock), clock, signal, announce: announcer(desk, check, () => { token.canWrite = true; }) };
  const startedMs = Date.now();
  const { report: measured, pending, error } = await measure(desk, work, useCases, deps);
  // Whoever only measures leaves it to the job that posts to find out who accepts what.
  const report = !token.canWrite || signal.aborted ? measured : await withHistory(desk, loadUseCases, async (history) => await withVouchers(desk, measured, { to: context.trigger, workflow: context.workflowFile ?? measuringWorkflow, history }));
  // A pull request may be taken up again when it is done too, for more seeds.
  const finished = error === undefined && !report.incomplete;
  const state = work.kind === 'compare' || !finished ? await packState(resolve(inputs.stateDir ?? stateDirOf(context)), startedMs, { finished }) : undefined;
  const artifactExtra = { ...(pending.length === 0 ? {} : { 'records.json': JSON.stringify(pending) }), ...(state === undefined ? {} : { [stateFile]: state }) };
  await finish(desk, { report, to: context.trigger, post, check, summary: true, artifactExtra });
  if (error !== undefined) actions.fail(errorText(error));
}
