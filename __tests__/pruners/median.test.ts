import { describe, expect, test } from '@jest/globals';
import { prunerContract } from '../contracts/pruner.js';
import { prunerOf, steps, trialOf, viewOf } from './histories.js';

prunerContract(() => prunerOf('median'));
prunerContract(() => prunerOf('median', { resource: 'seconds', startup_trials: 1 }));

const four = [[5, 4], [4, 3], [3, 2], [2, 1]].map((curve, i) => trialOf(i, 'complete', steps(...curve), { loss: curve[1] ?? 0 }));
const asked = (options: Readonly<Record<string, unknown>>, ...curve: readonly number[]): string => {
  const trial = trialOf(9, 'running', steps(...curve));
  return prunerOf('median', { startup_trials: 4, ...options }).decide(viewOf([...four, trial]), trial);
};

describe('medians 3.5 and 2.5 of four trials', () => {
  test('stops above, not at', () => {
    expect(asked({}, 3.6)).toBe('stop');
    expect(asked({}, 3.5)).toBe('continue');
  });
  test('the best so far counts, not the latest', () => expect(asked({}, 2.4, 9)).toBe('continue'));
  test('five trials must have ended first, by default', () => expect(asked({ startup_trials: 5 }, 9)).toBe('continue'));
  test('not before the warm-up', () => {
    expect(asked({ warmup: 2 }, 9)).toBe('continue');
    expect(asked({ warmup: 2 }, 9, 9)).toBe('stop');
  });
  test('at each interval once', () => {
    expect(asked({ interval: 2 }, 9)).toBe('stop');
    expect(asked({ interval: 2, warmup: 1 }, 9, 9)).toBe('continue');
  });
  test('where nobody else was, nobody is behind', () => expect(asked({}, 9, 9, 9)).toBe('continue'));
  test('nothing but NaN is the worst there is', () => expect(asked({}, Number.NaN)).toBe('stop'));
});

test('seconds are never the same twice: the value up to then is compared, of trials that ran so long', () => {
  const others = [1, 2, 3].map((loss, i) => trialOf(i, 'complete', [[1.5, loss], [2.9, loss]], { loss }));
  const at = (seconds: number): string => {
    const trial = trialOf(9, 'running', [[seconds, 2.5]]);
    return prunerOf('median', { startup_trials: 1, resource: 'seconds' }).decide(viewOf([...others, trial]), trial);
  };
  expect([at(1), at(2), at(3)]).toEqual(['continue', 'stop', 'continue']);
});
