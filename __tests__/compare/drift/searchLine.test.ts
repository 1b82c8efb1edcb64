import { expect, test } from '@jest/globals';
import { searchLine } from '../../../src/compare/drift/searchLine.js';
import type { StudyRecord } from '../../../src/model/record.js';

const time = (hour: number): string => new Date(Date.UTC(2026, 0, 1, hour)).toISOString();

/** A search of some values, as a study that reads another tool's results is recorded. */
function record(sha: string, values: readonly number[], { run = sha, hour = 0, attempt = 1 } = {}): StudyRecord {
  return {
    schema: 1, tool: 'test', kind: 'observed', study: 's', sha, run, attempt, startedAt: time(hour), finishedAt: time(hour), key: {}, metric: { name: 'acc', goal: 'maximize' }, space: '',
    incumbent: { params: {}, sinceSha: sha, source: 'base-search' }, budget: { trials: values.length, wallSeconds: 1, gpuMinutes: 0 }, canonical: [],
    search: { finishedAt: time(hour), method: 'read', seed: 0, trials: values.map((value, i) => ({ params: { x: i }, result: { outcome: { state: 'complete', value }, metrics: { acc: value }, seconds: 1 } })) },
  };
}

const brief = (records: readonly StudyRecord[], line = ['c', 'b', 'a']): unknown => searchLine('s', records, line)?.commits.map(({ sha, value, params }) => [sha, value, params['x']]);

test('the best of each search, in the order of the commits', () => {
  expect(brief([record('c', [0.5, 0.25]), record('a', [0.125, 0.75])])).toEqual([['a', 0.75, 1], ['c', 0.5, 0]]);
  expect(brief([record('elsewhere', [1])])).toBeUndefined();
});

test('a record that stands twice is one search; a commit that was searched again has two, the earlier one first', () => {
  const first = record('a', [0.5], { run: '1', hour: 1 });
  const again = record('a', [0.25], { run: '1', attempt: 2, hour: 2 });
  expect(brief([again, first, first, record('b', [0.75]), again])).toEqual([['a', 0.5, 0], ['a', 0.25, 0], ['b', 0.75, 0]]);
});
