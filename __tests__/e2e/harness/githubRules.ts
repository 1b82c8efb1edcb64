import { peopleAnswer, withPeople, type People } from './githubPeople.js';

/** What real GitHub does and the emulator does not (github.md §2.1, §5.3): permissions, limits, refusals, missing endpoints. */
export interface Token { readonly kind: 'app' | 'user'; readonly login: string; readonly permissions: Readonly<Record<string, 'read' | 'write'>> }

export interface Call { readonly method: string; readonly path: string; readonly body: Readonly<Record<string, unknown>>; readonly token: Token | undefined }

export interface Answer { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: object | undefined }

export interface StoredArtifact { readonly id: number; readonly runId: number; readonly name: string; readonly sizeBytes: number; readonly url: string; readonly expired?: boolean }

export interface Facts {
  /** Commits of the git server; a check on any other is refused. */
  readonly commits: Set<string>;
  readonly locked: Set<number>;
  readonly artifacts: StoredArtifact[];
  readonly statuses: object[];
  /** What the emulator does not keep up to date: the head of each pull request after a push, and the fork that it is in. */
  readonly heads: Map<number, { readonly sha: string; readonly repository: string; readonly mergeSha?: string }>;
  readonly people: People;
  private: boolean;
}

const docs = 'https://docs.github.com/rest';
const refuse = (status: number, message: string, more: { headers?: Record<string, string>; errors?: readonly object[] } = {}): Answer =>
  ({ status, headers: more.headers ?? {}, body: { message, documentation_url: docs, status: String(status), ...(more.errors === undefined ? {} : { errors: more.errors }) } });

interface Rule { readonly call: RegExp; readonly accepted: string }

