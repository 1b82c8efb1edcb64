import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createRepository, temporaryFolder, type TestRepository } from '../stores/gitFixture.js';
import { ended, json, type } from '../cli/desk.js';

let folder: ReturnType<typeof temporaryFolder>;
let repository: TestRepository;
/** Outside of the repository, whose files are compared. */
let elsewhere: ReturnType<typeof temporaryFolder>;
const log = (): string => join(elsewhere.path, 'heard.jsonl');

/** Best at x = 0.5; `level` is what the code reaches there. */
const train = (level: number): string => `import { readFileSync } from 'node:fs';
const { x } = JSON.parse(readFileSync(process.env.NOREGRET_PARAMS, 'utf8'));
const seed = Number(process.env.NOREGRET_SEED);
console.log('noregret ' + JSON.stringify({ score: ${level} - Math.abs(x - 0.5) / 10 + (seed % 97) / 97 / 500 }));
`;
const study = (more: string): string => `name: demo
metric: { name: score, goal: maximize, margin: 0.02 }
method: { external: [node, adapter.mjs], options: { out: ${JSON.stringify(log())}${more} } }
parameters: { x: { min: 0.0, max: 1.0, default: 0.45 } }
command: [node, train.mjs]
budget: { trials: 4 }
parallel: 1
`;
interface Report { readonly verdict: string; readonly studies: readonly { readonly verdict: { readonly reason?: string; readonly sentence: string }; readonly notes: readonly string[]; readonly budget: { readonly complete: number; readonly failed: number }; readonly search?: { readonly method: string; readonly trials: readonly { readonly anchor?: string; readonly params: { readonly x: number } }[] } }[] }
const compared = async (code: number): Promise<Report> => json<Report & Record<string, unknown>>(ended(await type(folder.path, ['compare', 'main', 'pr', '--json']), code));
const heard = (): readonly { readonly op: string; readonly ask?: number; readonly study?: string }[] => readFileSync(log(), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { readonly op: string });

beforeEach(() => {
  folder = temporaryFolder('external-compare');
  elsewhere = temporaryFolder('external-heard');
  repository = createRepository(folder.path);
});
afterEach(() => { folder.remove(); elsewhere.remove(); });

function change({ level, pr = '' }: { readonly level: number; readonly pr?: string }): void {
  const adapter = readFileSync('fixtures/external/adapter.mjs', 'utf8');
  repository.commit('main', { 'train.mjs': train(0.9), 'noregret.yml': study(''), 'adapter.mjs': adapter });
  repository.git('switch', '-q', '-c', 'pr');
  repository.commit('a change', { 'train.mjs': train(level), 'noregret.yml': study(pr) });
  repository.git('switch', '-q', 'main');
}

test('a pull request that is worse: its search is the other program\'s, the verdict is ours', async () => {
  change({ level: 0.7 });
  const { verdict, studies: [only] } = await compared(1);
  expect(verdict).toBe('REGRESSION');
  expect(only?.search?.method).toMatch(/^external: node adapter\.mjs$/);
  // Main's best and the declared defaults go first, as ever; the rest is the program's list.
  expect(only?.search?.trials[0]?.anchor).toBe('defaults');
  expect(only?.search?.trials.slice(1).map(({ params }) => params.x)).toEqual([1 / 16, 2 / 16, 3 / 16]);
  expect(only?.notes.join('\n')).toContain('3 of the 4 trials were proposed by fixture 1.2, an external optimiser; trial 0 is the declared defaults.');
  expect(heard().at(-1)).toMatchObject({ op: 'close' });
  expect(heard().filter(({ op }) => op === 'start')).toHaveLength(heard().filter(({ op }) => op === 'close').length);
});

test('the same code reached by another way passes', async () => {
  change({ level: 0.9005 });
  const { verdict } = await compared(0);
  expect(['PASS', 'IMPROVED', 'NO_CHANGE']).toContain(verdict);
});

test('a crash of the other program on the pull request leaves no verdict on its code', async () => {
  change({ level: 0.7, pr: ', mode: crash, at: 1' });
  const { verdict, studies: [only] } = await compared(3);
  expect(verdict).toBe('INCOMPLETE');
  expect(only?.verdict).toMatchObject({ reason: 'external-crashed' });
  expect(only?.verdict.sentence).toContain('ValueError: no such surrogate');
});

test('one that refuses what the pull request asks of it: exit code of a wrong configuration, nobody is told to run it again', async () => {
  change({ level: 0.7, pr: ', mode: refuse, at: 1' });
  const { verdict, studies: [only] } = await compared(2);
  expect(verdict).toBe('INCOMPLETE');
  expect(only?.verdict).toMatchObject({ reason: 'external-refused' });
});

test.each<[string, string, RegExp]>([
  ['that misses something', ', mode: leave', /ended with exit code 0/],
  ['of another protocol', ', mode: version', /speaks protocol 99/],
])('one %s ends the job before anything is run', async (_, pr, sentence) => {
  change({ level: 0.7, pr });
  const { verdict, studies: [only] } = await compared(3);
  expect(verdict).toBe('INCOMPLETE');
  expect(only?.verdict.sentence).toMatch(sentence);
  expect(only?.budget).toMatchObject({ complete: 0, failed: 0 });
  expect(heard().map(({ op }) => op)).toEqual(['start']);
});

test('is looked at once before the gate, without a question; not where no search can come', async () => {
  change({ level: 0.7 });
  await compared(1);
  expect(heard().map(({ op }) => op).slice(0, 4)).toEqual(['start', 'close', 'start', 'tell']);
  rmSync(log());
  repository.git('switch', '-q', 'main');
  repository.commit('no search', { 'noregret.yml': `${study('')}verdict: { search: never }\n` });
  repository.git('switch', '-q', 'pr');
  repository.git('merge', '-q', '-X', 'theirs', '-m', 'main', 'main');
  await compared(1);
  expect(existsSync(log())).toBe(false);
});

test('the side\'s own tree holds its adapter: a pull request may bring one along', async () => {
  change({ level: 0.7 });
  repository.git('switch', '-q', 'pr');
  repository.git('mv', 'adapter.mjs', 'mine.mjs');
  repository.commit('moves it', { 'noregret.yml': study('').replace('adapter.mjs', 'mine.mjs') });
  repository.git('switch', '-q', 'main');
  const { studies: [only] } = await compared(1);
  expect(only?.search?.method).toBe('external: node mine.mjs');
  expect(existsSync(join(folder.path, 'mine.mjs'))).toBe(false);
});
