import type { Client, PullRequestFacts, RawPull } from './github.js';

/** A run of the workflow that measures. Times are ISO 8601, UTC. */
export interface WorkflowRun {
  readonly id: number;
  readonly attempt: number;
  readonly createdAt: string;
  /** `queued`, `in_progress`, `completed`, … */
  readonly status: string;
  readonly conclusion: string | undefined;
  /** Who pushed or opened what it ran for. */
  readonly actor: string | undefined;
}

export interface MergedPull extends PullRequestFacts { readonly mergedBy: string | undefined }

/** Runs of the measuring workflow, and what was merged. */
export interface RunCalls {
  /** Runs of a workflow file for pull requests at this head, newest first. UserError `github-missing` without such a workflow. */
  runsOf(workflow: string, headSha: string): Promise<readonly WorkflowRun[]>;
  /** All jobs of a run again, as its next attempt. */
  rerun(runId: number): Promise<void>;
  /** Only the jobs that failed, and what waits for them. */
  rerunFailed(runId: number): Promise<void>;
  /** The pull request whose merge made this commit of `branch`; undefined for a direct push. */
  mergedPull(sha: string, branch: string): Promise<MergedPull | undefined>;
  /** Tree of a commit. */
  treeOf(sha: string): Promise<string>;
}

export function runCalls({ octokit, at, ask }: Client, facts: (raw: RawPull) => PullRequestFacts): RunCalls {
  const { actions, repos, git, pulls } = octokit.rest;
  return {
    runsOf: (workflow, headSha) => ask(`find the runs of ${workflow}`, async () => {
      const { data } = await actions.listWorkflowRuns({ ...at, workflow_id: workflow, head_sha: headSha, event: 'pull_request', per_page: 30 });
      return data.workflow_runs.map((run) => ({
        id: run.id, attempt: run.run_attempt ?? 1, createdAt: run.created_at, status: run.status ?? '', conclusion: run.conclusion ?? undefined, actor: run.actor?.login,
      })).sort((a, b) => b.id - a.id);
    }),
    rerun: (runId) => ask('re-run the workflow', async () => { await actions.reRunWorkflow({ ...at, run_id: runId }); }),
    rerunFailed: (runId) => ask('re-run the failed jobs', async () => { await actions.reRunWorkflowFailedJobs({ ...at, run_id: runId }); }),
    mergedPull: (sha, branch) => ask('find the pull request that was merged', async () => {
      const { data } = await repos.listPullRequestsAssociatedWithCommit({ ...at, commit_sha: sha, per_page: 30 });
      const merged = data.find((pull) => pull.merged_at !== null && pull.base.ref === branch && pull.merge_commit_sha === sha);
      if (merged === undefined) return undefined;
      const { data: full } = await pulls.get({ ...at, pull_number: merged.number });
      return { ...facts(full), mergedBy: full.merged_by?.login };
    }),
    treeOf: (sha) => ask('read the commit', async () => (await git.getCommit({ ...at, commit_sha: sha })).data.tree.sha),
  };
}
