import { describe, expect, test } from '@jest/globals';
import type { Report } from '../../src/model/comparison.js';
import type { Trigger } from '../../src/model/trigger.js';
import { commentPublisher, markerOf, type CommentPolicy } from '../../src/publishers/comment.js';
import { publisherContract } from '../contracts/publisher.js';
import { samples } from '../report/samples.js';
import { renderings, useGitHub } from './desk.js';

const desk = useGitHub();

const pullRequest = (number: number): Trigger => ({ kind: 'pull_request', number, headSha: 'a'.repeat(40), baseSha: 'b'.repeat(40), baseRef: 'main', fork: false, draft: false });
const repo = (): string => `/repos/${desk.server().repository}`;
const comments = (number: number) => desk.server().comments(number);
const say = (login: string, number: number, body: string) => desk.server().as(login, 'POST', `${repo()}/issues/${number}/comments`, { body });
const publisher = (policy: CommentPolicy = 'always', token = 'write', commentId = 'default') => commentPublisher({ github: desk.github(token), renderings, commentId, policy });
const post = (number: number, report: Report, policy: CommentPolicy = 'always') => publisher(policy).publish(report, pullRequest(number));
const writes = (): number => desk.server().calls.filter(({ method, path }) => method !== 'GET' && path.includes('/comments')).length;

publisherContract({
  name: 'comment', limitBytes: 60_000, samples,
  make: async () => {
    const number = await desk.conversation();
    return {
      publisher: publisher(), to: pullRequest(number),
      stored: async () => (await comments(number)).map(({ body }) => body),
      break: () => void desk.server().facts.locked.add(number),
    };
  },
});

test('the hidden marker is the first line, and the address of the comment comes back', async () => {
  const number = await desk.conversation();
  const { url } = await post(number, samples['pass']!());
  const [comment] = await comments(number);
  expect(comment!.body.split('\n')[0]).toBe('<!-- noregret:default -->');
  expect(comment!.user.login).toBe('github-actions[bot]');
  expect(url).toContain(`#issuecomment-${comment!.id}`);
});

test('an unchanged report is not written again', async () => {
  const number = await desk.conversation();
  await post(number, samples['pass']!());
  const before = writes();
  await post(number, samples['pass']!());
  expect(writes()).toBe(before);
});

test('our comment is found behind a page of others', async () => {
  const number = await desk.conversation();
  for (let i = 0; i < 101; i++) await say('reviewer', number, `comment ${i}`);
  await post(number, samples['regression']!());
  await post(number, samples['pass']!());
  const all = await comments(number);
  expect(all).toHaveLength(102);
  expect(all.filter(({ body }) => body.startsWith(markerOf('default')))).toHaveLength(1);
}, 60_000);

test('a comment of another author with our marker is left alone', async () => {
  const number = await desk.conversation();
  await say('mallory', number, `${markerOf('default')}\nnot ours`);
  await post(number, samples['pass']!());
  const all = await comments(number);
  expect(all.map(({ user }) => user.login)).toEqual(['mallory', 'github-actions[bot]']);
  expect(all[0]!.body).toBe(`${markerOf('default')}\nnot ours`);
});

test('a quote of our marker further down is not our comment', async () => {
  const number = await desk.conversation();
  await say('reviewer', number, `> ${markerOf('default')}\nlook`);
  await publisher('always', 'user').publish(samples['pass']!(), pullRequest(number));
  expect(await comments(number)).toHaveLength(2);
});

test('with a token of a person the comment is that person\'s', async () => {
  const number = await desk.conversation();
  await publisher('always', 'user').publish(samples['regression']!(), pullRequest(number));
  await publisher('always', 'user').publish(samples['pass']!(), pullRequest(number));
  const all = await comments(number);
  expect(all.map(({ user }) => user.login)).toEqual(['reviewer']);
  expect(all[0]!.body).toContain('No regression');
});

test('two comment-ids keep two comments', async () => {
  const number = await desk.conversation();
  await publisher('always', 'write', 'a').publish(samples['pass']!(), pullRequest(number));
  await publisher('always', 'write', 'b').publish(samples['pass']!(), pullRequest(number));
  expect((await comments(number)).map(({ body }) => body.split('\n')[0])).toEqual([markerOf('a'), markerOf('b')]);
});

test('a deleted comment is written anew, also when it goes while we look', async () => {
  const number = await desk.conversation();
  await post(number, samples['regression']!());
  const [first] = await comments(number);
  await desk.server().as('octo', 'DELETE', `${repo()}/issues/comments/${first!.id}`);
  await post(number, samples['regression']!());
  expect(await comments(number)).toHaveLength(1);
  desk.server().arm({ match: /^PATCH .*\/issues\/comments\//, status: 404, body: { message: 'Not Found' }, times: 1 });
  await post(number, samples['pass']!());
  expect((await comments(number)).at(-1)!.body).toContain('No regression');
});

describe('when to write', () => {
  const rows: readonly [CommentPolicy, string, number][] = [
    ['always', 'no-change', 1], ['on-change', 'no-change', 0], ['on-change', 'pass', 0], ['on-change', 'improved', 1], ['on-change', 'inconclusive', 1],
    ['on-alert', 'improved', 0], ['on-alert', 'inconclusive', 0], ['on-alert', 'regression', 1], ['on-alert', 'problem', 1], ['never', 'regression', 0],
  ];
  test.each(rows)('%s, %s: %i', async (policy, sample, count) => {
    const number = await desk.conversation();
    await post(number, samples[sample]!(), policy);
    expect(await comments(number)).toHaveLength(count);
  });

  test('on-alert turns an old alert green', async () => {
    const number = await desk.conversation();
    await post(number, samples['regression']!(), 'on-alert');
    await post(number, samples['pass']!(), 'on-alert');
    expect((await comments(number)).map(({ body }) => body.includes('No regression'))).toEqual([true]);
  });
});

describe('what GitHub refuses becomes a sentence', () => {
  const failing = async (token = 'write'): Promise<unknown> => publisher('always', token).publish(samples['pass']!(), pullRequest(await desk.conversation())).catch((error: unknown) => error);

  test('a read-only token: the exact lines to add', async () => {
    expect(await failing('read')).toMatchObject({ name: 'UserError', code: 'github-permission', fix: expect.stringContaining('permissions:\n  pull-requests: write') });
  });
  test('a token that is none', async () => {
    expect(await failing('stolen')).toMatchObject({ name: 'UserError', code: 'github-token', message: expect.stringContaining('did not accept the token') });
  });
  test('a locked conversation', async () => {
    const number = await desk.conversation();
    desk.server().facts.locked.add(number);
    expect(await post(number, samples['pass']!()).catch((error: unknown) => error)).toMatchObject({ code: 'github-locked', message: expect.stringContaining('locked') });
  });
  test('an issue that is not there', async () => {
    expect(await publisher().publish(samples['pass']!(), pullRequest(99_999)).catch((error: unknown) => error)).toMatchObject({ code: 'github-missing' });
  });
  test('what it calls invalid is told in its words', async () => {
    desk.server().arm({ match: /^POST .*\/comments/, status: 422, body: { message: 'Validation Failed', errors: [{ message: 'Body is odd' }] }, times: 1 });
    expect(await failing()).toMatchObject({ code: 'github-invalid', message: expect.stringContaining('Body is odd') });
  });
});
