import { describe, expect, test } from '@jest/globals';
import type { Trigger } from '../../src/model/trigger.js';
import { checkRunPublisher, type CheckPublisher } from '../../src/publishers/checkRun.js';
import { publisherContract } from '../contracts/publisher.js';
import { samples } from '../report/samples.js';
import { renderings, useGitHub } from './desk.js';

const desk = useGitHub();
let commits = 0;
/** A commit of its own for each test. */
function freshSha(): string {
  const sha = (++commits).toString(16).padStart(40, '0');
  desk.server().facts.commits.add(sha);
  return sha;
}
const pullRequest = (headSha: string): Trigger => ({ kind: 'pull_request', number: 1, headSha, baseSha: 'b'.repeat(40), baseRef: 'main', fork: false, draft: false });
const runs = (sha: string) => desk.server().checks(sha);
const publisher = (onOpen: (ids: readonly number[]) => void = () => undefined, token = 'write'): CheckPublisher =>
  checkRunPublisher({ github: desk.github(token), renderings, detailsUrl: 'https://example.com/run', onOpen });

publisherContract({
  name: 'check run', limitBytes: 65_535, samples,
  make: async () => {
    const sha = freshSha();
    let publisher_ = publisher();
    return {
      // GitHub shows the last run of a name; each step of a job is a process of its own.
      publisher: { name: 'check', publish: async (report, to) => { publisher_ = publisher(); await publisher_.publish(report, to); return {}; } }, to: pullRequest(sha),
      stored: async () => [...new Map((await runs(sha)).toSorted((a, b) => a.id - b.id).map((run) => [run.name, run.output.summary])).values()],
      break: () => void desk.server().facts.commits.delete(sha),
    };
  },
});

describe('verdict to conclusion', () => {
  test.each([
    ['pass', 'success'], ['improved', 'success'], ['no-change', 'success'], ['recovered', 'success'],
    ['inconclusive', 'neutral'], ['not-confirmed', 'neutral'], ['no-baseline', 'neutral'], ['incomplete', 'neutral'], ['regression', 'failure'], ['accepted', 'neutral'],
  ])('%s is %s, on the head of the pull request', async (sample, conclusion) => {
    const sha = freshSha();
    await publisher().publish(samples[sample]!(), pullRequest(sha));
    expect(await runs(sha)).toMatchObject([{ name: expect.stringMatching(/^noregret \/ /), status: 'completed', conclusion, head_sha: sha, details_url: 'https://example.com/run' }]);
  });
});

test('opened early, then finished in place', async () => {
  const sha = freshSha();
  const open: (readonly number[])[] = [];
  const checks = publisher((ids) => open.push(ids));
  const report = samples['pass']!();
  await checks.start([report.studies[0]!.study], pullRequest(sha));
  const [running] = await runs(sha);
  expect(running).toMatchObject({ status: 'in_progress', conclusion: null });
  await checks.publish(report, pullRequest(sha));
  expect(await runs(sha)).toMatchObject([{ id: running!.id, status: 'completed', conclusion: 'success' }]);
  expect(open).toEqual([[running!.id], []]);
});

test('two studies are two checks, each with its own verdict', async () => {
  const sha = freshSha();
  await publisher().publish(samples['two-studies']!(), pullRequest(sha));
  expect(Object.fromEntries((await runs(sha)).map(({ name, conclusion }) => [name, conclusion]))).toEqual({ 'noregret / spiral': 'success', 'noregret / spiral-small': 'failure' });
});

test('a report without studies closes what was opened, and says why', async () => {
  const sha = freshSha();
  const checks = publisher();
  await checks.start(['spiral'], pullRequest(sha));
  await checks.publish(samples['problem']!(), pullRequest(sha));
  const found = await runs(sha);
  expect(found.map(({ name, status, conclusion }) => [name, status, conclusion])).toEqual([['noregret / spiral', 'completed', 'neutral'], ['noregret', 'completed', 'neutral']]);
  for (const { output } of found) expect(output.summary).toContain('fork');
});

test('on a push the check stands on the pushed commit', async () => {
  const sha = freshSha();
  await publisher().publish(samples['pass']!(), { kind: 'push', sha, before: undefined, branch: 'main', defaultBranch: true });
  expect(await runs(sha)).toHaveLength(1);
});

test('a token of a person cannot write checks: a sentence', async () => {
  await expect(publisher(() => undefined, 'user').publish(samples['pass']!(), pullRequest(freshSha()))).rejects.toMatchObject({ name: 'UserError', code: 'github-permission' });
});

test('a read-only token is told the line to add', async () => {
  await expect(publisher(() => undefined, 'read').start(['x'], pullRequest(freshSha()))).rejects.toMatchObject({ fix: expect.stringContaining('permissions:\n  checks: write') });
});
