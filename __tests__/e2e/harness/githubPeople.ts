import type { Answer, Call } from './githubRules.js';

export interface RunFact { readonly id: number; readonly workflow: string; readonly head_sha: string; readonly event: string; status: string; conclusion: string | null; run_attempt: number; readonly created_at: string; readonly actor: { readonly login: string } }

/** Who may do what, who did what, and what ran: what the emulator lacks or cannot be told. */
export interface People {
  readonly permissions: Map<string, 'admin' | 'write' | 'read' | 'none'>;
  readonly labels: Map<number, readonly string[]>;
  /** Issue events of a pull request, oldest first. */
  readonly events: Map<number, object[]>;
  readonly commits: Map<number, readonly { readonly sha: string; readonly message: string }[]>;
  readonly merged: Map<number, { readonly sha: string; readonly by: string }>;
  /** Trees of test merges, which GitHub has and the emulator has not. */
  readonly trees: Map<string, string>;
  readonly runs: RunFact[];
  /** `<run> all` or `<run> failed`, in order. */
  readonly reruns: string[];
  readonly reactions: { readonly comment: number; readonly content: string; readonly by: string }[];
}

export const nobody = (): People => ({ permissions: new Map(), labels: new Map(), events: new Map(), commits: new Map(), merged: new Map(), trees: new Map(), runs: [], reruns: [], reactions: [] });

const ok = (body: object, status = 200): Answer => ({ status, body });
const no = (status: number, message: string): Answer => ({ status, body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) } });
const monthMs = 30 * 86_400_000;

function rerun(people: People, id: number, which: string): Answer {
  const run = people.runs.find((one) => one.id === id);
  if (run === undefined) return no(404, 'Not Found');
  if (run.status !== 'completed') return no(403, 'This workflow is already running');
  if (Date.now() - Date.parse(run.created_at) > monthMs) return no(403, 'Unable to retry this workflow run because it was created over a month ago');
  if (which === 'failed' && run.conclusion !== 'failure') return no(403, 'This workflow run cannot be retried, as it has no failed jobs');
  people.reruns.push(`${id} ${which}`);
  Object.assign(run, { status: 'queued', conclusion: null, run_attempt: run.run_attempt + 1 });
  return ok({}, 201);
}

/** Endpoints about people and runs. */
export function peopleAnswer({ method, path, body, token }: Call, people: People): Answer | undefined {
  const [pathname = '', query = ''] = path.split('?');
  const at = (pattern: RegExp): string | undefined => pattern.exec(`${method} ${pathname}`)?.[1];
  const who = at(/^GET .*\/collaborators\/([^/]+)\/permission$/);
  if (who !== undefined) {
    const permission = people.permissions.get(decodeURIComponent(who));
    return permission === undefined ? no(404, `${who} is not a user`) : ok({ permission, role_name: permission, user: { login: who } });
  }
  const events = at(/^GET .*\/issues\/(\d+)\/events$/);
  if (events !== undefined) return ok(people.events.get(Number(events)) ?? []);
  const commits = at(/^GET .*\/pulls\/(\d+)\/commits$/);
  if (commits !== undefined) return ok((people.commits.get(Number(commits)) ?? []).map(({ sha, message }) => ({ sha, commit: { message } })));
  const reacted = at(/^POST .*\/issues\/comments\/(\d+)\/reactions$/);
  if (reacted !== undefined) {
    if (!['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'].includes(String(body['content']))) return no(422, 'Validation Failed');
    people.reactions.push({ comment: Number(reacted), content: String(body['content']), by: token?.login ?? '' });
    return ok({ id: people.reactions.length, content: body['content'] }, 201);
  }
  const workflow = at(/^GET .*\/actions\/workflows\/([^/]+)\/runs$/);
  if (workflow !== undefined) {
    const asked = new URLSearchParams(query);
    const ofWorkflow = people.runs.filter((run) => run.workflow === workflow);
    if (ofWorkflow.length === 0 && workflow !== 'tuning.yml') return no(404, 'Not Found');
    const found = ofWorkflow.filter((run) => run.head_sha === asked.get('head_sha') && run.event === asked.get('event'));
    return ok({ total_count: found.length, workflow_runs: found });
  }
  const again = at(/^POST .*\/actions\/runs\/(\d+)\/rerun$/);
  if (again !== undefined) return rerun(people, Number(again), 'all');
  const failed = at(/^POST .*\/actions\/runs\/(\d+)\/rerun-failed-jobs$/);
  if (failed !== undefined) return rerun(people, Number(failed), 'failed');
  const tree = people.trees.get(at(/^GET .*\/git\/commits\/([0-9a-f]{40})$/) ?? '');
  return tree === undefined ? undefined : ok({ sha: pathname.slice(-40), tree: { sha: tree }, parents: [], message: '' });
}

/** A pull request with its labels, its test merge or its merge. */
export function withPeople<T extends { readonly number: number }>(pull: T, people: People, mergeSha: string | undefined): T {
  const merged = people.merged.get(pull.number);
  return {
    ...pull, labels: (people.labels.get(pull.number) ?? []).map((name) => ({ name })), merge_commit_sha: merged?.sha ?? mergeSha ?? null,
    ...(merged === undefined ? {} : { state: 'closed', merged: true, merged_at: '2026-01-02T03:04:05Z', merged_by: { login: merged.by } }),
  };
}
