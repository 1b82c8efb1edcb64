import { describe, expect, test } from '@jest/globals';
import { ancestorsToCheck, chooseBaseCommit, chooseBaseline, daysBetween, type BaselineFacts } from '../../src/compare/baseline.js';
import { inputsAmong } from '../../src/compare/inputs.js';
import type { CommitFacts } from '../../src/model/ports.js';
import { makeRecord, sha } from '../contracts/store.js';

const commit = (...parents: string[]): CommitFacts => ({ sha: sha(100), tree: sha(101), parents, date: '2026-01-01T00:00:00.000Z', subject: 's' });

describe('base commit (decisions.md 6)', () => {
  test('the test merge of this pull request: its first parent', () => {
    expect(chooseBaseCommit({ checkedOut: commit(sha(1), sha(2)), pullRequestHead: sha(2), mergeBase: sha(9) })).toMatchObject({ how: 'test-merge', sha: sha(1) });
  });
  test.each([
    ['a merge that the author made', commit(sha(1), sha(3))],
    ['an octopus merge', commit(sha(1), sha(2), sha(3))],
    ['an ordinary commit', commit(sha(1))],
    ['the head merged as the first parent', commit(sha(2), sha(1))],
  ])('%s: the merge base', (_, checkedOut) => {
    expect(chooseBaseCommit({ checkedOut, pullRequestHead: sha(2), mergeBase: sha(9) })).toMatchObject({ how: 'merge-base', sha: sha(9) });
  });
  test('no common commit: said, not guessed', () => {
    expect(chooseBaseCommit({ checkedOut: commit(sha(1)) })).toMatchObject({ how: 'none', sha: undefined });
  });
});

describe('inputs', () => {
  test('defaults: everything but documentation', () => {
    const globs = ['**', '!**/*.md', '!docs/**', '!LICENSE*'];
    expect(inputsAmong(['train.py', 'README.md', 'docs/a/b.py', 'LICENSE', 'a/LICENSE', '.github/x.yml', 'deep/notes.md'], globs)).toEqual(['train.py', 'a/LICENSE', '.github/x.yml']);
  });
  test('the last pattern that matches decides, and exclusions alone mean all the rest', () => {
    expect(inputsAmong(['docs/a.md', 'docs/b.md'], ['**', '!docs/**', 'docs/a.md'])).toEqual(['docs/a.md']);
    expect(inputsAmong(['a.py', 'b.md'], ['!**/*.md'])).toEqual(['a.py']);
    expect(inputsAmong(['a.py', 'b.md'], ['src/**'])).toEqual([]);
  });
});

const line = [sha(5), sha(4), sha(3), sha(2), sha(1)];
const facts = (changes: Partial<BaselineFacts>): BaselineFacts => ({
  firstParents: line, records: [], key: { gpu: 'cpu' }, inputs: ['**', '!**/*.md'], changedFiles: new Map(), now: '2026-01-03T00:10:00.000Z', ...changes,
});

describe('base values (decisions.md 7, 8)', () => {
  test('a record of that very commit', () => {
    const record = makeRecord({ sha: sha(5) });
    expect(chooseBaseline(facts({ records: [makeRecord({ sha: sha(3) }), record] }))).toMatchObject({ record, measuredSha: sha(5), ageCommits: 0, ageDays: 2, keyDifferences: [] });
  });

  test('the nearest ancestor when only documentation changed in between; the commit measured is named', () => {
    const choice = chooseBaseline(facts({ records: [makeRecord({ sha: sha(1) }), makeRecord({ sha: sha(3) })], changedFiles: new Map([[sha(3), ['README.md']], [sha(1), []]]) }));
    expect(choice).toMatchObject({ measuredSha: sha(3), ageCommits: 2 });
    expect(choice.why).toContain('0000000000, 2 commits earlier');
  });

  test('run here when an input changed in between, and b* is lent all the same', () => {
    const record = makeRecord({ sha: sha(3) });
    const choice = chooseBaseline(facts({ records: [record], changedFiles: new Map([[sha(3), ['README.md', 'train.py']]]) }));
    expect(choice).toMatchObject({ record: undefined, nearest: record, measuredSha: sha(5), why: expect.stringContaining('1 file that can change a result differ (train.py)') });
    expect(choice.ageCommits).toBeUndefined();
  });

  test('run here when the key differs, field by field', () => {
    const choice = chooseBaseline(facts({ records: [makeRecord({ sha: sha(5), key: { gpu: 'A100', driver: '550' } })] }));
    expect(choice.record).toBeUndefined();
    expect(choice.keyDifferences).toEqual([{ field: 'driver', stored: '550', here: '(none)' }, { field: 'gpu', stored: 'A100', here: 'cpu' }]);
    expect(choice.why).toContain('under other conditions (driver, gpu)');
  });

  test('another machine may have measured the same commit later: the equal key wins over the newest', () => {
    const ours = makeRecord({ sha: sha(5), run: '7' });
    const theirs = makeRecord({ sha: sha(5), run: '8', finishedAt: '2026-01-02T00:00:00.000Z', key: { gpu: 'A100' } });
    expect(chooseBaseline(facts({ records: [ours, theirs] }))).toMatchObject({ record: ours, nearest: theirs });
  });

  test('of several attempts the newest, whatever the order they are read in', () => {
    const records = [1, 2, 3].map((attempt) => makeRecord({ sha: sha(5), attempt }));
    const runs = [makeRecord({ sha: sha(5), run: '9' }), makeRecord({ sha: sha(5), run: '10' })];
    expect(chooseBaseline(facts({ records })).record?.attempt).toBe(3);
    expect(chooseBaseline(facts({ records: records.toReversed() })).record?.attempt).toBe(3);
    expect(chooseBaseline(facts({ records: runs })).record?.run).toBe('10');
  });

  test('records of other branches do not count', () => {
    expect(chooseBaseline(facts({ records: [makeRecord({ sha: sha(77) })] }))).toMatchObject({ record: undefined, nearest: undefined, why: expect.stringContaining('no record of this study') });
  });

  test('a record without one complete run lends b*, never values', () => {
    const record = makeRecord({ sha: sha(5), canonical: [{ seed: 1, metrics: {}, seconds: 1, state: 'failed' }] });
    expect(chooseBaseline(facts({ records: [record] }))).toMatchObject({ record: undefined, nearest: record, why: expect.stringContaining('no stored record') });
  });

  test('only ancestors with an equal key are worth a diff', () => {
    const records = [makeRecord({ sha: sha(5) }), makeRecord({ sha: sha(4), key: {} }), makeRecord({ sha: sha(3) }), makeRecord({ sha: sha(3), attempt: 2 })];
    expect(ancestorsToCheck(facts({ records }))).toEqual([sha(3)]);
  });
});

test('days between two times, over a leap day and a year', () => {
  expect(daysBetween('2024-02-28T12:00:00.000Z', '2024-03-01T00:00:00Z')).toBe(1.5);
  expect(daysBetween('2025-12-31T00:00:00Z', '2026-12-31T00:00:00Z')).toBe(365);
  expect(daysBetween('2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z')).toBe(0);
});