/** First match wins. `accepted` is what X-Accepted-GitHub-Permissions says: `;` = or, `,` = and. */
const rules: readonly Rule[] = [
  { call: /^(POST|PATCH|DELETE) \/repos\/[^/]+\/[^/]+\/issues\/(comments\/\d+|\d+\/comments)/, accepted: 'issues=write; pull_requests=write' },
  { call: /^GET \/repos\/[^/]+\/[^/]+\/issues\/(comments\/\d+|\d+\/comments)/, accepted: 'issues=read; pull_requests=read' },
  { call: /^(POST|PATCH) \/repos\/[^/]+\/[^/]+\/check-runs/, accepted: 'checks=write' },
  { call: /^GET \/repos\/[^/]+\/[^/]+\/(check-runs|commits\/[^/]+\/check-runs)/, accepted: 'checks=read' },
  { call: /^POST \/repos\/[^/]+\/[^/]+\/statuses\//, accepted: 'statuses=write' },
  { call: /^GET \/repos\/[^/]+\/[^/]+\/actions\//, accepted: 'actions=read' },
  { call: /^POST \/repos\/[^/]+\/[^/]+\/actions\//, accepted: 'actions=write' },
  { call: /^GET \/repos\/[^/]+\/[^/]+\/issues\/\d+\/events/, accepted: 'issues=read; pull_requests=read' },
  { call: /^GET \/repos\/[^/]+\/[^/]+\/collaborators\//, accepted: 'metadata=read' },
  { call: /^GET \/repos\/[^/]+\/[^/]+\/(pulls|commits\/[^/]+\/pulls)/, accepted: 'pull_requests=read' },
  { call: /^(POST|PATCH|PUT|DELETE) \/repos\/[^/]+\/[^/]+\/(git|contents)\//, accepted: 'contents=write' },
];

function satisfied(accepted: string, permissions: Token['permissions']): boolean {
  return accepted.split(';').some((set) => set.split(',').every((part) => {
    const [name = '', level] = part.trim().split('=');
    return permissions[name] === 'write' || (level === 'read' && permissions[name] === 'read');
  }));
}

/** On a public repository everybody may read. */
const publicRead = (method: string, accepted: string, facts: Facts): boolean => method === 'GET' && !facts.private && !accepted.startsWith('actions');

function permissionRefusal({ method, path, token }: Call, facts: Facts): Answer | undefined {
  if (token === undefined) return refuse(401, 'Bad credentials');
  const rule = rules.find(({ call }) => call.test(`${method} ${path}`));
  if (rule === undefined || publicRead(method, rule.accepted, facts) || satisfied(rule.accepted, token.permissions)) return undefined;
  return refuse(403, 'Resource not accessible by integration', { headers: { 'x-accepted-github-permissions': rule.accepted } });
}

const length = (value: unknown): number => (typeof value === 'string' ? value.length : 0);

function commentRefusal({ method, path, body }: Call, facts: Facts): Answer | undefined {
  const issue = /\/issues\/(\d+)\/comments$/.exec(path)?.[1];
  if (method !== 'POST' && method !== 'PATCH' || !/\/issues\/(\d+\/comments|comments\/\d+)$/.test(path)) return undefined;
  if (issue !== undefined && facts.locked.has(Number(issue))) return refuse(403, 'Unable to create comment because issue is locked.');
  if (length(body['body']) > 65_536) return refuse(422, 'Validation Failed', { errors: [{ resource: 'IssueComment', code: 'unprocessable', field: 'data', message: 'Body is too long (maximum is 65536 characters)' }] });
  return undefined;
}

function checkRefusal({ method, path, body, token }: Call, facts: Facts): Answer | undefined {
  if (!/^(POST|PATCH) .*\/check-runs/.test(`${method} ${path}`)) return undefined;
  if (token?.kind === 'user') return refuse(403, 'You must authenticate via a GitHub App.');
  if (method === 'POST' && !facts.commits.has(String(body['head_sha']))) return refuse(422, `No commit found for SHA: ${String(body['head_sha'])}`);
  const output = (body['output'] ?? {}) as Record<string, unknown>;
  for (const field of ['summary', 'text']) if (length(output[field]) > 65_535) return refuse(422, `Invalid request.\n\nOnly 65535 characters are allowed; ${length(output[field])} were supplied.`);
  if (Array.isArray(output['annotations']) && output['annotations'].length > 50) return refuse(422, 'Invalid request.\n\nNo more than 50 items are allowed.');
  if (body['status'] === 'completed' && body['conclusion'] === undefined) return refuse(422, 'Invalid request.\n\nMissing "conclusion".');
  return undefined;
}

/** What GitHub would refuse although the emulator would not. */
export function refusal(call: Call, facts: Facts, repository: string): Answer | undefined {
  const asked = /^\/repos\/([^/]+\/[^/?]+)/.exec(call.path)?.[1];
  if (call.token !== undefined && asked !== undefined && asked !== repository && facts.private) return refuse(404, 'Not Found');
  return permissionRefusal(call, facts) ?? commentRefusal(call, facts) ?? checkRefusal(call, facts);
}

/** Endpoints that the emulator lacks. */
export async function localAnswer({ method, path, token, body }: Call, facts: Facts, openPulls: () => Promise<readonly Record<string, unknown>[]>): Promise<Answer | undefined> {
  const [pathname = ''] = path.split('?');
  if (method === 'POST' && pathname === '/graphql') {
    if (!String(body['query']).includes('viewer')) return refuse(400, 'only {viewer{login}} is known here');
    return { status: 200, body: { data: { viewer: { login: token?.login ?? '' } } } };
  }
  if (method === 'GET' && pathname === '/user' && token?.kind === 'app') return refuse(403, 'Resource not accessible by integration');
  const ofCommit = /\/commits\/([0-9a-f]{40})\/pulls$/.exec(pathname)?.[1];
  if (method === 'GET' && ofCommit !== undefined) return { status: 200, body: (withHeads(await openPulls(), facts) as Pull[]).filter(({ number, head }) => head['sha'] === ofCommit || facts.people.merged.get(number)?.sha === ofCommit) };
  const said = peopleAnswer({ method, path, body, token }, facts.people);
  if (said !== undefined) return said;
  const status = /\/statuses\/([0-9a-f]{40})$/.exec(pathname)?.[1];
  if (method === 'POST' && status !== undefined) {
    facts.statuses.push({ sha: status, ...body });
    return { status: 201, body: { state: body['state'] } };
  }
  const run = /\/actions\/runs\/(\d+)\/artifacts$/.exec(pathname)?.[1];
  if (method === 'GET' && run !== undefined) {
    const artifacts = facts.artifacts.filter(({ runId }) => runId === Number(run)).map(({ id, name, sizeBytes, expired = false }) => ({ id, name, size_in_bytes: sizeBytes, expired }));
    return { status: 200, body: { total_count: artifacts.length, artifacts } };
  }
  const zip = /\/actions\/artifacts\/(\d+)\/zip$/.exec(pathname)?.[1];
  if (method === 'GET' && zip !== undefined) {
    const found = facts.artifacts.find(({ id }) => id === Number(zip));
    return found === undefined ? refuse(404, 'Not Found') : { status: 302, headers: { location: found.url }, body: undefined };
  }
  return undefined;
}

interface Pull { readonly number: number; readonly head: Readonly<Record<string, unknown>> }

/** Pull requests as they stand now. */
export function withHeads(body: object, { heads, people }: Pick<Facts, 'heads' | 'people'>): object {
  const fresh = (pull: Pull): Pull => {
    const head = heads.get(pull.number);
    const now = withPeople(pull, people, head?.mergeSha);
    return head === undefined ? now : { ...now, head: { ...pull.head, sha: head.sha, repo: { full_name: head.repository } } };
  };
  return Array.isArray(body) ? (body as Pull[]).map(fresh) : fresh(body as Pull);
}
