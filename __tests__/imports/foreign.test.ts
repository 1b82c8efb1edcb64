import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isoTime, studyOf, type ForeignTrial } from '../../src/imports/foreign.js';

const reportsOf = (curves: ForeignTrial['curves']): unknown[] => {
  const study = studyOf({ name: 's', tool: 'T', format: 'f', metrics: [{ name: 'loss', goal: 'minimize' }], trials: [{ params: { a: 1 }, state: 'complete', values: { loss: 1 }, ...(curves === undefined ? {} : { curves }) }], notes: [], objective: 'loss' });
  return [...study.read().events].flatMap((event) => (event.type === 'reported' ? [{ step: event.step, metrics: event.metrics, ...(event.nonFinite === undefined ? {} : { nonFinite: event.nonFinite }) }] : []));
};

describe('the reports of a trial of another tool', () => {
  test('one curve, step by step; what is no number is named', () => {
    expect(reportsOf({ loss: [[1, 3], [2, Number.NaN], [5, 1]] })).toEqual([{ step: 1, metrics: { loss: 3 } }, { step: 2, metrics: {}, nonFinite: ['loss'] }, { step: 5, metrics: { loss: 1 } }]);
  });

  test('one curve whose steps come twice or backwards: in order, the last value counts', () => {
    expect(reportsOf({ loss: [[2, 3], [1, 4], [2, 5]] })).toEqual([{ step: 1, metrics: { loss: 4 } }, { step: 2, metrics: { loss: 5 } }]);
    expect(reportsOf({ loss: [[1, 3], [1, 4]] })).toEqual([{ step: 1, metrics: { loss: 4 } }]);
  });

  test('several curves: one report a step', () => {
    expect(reportsOf({ loss: [[1, 3], [2, 4]], acc: [[2, 0.5]] })).toEqual([{ step: 1, metrics: { loss: 3 } }, { step: 2, metrics: { loss: 4, acc: 0.5 } }]);
    expect([reportsOf({}), reportsOf(undefined), reportsOf({ loss: [] })]).toEqual([[], [], []]);
  });

  test('a long curve is thinned, both ends stay', () => {
    const long = reportsOf({ loss: Array.from({ length: 5000 }, (_, i) => [i, i] as const) });
    expect([long.length, long[0], long.at(-1)]).toEqual([1000, { step: 0, metrics: { loss: 0 } }, { step: 4999, metrics: { loss: 4999 } }]);
  });
});

describe('a time of another tool', () => {
  test('as Date has it, for any millisecond of any year', () => {
    fc.assert(fc.property(fc.date({ noInvalidDate: true }), (date) => { const seconds = date.getTime() / 1000; expect(isoTime(seconds)).toBe(new Date(Math.round(seconds * 1000)).toISOString()); }));
    fc.assert(fc.property(fc.integer({ min: 1.6e12, max: 1.9e12 }), (ms) => { expect(isoTime(ms / 1000)).toBe(new Date(ms).toISOString()); }));
    for (const ms of [0, -1, 1, 86_399_999, 86_400_000, -86_400_000, 8.64e15, -8.64e15]) expect(isoTime(ms / 1000)).toBe(new Date(ms).toISOString());
  });

  test('what is none', () => {
    for (const seconds of [undefined, Number.NaN, Infinity, -Infinity, 8.65e12]) expect(isoTime(seconds)).toBeUndefined();
  });
});
