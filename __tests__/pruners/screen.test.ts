import { describe, expect, test } from '@jest/globals';
import { prunerContract } from '../contracts/pruner.js';
import { climb } from './climb.js';
import { prunerOf, steps, trialOf, viewOf } from './histories.js';

prunerContract(() => prunerOf('screen'), { firstGoesOn: false, bestGoesOn: false });

test('all for two epochs, the best three to their end', () => {
  const { runs, completed } = climb(prunerOf('screen', { after: 2 }), { trials: 10, length: 20 });
  expect(runs).toEqual([[2, 10], [20, 3]]);
  expect(completed).toEqual([0, 1, 2]);
});

test('fewer trials than places', () => expect(climb(prunerOf('screen', { keep: 9 }), { trials: 4, length: 5 }).runs).toEqual([[1, 4], [5, 4]]));

describe('the table', () => {
  test('who came, who ended there', () => {
    const trials = [trialOf(0, 'complete', steps(1, 1, 1), { loss: 1, rests: 1 }), trialOf(1, 'pruned', steps(2), { rests: 1 })];
    expect(prunerOf('screen', { keep: 1 }).rungs?.(viewOf(trials, 2))).toEqual([{ name: 'screen', rungs: [{ resource: 1, planned: 2, trials: 2, stopped: 1 }, { planned: 1, trials: 1, stopped: 0 }] }]);
  });
});
