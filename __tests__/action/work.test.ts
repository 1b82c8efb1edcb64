import { expect, test } from '@jest/globals';
import { chooseWork } from '../../src/action/work.js';
import { forkGuard } from '../../src/app/forkGuard.js';
import type { Trigger } from '../../src/model/trigger.js';

const sha = 'a'.repeat(40);
const pull: Trigger = { kind: 'pull_request', number: 1, headSha: sha, baseSha: 'b', baseRef: 'main', fork: false, draft: false };
const push: Trigger = { kind: 'push', sha, before: 'b', branch: 'main', defaultBranch: true };
const manual: Trigger = { kind: 'manual', sha, branch: 'main' };

test.each<[Parameters<typeof chooseWork>[0], Trigger, object]>([
  ['auto', pull, { kind: 'compare', pullRequest: 1, headSha: sha }],
  ['auto', { kind: 'merge_group', headSha: sha, baseSha: 'b' }, { kind: 'compare', pullRequest: undefined }],
  ['auto', push, { kind: 'record', searchAlways: false }],
  ['auto', { ...push, defaultBranch: false, branch: 'x' }, { kind: 'nothing', fail: false }],
  ['auto', manual, { kind: 'record', searchAlways: true }],
  ['auto', { ...manual, branch: 'x' }, { kind: 'nothing', fail: false }],
  ['auto', { kind: 'schedule', sha, branch: 'main' }, { kind: 'record', searchAlways: true }],
  ['auto', { kind: 'unsupported', event: 'push', why: 'a tag' }, { kind: 'nothing', fail: false }],
  ['auto', { kind: 'unsupported', event: 'pull_request_target', why: 'danger' }, { kind: 'nothing', fail: true, why: expect.stringContaining('danger') }],
  ['auto', { kind: 'workflow_run', runId: 1, headSha: sha, headRepository: 'a/b', event: 'pull_request' }, { kind: 'nothing', fail: true, why: expect.stringContaining('noregret/publish') }],
  ['compare', pull, { kind: 'compare' }],
  ['compare', push, { kind: 'compare', headSha: sha, baseSha: 'b' }],
  ['compare', { ...push, before: undefined }, { kind: 'nothing', fail: true }],
  ['record', push, { kind: 'record' }],
  ['record', pull, { kind: 'nothing', fail: true, why: expect.stringContaining('mode: auto') }],
  ['aa', push, { kind: 'nothing', fail: true, why: expect.stringContaining('schedule or workflow_dispatch') }],
  ['aa', pull, { kind: 'nothing', fail: true, why: expect.stringContaining('not on pull_request') }],
  ['aa', manual, { kind: 'self-test', sha, branch: 'main' }],
  ['aa', { kind: 'schedule', sha, branch: 'main' }, { kind: 'self-test' }],
  ['aa', { ...manual, branch: 'x' }, { kind: 'nothing', fail: false }],
  ['aa', { kind: 'workflow_run', runId: 1, headSha: sha, headRepository: 'a/b', event: 'pull_request' }, { kind: 'nothing', fail: true, why: expect.stringContaining('noregret/publish') }],
])('%s on %j', (mode, trigger, work) => {
  expect(chooseWork(mode, trigger, 'main')).toMatchObject(work);
});

test.each([
  [true, 'self-hosted', false, true], [true, undefined, false, true], [true, 'github-hosted', false, false], [true, 'self-hosted', true, false], [false, 'self-hosted', false, false],
])('fork %s on %s, allowed %s: refused %s', (fork, runnerEnvironment, allowed, refused) => {
  const refusal = forkGuard({ trigger: { ...pull, fork }, runnerEnvironment, allowed });
  expect(refusal !== undefined).toBe(refused);
  if (refusal !== undefined) expect(refusal.fix).toContain('allow-forks-on-self-hosted: true');
});
