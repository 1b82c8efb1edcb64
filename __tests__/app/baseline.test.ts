import { afterAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { resolveBase, resolveBaseline } from '../../src/app/baseline.js';
import { openRepository } from '../../src/platform/repository.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { makeRecord } from '../contracts/store.js';
import { createRepository, gitTestEnv, temporaryFolder } from '../stores/gitFixture.js';

const folder = temporaryFolder('base');
afterAll(() => { folder.remove(); });
const open = (cwd: string) => openRepository({ cwd, env: gitTestEnv(folder.path) });

/** main: m1 - m2 - m3; feature: m1 - f1; GitHub's test merge of m3 and f1 on a branch of its own. */
function pullRequest(name: string) {
  const repository = createRepository(join(folder.path, name));
  const m1 = repository.commit('m1', { 'train.py': '1', 'README.md': '1' });
  repository.git('checkout', '-q', '-b', 'feature');
  const f1 = repository.commit('f1', { 'model.py': '1' });
  repository.git('checkout', '-q', 'main');
  const m2 = repository.commit('m2', { 'README.md': '2' });
  const m3 = repository.commit('m3', { 'README.md': '3' });
  repository.git('checkout', '-q', '--detach', 'main');
  repository.git('merge', '-q', '--no-ff', '-m', 'test merge', 'feature');
  return { repository, m1, m2, m3, f1, merge: repository.git('rev-parse', 'HEAD') };
}

describe('base commit on real git', () => {
  test("the test merge's first parent, even when the event still names an older main", async () => {
    const { repository, m1, m3, f1, merge } = pullRequest('test-merge');
    const resolved = await resolveBase({ repository: await open(repository.dir), head: 'HEAD', pullRequestHead: f1, base: ['main', m1] });
    expect(resolved).toMatchObject({ how: 'test-merge', sha: m3, head: { sha: merge }, base: { sha: m3 } });
  });

  test('the branch itself checked out: the merge base, not the tip of main', async () => {
    const { repository, m1, f1 } = pullRequest('branch-head');
    expect(await resolveBase({ repository: await open(repository.dir), head: f1, pullRequestHead: f1, base: ['main'] })).toMatchObject({ how: 'merge-base', sha: m1 });
  });

  test('an octopus merge on the branch', async () => {
    const { repository, m3, f1 } = pullRequest('octopus');
    repository.git('checkout', '-q', '-b', 'third', 'main');
    repository.commit('t', { t: '1' });
    repository.git('checkout', '-q', '-b', 'octo', 'main');
    repository.git('merge', '-q', '-m', 'octopus', 'feature', 'third');
    expect((await (await open(repository.dir)).resolve('octo')).parents.length).toBeGreaterThan(1);
    expect(await resolveBase({ repository: await open(repository.dir), head: 'octo', pullRequestHead: f1, base: ['main'] })).toMatchObject({ sha: m3 });
  });

  test('a stacked pull request compares with the branch it is stacked on', async () => {
    const { repository, f1 } = pullRequest('stacked');
    repository.git('checkout', '-q', '-b', 'stacked', 'feature');
    repository.commit('s1', { s: '1' });
    expect(await resolveBase({ repository: await open(repository.dir), head: 'HEAD', pullRequestHead: repository.git('rev-parse', 'HEAD'), base: ['feature'] })).toMatchObject({ how: 'merge-base', sha: f1 });
  });

  test('a deleted base branch: the sha of the event; both gone: the error of the branch', async () => {
    const { repository, m1, m3, f1 } = pullRequest('deleted');
    expect(await resolveBase({ repository: await open(repository.dir), head: f1, base: ['deleted-branch', m3] })).toMatchObject({ sha: m1 });
    await expect(resolveBase({ repository: await open(repository.dir), head: f1, base: ['deleted-branch', 'c'.repeat(40)] })).rejects.toMatchObject({ code: 'unknown-revision' });
  });

  test('histories without a common commit', async () => {
    const { repository } = pullRequest('orphan');
    repository.git('checkout', '-q', '--orphan', 'alone');
    repository.commit('alone', { x: '1' });
    expect(await resolveBase({ repository: await open(repository.dir), head: 'alone', base: ['main'] })).toMatchObject({ how: 'none', base: undefined });
  });
});

describe('base values on real git', () => {
  const ask = async (name: string, records: (at: ReturnType<typeof pullRequest>) => Parameters<typeof makeRecord>[0][], key: Record<string, string> = { gpu: 'cpu' }) => {
    const at = pullRequest(name);
    const store = createMemoryStore();
    for (const record of records(at)) await store.append(makeRecord(record));
    const asked: unknown[] = [];
    const choice = await resolveBaseline({
      repository: await open(at.repository.dir), store, study: 'spiral', inputs: ['**', '!**/*.md'], baseSha: at.m3, now: '2026-01-02T00:10:00.000Z',
      keyAt: async (incumbent) => { asked.push(incumbent); return key; },
    });
    return { at, choice, asked };
  };

  test('main moved by documentation alone: values of the measured commit, two earlier', async () => {
    const { at, choice, asked } = await ask('docs-only', ({ m1 }) => [{ sha: m1 }]);
    expect(choice).toMatchObject({ measuredSha: at.m1, ageCommits: 2, ageDays: 1 });
    expect(asked).toEqual([{ x: 1 }]);
  });

  test('a record of the pull request itself is not on the line of the base', async () => {
    const { choice, asked } = await ask('own-record', ({ f1, merge }) => [{ sha: f1 }, { sha: merge }]);
    expect(choice).toMatchObject({ record: undefined, nearest: undefined });
    expect(asked).toEqual([]);
  });

  test('another GPU: run again, b* kept, the field shown', async () => {
    const { at, choice } = await ask('other-gpu', ({ m3 }) => [{ sha: m3 }], { gpu: 'H100' });
    expect(choice).toMatchObject({ record: undefined, measuredSha: at.m3, nearest: { sha: at.m3 }, keyDifferences: [{ field: 'gpu', stored: 'cpu', here: 'H100' }] });
  });
});
