import { afterAll, beforeAll } from '@jest/globals';
import { createGitHub, type GitHub } from '../../src/platform/github.js';
import { reportRenderings, type Renderings } from '../../src/publishers/renderings.js';
import { startGitHub, type GitHubServer } from '../e2e/harness/githubServer.js';
import type { Token } from '../e2e/harness/githubRules.js';

/** Charts are the report room's matter. */
export const renderings: Renderings = { ...reportRenderings, html: (report) => Promise.resolve(`<html>${report.verdict}</html>`) };

/** What a job with the three write permissions of the README gets. */
const writeToken: Token = { kind: 'app', login: 'github-actions[bot]', permissions: { contents: 'write', pull_requests: 'write', checks: 'write', metadata: 'read' } };
const readToken: Token = { kind: 'app', login: 'github-actions[bot]', permissions: { contents: 'read', metadata: 'read' } };
const userToken: Token = { kind: 'user', login: 'reviewer', permissions: { contents: 'write', issues: 'write', pull_requests: 'write', checks: 'write' } };

export interface GitHubDesk {
  readonly server: () => GitHubServer;
  github(token?: string): GitHub;
  readonly warnings: string[];
  /** A fresh issue; comments treat it as a pull request. */
  conversation(): Promise<number>;
}

/** One emulator for a test file; each test takes a conversation of its own. */
export function useGitHub(): GitHubDesk {
  let server: GitHubServer | undefined;
  const warnings: string[] = [];
  const running = (): GitHubServer => server!;
  beforeAll(async () => {
    server = await startGitHub();
    server.tokens.set('write', writeToken).set('read', readToken).set('user', userToken);
    server.facts.commits.add('a'.repeat(40));
  });
  afterAll(() => server?.close());
  return {
    server: running, warnings,
    github: (token = 'write') => createGitHub({ token, apiUrl: running().url, repository: running().repository, warn: (text) => void warnings.push(text), backoffMs: 1, longestWaitSeconds: 60 }),
    conversation: async () => ((await running().as('octo', 'POST', `/repos/${running().repository}/issues`, { title: 'x' })).data as { number: number }).number,
  };
}
