import { z } from 'zod';
import type { Trigger } from './trigger.js';
import { own } from './own.js';

/** What the runner says beside the payload: GITHUB_SHA, and GITHUB_REF as `refs/heads/…`. */
export interface EventContext { readonly sha: string; readonly ref: string }

type Reader = (payload: unknown, context: EventContext) => Trigger;

const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const repository = z.object({ full_name: z.string() });

const pullRequestSchema = z.object({
  pull_request: z.object({
    number: z.int(),
    draft: z.boolean().optional(),
    /** `repo` is null once the fork was deleted. */
    head: z.object({ sha, repo: z.object({ full_name: z.string() }).nullish() }),
    base: z.object({ sha, ref: z.string(), repo: repository }),
  }),
});
const pushSchema = z.object({
  ref: z.string(), before: z.string(), after: z.string(), deleted: z.boolean(), repository: z.object({ default_branch: z.string() }),
});
const mergeGroupSchema = z.object({ merge_group: z.object({ head_sha: sha, base_sha: sha, head_ref: z.string().optional() }) });
const workflowRunSchema = z.object({
  action: z.string(),
  workflow_run: z.object({ id: z.int(), event: z.string(), head_sha: sha, conclusion: z.string().nullish(), head_repository: repository.nullish(), created_at: z.string().optional(), actor: z.object({ login: z.string() }).nullish() }),
});

const commentSchema = z.object({
  action: z.string(),
  issue: z.object({ number: z.int(), pull_request: z.object({}).optional() }),
  comment: z.object({ id: z.int(), body: z.string(), created_at: z.string(), user: z.object({ login: z.string(), type: z.string().optional() }) }),
});
const labelSchema = z.object({ action: z.string(), number: z.int(), label: z.object({ name: z.string() }).optional() });

const branchOf = (ref: string): string => ref.replace(/^refs\/heads\//, '');
const unsupported = (event: string, why: string): Trigger => ({ kind: 'unsupported', event, why });

function fromPullRequest(payload: unknown): Trigger {
  const { number, draft, head, base } = pullRequestSchema.parse(payload).pull_request;
  return {
    kind: 'pull_request', number, headSha: head.sha, baseSha: base.sha, baseRef: base.ref,
    fork: head.repo?.full_name !== base.repo.full_name, draft: draft ?? false,
  };
}

function fromPush(payload: unknown): Trigger {
  const { ref, before, after, deleted, repository: { default_branch } } = pushSchema.parse(payload);
  if (deleted) return unsupported('push', `${ref} was deleted: there is no commit to measure`);
  if (!ref.startsWith('refs/heads/')) return unsupported('push', `${ref} is not a branch; noregret records branches only`);
  const branch = branchOf(ref);
  return { kind: 'push', sha: after, before: /^0+$/.test(before) ? undefined : before, branch, defaultBranch: branch === default_branch };
}

function fromMergeGroup(payload: unknown): Trigger {
  const { head_sha, base_sha, head_ref = '' } = mergeGroupSchema.parse(payload).merge_group;
  // GitHub names the queue's branches so; only people with write access can push one.
  const number = /^refs\/heads\/gh-readonly-queue\/.+\/pr-(\d{1,9})-[0-9a-f]{40}$/.exec(head_ref)?.[1];
  return { kind: 'merge_group', headSha: head_sha, baseSha: base_sha, ...(number === undefined ? {} : { pullRequest: Number(number) }) };
}

function fromWorkflowRun(payload: unknown): Trigger {
  const { action, workflow_run: run } = workflowRunSchema.parse(payload);
  if (action !== 'completed') return unsupported('workflow_run', `the run is only ${action}; use "types: [completed]"`);
  return {
    kind: 'workflow_run', runId: run.id, headSha: run.head_sha, event: run.event,
    headRepository: run.head_repository?.full_name, conclusion: run.conclusion ?? undefined, createdAt: run.created_at, actor: run.actor?.login,
  };
}

function fromComment(payload: unknown): Trigger {
  const { action, issue, comment } = commentSchema.parse(payload);
  if (action !== 'created') return unsupported('issue_comment', `the comment was ${action}; use "types: [created]"`);
  if (issue.pull_request === undefined) return unsupported('issue_comment', 'it is about an issue, not about a pull request');
  return { kind: 'comment', pullRequest: issue.number, comment: comment.id, body: comment.body, by: comment.user.login, isBot: comment.user.type === 'Bot', at: comment.created_at };
}

/** With a write token beside it nothing of the pull request may run; reading a label is all that is safe. */
function fromTarget(payload: unknown): Trigger {
  const found = labelSchema.safeParse(payload);
  const { action, number, label } = found.success ? found.data : { action: '', number: 0, label: undefined };
  if ((action !== 'labeled' && action !== 'unlabeled') || label === undefined) {
    return unsupported('pull_request_target', 'it would run the code of a pull request with a token that may write and with secrets; use "on: pull_request", and this event for the types labeled and unlabeled of noregret/publish alone');
  }
  return { kind: 'label', pullRequest: number, label: label.name };
}

/** GitHub's documentation: these two have the tip of a branch as GITHUB_SHA and nothing of use in the payload. */
const fromTip = (kind: 'schedule' | 'manual'): Reader => (_, { sha: tip, ref }) => ({ kind, sha: tip, branch: branchOf(ref) });

const readers: Readonly<Record<string, Reader>> = {
  pull_request: fromPullRequest,
  push: fromPush,
  merge_group: fromMergeGroup,
  workflow_run: fromWorkflowRun,
  schedule: fromTip('schedule'),
  workflow_dispatch: fromTip('manual'),
  pull_request_target: fromTarget,
  issue_comment: fromComment,
};

/** Payload of GITHUB_EVENT_PATH -> Trigger. A payload that is not what GitHub documents is `unsupported`, with the fields. */
export function triggerFromEvent(event: string, payload: unknown, context: EventContext): Trigger {
  const reader = own(readers, event);
  if (reader === undefined) return unsupported(event, `use one of ${Object.keys(readers).filter((name) => !/_target|comment/.test(name)).join(', ')}`);
  try {
    return reader(payload, context);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return unsupported(event, `its payload is not the documented one: ${error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`);
  }
}
