import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../src/model/comparison.js';
import type { Acceptance } from '../../src/model/decision.js';
import { studySource, trainingSource } from '../e2e/harness/trainings.js';
import { createRepository, temporaryFolder, type TestRepository } from '../stores/gitFixture.js';
import { ended, json, type, type Typed } from './desk.js';

let folder: ReturnType<typeof temporaryFolder>;
let repository: TestRepository;
const history = join('.noregret', 'kept');
beforeEach(() => {
  folder = temporaryFolder('accept');
  repository = createRepository(folder.path);
  repository.commit('main', { 'train.mjs': trainingSource(), 'noregret.yml': studySource({ trials: 2, extra: 'verdict: { search: never }\n' }) });
  repository.git('switch', '-q', '-c', 'pr');
  repository.commit('worse', { 'train.mjs': trainingSource({ level: 0.7, salt: 7 }) });
  repository.git('switch', '-q', 'main');
});
afterEach(() => { folder.remove(); });

const accept = (...argv: readonly string[]): Promise<Typed> => type(folder.path, ['accept', ...argv, '--history', history]);
const compare = (...argv: readonly string[]): Promise<Typed> => type(folder.path, ['compare', 'main', 'pr', '--json', '--history', history, ...argv]);

test('a commit that was accepted is compared without failing, and listed in the history', async () => {
  const sha = repository.git('rev-parse', 'pr');
  const typed = ended(await accept('pr', 'accuracy', 'half', 'the', 'size', 'until', '2099-12-31', '--json'), 0);
  expect(json<Acceptance[]>(typed)).toEqual([expect.objectContaining({ kind: 'accept', study: 'demo', sha, via: 'command-line', metrics: ['accuracy'], reason: 'half the size', until: '2099-12-31', by: expect.stringMatching(/./) })]);
  ended(await accept('pr', 'accuracy', 'half', 'the', 'size', 'until', '2099-12-31'), 0);
  const report = json<Report>(ended(await compare(), 0));
  expect(report).toMatchObject({ verdict: 'REGRESSION', studies: [{ waivers: [{ state: 'in-force', reason: 'half the size' }] }] });
  const table = ended(await type(folder.path, ['history', '--history', history]), 0).out;
  expect(table).toContain('accepts accuracy until 2099-12-31: half the size');
  expect(table).toContain('(command-line)');
  expect(json<{ kind: string }[]>(ended(await type(folder.path, ['history', '--history', history, '--json']), 0))).toHaveLength(1);
}, 60_000);

test('on the git branch of the remote, where there is no directory', async () => {
  ended(await type(folder.path, ['accept', 'pr', 'all', 'known']), 0);
  expect(repository.git('ls-tree', '-r', '--name-only', 'noregret')).toContain(`@decisions/demo/${repository.git('rev-parse', 'pr')}/line-`);
  expect(ended(await type(folder.path, ['history']), 0).out).toContain('accepts all gated metrics: known');
  expect(ended(await type(folder.path, ['history']), 0).out).toMatch(/^no record of \S+ in branch noregret\n\n\| study/u);
});

test('one that expired is shown as expired, and the comparison fails', async () => {
  const sha = repository.git('rev-parse', 'pr');
  const expired = { schema: 1, tool: 't', kind: 'accept', id: 'comment-1', study: 'demo', sha, at: '2026-01-01T00:00:00Z', by: 'ada', via: 'comment', metrics: [], reason: 'r', until: '2026-01-31' };
  mkdirSync(join(folder.path, history, '@decisions', 'demo', sha), { recursive: true });
  writeFileSync(join(folder.path, history, '@decisions', 'demo', sha, 'comment-1.json'), JSON.stringify(expired));
  expect(json<Report>(ended(await compare(), 1)).studies[0]!.waivers).toMatchObject([{ state: 'expired' }]);
  expect(ended(await type(folder.path, ['history', '--history', history]), 0).out).toContain('expired on 2026-01-31');
  writeFileSync(join(folder.path, history, '@decisions', 'demo', sha, 'comment-2.json'), JSON.stringify({ ...expired, id: 'comment-2', schema: 2 }));
  const newer = ended(await compare(), 1);
  expect(newer.err).toContain('newer noregret');
  expect(ended(await type(folder.path, ['history', '--history', history]), 2).err).toContain('newer noregret');
}, 60_000);

describe('what is wrong is said', () => {
  test.each([
    [['pr'], 2, /missing required argument/], [['pr', 'accuracy'], 2, /reason is missing/], [['pr', 'accuracy', 'x', 'until', 'soon'], 2, /followed by a date/],
    [['pr', 'accuracy', 'x', 'until', '2020-01-01'], 2, /has passed/], [['nowhere', 'accuracy', 'x'], 2, /nowhere/], [['pr', 'x', '--study', 'other'], 2, /no study named other; there is demo/],
  ])('%j', async (argv, code, words) => {
    expect(ended(await accept(...argv), code).err).toMatch(words);
  });
});

test('compare --more-seeds goes on by e-values; a wrong number is refused', async () => {
  repository.commit('noisy', { 'train.mjs': trainingSource({ noise: 0.02 }), 'noregret.yml': studySource({ trials: 2, extra: 'verdict: { looks: [3, 4], search: never }\n' }) });
  repository.git('switch', '-q', '-c', 'noisy');
  repository.commit('other noise', { 'train.mjs': trainingSource({ noise: 0.02, salt: 11 }) });
  repository.git('switch', '-q', 'main');
  const judge = async (...more: readonly string[]): Promise<Report> => json<Report>(ended(await type(folder.path, ['compare', 'main', 'noisy', '--json', ...more]), 0));
  const before = await judge();
  expect(before.studies[0]!.verdict.kind).toBe('INCONCLUSIVE');
  const after = await judge('--more-seeds', '60');
  expect(after.studies[0]).toMatchObject({ extension: { pairs: 60, by: 'the command line' } });
  expect(after.studies[0]!.gate!.pairs.slice(0, 4)).toEqual(before.studies[0]!.gate!.pairs);
  expect(after.studies[0]!.verdict.kind).not.toBe('INCONCLUSIVE');
  for (const wrong of ['0', '301', 'many']) expect(ended(await type(folder.path, ['compare', 'main', 'noisy', '--more-seeds', wrong]), 2).err).toContain('1 to 300');
}, 120_000);
