import { acceptRecords } from '../app/publish.js';
import { UserError } from '../model/errors.js';
import type { Trigger } from '../model/trigger.js';
import { runCommand } from './commands.js';
import { checkPublisherFor, reportOfProblem, type Desk } from './desk.js';
import { findReport } from './foundReport.js';
import { withHistory, type History } from './history.js';
import type { PublishInputs } from './inputs.js';
import { runLabel } from './postAgain.js';
import { finish } from './posting.js';
import type { UseCases } from './useCases.js';
import { withVouchers } from './vouchers.js';

type PublishDesk = Desk<PublishInputs>;

/** Where the report goes; `why` when it goes nowhere. The answer comes from the event and the API, never from the artifact. */
type Target = { readonly to: Trigger; readonly expected: boolean } | { readonly why: string };

async function targetOf({ context, github }: PublishDesk): Promise<Target> {
  const { trigger } = context;
  // Comments under issues come in the same event; they are nobody's mistake.
  if (trigger.kind === 'unsupported' && trigger.event === 'issue_comment') return { why: trigger.why };
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

/** The measuring job of the default branch may not push; we may. */
async function storeRecords({ actions, context }: PublishDesk, text: string, history: History): Promise<void> {
  const { trigger } = context;
  const onDefault = trigger.kind === 'push' ? trigger.defaultBranch : (trigger.kind === 'schedule' || trigger.kind === 'manual') && trigger.branch === context.defaultBranch;
  if (!onDefault || !('sha' in trigger)) return;
  const accepted = acceptRecords(text, { sha: trigger.sha, run: context.runId, attempt: context.attempt });
  if ('rejected' in accepted) {
    actions.warn(`${accepted.rejected}.`);
    return;
  }
  const store = await history.open();
  for (const record of accepted) await store.append(record);
  actions.line(`${accepted.length} record(s) of ${trigger.sha} stored in ${store.description}.`);
}

/** The sub-action: parses what another job measured, or what somebody wrote, as hostile data and posts; runs nothing of the repository. */
export async function runPublish(desk: PublishDesk, loadUseCases: () => Promise<UseCases>): Promise<void> {
  const { trigger } = desk.context;
  await withHistory(desk, loadUseCases, async (history) => {
    if (trigger.kind === 'comment') await runCommand(desk, trigger, history);
    else if (trigger.kind === 'label') await runLabel(desk, trigger, history);
    else await publishReport(desk, history);
  });
}

async function publishReport(desk: PublishDesk, history: History): Promise<void> {
  const { actions, context, inputs } = desk;
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
  const measured = found?.report ?? reportOfProblem(desk, to, { sentence: 'The tuning job ended without a report', fix: `See its log: ${context.runUrl}` }, inputs.failOn ?? 'regression');
  if (found?.records !== undefined) await storeRecords(desk, found.records, history);
  const elsewhere = context.trigger.kind === 'workflow_run';
  const report = await withVouchers(desk, measured, { to, workflow: context.workflowFile ?? inputs.workflow, history });
  await finish(desk, { report, to, post: true, check: checkPublisherFor(desk), summary: elsewhere || found?.measured !== true, artifactExtra: undefined });
}
