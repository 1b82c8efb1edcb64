import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Report } from '../../src/model/comparison.js';
import { createDirectoryStore } from '../../src/stores/index.js';
import { createRepository, temporaryFolder, type TestRepository } from '../stores/gitFixture.js';
import { ended, json, type } from './desk.js';
import { recordOnMain } from './recordOnMain.js';

const fixture = (path: string): string => resolve('fixtures/tuners', path);
let folder: ReturnType<typeof temporaryFolder>;
let repository: TestRepository;
let history: string;
const study = 'name: digits\nmetric: { name: val_accuracy, goal: maximize }\nresults: tuner\n';
const put = (from: string): void => {
  rmSync(join(folder.path, 'tuner'), { recursive: true, force: true });
  cpSync(fixture(from), join(folder.path, 'tuner'), { recursive: true });
};
const commitWith = (from: string, message: string): string => { put(from); return repository.commit(message); };
beforeEach(() => {
  folder = temporaryFolder('results');
  repository = createRepository(folder.path);
  history = join(folder.path, '..', `${folder.path.split('/').at(-1) ?? ''}-history`);
  repository.commit('study', { 'noregret.yml': study, '.gitignore': '.noregret\n' });
});
afterEach(() => { folder.remove(); rmSync(history, { recursive: true, force: true }); });
const compare = (...more: string[]): ReturnType<typeof type> => type(folder.path, ['compare', 'main', 'pr', '--history', history, ...more]);
const branch = (work: () => void): void => { repository.git('switch', '-q', '-c', 'pr'); work(); repository.git('switch', '-q', 'main'); };

