import { z } from 'zod';
import type { Trigger } from './trigger.js';

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
const mergeGroupSchema = z.object({ merge_group: z.object({ head_sha: sha, base_sha: sha }) });
const workflowRunSchema = z.object({
  action: z.string(),
  workflow_run: z.object({ id: z.int(), event: z.string(), head_sha: sha, conclusion: z.string().nullish(), head_repository: repository.nullish() }),
});

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
  const { head_sha, base_sha } = mergeGroupSchema.parse(payload).merge_group;
  return { kind: 'merge_group', headSha: head_sha, baseSha: base_sha };
}

function fromWorkflowRun(payload: unknown): Trigger {
  const { action, workflow_run: run } = workflowRunSchema.parse(payload);
  if (action !== 'completed') return unsupported('workflow_run', `the run is only ${action}; use "types: [completed]"`);
  return {
    kind: 'workflow_run', runId: run.id, headSha: run.head_sha, event: run.event,
    headRepository: run.head_repository?.full_name, conclusion: run.conclusion ?? undefined,
  };
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
  pull_request_target: () => unsupported('pull_request_target', 'it would run the code of a pull request with a token that may write and with secrets; use "on: pull_request"'),
  issue_comment: () => unsupported('issue_comment', 'commands in comments are not there yet; re-run the job from the Actions page instead'),
};

/** Payload of GITHUB_EVENT_PATH -> Trigger. A payload that is not what GitHub documents is `unsupported`, with the fields. */
export function triggerFromEvent(event: string, payload: unknown, context: EventContext): Trigger {
  const reader = Object.hasOwn(readers, event) ? readers[event] : undefined;
  if (reader === undefined) return unsupported(event, `use one of ${Object.keys(readers).filter((name) => !/_target|comment/.test(name)).join(', ')}`);
  try {
    return reader(payload, context);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return unsupported(event, `its payload is not the documented one: ${error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`);
  }
}
