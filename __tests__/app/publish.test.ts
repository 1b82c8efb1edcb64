import { describe, expect, test } from '@jest/globals';
import { acceptRecords, acceptReport, postEverywhere, type Identity } from '../../src/app/publish.js';
import { UserError } from '../../src/model/errors.js';
import type { StudyRecord } from '../../src/model/record.js';
import { samples } from '../report/samples.js';

const report = { ...samples['regression']!(), pullRequest: 7 };
const identity: Identity = { headSha: report.headSha, pullRequest: 7, repository: 'octo/demo', event: 'workflow_run' };

describe('a report out of hostile text', () => {
  test('accepted with the event\'s identity in place of its own', () => {
    const accepted = acceptReport(JSON.stringify({ ...report, repository: 'evil/twin', event: 'push' }), identity);
    expect(accepted).toMatchObject({ verdict: 'REGRESSION', repository: 'octo/demo', event: 'workflow_run' });
  });
  test('who accepts what is never taken from it', () => {
    const [study] = report.studies;
    const waivers = [{ id: 'label-1', by: 'octo', via: 'label', metrics: [], reason: 'trust me', state: 'in-force' }];
    const accepted = acceptReport(JSON.stringify({ ...report, studies: [{ ...study, waivers }] }), identity);
    expect(accepted).toMatchObject({ verdict: 'REGRESSION', studies: [expect.not.objectContaining({ waivers: expect.anything() })] });
  });
  test.each([
    ['another commit', { headSha: 'f'.repeat(40) }], ['another pull request', { pullRequest: 8 }], ['not one that this version', { schema: 9 }],
    ['not one that this version', { verdict: 'FINE' }], ['not one that this version', { __proto__x: 1 }], ['another pull request', { pullRequest: undefined }],
  ])('%s: ignored, and nothing of it quoted', (why, over) => {
    const answer = acceptReport(JSON.stringify({ ...report, ...over, tool: '@everyone' }), identity);
    expect(answer).toEqual({ rejected: expect.stringContaining(why) });
    expect(JSON.stringify(answer)).not.toContain('everyone');
  });
  test.each(['', 'null', '[]', '{', '"x"', 'NaN', '['.repeat(100_000), '{"a":'.repeat(50_000)])('no report', (text) => {
    expect(acceptReport(text, identity)).toHaveProperty('rejected');
  });
});

describe('records', () => {
  const record: StudyRecord = {
    schema: 1, tool: 'noregret 0', kind: 'observed', study: 's', sha: 'a'.repeat(40), run: '5', attempt: 1, startedAt: 't', finishedAt: 't', key: {}, metric: { name: 'm', goal: 'maximize' }, space: '',
    incumbent: { params: {}, sinceSha: 'a'.repeat(40), source: 'defaults' }, canonical: [], budget: { trials: 0, wallSeconds: 0, gpuMinutes: 0 },
  };
  const of = { sha: record.sha, run: '5', attempt: 2 };
  test('of this push and run', () => {
    expect(acceptRecords(JSON.stringify([record]), of)).toEqual([record]);
  });
  test.each([{ sha: 'b'.repeat(40) }, { run: '6' }, { attempt: 3 }, { schema: 2 }])('%j: not stored', (over) => {
    expect(acceptRecords(JSON.stringify([record, { ...record, ...over }]), of)).toHaveProperty('rejected');
  });
});

test('every sink gets its turn; a failure is told and costs nothing else', async () => {
  const done: string[] = [];
  const sink = (name: string, fail?: Error) => ({ name, publish: () => { done.push(name); return fail === undefined ? Promise.resolve({ url: name }) : Promise.reject(fail); } });
  const posted = await postEverywhere(report, { kind: 'manual', sha: 'x', branch: 'main' }, [sink('a', new UserError('x', 'No.', { fix: 'Do.' })), sink('b', new Error('bug')), sink('c')]);
  expect(done).toEqual(['a', 'b', 'c']);
  expect(posted.map(({ name, url, error }) => [name, url, error?.message])).toEqual([['a', undefined, 'No.'], ['b', undefined, 'The b could not be written: bug'], ['c', 'c', undefined]]);
});
