import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../src/model/comparison.js';
import { studySource, trainingSource, type Training } from '../e2e/harness/trainings.js';
import { createRepository, temporaryFolder, type TestRepository } from '../stores/gitFixture.js';
import { ended, json, type } from './desk.js';
import { recordOnMain } from './recordOnMain.js';

let folder: ReturnType<typeof temporaryFolder>;
let repository: TestRepository;
const extra = 'verdict: { search: never }\n';
beforeEach(() => {
  folder = temporaryFolder('compare');
  repository = createRepository(folder.path);
  repository.commit('main', { 'train.mjs': trainingSource(), 'noregret.yml': studySource({ trials: 3, extra }), 'README.md': 'one' });
});
afterEach(() => { folder.remove(); });

function branch(training: Training, files: Readonly<Record<string, string>> = {}): string {
  repository.git('switch', '-q', '-c', 'pr');
  const sha = repository.commit('a change', { 'train.mjs': trainingSource(training), ...files });
  repository.git('switch', '-q', 'main');
  return sha;
}

describe('the whole job', () => {
  test('no change: the canary ends it; exit 0, in words', async () => {
    branch({}, { 'README.md': 'two' });
    const { out } = ended(await type(folder.path, ['compare', 'main', 'pr']), 0);
    expect(out).toContain('No change: two seeds gave exactly the same numbers');
  });

  test('worse: exit 1; --json has the verdict at the top of the report; --out gets the files', async () => {
    const sha = branch({ level: 0.7, salt: 7 });
    const typed = ended(await type(folder.path, ['compare', 'main', 'pr', '--json', '--out', 'here']), 1);
    const report = json<Report>(typed);
    expect(report).toMatchObject({ schema: 1, verdict: 'REGRESSION', event: 'command line', headSha: sha, baseSha: repository.git('rev-parse', 'main'), failOn: 'regression', incomplete: false });
    expect(report.studies[0]?.effect?.value).toBeCloseTo(-0.2, 1);
    expect(report.studies[0]?.confirmation?.pairs.length).toBeGreaterThanOrEqual(3);
    expect(readdirSync(join(folder.path, 'here')).sort()).toEqual(['report.html', 'report.json', 'report.md']);
    expect(JSON.parse(readFileSync(join(folder.path, 'here', 'report.json'), 'utf8'))).toEqual(report);
    expect(typed.err).toContain('demo: gate: 3 pairs, worse');
    expect(typed.err).not.toContain('DOWN');
  });

  test('better: exit 0', async () => {
    branch({ level: 0.99, salt: 7 });
    expect(ended(await type(folder.path, ['compare', 'main', 'pr']), 0).out).toContain('Improved: accuracy +0.09');
  });

  test('the checkout is left as it was', async () => {
    branch({ level: 0.7, salt: 7 });
    ended(await type(folder.path, ['compare', 'main', 'pr', '--quiet', '--fail-on', 'never']), 0);
    expect(repository.git('status', '--porcelain')).toBe('');
    expect(repository.git('worktree', 'list').split('\n')).toHaveLength(1);
    expect(repository.git('branch', '--show-current')).toBe('main');
  });

  test('both sides fail: INCOMPLETE, exit 3, with the words of the program', async () => {
    const dying = { before: 'console.error("no such data set"); process.exit(3);' };
    repository.commit('breaks main', { 'train.mjs': trainingSource(dying) });
    branch({ ...dying, salt: 1 });
    const { out } = ended(await type(folder.path, ['compare', 'main', 'pr']), 3);
    expect(out).toContain('Incomplete: no run gave a value of accuracy, neither here nor on main');
    expect(out).toContain('no such data set');
  });

  test('a base without the file: NO_BASELINE, and the search is shown', async () => {
    repository.git('switch', '-q', '--orphan', 'bare');
    repository.commit('nothing yet', { 'README.md': 'x' });
    repository.git('switch', '-q', '-c', 'first');
    repository.commit('adds tuning', { 'train.mjs': trainingSource(), 'noregret.yml': studySource({ trials: 2 }) });
    const { out } = ended(await type(folder.path, ['compare', 'bare', 'first']), 0);
    expect(out).toContain('No baseline: noregret.yml does not exist on');
    expect(out).toMatch(/best found, mean of \d fresh seeds/);
  });
});

describe('--fail-on', () => {
  test.each([['regression', 1], ['inconclusive', 1], ['never', 0]])('%s', async (failOn, code) => {
    branch({ level: 0.7, salt: 7 });
    ended(await type(folder.path, ['compare', 'main', 'pr', '--quiet', '--fail-on', failOn]), code);
  });
});

