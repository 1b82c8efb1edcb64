import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readReport } from '../../src/cli/report.js';
import { studySource, trainingSource } from '../e2e/harness/trainings.js';
import { createRepository, temporaryFolder } from '../stores/gitFixture.js';
import { ended, json, type } from './desk.js';

let folder: ReturnType<typeof temporaryFolder>;
const put = (path: string, text: string): void => { writeFileSync(join(folder.path, path), text); };
beforeEach(() => {
  folder = temporaryFolder('tune');
  put('train.mjs', trainingSource());
  put('noregret.yml', studySource({ trials: 4, extra: 'verdict: { rescore: 0 }\n' }));
});
afterEach(() => { folder.remove(); });
const logPath = (): string => join(folder.path, '.noregret', 'demo', 'study.jsonl');
const events = (): { type: string; trial?: number }[] => readFileSync(logPath(), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { type: string });
const finished = (): number => events().filter(({ type: kind }) => kind === 'finished').length;

describe('outside of git', () => {
  test('the best is printed, the log and three renderings are left', async () => {
    const { out, err } = ended(await type(folder.path, ['tune']), 0);
    expect(out).toMatch(/Tuned: accuracy 0\.\d+, the best of 4 trials/);
    expect(out).toContain('npx noregret tune --config');
    expect(out).not.toContain('git checkout');
    expect(err).toContain('demo: search: 4 trials, all trials used, best 0.');
    expect(err).toContain(`report: ${join('.noregret', 'report', 'report.html')} (also .md, .json)`);
    expect(readdirSync(join(folder.path, '.noregret', 'report')).sort()).toEqual(['report.html', 'report.json', 'report.md']);
    expect(finished()).toBe(4);
  });
});

test('--json is the report, --quiet says nothing else, flags stand in for the file', async () => {
  const typed = ended(await type(folder.path, ['tune', '--json', '--quiet', '--trials', '2']), 0);
  expect(typed.err).toBe('');
  const report = json<{ verdict: string; studies: { search: { trials: { value: number }[]; bestTrial: number } }[] }>(typed);
  expect(report.verdict).toBe('NO_BASELINE');
  const [study] = report.studies;
  expect(study?.search.trials).toHaveLength(2);
  const values = study?.search.trials.map(({ value }) => value) ?? [];
  expect(values[study?.search.bestTrial ?? -1]).toBe(Math.max(...values));
});

describe('the log', () => {
  test('is taken over: the same call again measures nothing', async () => {
    ended(await type(folder.path, ['tune']), 0);
    const before = readFileSync(logPath());
    const { err } = ended(await type(folder.path, ['tune']), 0);
    expect(err).toContain('demo: 4 runs are taken over from the log; if the code has changed since, start anew with --new');
    expect(readFileSync(logPath()).equals(before)).toBe(true);
  });

  test('goes on when only a limit was raised', async () => {
    ended(await type(folder.path, ['tune', '--trials', '2']), 0);
    const two = readFileSync(logPath(), 'utf8');
    ended(await type(folder.path, ['tune']), 0);
    expect(readFileSync(logPath(), 'utf8').startsWith(two)).toBe(true);
    expect(finished()).toBe(4);
  });

  test('of another space is refused by the key that differs, and keeps its report', async () => {
    ended(await type(folder.path, ['tune']), 0);
    const report = join(folder.path, '.noregret', 'report', 'report.json');
    const before = readFileSync(report);
    put('noregret.yml', studySource({ trials: 4 }).replace('max: 1,', 'max: 0.5,'));
    const { err } = ended(await type(folder.path, ['tune']), 2);
    expect(err).toMatch(/belongs to another run: its config\.space\.\S+ is 1, here it is 0\.5\./);
    expect(err).toContain('noregret tune --new sets this log aside');
    expect(readFileSync(report).equals(before)).toBe(true);
  });

  test('is set aside by --new, not lost', async () => {
    ended(await type(folder.path, ['tune', '--trials', '2']), 0);
    const before = readFileSync(logPath(), 'utf8');
    ended(await type(folder.path, ['tune', '--new', '--trials', '3']), 0);
    expect(finished()).toBe(3);
    const [aside] = readdirSync(join(folder.path, '.noregret', 'demo')).filter((name) => /^study-\d{14}\.jsonl$/.test(name));
    expect(readFileSync(join(folder.path, '.noregret', 'demo', aside ?? ''), 'utf8')).toBe(before);
  });
});

test('interrupted: exit 130, every finished trial kept; resume measures only the rest', async () => {
  put('train.mjs', trainingSource({ before: 'await new Promise((done) => setTimeout(done, 150));' }));
  const abort = new AbortController();
  const poll = setInterval(() => { if (existsSync(logPath()) && readFileSync(logPath(), 'utf8').includes('"state":"complete"')) abort.abort(); }, 20);
  const stopped = await type(folder.path, ['tune', '--trials', '6'], { signal: abort.signal });
  clearInterval(poll);
  ended(stopped, 130);
  expect(stopped.out).toContain('cancelled');
  const complete = events().filter((event) => event.type === 'finished' && JSON.stringify(event).includes('"state":"complete"'));
  expect(complete.length).toBeGreaterThan(0);
  expect(complete.length).toBeLessThan(6);
  const resumed = ended(await type(folder.path, ['resume']), 0);
  expect(resumed.err).toMatch(/taken over from the log/);
  const all = events().filter((event) => event.type === 'finished' && JSON.stringify(event).includes('"state":"complete"'));
  expect(all).toHaveLength(6);
  expect(new Set(all.map(({ trial }) => trial)).size).toBe(6);
  expect(all.slice(0, complete.length)).toEqual(complete);
});

test('resume after tune --new continues; it does not start anew once more', async () => {
  ended(await type(folder.path, ['tune', '--new']), 0);
  const before = readFileSync(logPath());
  ended(await type(folder.path, ['resume', '--quiet']), 0);
  expect(readFileSync(logPath()).equals(before)).toBe(true);
});

test('in a repository the report names the commit, and git never sees .noregret', async () => {
  const repository = createRepository(folder.path);
  const sha = repository.commit('one');
  ended(await type(folder.path, ['tune']), 0);
  expect(repository.git('status', '--porcelain')).toBe('');
  expect((await readReport(join(folder.path, '.noregret', 'report', 'report.json'))).headSha).toBe(sha);
});

test('two studies, each with its own log', async () => {
  put('noregret.yml', '');
  put('one.yml', studySource({ name: 'one', trials: 1 }));
  put('two.yml', studySource({ name: 'two', trials: 1 }));
  ended(await type(folder.path, ['tune', '--config', '{one,two}.yml']), 0);
  for (const name of ['one', 'two']) expect(existsSync(join(folder.path, '.noregret', name, 'study.jsonl'))).toBe(true);
});

test('two files of one name are refused before anything runs', async () => {
  put('one.yml', studySource({ name: 'same' }));
  put('two.yml', studySource({ name: 'same' }));
  expect(ended(await type(folder.path, ['tune', '--config', '{one,two}.yml']), 2).err).toContain('Two study files are both named same.');
});

describe('progress', () => {
  test('in a log: whole lines, no control characters', async () => {
    const { err } = ended(await type(folder.path, ['tune'], { env: { CI: 'true' } }), 0);
    expect(err).toContain('demo · search 4/4 · 0 running of 2 slots · best 0.');
    expect(err).not.toMatch(/[\r\u001b]/);
  });
});
