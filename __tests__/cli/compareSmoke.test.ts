import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { studySource, trainingSource, type Training } from '../e2e/harness/trainings.js';
import { createRepository, temporaryFolder, type TestRepository } from '../stores/gitFixture.js';
import { ended, type, type Typed } from './desk.js';
import { recordOnMain } from './recordOnMain.js';

let folder: ReturnType<typeof temporaryFolder>;
let repository: TestRepository;
beforeEach(() => {
  folder = temporaryFolder('compare-smoke');
  repository = createRepository(join(folder.path, 'repo'));
});
afterEach(() => { folder.remove(); });

/** Each run leaves a line: what it was asked to be. */
const training = ({ before = '', ...more }: Training = {}): string => trainingSource({ ...more, before: `(await import('node:fs')).appendFileSync(${JSON.stringify(join(folder.path, 'runs.txt'))}, (process.env.NOREGRET_SMOKE === undefined ? 'trial' : 'smoke') + '\\n'); ${before}` });
const runs = (): readonly string[] => (existsSync(join(folder.path, 'runs.txt')) ? readFileSync(join(folder.path, 'runs.txt'), 'utf8').trimEnd().split('\n') : []);
const study = (extra = ''): string => studySource({ trials: 3, extra: `smoke: true\n${extra}` });
const compare = (...more: readonly string[]): Promise<Typed> => type(join(folder.path, 'repo'), ['compare', ...more]);
const broken = { before: 'console.error("no such data set"); process.exit(3);' };

describe('smoke: true, where nothing was measured before the search', () => {
  const addTuning = (program: string): void => {
    repository.commit('nothing yet', { 'README.md': 'x' });
    repository.git('switch', '-q', '-c', 'first');
    repository.commit('adds tuning', { 'train.mjs': program, 'noregret.yml': study() });
  };

  test('one short run goes before it, which is no trial', async () => {
    addTuning(training());
    const { out, err } = ended(await compare('main', 'first'), 0);
    expect(err).toContain('demo: smoke: accuracy arrived');
    expect(err).toContain('demo: search: 3 trials, all trials used');
    expect(out).toContain('No baseline: noregret.yml does not exist on');
    expect(runs().map((run, i) => [run, i]).filter(([run]) => run === 'smoke')).toEqual([['smoke', 0]]);
    expect(runs().length).toBeGreaterThan(3);
  });

  test('what is broken is said at once, with its words, and no trial is begun', async () => {
    addTuning(training(broken));
    const { out } = ended(await compare('main', 'first'), 3);
    expect(out).toMatch(/Incomplete: the smoke test failed, so no trial was started: exit code 3; its last line: no such data set/);
    expect(runs()).toEqual(['smoke']);
  });

  test('on main as well: the first push begins with it, the second has a record', async () => {
    repository.commit('main', { 'train.mjs': training(), 'noregret.yml': study() });
    await recordOnMain(join(folder.path, 'repo'), join(folder.path, 'history'));
    expect([runs()[0], runs().filter((run) => run === 'smoke').length]).toEqual(['smoke', 1]);
    repository.commit('goes on', { 'train.mjs': training({ salt: 3 }) });
    const before = runs().length;
    await recordOnMain(join(folder.path, 'repo'), join(folder.path, 'history'), { run: '2' });
    expect(runs().length).toBeGreaterThan(before);
    expect(runs().slice(before)).not.toContain('smoke');
  });
});

test('smoke: true, where the gate goes first: its runs say as much', async () => {
  repository.commit('main', { 'train.mjs': training(), 'noregret.yml': study('verdict: { search: always }\n') });
  repository.git('switch', '-q', '-c', 'pr');
  repository.commit('a change', { 'train.mjs': training({ salt: 7 }) });
  const { err } = ended(await compare('main', 'pr'), 0);
  expect(err).toContain('demo: search: 3 trials');
  expect(runs()).not.toContain('smoke');
});
