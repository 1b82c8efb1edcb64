import { getOctokit } from '@actions/github';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { randomUUID } from 'node:crypto';
import { githubError } from './githubErrors.js';
import { peopleCalls, type PeopleCalls } from './githubPeople.js';
import { runCalls, type RunCalls } from './githubRuns.js';

export interface Comment { readonly id: number; readonly body: string; readonly author: string | undefined; readonly url: string }

export type CheckConclusion = 'success' | 'neutral' | 'failure' | 'cancelled';

/** `title` and `summary` are shown; `conclusion` absent = still running. */
export interface CheckState { readonly title: string; readonly summary: string; readonly conclusion?: CheckConclusion; readonly detailsUrl?: string }

export interface PullRequestFacts { readonly number: number; readonly headSha: string; readonly baseSha: string; readonly baseRef: string; readonly draft: boolean; readonly fork: boolean; readonly open: boolean; readonly labels: readonly string[]; /** Of the test merge while it is open and mergeable, of the merge afterwards. */ readonly mergeSha: string | undefined }

export interface RunArtifact { readonly id: number; readonly name: string; readonly sizeBytes: number; readonly expired: boolean }

/** What we ask of GitHub's REST API. Every method throws UserError with a plain sentence. */
export interface GitHub extends PeopleCalls, RunCalls {
  /** All pages, oldest first. */
  comments(pullRequest: number): Promise<readonly Comment[]>;
  createComment(pullRequest: number, body: string): Promise<Comment>;
  updateComment(id: number, body: string): Promise<Comment>;
  createCheck(name: string, headSha: string, state: CheckState): Promise<{ readonly id: number; readonly url: string }>;
  updateCheck(id: number, state: CheckState): Promise<{ readonly url: string }>;
  checkIsOpen(id: number): Promise<boolean>;
  /** Who comments written with this token belong to. */
  login(): Promise<string>;
  pullRequest(number: number): Promise<PullRequestFacts>;
  /** The open pull request whose head is this commit of this repository; the event of a fork does not name it. */
  openPullRequest(headSha: string, headRepository: string): Promise<PullRequestFacts | undefined>;
  runArtifacts(runId: number): Promise<readonly RunArtifact[]>;
  /** Short-lived address of an artifact's zip. */
  artifactUrl(id: number): Promise<string>;
}

