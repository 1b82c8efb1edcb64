import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Report } from '../../src/model/comparison.js';
import { studySource, trainingSource, type Training } from '../e2e/harness/trainings.js';
import { createRepository, temporaryFolder, type TestRepository } from '../stores/gitFixture.js';
import { ended, json, type } from './desk.js';
import { recordOnMain } from './recordOnMain.js';

/** Real programs, real git: main is searched once and measured on five pushes, then pull requests are compared with it. */
let folder: ReturnType<typeof temporaryFolder>;
let repository: TestRepository;
const study = studySource({ trials: 12, extra: 'verdict: { rescore: 2 }\n' });
const history = (): string => join(folder.path, '.noregret', 'history');

beforeAll(async () => {
  folder = temporaryFolder('tuning-drift');
  repository = createRepository(folder.path);
  for (let salt = 0; salt < 6; salt++) {
    repository.commit(`main ${String(salt)}`, { 'train.mjs': trainingSource({ salt }), 'noregret.yml': study });
    if (salt === 1) repository.git('tag', 'v1');
    await recordOnMain(folder.path, history(), { run: String(salt + 1) });
  }
}, 300_000);
afterAll(() => { folder.remove(); });

async function compared(name: string, training: Training): Promise<Report['studies'][number] & { readonly text: string }> {
  repository.git('switch', '-q', '-c', name);
  repository.commit(name, { 'train.mjs': trainingSource(training) });
  repository.git('switch', '-q', 'main');
  const report = json<Report>(await type(folder.path, ['compare', 'main', name, '--history', history(), '--json', '--fail-on', 'never']));
  const [only] = report.studies;
  if (only === undefined) throw new Error('no study');
  return { ...only, text: ended(await type(folder.path, ['report']), 0).out };
}

describe('from pushes with a search to pull requests', () => {
  test('an unchanged optimum: main\'s candidates again, no alarm, no run more', async () => {
    const { drift, budget, text, parameters } = await compared('same', { salt: 77 });
    expect(drift).toMatchObject({ shared: 12, of: 12, interaction: { alarm: false } });
    expect(drift).not.toHaveProperty('did');
    expect(parameters.every(({ moved }) => moved !== 'moved')).toBe(true);
    expect(budget.plan).toContain('10 drift');
    expect(text).toContain('Tuning drift: none seen');
  }, 120_000);

  test('a moved one: the alarm, and what retuning gains here beyond what it would on main', async () => {
    const { drift, text, mainDrift } = await compared('moved', { salt: 78, optimum: -3 });
    expect(drift).toMatchObject({ shared: 12, interaction: { alarm: true }, did: { moved: true, seeds: 5 } });
    expect(drift?.did?.low).toBeGreaterThan(0.02);
    expect(text).toContain('The best hyperparameters moved');
    expect(mainDrift?.sinceRelease).toMatchObject({ tag: 'v1', seeds: 5 });
  }, 120_000);
});
