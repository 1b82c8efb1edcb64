import { describe, expect, test } from '@jest/globals';
import { createRequire } from 'node:module';
import { triggerFromEvent } from '../../src/model/triggerFromEvent.js';

interface Examples { readonly name: string; readonly examples: readonly Record<string, unknown>[] }
const all = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Examples[];
const examplesOf = (event: string): readonly Record<string, unknown>[] => all.find(({ name }) => name === event)!.examples;
const context = { sha: 'a'.repeat(40), ref: 'refs/heads/main' };

function pullRequest(over: { head?: object; draft?: boolean } = {}): unknown {
  return {
    pull_request: {
      number: 7, draft: over.draft ?? false,
      head: over.head ?? { sha: 'b'.repeat(40), repo: { full_name: 'octo/demo', fork: false } },
      base: { sha: 'c'.repeat(40), ref: 'main', repo: { full_name: 'octo/demo' } },
    },
  };
}

describe('payloads as GitHub sends them', () => {
  test.each(['pull_request', 'push', 'merge_group', 'workflow_run', 'workflow_dispatch'])('every example of %s is understood', (event) => {
    const examples = examplesOf(event);
    expect(examples.length).toBeGreaterThan(0);
    for (const payload of examples) {
      const trigger = triggerFromEvent(event, payload, context);
      if (trigger.kind === 'unsupported') expect(trigger.why).toMatch(/was deleted|is not a branch|only (requested|in_progress)/);
    }
  });

  test('a pull request gives its own head, not the merge commit that was checked out', () => {
    const payload = examplesOf('pull_request')[0] as { pull_request: { number: number; head: { sha: string } } };
    expect(triggerFromEvent('pull_request', payload, context)).toMatchObject({ kind: 'pull_request', number: payload.pull_request.number, headSha: payload.pull_request.head.sha });
  });
});

describe('pull requests', () => {
  test('of the repository itself', () => {
    expect(triggerFromEvent('pull_request', pullRequest(), context)).toEqual({
      kind: 'pull_request', number: 7, headSha: 'b'.repeat(40), baseSha: 'c'.repeat(40), baseRef: 'main', fork: false, draft: false,
    });
  });

  test('of a fork, and of a fork that was deleted meanwhile', () => {
    const of = (repo: unknown): unknown => triggerFromEvent('pull_request', pullRequest({ head: { sha: 'b'.repeat(40), repo } }), context);
    expect(of({ full_name: 'stranger/demo' })).toMatchObject({ fork: true });
    expect(of(null)).toMatchObject({ fork: true });
    // A repository that is itself a fork of another still owns its own branches.
    expect(of({ full_name: 'octo/demo', fork: true })).toMatchObject({ fork: false });
  });

  test('drafts are marked', () => {
    expect(triggerFromEvent('pull_request', pullRequest({ draft: true }), context)).toMatchObject({ draft: true });
  });
});

describe('pushes', () => {
  const push = (over: object): unknown => triggerFromEvent('push', { ref: 'refs/heads/main', before: 'd'.repeat(40), after: 'e'.repeat(40), deleted: false, repository: { default_branch: 'main' }, ...over }, context);
  test('to the default branch and to another', () => {
    expect(push({})).toEqual({ kind: 'push', sha: 'e'.repeat(40), before: 'd'.repeat(40), branch: 'main', defaultBranch: true });
    expect(push({ ref: 'refs/heads/a/b' })).toMatchObject({ branch: 'a/b', defaultBranch: false });
  });
  test('the first push of a branch has no parent; a deleted branch and a tag are not measured', () => {
    expect(push({ before: '0'.repeat(40) })).toMatchObject({ before: undefined });
    expect(push({ deleted: true, after: '0'.repeat(40) })).toMatchObject({ kind: 'unsupported', why: expect.stringContaining('deleted') });
    expect(push({ ref: 'refs/tags/v1' })).toMatchObject({ kind: 'unsupported', why: expect.stringContaining('not a branch') });
  });
});

test('schedule and workflow_dispatch take the commit from the runner, whatever the payload', () => {
  expect(triggerFromEvent('schedule', { schedule: '0 3 * * *' }, context)).toEqual({ kind: 'schedule', sha: context.sha, branch: 'main' });
  expect(triggerFromEvent('workflow_dispatch', { inputs: null }, context)).toEqual({ kind: 'manual', sha: context.sha, branch: 'main' });
});

test('a workflow_run of a fork names the fork and nothing that the fork could choose', () => {
  const run = { id: 9, event: 'pull_request', head_sha: 'b'.repeat(40), conclusion: 'success', head_repository: { full_name: 'stranger/demo' }, pull_requests: [] };
  expect(triggerFromEvent('workflow_run', { action: 'completed', workflow_run: run }, context)).toEqual({
    kind: 'workflow_run', runId: 9, headSha: 'b'.repeat(40), headRepository: 'stranger/demo', event: 'pull_request', conclusion: 'success',
  });
  expect(triggerFromEvent('workflow_run', { action: 'completed', workflow_run: { ...run, head_repository: null } }, context)).toMatchObject({ headRepository: undefined });
});

test('a merge queue names the pull request that it is about', () => {
  const group = { head_sha: 'b'.repeat(40), base_sha: 'a'.repeat(40) };
  const of = (head_ref: string): unknown => triggerFromEvent('merge_group', { merge_group: { ...group, head_ref } }, context);
  expect(of(`refs/heads/gh-readonly-queue/main/pr-104-${'a'.repeat(40)}`)).toEqual({ kind: 'merge_group', headSha: group.head_sha, baseSha: group.base_sha, pullRequest: 104 });
  expect(of('refs/heads/pr-104-x')).toEqual({ kind: 'merge_group', headSha: group.head_sha, baseSha: group.base_sha });
});

test('a comment under a pull request, and a label on one', () => {
  const payload = { action: 'created', issue: { number: 3, pull_request: {} }, comment: { id: 1, body: '/noregret retry', created_at: '2026-01-01T00:00:00Z', user: { login: 'ada', type: 'User' } } };
  expect(triggerFromEvent('issue_comment', payload, context)).toEqual({ kind: 'comment', pullRequest: 3, comment: 1, body: '/noregret retry', by: 'ada', isBot: false, at: '2026-01-01T00:00:00Z' });
  expect(triggerFromEvent('pull_request_target', { action: 'labeled', number: 3, label: { name: 'noregret: accept' } }, context)).toEqual({ kind: 'label', pullRequest: 3, label: 'noregret: accept' });
});

describe('what is refused says why', () => {
  test.each([
    ['pull_request_target', {}, /code of a pull request with a token that may write/],
    ['pull_request_target', { action: 'opened', number: 3 }, /code of a pull request with a token that may write/],
    ['issue_comment', {}, /action: /],
    ['issue_comment', { action: 'edited', issue: { number: 3, pull_request: {} }, comment: { id: 1, body: '/noregret retry', created_at: 't', user: { login: 'ada' } } }, /the comment was edited/],
    ['issue_comment', { action: 'created', issue: { number: 3 }, comment: { id: 1, body: '/noregret retry', created_at: 't', user: { login: 'ada' } } }, /about an issue/],
    ['release', {}, /use one of pull_request, push/],
    ['constructor', {}, /use one of/],
    ['pull_request', { pull_request: { number: 'x' } }, /pull_request\.number/],
    ['pull_request', null, /not the documented one/],
    ['push', { ref: 1 }, /ref: /],
  ])('%s', (event, payload, why) => {
    expect(triggerFromEvent(event, payload, context)).toMatchObject({ kind: 'unsupported', event, why: expect.stringMatching(why) });
  });
});
