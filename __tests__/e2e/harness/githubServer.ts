import { createEmulator } from 'emulate';
import { createSign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nobody } from './githubPeople.js';
import { localAnswer, refusal, withHeads, type Answer, type Call, type Facts, type Token } from './githubRules.js';

/** An answer to give instead of GitHub's, `times` times, to calls that match. */
export interface Fault { readonly match: RegExp; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: object; times: number; readonly before?: boolean }

export interface LoggedCall { readonly method: string; readonly path: string; readonly status: number; readonly token: string | undefined; readonly at: number }

export interface GitHubServer {
  readonly url: string;
  readonly repository: string;
  readonly tokens: Map<string, Token>;
  readonly facts: Facts;
  readonly calls: LoggedCall[];
  /** `match` sees `METHOD /path`. */
  arm(fault: Fault): void;
  /** As a user, past every rule: for arranging and for looking. */
  as(login: string, method: string, path: string, body?: object): Promise<{ status: number; data: unknown }>;
  /** Check runs on a commit, oldest first. (The emulator lists them only for commits that it holds.) */
  checks(sha: string): Promise<readonly CheckRun[]>;
  comments(pullRequest: number): Promise<readonly StoredComment[]>;
  close(): Promise<void>;
}

export interface CheckRun { readonly id: number; readonly name: string; readonly status: string; readonly conclusion: string | null; readonly head_sha: string; readonly details_url: string; readonly output: { readonly title: string; readonly summary: string } }
export interface StoredComment { readonly id: number; readonly body: string; readonly user: { readonly login: string } }

const all = { contents: 'write', issues: 'write', pull_requests: 'write', checks: 'write', statuses: 'write', actions: 'write', metadata: 'read' } as const;
const owner = 'octo';
const users = [owner, 'mallory', 'reviewer'];

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

function jwt(key: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const head = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: now - 10, exp: now + 500, iss: '15368' })}`;
  return `${head}.${createSign('RSA-SHA256').update(head).sign(key, 'base64url')}`;
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
  return text;
}

function send(response: ServerResponse, { status, headers = {}, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'x-github-request-id': 'TEST:1', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** The emulator behind a proxy that is as strict as GitHub where the emulator is not (githubRules.ts). */
export async function startGitHub(): Promise<GitHubServer> {
  const port = await freePort();
  const repository = `${owner}/demo`;
  const emulator = await createEmulator({ service: 'github', port, seed: {
    tokens: Object.fromEntries(users.map((login) => [`user-${login}`, { login, scopes: ['repo'] }])),
    github: {
      users: users.map((login) => ({ login })), repos: [{ owner, name: 'demo', auto_init: true }],
      apps: [{ app_id: 15368, slug: 'github-actions', name: 'GitHub Actions', permissions: all, events: [], installations: [{ installation_id: 1, account: owner, repository_selection: 'all', permissions: all }] }],
    },
  } });
  const upstream = `http://127.0.0.1:${port}`;
  const key = (emulator as unknown as { generatedSecrets: readonly { value: string }[] }).generatedSecrets[0]!.value;
  const minted = await fetch(`${upstream}/app/installations/1/access_tokens`, { method: 'POST', headers: { authorization: `Bearer ${jwt(key)}`, 'content-type': 'application/json' }, body: '{}' });
  const botToken = ((await minted.json()) as { token: string }).token;

  const tokens = new Map<string, Token>();
  const facts: Facts = { commits: new Set(), locked: new Set(), artifacts: [], statuses: [], heads: new Map(), people: nobody(), private: false };
  const faults: Fault[] = [];
  const calls: LoggedCall[] = [];
  const forward = async (method: string, path: string, token: string, body: string | undefined): Promise<Answer & { text?: string }> => {
    const answer = await fetch(`${upstream}${path}`, { method, headers: { authorization: `token ${token}`, 'content-type': 'application/json' }, ...(body === undefined || body === '' ? {} : { body }) });
    const here = (text: string): string => text.replaceAll(new RegExp(`http://(localhost|127\\.0\\.0\\.1):${port}`, 'g'), self());
    const text = here(await answer.text());
    const link = answer.headers.get('link');
    return { status: answer.status, headers: { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '900', 'x-ratelimit-used': '100', ...(link === null ? {} : { link: here(link) }) }, body: text === '' ? undefined : JSON.parse(text) as object };
  };
  const checkIds: number[] = [];
  const handle = async (request: IncomingMessage): Promise<Answer> => {
    const text = await readBody(request);
    const token = tokens.get((request.headers.authorization ?? '').replace(/^(token|bearer) /i, ''));
    const call: Call = { method: request.method ?? 'GET', path: request.url ?? '/', body: text === '' ? {} : JSON.parse(text) as Record<string, unknown>, token };
    const fault = faults.find(({ match, times }) => times > 0 && match.test(`${call.method} ${call.path}`));
    if (fault !== undefined) {
      fault.times--;
      return { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? { message: 'Server Error' } };
    }
    const pulls = async (): Promise<readonly Record<string, unknown>[]> => (await forward('GET', `/repos/${repository}/pulls?state=open&per_page=100`, 'user-octo', undefined)).body as unknown as Record<string, unknown>[];
    const refused = refusal(call, facts, repository) ?? await localAnswer(call, facts, pulls);
    if (refused !== undefined) return refused;
    const answer = await forward(call.method, call.path, token?.kind === 'app' ? botToken : `user-${token?.login ?? ''}`, text);
    if (call.method === 'POST' && call.path.endsWith('/check-runs') && answer.status === 201) checkIds.push((answer.body as { id: number }).id);
    if (answer.body !== undefined && /\/pulls(\/\d+)?(\?|$)/.test(call.path) && answer.status === 200) return { ...answer, body: withHeads(answer.body, facts) };
    return answer;
  };
  const server: Server = createServer((request, response) => {
    handle(request).catch((error: unknown): Answer => ({ status: 500, body: { message: String(error) } })).then((answer) => {
      calls.push({ method: request.method ?? '', path: request.url ?? '', status: answer.status, token: tokens.get((request.headers.authorization ?? '').replace(/^(token|bearer) /i, ''))?.login, at: Date.now() });
      send(response, answer);
    }).catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const self = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: self(), repository, tokens, facts, calls,
    arm: (fault) => void faults.push(fault),
    as: async (login, method, path, body) => {
      const { status, body: data } = await forward(method, path, `user-${login}`, body === undefined ? undefined : JSON.stringify(body));
      return { status, data };
    },
    checks: async (sha) => {
      const found = await Promise.all(checkIds.map(async (id) => (await forward('GET', `/repos/${repository}/check-runs/${id}`, botToken, undefined)).body as CheckRun));
      return found.filter((run) => run.head_sha === sha);
    },
    comments: async (pullRequest) => {
      const pages: StoredComment[] = [];
      for (let page = 1; pages.length === 100 * (page - 1); page++) pages.push(...(await forward('GET', `/repos/${repository}/issues/${pullRequest}/comments?per_page=100&page=${page}`, botToken, undefined)).body as StoredComment[]);
      return pages;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await emulator.close();
    },
  };
}
