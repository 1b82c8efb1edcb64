import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Report } from '../../src/model/comparison.js';
import { studySource, trainingSource } from '../e2e/harness/trainings.js';
import { createRepository, gitTestEnv, temporaryFolder, type TestRepository } from '../stores/gitFixture.js';
import { ended, json, type } from '../cli/desk.js';
import { finished, logsBelow } from './training.js';

let folder: ReturnType<typeof temporaryFolder>;
let repository: TestRepository;
let dir: string;
const study = studySource({ trials: 3, extra: 'verdict: { search: never }\n' });
const dying = trainingSource({ before: 'console.error("no module named torch"); process.exit(1);', salt: 1 });

beforeEach(() => {
  folder = temporaryFolder('sides');
  dir = join(folder.path, 'repo');
  repository = createRepository(dir);
  repository.commit('one', { 'train.mjs': trainingSource(), 'noregret.yml': study });
});
afterEach(() => { folder.remove(); });

function branch(text: string, name = 'pr'): string {
  repository.git('switch', '-q', '-c', name);
  const sha = repository.commit('a change', { 'train.mjs': text });
  repository.git('switch', '-q', 'main');
  return sha;
}

/** A second clone, made as a workflow would. */
function clone(...args: readonly string[]): string {
  const to = join(folder.path, 'clone');
  execFileSync('git', ['clone', '--quiet', ...args, `file://${dir}`, to], { env: gitTestEnv(folder.path), stdio: 'ignore' });
  return to;
}

describe('all trials fail', () => {
  test('on head alone: REGRESSION by stability, exit 1, the program\'s words, main\'s values kept', async () => {
    branch(dying);
    const { out } = ended(await type(dir, ['compare', 'main', 'pr']), 1);
    expect(out).toContain("Regression: at main's best configuration no run here gives a value of accuracy");
    expect(out).toContain('no module named torch');
    expect(finished(logsBelow(join(dir, '.noregret'))).filter((line) => line.includes('"state":"complete"')).length).toBeGreaterThanOrEqual(3);
    expect(json<Report>(await type(dir, ['report', '--json'])).studies[0]?.verdict).toMatchObject({ kind: 'REGRESSION', reason: 'stability' });
  });

  test('on both sides: INCOMPLETE, exit 3, the first failure shown', async () => {
    repository.commit('broken', { 'train.mjs': dying });
    branch(dying.replace('torch', 'torch.nn'));
    const { out } = ended(await type(dir, ['compare', 'main', 'pr']), 3);
    expect(out).toContain('Incomplete: no run gave a value of accuracy, neither here nor on main');
    expect(out).toContain('no module named torch');
  });

  test('on base alone: NO_BASELINE, never an improvement', async () => {
    repository.commit('broken', { 'train.mjs': dying });
    branch(trainingSource());
    const { out } = ended(await type(dir, ['compare', 'main', 'pr']), 0);
    expect(out).toContain('No baseline: no run on main gave a value of accuracy, while the runs here did');
  });
});

describe('commits that are not there', () => {
  test('a shallow clone names fetch-depth and the command', async () => {
    branch(trainingSource({ level: 0.99, salt: 2 }));
    repository.commit('two', { other: '1' });
    const shallow = clone('--depth', '1', '--no-single-branch');
    const { err } = ended(await type(shallow, ['compare', 'origin/main', 'origin/pr']), 2);
    expect(err).toMatch(/fetch-depth: 0/);
    expect(err).toMatch(/git fetch --unshallow/);
  });

  test('a detached HEAD works', async () => {
    branch(trainingSource());
    repository.git('checkout', '-q', '--detach', 'pr');
    expect(ended(await type(dir, ['compare', 'main', 'HEAD', '--quiet']), 0).out).toContain('No change');
  });

  test('histories without a common commit: NO_BASELINE, and why', async () => {
    repository.git('switch', '-q', '--orphan', 'other');
    repository.commit('alone', { 'train.mjs': trainingSource(), 'noregret.yml': studySource({ trials: 2 }) });
    const typed = ended(await type(dir, ['compare', 'main', 'other', '--json']), 0);
    expect(json<Report>(typed)).toMatchObject({ verdict: 'NO_BASELINE', studies: [{ verdict: { sentence: 'No baseline: the two histories have no commit in common' } }] });
  });

  test('a deleted branch and a commit that a force-push took away are told apart', async () => {
    const gone = branch(trainingSource(), 'gone');
    repository.git('branch', '-q', '-D', 'gone');
    const copy = clone();
    const deleted = ended(await type(copy, ['compare', 'gone', 'HEAD']), 2);
    expect(deleted.err).toMatch(/error: .*gone/);
    expect(deleted.err).toMatch(/fix: .*git/);
    const forced = ended(await type(copy, ['compare', gone, 'HEAD']), 2);
    expect(forced.err).toContain(gone.slice(0, 7));
    expect(forced.err).toMatch(/fix: .*git/);
    expect(forced.err).not.toBe(deleted.err);
  });

  test('a repository without a commit', async () => {
    const empty = createRepository(join(folder.path, 'empty'));
    const { err } = ended(await type(empty.dir, ['compare', 'main', 'HEAD']), 2);
    expect(err).toMatch(/fix: /);
  });
});
