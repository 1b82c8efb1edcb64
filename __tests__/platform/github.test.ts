import { beforeEach, describe, expect, test } from '@jest/globals';
import { githubError, permissionLines } from '../../src/platform/githubErrors.js';
import { createGitHub } from '../../src/platform/github.js';
import { useGitHub } from '../publishers/desk.js';

const desk = useGitHub();
const sha = 'a'.repeat(40);
const create = () => desk.github().createCheck('noregret / x', sha, { title: 't', summary: 's' });
const attempts = (): number => desk.server().calls.filter(({ method, path }) => method === 'POST' && path.endsWith('/check-runs')).length;
beforeEach(() => {
  desk.server().calls.length = 0;
  desk.warnings.length = 0;
});

const match = /^POST .*\/check-runs$/;
const secondary = { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' };

describe('retries are bounded', () => {
  test('a server error passes', async () => {
    desk.server().arm({ match, status: 502, times: 1 });
    await expect(create()).resolves.toHaveProperty('id');
    expect(attempts()).toBe(2);
  });
  test('server errors that stay are told after three attempts', async () => {
    desk.server().arm({ match, status: 503, times: 3 });
    await expect(create()).rejects.toMatchObject({ code: 'github-failing', message: expect.stringContaining('503'), exitCode: 3 });
    expect(attempts()).toBe(3);
  });
  test('a secondary limit is waited for as long as it asks', async () => {
    desk.server().arm({ match, status: 403, headers: { 'retry-after': '5' }, body: secondary, times: 1 });
    await expect(create()).resolves.toHaveProperty('id');
    expect(desk.warnings).toEqual(['GitHub\'s secondary rate limit asks to wait 5 s; waiting.']);
  });
  test('429 is the same', async () => {
    desk.server().arm({ match, status: 429, headers: { 'retry-after': '1' }, body: secondary, times: 1 });
    await expect(create()).resolves.toHaveProperty('id');
  });
  test('a limit that never ends is given up', async () => {
    desk.server().arm({ match, status: 403, headers: { 'retry-after': '1' }, body: secondary, times: 3 });
    await expect(create()).rejects.toMatchObject({ code: 'github-limit' });
    expect(attempts()).toBe(3);
  });
  test('an hour is not waited for', async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 3600);
    desk.server().arm({ match, status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }, body: { message: 'API rate limit exceeded' }, times: 1 });
    await expect(create()).rejects.toMatchObject({ code: 'github-limit', message: expect.stringContaining(`until ${new Date(Number(reset) * 1000).toISOString()}`) });
    expect(attempts()).toBe(1);
  });
  test('a missing permission is not asked for twice', async () => {
    await expect(desk.github('read').createCheck('x', sha, { title: 't', summary: 's' })).rejects.toMatchObject({ code: 'github-permission' });
    expect(attempts()).toBe(1);
  });
});

test('nobody there: a sentence about the network and the proxy', async () => {
  const github = createGitHub({ token: 'x', apiUrl: 'http://127.0.0.1:9', repository: 'octo/demo', warn: () => undefined, backoffMs: 1 });
  await expect(github.comments(1)).rejects.toMatchObject({ code: 'github-network', fix: expect.stringContaining('https_proxy') });
});

test('the token never stands in an error', async () => {
  const error: unknown = await createGitHub({ token: 'ghs_secretsecret', apiUrl: desk.server().url, repository: 'octo/demo', warn: () => undefined }).comments(1).catch((e: unknown) => e);
  expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain('ghs_secretsecret');
});

test.each([
  ['issues=write; pull_requests=write', ['pull-requests: write']],
  ['checks=write', ['checks: write']],
  ['contents=write,workflows=write; administration=write', ['contents: write', 'workflows: write']],
  ['', []], ['nonsense', []],
])('permission lines of %p', (accepted, lines) => {
  expect(permissionLines(accepted)).toEqual(lines);
});

test('anything thrown becomes a sentence', () => {
  for (const cause of [undefined, null, 'text', new Error('x'), { status: 418, response: {} }]) expect(githubError('write the comment', cause)).toMatchObject({ name: 'UserError', exitCode: 3 });
});

test('who we are', async () => {
  expect(await desk.github('write').login()).toBe('github-actions[bot]');
  expect(await desk.github('user').login()).toBe('reviewer');
  desk.server().arm({ match: /graphql/, status: 403, times: 1, body: { message: 'no' } });
  expect(await desk.github('user').login()).toBe('reviewer');
  desk.server().arm({ match: /graphql/, status: 403, times: 1, body: { message: 'no' } });
  expect(await desk.github('write').login()).toBe('github-actions[bot]');
});