test('the base is the merge base, whatever main did since', async () => {
  const base = repository.git('rev-parse', 'main');
  branch({ level: 0.99, salt: 7 });
  repository.commit('main goes on', { 'train.mjs': trainingSource({ level: 0.1, salt: 3 }) });
  const report = json<Report>(ended(await type(folder.path, ['compare', 'main', 'pr', '--json']), 0));
  expect(report).toMatchObject({ verdict: 'IMPROVED', baseSha: base });
});

test('a comparison that never began is nothing to resume', async () => {
  ended(await type(folder.path, ['compare', 'main', 'nosuch']), 2);
  ended(await type(folder.path, ['compare', 'main', 'main', '--trials', 'x']), 2);
  expect(ended(await type(folder.path, ['resume']), 2).err).toContain('Nothing to resume');
});

test('interrupted: exit 130, a report marked incomplete; resume measures nothing twice', async () => {
  const before = 'await new Promise((done) => setTimeout(done, 150));';
  repository.commit('slow', { 'train.mjs': trainingSource({ before }) });
  branch({ before, level: 0.7, salt: 7 });
  const abort = new AbortController();
  const logs = (): string => {
    const root = join(folder.path, '.noregret', 'demo');
    if (!existsSync(root)) return '';
    return readdirSync(root).map((name) => join(root, name, 'study.jsonl')).filter((path) => existsSync(path)).map((path) => readFileSync(path, 'utf8')).join('');
  };
  const poll = setInterval(() => { if (logs().includes('"state":"complete"')) abort.abort(); }, 20);
  const stopped = await type(folder.path, ['compare', 'main', 'pr', '--json'], { signal: abort.signal });
  clearInterval(poll);
  ended(stopped, 130);
  expect(json<Report>(stopped)).toMatchObject({ verdict: 'INCOMPLETE', incomplete: true });
  const kept = logs().trimEnd().split('\n').filter((line) => line.includes('"state":"complete"'));
  expect(kept.length).toBeGreaterThan(0);
  ended(await type(folder.path, ['resume', '--quiet']), 1);
  const all = logs().trimEnd().split('\n').filter((line) => line.includes('"state":"complete"'));
  expect(all.slice(0, kept.length)).toEqual(kept);
  const trials = all.map((line) => (JSON.parse(line) as { trial: number }).trial);
  expect(new Set(trials).size).toBe(trials.length);
});

test('--history DIR: stored values stand for the base, and history lists them', async () => {
  const history = join('.noregret', 'kept');
  await recordOnMain(folder.path, join(folder.path, history));
  branch({ level: 0.7, salt: 7 });
  const report = json<Report>(ended(await type(folder.path, ['compare', 'main', 'pr', '--json', '--history', history]), 1));
  expect(report.studies[0]?.baseline).toMatchObject({ source: 'stored', keyDifferences: [] });
  expect(report.studies[0]?.budget.reused).toBeGreaterThan(0);
  const table = ended(await type(folder.path, ['history', '--history', history]), 0).out;
  expect(table).toContain('| study | commit');
  expect(table).toContain(repository.git('rev-parse', 'main').slice(0, 10));
  const records = json<{ kind: string; canonical: unknown[] }[]>(ended(await type(folder.path, ['history', '--history', history, '--json']), 0));
  expect(records).toEqual([expect.objectContaining({ kind: 'observed', canonical: expect.any(Array) })]);
  expect(ended(await type(folder.path, ['history', '--history', history, '--study', 'other']), 0).out).toMatch(/^no record of other in /);
});

describe('report', () => {
  beforeEach(async () => {
    branch({ level: 0.7, salt: 7 });
    ended(await type(folder.path, ['compare', 'main', 'pr', '--quiet']), 1);
  });

  test('the newest one, in every format', async () => {
    expect(ended(await type(folder.path, ['report']), 0).out).toContain('❌ Regression: accuracy');
    expect(ended(await type(folder.path, ['report', '--format', 'markdown']), 0).out).toContain('❌ **Regression**: accuracy');
    expect(json<Report>(ended(await type(folder.path, ['report', '--json']), 0)).verdict).toBe('REGRESSION');
    const page = ended(await type(folder.path, ['report', '--format', 'html', '--out', 'page.html']), 0);
    expect(page.out).toBe('');
    expect(readFileSync(join(folder.path, 'page.html'), 'utf8')).toMatch(/^<!doctype html>/i);
  });

  test('what is no report is named, with the place that is wrong', async () => {
    repository.write('no.json', '{"schema":1}');
    repository.write('torn.json', '{"schema":1,');
    expect(ended(await type(folder.path, ['report', 'no.json']), 2).err).toContain('no.json is no report: tool: ');
    expect(ended(await type(folder.path, ['report', 'torn.json']), 2).err).toContain('torn.json is no report: it is not JSON.');
    expect(ended(await type(folder.path, ['report', 'gone.json']), 2).err).toMatch(/gone\.json is no report: .*ENOENT/);
  });
});