export interface GitHubOptions {
  readonly token: string;
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly warn: (text: string) => void;
  /** Longest wait that a `retry-after` may ask for. */
  readonly longestWaitSeconds?: number;
  /** Bound on one call with all its retries, waits for a rate limit aside. */
  readonly callTimeoutMs?: number;
  /** Length of the unit in which retries back off; tests shorten it. */
  readonly backoffMs?: number;
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const retries = 2;
/** Pages of open pull requests to look through, a hundred each, the most recently updated first. */
const pullRequestPages = 5;
/** Author of everything written with a workflow's own token. */
const actionsLogin = 'github-actions[bot]';

type Octokit = ReturnType<typeof getOctokit>;

function createOctokit(options: GitHubOptions): Octokit {
  const { longestWaitSeconds = 60, callTimeoutMs = 60_000, backoffMs = 1000 } = options;
  const onLimit = (kind: string) => (retryAfter: number, _request: object, _octokit: unknown, retryCount: number): boolean => {
    const again = retryCount < retries && retryAfter <= longestWaitSeconds;
    options.warn(`GitHub's ${kind} rate limit asks to wait ${retryAfter} s; ${again ? 'waiting' : 'giving up on this request'}.`);
    return again;
  };
  const octokit = getOctokit(options.token, {
    baseUrl: options.apiUrl,
    userAgent: 'noregret',
    log: silent,
    retry: { retries, retryAfterBaseValue: backoffMs, doNotRetry: [400, 401, 403, 404, 410, 422, 429, 451] },
    // An id of its own: the plugin keeps its queues per process, and two clients need not wait for each other.
    throttle: { id: randomUUID(), onRateLimit: onLimit('primary'), onSecondaryRateLimit: onLimit('secondary'), retryAfterBaseValue: backoffMs },
  }, throttling, retry);
  octokit.hook.before('request', (request) => {
    request.request = { ...request.request, signal: AbortSignal.timeout(callTimeoutMs) };
  });
  return octokit;
}

interface RawComment { readonly id: number; readonly body?: string; readonly html_url: string; readonly user: { readonly login: string } | null }
const comment = (raw: RawComment): Comment => ({ id: raw.id, body: raw.body ?? '', author: raw.user?.login, url: raw.html_url });

export interface RawPull {
  readonly number: number; readonly draft?: boolean;
  readonly head: { readonly sha: string; readonly repo: { readonly full_name: string } | null };
  readonly base: { readonly sha: string; readonly ref: string };
  readonly state?: string; readonly merge_commit_sha?: string | null;
  readonly labels?: readonly { readonly name?: string }[];
}

/** One repository seen through one token; `ask` turns every failure into a plain sentence. */
export interface Client {
  readonly octokit: Octokit;
  readonly at: { readonly owner: string; readonly repo: string };
  readonly ask: <T>(what: string, call: () => Promise<T>) => Promise<T>;
  /** Whom GitHub has named as the app behind our token, in an answer to something else. */
  readonly seen: { app?: string };
}

/** Writes are paced and limits obeyed by octokit's own plugins; both are bounded. */
export function createGitHub(options: GitHubOptions): GitHub {
  const [owner = '', repo = ''] = options.repository.split('/');
  const client: Client = {
    octokit: createOctokit(options),
    at: { owner, repo },
    seen: {},
    ask: async (what, call) => {
      try {
        return await call();
      } catch (error) {
        throw githubError(what, error);
      }
    },
  };
  const facts = pullFacts(options.repository);
  return { ...commentCalls(client), ...checkCalls(client), ...pullRequestCalls(client, facts), ...artifactCalls(client), ...peopleCalls(client), ...runCalls(client, facts) };
}

function commentCalls({ octokit, at, ask, seen }: Client): Pick<GitHub, 'comments' | 'createComment' | 'updateComment' | 'login'> {
  const { issues } = octokit.rest;
  return {
    comments: (pullRequest) => ask('read the comments', async () => (await octokit.paginate(issues.listComments, { ...at, issue_number: pullRequest, per_page: 100 })).map(comment)),
    createComment: (pullRequest, body) => ask('write the comment', async () => comment((await issues.createComment({ ...at, issue_number: pullRequest, body })).data)),
    updateComment: (id, body) => ask('update the comment', async () => comment((await issues.updateComment({ ...at, comment_id: id, body })).data)),
    login: async () => (seen.app === undefined ? await loginOf(octokit) : `${seen.app}[bot]`),
  };
}

function checkFields({ conclusion, title, summary, detailsUrl }: CheckState): CheckFields {
  return {
    ...(conclusion === undefined ? { status: 'in_progress' } : { status: 'completed', conclusion }),
    output: { title, summary },
    ...(detailsUrl === undefined ? {} : { details_url: detailsUrl }),
  };
}
type CheckFields = ({ status: 'in_progress' } | { status: 'completed'; conclusion: CheckConclusion }) & { output: { title: string; summary: string }; details_url?: string };

function checkCalls({ octokit, at, ask, seen }: Client): Pick<GitHub, 'createCheck' | 'updateCheck' | 'checkIsOpen'> {
  const { checks } = octokit.rest;
  return {
    createCheck: (name, headSha, state) => ask('write the check', async () => {
      const { data } = await checks.create({ ...at, name, head_sha: headSha, ...checkFields(state) });
      if (data.app?.slug !== undefined) seen.app = data.app.slug;
      return { id: data.id, url: data.html_url ?? '' };
    }),
    updateCheck: (id, state) => ask('update the check', async () => ({ url: (await checks.update({ ...at, check_run_id: id, ...checkFields(state) })).data.html_url ?? '' })),
    checkIsOpen: (id) => ask('read the check', async () => (await checks.get({ ...at, check_run_id: id })).data.status !== 'completed'),
  };
}

const pullFacts = (repository: string) => (raw: RawPull): PullRequestFacts => ({
  number: raw.number, headSha: raw.head.sha, baseSha: raw.base.sha, baseRef: raw.base.ref, draft: raw.draft ?? false, fork: raw.head.repo?.full_name !== repository,
  open: raw.state !== 'closed', labels: (raw.labels ?? []).flatMap(({ name }) => name ?? []), mergeSha: raw.merge_commit_sha ?? undefined,
});

function pullRequestCalls({ octokit, at, ask }: Client, facts: (raw: RawPull) => PullRequestFacts): Pick<GitHub, 'pullRequest' | 'openPullRequest'> {
  return {
    pullRequest: (number) => ask('read the pull request', async () => facts((await octokit.rest.pulls.get({ ...at, pull_number: number })).data)),
    openPullRequest: (headSha, headRepository) => ask('find the pull request', async () => {
      const found = await findPull(octokit, at, (pull) => pull.head.sha === headSha && pull.head.repo?.full_name === headRepository);
      return found === undefined ? undefined : facts(found);
    }),
  };
}

function artifactCalls({ octokit, at, ask }: Client): Pick<GitHub, 'runArtifacts' | 'artifactUrl'> {
  const { actions } = octokit.rest;
  return {
    runArtifacts: (runId) => ask('list the artifacts of the run', async () => {
      const found = await octokit.paginate(actions.listWorkflowRunArtifacts, { ...at, run_id: runId, per_page: 100 });
      return found.map(({ id, name, size_in_bytes, expired }) => ({ id, name, sizeBytes: size_in_bytes, expired }));
    }),
    artifactUrl: (id) => ask('download the artifact', async () => {
      const { headers } = await actions.downloadArtifact({ ...at, artifact_id: id, archive_format: 'zip', request: { redirect: 'manual' } });
      return headers.location ?? '';
    }),
  };
}

/** GraphQL knows for every kind of token; REST only for a person's. A workflow's own token is what remains. */
async function loginOf(octokit: Octokit): Promise<string> {
  try {
    return (await octokit.graphql<{ viewer: { login: string } }>('{viewer{login}}')).viewer.login;
  } catch {
    return await octokit.rest.users.getAuthenticated().then(({ data }) => data.login, () => actionsLogin);
  }
}

async function findPull(octokit: Octokit, at: { owner: string; repo: string }, matches: (pull: RawPull) => boolean): Promise<RawPull | undefined> {
  const pages = octokit.paginate.iterator(octokit.rest.pulls.list, { ...at, state: 'open', sort: 'updated', direction: 'desc', per_page: 100 });
  let seen = 0;
  for await (const { data } of pages) {
    const found = data.find(matches);
    if (found !== undefined || ++seen >= pullRequestPages) return found;
  }
  return undefined;
}
