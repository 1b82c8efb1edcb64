import { postEverywhere } from '../app/publish.js';
import { reportConclusion } from '../compare/waivers.js';
import type { Report } from '../model/comparison.js';
import { UserError } from '../model/errors.js';
import type { Trigger } from '../model/trigger.js';
import type { GitHub, PullRequestFacts } from '../platform/github.js';
import type { WorkflowRun } from '../platform/githubRuns.js';
import { commentPublisher } from '../publishers/comment.js';
import { checkPublisherFor, errorText, type Desk } from './desk.js';
import { reportOfRun } from './foundReport.js';
import type { History } from './history.js';
import type { PublishInputs } from './inputs.js';
import { acceptLabel, withWaivers } from './waive.js';

export type PullTrigger = Extract<Trigger, { kind: 'pull_request' }>;

export function pullTrigger({ number, headSha, baseSha, baseRef, fork, draft }: PullRequestFacts): PullTrigger {
  return { kind: 'pull_request', number, headSha, baseSha, baseRef, fork, draft };
}

interface Hands { readonly desk: Desk<PublishInputs>; readonly github: GitHub; readonly history: History }

/** A finished run's report once more, with what is accepted by now: comment and check at once, and the job that failed by running it again. */
export async function postAgain({ desk, github, history }: Hands, { pull, run, report }: { readonly pull: PullRequestFacts; readonly run: WorkflowRun; readonly report: Report }): Promise<{ readonly report: Report; readonly lines: readonly string[] }> {
  const { inputs, renderings, actions } = desk;
  const waived = await withWaivers(desk, report, { facts: () => Promise.resolve({ pull, run: { createdAt: run.createdAt, pusher: run.actor } }), history: history.open });
  const check = checkPublisherFor(desk);
  const posted = await postEverywhere(waived, pullTrigger(pull), [...(check === undefined ? [] : [check]), commentPublisher({ github, renderings, commentId: inputs.commentId, policy: inputs.comment })]);
  for (const { error } of posted) if (error !== undefined) actions.warn(errorText(error));
  return { report: waived, lines: run.conclusion === 'failure' && reportConclusion(waived) !== 'failure' ? await turnGreen(github, run) : [] };
}

/** Its measuring job has succeeded, so only the one that posts runs again. */
async function turnGreen(github: GitHub, run: WorkflowRun): Promise<readonly string[]> {
  try {
    await github.rerunFailed(run.id);
    return [`The failed job of run ${run.id} runs again, so that it ends well too.`];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [`The job of run ${run.id} stays failed. ${errorText(error)}`];
  }
}

/** The accepting label was put on or taken off: the report is shown anew. */
export async function runLabel(desk: Desk<PublishInputs>, label: Extract<Trigger, { kind: 'label' }>, history: History): Promise<void> {
  const { actions, github, inputs } = desk;
  if (label.label !== acceptLabel) {
    actions.notice(`Nothing to do: only the label ${acceptLabel} means something to noregret.`);
    return;
  }
  if (github === undefined) throw new UserError('token', 'A label needs a token.', { fix: 'Leave `github-token` to its default.' });
  const pull = await github.pullRequest(label.pullRequest);
  const [run] = await github.runsOf(inputs.workflow, pull.headSha);
  const report = run?.status === 'completed' ? await reportOfRun(desk, run.id, pullTrigger(pull)) : undefined;
  if (run === undefined || report === undefined) {
    actions.notice('Nothing to post yet: the label counts once the run of this commit has its report.');
    return;
  }
  const { lines } = await postAgain({ desk, github, history }, { pull, run, report });
  for (const line of lines) actions.line(line);
}