describe('a study whose results another tool left', () => {
  test('committed on both sides: both bests, what luck alone would do, and no verdict; nothing is run', async () => {
    commitWith('keras-tuner/random', 'main\'s tuning');
    branch(() => { put('keras-tuner/random'); rmSync(join(folder.path, 'tuner', 'trial_04'), { recursive: true }); repository.commit('one trial less'); });
    mkdirSync(history);
    const report = json<Report>(ended(await compare('--json'), 0));
    const [one] = report.studies;
    expect(one).toMatchObject({ study: 'digits', verdict: { kind: 'INCONCLUSIVE', reason: 'results-read' }, search: { method: expect.stringContaining('Keras Tuner') }, baseline: { source: 'stored', why: expect.stringContaining('Committed at tuner there') } });
    expect(one?.verdict.sentence).toContain('these are two searches, no seed was repeated, so the luck of the search is not excluded');
    expect(one?.notes.join('\n')).toMatch(/Nothing was run here: the trials are those that Keras Tuner.* left in tuner/);
    expect(one?.notes.join('\n')).toContain('If nothing had changed, the best val_accuracy of two searches of these sizes would differ by');
    const { out } = ended(await compare(), 0);
    expect(out).toContain('val_accuracy ↑ best found');
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  test('a push records the search; a pull request stands beside that record though nothing is committed', async () => {
    put('keras-tuner/random');
    repository.git('rm', '-q', '--cached', '-r', '--ignore-unmatch', 'tuner');
    await recordOnMain(folder.path, history);
    const [record] = await createDirectoryStore({ directory: history, onWarning: () => undefined }).read('digits');
    expect(record).toMatchObject({ canonical: [], incumbent: { source: 'base-search' }, search: { method: expect.stringContaining('Keras Tuner') }, metric: { name: 'val_accuracy', goal: 'maximize' } });
    expect(record?.search?.trials).toHaveLength(10);
    rmSync(join(folder.path, 'tuner'), { recursive: true });
    branch(() => commitWith('keras-tuner/hyperband', 'a new tuning'));
    const report = json<Report>(ended(await compare('--json'), 0));
    expect(report.studies[0]).toMatchObject({ verdict: { kind: 'INCONCLUSIVE' }, baseline: { why: 'The search that was recorded at this very commit.' } });
    expect(report.studies[0]?.notes.join('\n')).not.toContain('different parameters: only head');
    const later = repository.commit('main goes on', { 'train.py': 'x' });
    repository.git('switch', '-q', '-C', 'pr');
    commitWith('keras-tuner/hyperband', 'again');
    repository.git('switch', '-q', 'main');
    expect(json<Report>(ended(await compare('--json'), 0)).studies[0]?.baseline).toMatchObject({ sha: later, ageCommits: 1, why: expect.stringContaining('The nearest search that was recorded before') });
  });

  test('a pull request that touches no results says so, and neither luck nor a copy', async () => {
    commitWith('keras-tuner/random', 'main\'s tuning');
    branch(() => { repository.commit('other', { 'train.py': 'x' }); });
    mkdirSync(history);
    const [one] = json<Report>(ended(await compare('--json'), 0)).studies;
    expect(one?.notes.join('\n')).toMatch(/^tuner holds the trials of tuner at [0-9a-f]{10}, value for value: nothing was tuned in between\.$/m);
    expect([...one?.notes ?? [], ...one?.warnings ?? []].join('\n')).not.toMatch(/copy|luck|If nothing had changed/);
  });

  test('the next push stands beside the record before it; history and drift know both', async () => {
    commitWith('keras-tuner/random', 'one');
    await recordOnMain(folder.path, history, { run: '1' });
    commitWith('keras-tuner/hyperband', 'two');
    await recordOnMain(folder.path, history, { run: '2' });
    const { out } = ended(await type(folder.path, ['history', '--history', history]), 0);
    expect(out.split('\n').filter((line) => line.includes('| digits'))).toHaveLength(2);
    const drift = ended(await type(folder.path, ['drift', '--history', history]), 0).out;
    expect(drift).toContain('digits: best val_accuracy of each search');
    expect(drift).toContain('no step is judged');
    expect(json<{ searches: { study: string; commits: { sha: string; value: number; trials: number }[] }[] }>(ended(await type(folder.path, ['drift', '--history', history, '--json']), 0)).searches[0]).toMatchObject({ study: 'digits', commits: [{ trials: 10 }, { trials: expect.any(Number) }] });
  });

  test('main without any: no baseline, and the search is shown', async () => {
    branch(() => commitWith('keras-tuner/random', 'first tuning'));
    mkdirSync(history);
    const report = json<Report>(ended(await compare('--json'), 0));
    expect(report.studies[0]).toMatchObject({ verdict: { kind: 'NO_BASELINE', reason: 'no-search' }, search: { trials: expect.arrayContaining([expect.objectContaining({ state: 'complete' })]) } });
  });

  test('seeds in a table on both sides are pairs', async () => {
    const rows = (low: number): string => `seed,lr,val_accuracy\n${[1, 2, 3, 4, 5].map((seed) => `${seed},0.1,${low + seed / 1000 + (seed % 2) / 1e4}`).join('\n')}\n`;
    repository.commit('main', { 'noregret.yml': study.replace('results: tuner', 'results: { path: runs.csv, params: [lr], seed: seed }'), 'runs.csv': rows(0.9) });
    branch(() => { repository.commit('worse', { 'runs.csv': rows(0.7) }); });
    mkdirSync(history);
    expect(json<Report>(ended(await compare('--json'), 1)).studies[0]).toMatchObject({ verdict: { kind: 'REGRESSION' }, gate: { baseParams: { lr: 0.1 } } });
  });
});

describe('what cannot be read', () => {
  const headOnly = async (work: () => void): Promise<string> => {
    branch(work);
    mkdirSync(history);
    return ended(await compare(), 3).out;
  };
  test('nothing there', async () => {
    expect(await headOnly(() => repository.commit('nothing', { x: '1' }))).toMatch(/Incomplete: There is nothing at tuner \(results of noregret\.yml\)\. The tuner has to run/);
  });
  test('a folder of several studies: named, with the key to write', async () => {
    expect(await headOnly(() => commitWith('keras-tuner', 'all'))).toMatch(/which study is meant\?.*results: \{ path: tuner, study:/s);
  });
  test('check warns of it: the tuner may run later', async () => {
    const { out, err } = ended(await type(folder.path, ['check']), 0);
    expect(out).not.toContain('error');
    expect(err).toContain('warning: there is nothing at tuner (results): before noregret compares or records, the tuner has to leave its results there');
  });
  test('two tools\' results in it: both are named, with the key that chooses', async () => {
    const both = (): void => { put('keras-tuner/random'); cpSync(fixture('hyperopt/exported.json'), join(folder.path, 'tuner/trials.json')); };
    expect(await headOnly(() => { both(); repository.commit('both'); })).toMatch(/tuner holds results of several kinds: the folder itself \(Keras Tuner\), trials\.json \(Hyperopt\).*results:\s+\{\s+path:\s+…,\s+format:/s);
    repository.git('switch', '-q', 'pr');
    repository.commit('chosen', { 'noregret.yml': study.replace('results: tuner', 'results: { path: tuner, format: keras-tuner }') });
    repository.git('switch', '-q', 'main');
    expect(ended(await compare(), 0).out).toContain('val_accuracy');
  });
  test('a link that leads out of the repository', async () => {
    const out = await headOnly(() => { symlinkSync(fixture('keras-tuner/random'), join(folder.path, 'tuner')); repository.commit('a link'); });
    expect(out).toContain('tuner leads out of the repository');
  });
  test('a pickle is not loaded, and there is no way to trust one from a file', async () => {
    expect(await headOnly(() => { repository.commit('p', { 'noregret.yml': study.replace('tuner', 'r.pkl.gz') }); cpSync(fixture('scikit-optimize/result.pkl.gz'), join(folder.path, 'r.pkl.gz')); repository.commit('pickle'); })).toMatch(/pickle/i);
  });
  test('another metric than the files hold', async () => {
    expect(await headOnly(() => { repository.commit('m', { 'noregret.yml': study.replace('val_accuracy', 'f1') }); commitWith('keras-tuner/random', 'x'); })).toContain('f1');
  });

  test('what needs a program refuses it', async () => {
    put('keras-tuner/random');
    expect(ended(await type(folder.path, ['tune']), 2).err).toContain('noregret.yml reads its results from tuner and runs nothing, so there is nothing for tune to run');
    const there = ended(await type(folder.path, ['check']), 0);
    expect(there.out).not.toContain('error');
    expect(there.err).not.toContain('warning');
    repository.commit('x');
    expect(ended(await type(folder.path, ['aa']), 2).err).toContain('nothing for aa to run');
    writeFileSync(join(folder.path, 'a.csv'), 'lr,val_accuracy\n1,2\n');
  });
});
