import { describe, expect, test } from '@jest/globals';
import { secondsFor, timeLeft, usualSeconds } from '../../src/app/timeLeft.js';

describe('seconds until the work is done', () => {
  test.each([
    ['nothing to do, however long a run takes', { waiting: 0, slots: 2, each: undefined }, 0],
    ['nothing timed yet', { waiting: 3, slots: 2, each: undefined }, undefined],
    ['whole rounds', { waiting: 6, slots: 2, each: 10 }, 30],
    ['a last round that is not full takes as long', { waiting: 7, slots: 2, each: 10 }, 40],
    ['what runs is taken off', { waiting: 0, running: [4, 9], slots: 2, each: 10 }, 6],
    ['the next goes where a slot is free first', { waiting: 1, running: [2, 8], slots: 2, each: 10 }, 12],
    ['an idle slot takes it at once', { waiting: 1, running: [2], slots: 2, each: 10 }, 10],
    ['a run that takes longer than usual is about to end', { waiting: 2, running: [50], slots: 1, each: 10 }, 20],
    ['no slot at all counts as one', { waiting: 2, slots: 0, each: 10 }, 20],
    ['thousands, in no time', { waiting: 1_000_001, running: [5, 5, 5], slots: 4, each: 2 }, 500_002],
  ])('%s', (_name, work, expected) => expect(secondsFor(work)).toBe(expected));

  test('for people, the deadline comes first, and nothing is not shown', () => {
    const work = { waiting: 6, slots: 2, each: 10 };
    const clock = { now: () => 5000 };
    expect(timeLeft(work, clock)).toEqual({ secondsLeft: 30 });
    expect(timeLeft(work, clock, 12_000)).toEqual({ secondsLeft: 7 });
    expect(timeLeft(work, clock, 1000)).toEqual({ secondsLeft: 0 });
    expect(timeLeft({ ...work, each: undefined }, clock, 12_000)).toEqual({});
  });

  test('a run usually takes the mean of those that were timed', () => {
    expect(usualSeconds([{ seconds: 1 }, {}, { seconds: 3 }])).toBe(2);
    expect(usualSeconds([{}])).toBeUndefined();
  });
});
