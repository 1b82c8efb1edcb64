import { describe, expect, test } from '@jest/globals';
import type { StudyEvent } from '../../src/model/study.js';
import { checkIdentity, foldStudy } from '../../src/model/studyLog.js';
import { at, finished, sampleEvents, started } from '../contracts/journal.js';

describe('study log', () => {
  test('folds events into trials, decisions and ends', () => {
    const study = foldStudy(sampleEvents)?.study;
    expect(study).toMatchObject({ name: 'spiral', frozen: { margin: { value: 0.004 } }, ended: [{ stage: 'search', reason: 'trials' }] });
    expect(study?.trials.map((t) => [t.number, t.result?.outcome.state])).toEqual([[0, 'complete'], [1, 'complete'], [2, undefined]]);
    expect(study?.trials[0]?.reports).toEqual([{ step: 1, metrics: { acc: 0.5 } }]);
    expect(foldStudy([])).toBeUndefined();
  });

  test('finds a measurement whatever the order in which its params were written', () => {
    const log = foldStudy([sampleEvents[0]!, { ...started(0, {}), params: { a: 1, b: { d: 2, c: 3 } } } as StudyEvent]);
    expect(log?.latest('head', { b: { c: 3, d: 2 }, a: 1 }, 7)?.number).toBe(0);
    expect(log?.latest('base', { b: { c: 3, d: 2 }, a: 1 }, 7)).toBeUndefined();
    expect(log?.latest('head', { b: { c: 3, d: 2 }, a: 1 }, 8)).toBeUndefined();
  });

  test('a second attempt starts afresh and counts crashes until one finishes', () => {
    const second = { ...started(2, { lr: 0.3 }), attempt: 2 } as StudyEvent;
    const log = foldStudy([...sampleEvents, { type: 'reported', trial: 2, step: 1, metrics: {} }])!;
    expect(log.unfinishedAttempts(2)).toBe(1);
    log.apply(second);
    expect(log.unfinishedAttempts(2)).toBe(2);
    expect(log.study.trials[2]).toMatchObject({ attempt: 2, reports: [] });
    log.apply({ ...finished(2, 1), attempt: 2 } as StudyEvent);
    expect(log.unfinishedAttempts(2)).toBe(0);
  });

  test.each<[string, StudyEvent]>([
    ['"created" twice', sampleEvents[0]!],
    ['trial 9 follows trial 2', started(9, {})],
    ['attempt 1 of trial 2', started(2, { lr: 0.3 })],
    ['a result of trial 0', finished(0, 1)],
    ['a report of trial 5', { type: 'reported', trial: 5, step: 1, metrics: {} }],
    ['finished attempt 2 while attempt 1', { ...finished(2, 1), attempt: 2 } as StudyEvent],
  ])('refuses %s', (what, event) => {
    expect(() => foldStudy([...sampleEvents, event])).toThrow(expect.objectContaining({ code: 'journal-inconsistent', message: expect.stringContaining(what) }));
  });

  test('another identity is refused, naming the field and both values', () => {
    const { study } = foldStudy(sampleEvents)!;
    checkIdentity(study, { name: 'spiral', identity: { key: 'k1', head: 'abc' } });
    expect(() => { checkIdentity(study, { name: 'spiral', identity: { key: 'k1', head: 'def' } }); }).toThrow(/its head is "abc", here it is "def"/);
    expect(() => { checkIdentity(study, { name: 'other', identity: { key: 'k1', head: 'abc' } }); }).toThrow(/its study is "spiral", here it is "other"/);
    expect(() => { checkIdentity(study, { name: 'spiral', identity: { head: 'abc' } }); }).toThrow(/its key is "k1", here it is nothing/);
  });

  test('10,000 trials fold with each still findable', () => {
    const events: StudyEvent[] = [sampleEvents[0]!];
    for (let i = 0; i < 10_000; i++) events.push(started(i, { i }), { type: 'reported', trial: i, step: 1, metrics: { acc: i } }, finished(i, i));
    const log = foldStudy(events)!;
    expect(log.study.trials).toHaveLength(10_000);
    expect(log.latest('head', { i: 9_876 }, 7)?.result?.outcome).toEqual({ state: 'complete', value: 9_876 });
  });

  test('a decision is stamped', () => expect(foldStudy([sampleEvents[0]!, { type: 'froze', name: 'a', value: 1, at }])?.study.frozen).toEqual({ a: 1 }));
});
