import { describe, expect, test } from '@jest/globals';
import { knowledgeFor } from '../../src/app/knowledge.js';
import type { Params } from '../../src/model/params.js';
import type { StudyRecord } from '../../src/model/record.js';
import type { TrialOutcome } from '../../src/model/trial.js';
import { ints, spaceOf, values } from '../contracts/spaces.js';
import { makeRecord } from '../contracts/store.js';

const objective = { name: 'loss', goal: 'minimize' } as const;
const space = spaceOf({ x: { distribution: ints(0, 9) }, opt: { distribution: values('sgd', 'adam') }, depth: { distribution: ints(1, 3), default: 2 } });
const complete = (value: number): TrialOutcome => ({ state: 'complete', value });

function searched(...trials: readonly (readonly [Params, TrialOutcome])[]): StudyRecord {
  return makeRecord({
    search: { finishedAt: '2026-01-01T00:00:00.000Z', method: 'tpe', seed: 1, trials: trials.map(([params, outcome]) => ({ params, result: { outcome, metrics: {}, seconds: 3 } })) },
  });
}
const know = (record: StudyRecord | undefined, nearest = record) => knowledgeFor(space, objective, { searched: record, nearest });

describe('main\'s trials in another space', () => {
  test('values go by value; what is new takes its default, what is gone is dropped', () => {
    const { prior, note } = know(searched([{ x: 3, opt: 'adam', gone: 1 }, complete(0.5)], [{ x: 4, opt: 'sgd', depth: 3 }, complete(0.25)]));
    expect(prior).toEqual([
      { number: 0, params: { x: 3, opt: 'adam', depth: 2 }, state: 'complete', loss: 0.5, intermediate: [], seconds: 3 },
      { number: 1, params: { x: 4, opt: 'sgd', depth: 3 }, state: 'complete', loss: 0.25, intermediate: [], seconds: 3 },
    ]);
    expect(note).toBe(`Warm start: 2 of main's 2 trials of ${makeRecord().sha.slice(0, 10)} serve as prior knowledge; depth is new here and taken at its default in them; gone is no longer there, so that what came from it is not told apart.`);
  });

  test('what is outside is left out, counted by its reason, and the rest is numbered without gaps', () => {
    const { prior, note } = know(searched(
      [{ x: 30, opt: 'adam' }, complete(1)], [{ x: 1, opt: 'adam' }, complete(2)], [{ x: 30, opt: 'sgd' }, complete(3)], [{ opt: 'sgd' }, complete(4)], [{ x: 2, opt: 'lion' }, complete(5)],
    ));
    expect(prior.map(({ number, params }) => [number, params['x']])).toEqual([[0, 1]]);
    expect(note).toMatch(/1 of main's 5 trials .*; 4 are left out: x = 30 is outside its space \(2\), x has no value, opt = "lion" is outside its space\.$/);
  });

  test('a maximised metric becomes a loss; failed, infeasible and pruned trials teach too, cut ones do not', () => {
    const record = { ...searched(
      [{ x: 1, opt: 'sgd' }, complete(2)], [{ x: 2, opt: 'sgd' }, { state: 'infeasible', message: 'out of memory' }], [{ x: 3, opt: 'sgd' }, { state: 'failed', reason: 'cancelled', message: '' }],
      [{ x: 4, opt: 'sgd' }, { state: 'pruned', step: 3, value: 1 }], [{ x: 5, opt: 'sgd' }, { state: 'failed', reason: 'exit-code', message: '' }],
    ), metric: { name: 'acc', goal: 'maximize' } } as const;
    const { prior } = knowledgeFor(space, { name: 'acc', goal: 'maximize' }, { searched: record, nearest: undefined });
    expect(prior.map(({ state, loss }) => [state, loss])).toEqual([['complete', -2], ['infeasible', undefined], ['pruned', -1], ['failed', undefined]]);
  });

  test('another metric, or the same one the other way round, teaches nothing', () => {
    const { prior, note } = know({ ...searched([{ x: 1, opt: 'sgd' }, complete(2)]), metric: { name: 'loss', goal: 'maximize' } });
    expect(prior).toEqual([]);
    expect(note).toContain('none of main\'s 1 trial of');
  });

  test('main was never searched: nothing, and nothing is said', () => expect(know(undefined)).toEqual({ prior: [] }));
});

describe('noise from seed to seed', () => {
  const measured = (...losses: readonly number[]): StudyRecord => makeRecord({ canonical: losses.map((loss, i) => ({ seed: i, metrics: { loss }, seconds: 1, state: 'complete' })) });

  test('is the spread of the canonical runs', () => expect(know(undefined, measured(1, 2, 3)).noise).toBe(1));
  test('is unknown with two runs, and for another metric', () => {
    expect(know(undefined, measured(1, 2))).toEqual({ prior: [] });
    expect(know(undefined, { ...measured(1, 2, 3), metric: { name: 'other', goal: 'minimize' } })).toEqual({ prior: [] });
  });
});
