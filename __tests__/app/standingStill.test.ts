import { describe, expect, test } from '@jest/globals';
import { standingStill } from '../../src/app/standingStill.js';
import type { StopPolicy } from '../../src/model/config.js';
import type { Params } from '../../src/model/params.js';
import { stopWords } from '../../src/report/words.js';
import { parse, problems } from '../config/parsing.js';
import { trialOf } from '../contracts/sampler.js';

const of = (losses: readonly number[], points: readonly Params[] = []) => ({ finished: losses.map((loss, i) => trialOf(i, points[i] ?? { x: i }, { loss })) });
const why = (policy: StopPolicy, losses: readonly number[], points?: readonly Params[]) => standingStill(policy, of(losses, points));

describe('a search that stands still', () => {
  test('no_progress counts trials since the best, and with percent since the last real step', () => {
    const rule = (trials: number, percent = 0): StopPolicy => ({ noProgress: { trials, percent } });
    expect(why(rule(2), [5, 4, 4, 4])).toBe('no_progress');
    expect(why(rule(3), [5, 4, 4, 4])).toBeUndefined();
    expect(why(rule(3), [100, 99.5, 99.2, 99.1])).toBeUndefined();
    expect(why(rule(3, 1), [100, 99.5, 99.2, 99.1])).toBe('no_progress');
    expect(why(rule(3, 1), [100, 99.5, 98.9, 98.8])).toBeUndefined();
    expect(why(rule(2, 10), [-10, -10.5, -11.5])).toBeUndefined();
    expect(why(rule(1), [])).toBeUndefined();
  });

  test('no_progress counts failed trials, but not before the first value', () => {
    const failed = (n: number) => trialOf(n, {}, { state: 'failed', loss: NaN });
    expect(standingStill({ noProgress: { trials: 2, percent: 0 } }, { finished: [failed(0), failed(1), failed(2)] })).toBeUndefined();
    expect(standingStill({ noProgress: { trials: 2, percent: 0 } }, { finished: [trialOf(0, {}, { loss: 1 }), failed(1), failed(2)] })).toBe('no_progress');
  });

  test('delta_x looks at the last two points: numbers by their difference, other values by being equal', () => {
    expect(why({ deltaX: 0.5 }, [1, 1], [{ x: 1, y: 2 }, { x: 1.2, y: 1.8 }])).toBe('delta_x');
    expect(why({ deltaX: 0.3 }, [1, 1], [{ x: 1, y: 2 }, { x: 1.2, y: 1.8 }])).toBeUndefined();
    expect(why({ deltaX: 0.5 }, [1, 1], [{ k: 'a' }, { k: 'b' }])).toBeUndefined();
    expect(why({ deltaX: 0.5 }, [1, 1], [{ k: 'a' }, { k: 'a', constructor: 1 }])).toBeUndefined();
    expect(why({ deltaX: 0.5 }, [1])).toBeUndefined();
  });

  test('delta_y looks at the best n values', () => {
    expect(why({ deltaY: { delta: 0.1, best: 3 } }, [9, 1, 1.05, 8, 1.09])).toBe('delta_y');
    expect(why({ deltaY: { delta: 0.1, best: 3 } }, [9, 1, 1.05, 8, 1.11])).toBeUndefined();
    expect(why({ deltaY: { delta: 0.1, best: 3 } }, [1, 1])).toBeUndefined();
  });

  test('hollow looks at what the last n trials brought', () => {
    expect(why({ hollow: { trials: 2, threshold: 0 } }, [3, 2, 2, 5])).toBe('hollow');
    expect(why({ hollow: { trials: 2, threshold: 0 } }, [3, 2, 1.9, 5])).toBeUndefined();
    expect(why({ hollow: { trials: 2, threshold: 0.2 } }, [3, 2, 1.9, 5])).toBe('hollow');
    expect(why({ hollow: { trials: 2, threshold: 0 } }, [3, 3])).toBeUndefined();
  });

  test('each reason has words', () => {
    for (const reason of ['no_progress', 'delta_x', 'delta_y', 'hollow', 'regret_bound']) expect(stopWords(reason, 'random')).not.toBe(reason);
    // Whether another program tried every point nobody knows.
    expect([stopWords('exhausted', 'grid'), stopWords('exhausted', 'external: dice')]).toEqual(['every point tried', 'it had nothing more to try']);
  });

  test('are read from a file in short and in long, and refused at their place', () => {
    const file = (stop: string) => `metric: { name: acc, goal: maximize }\nmethod: random\nparameters: { x: { min: 0.0, max: 1.0 } }\ncommand: [python, t.py]\nbudget: { trials: 5 }\nstop: ${stop}\n`;
    expect(parse(file('{ no_progress: 15, delta_x: 0.1, delta_y: 0.2, hollow: 7, regret_bound: 0.01 }')).config?.stop)
      .toEqual({ noProgress: { trials: 15, percent: 0 }, deltaX: 0.1, deltaY: { delta: 0.2, best: 5 }, hollow: { trials: 7, threshold: 0 }, regretBound: 0.01 });
    expect(parse(file('{ no_progress: { trials: 15, percent: 1 }, delta_y: { delta: 0.2, n_best: 3 }, hollow: { trials: 7, threshold: 0.5 } }')).config?.stop)
      .toEqual({ noProgress: { trials: 15, percent: 1 }, deltaY: { delta: 0.2, best: 3 }, hollow: { trials: 7, threshold: 0.5 } });
    for (const wrong of ['{ delta_x: 0 }', '{ delta_y: { n_best: 3 } }', '{ hollow: { trials: 0 } }', '{ no_progress: soon }']) {
      expect(problems(parse(file(wrong))).map((problem) => problem.replace(/:.*/, ''))).toEqual(['6']);
    }
  });
});
