import { describe, expect, test } from '@jest/globals';
import { createRng } from '../../src/math/rng.js';
import { auto, autoOptions } from '../../src/samplers/auto.js';
import { tpe } from '../../src/samplers/tpe.js';
import { tpeOptions } from '../../src/samplers/tpePresets.js';
import { finiteSpaces, samplerContract, trialOf, viewOf } from '../contracts/sampler.js';
import { ints, spaceOf, values } from '../contracts/spaces.js';

const make = () => auto(autoOptions.parse({}));
const floats = spaceOf({ lr: { name: 'log_uniform_values', low: 1e-5, high: 0.1 }, x: { name: 'uniform', low: -3, high: 3 }, opt: values('sgd', 'adam') });
const explained = (...args: Parameters<typeof viewOf>): string => make().explain?.(viewOf(...args)).join(' ') ?? '';

describe('auto', () => {
  samplerContract(make, { ...finiteSpaces, floats });
});

describe('what it picks', () => {
  const wide = spaceOf(Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`x${i}`, { name: 'uniform', low: 0, high: 1 } as const])));
  const draw = (i: number) => ({ lr: 1e-3, x: -3 + 0.005 * i, opt: 'adam' });
  const long = Array.from({ length: 1000 }, (_, i) => trialOf(i, draw(i), { loss: Math.abs(i - 500) }));

  test('a Gaussian process for a usual study, and says of what it is made', () => {
    expect(explained(floats, [], [], 50)).toMatch(/^auto picked a Gaussian process: 3 parameters \(1 of them a choice\), a budget of 50 trials\./);
    expect(explained(spaceOf({ a: ints(1, 1), opt: values('sgd', 'adam'), m: { distribution: { name: 'uniform', low: 0, high: 1 }, when: { opt: ['sgd'] } } }), [], [], 50)).toContain('2 parameters (1 of them a choice, 1 conditional)');
    expect(make().explain?.({ ...viewOf(floats), noise: 0.0123 })[0]).toContain('0.012 from seed to seed');
  });

  test('every point where the budget allows it', () => expect(explained(spaceOf({ a: ints(1, 3), b: ints(1, 4) }), [], [], 12)).toContain('at most 12 points'));

  test('TPE for very many parameters, and after very many trials', () => {
    expect(explained(wide)).toContain('101 parameters are more than');
    expect(explained(floats, long.slice(0, 999))).toContain('Gaussian');
    const view = viewOf(floats, long);
    expect(explained(floats, long)).toContain('TPE');
    expect(make().suggest(view, createRng('a'))).toEqual(tpe(tpeOptions.parse({})).suggest(view, createRng('a')));
    expect(make().ranked?.(view)).toEqual([]);
  });
});

describe('ranking for the re-score', () => {
  test('a lucky value among bad ones counts less than a good one among good ones', () => {
    const line = spaceOf({ x: { name: 'uniform', low: 0, high: 1 } });
    const trials = Array.from({ length: 30 }, (_, i) => trialOf(i, { x: i / 29 }, { loss: (i / 29 - 0.3) ** 2 + (i === 25 ? -0.4 : 0) + 0.04 * (i % 3) }));
    const [first] = make().ranked?.(viewOf(line, trials)) ?? [];
    expect(first).not.toBe(25);
    expect(Math.abs((first ?? 0) / 29 - 0.3)).toBeLessThan(0.15);
  });

  test('only complete trials with a loss; none without any', () => {
    const trials = [trialOf(0, { lr: 1e-3, x: 0, opt: 'adam' }, { state: 'failed' }), trialOf(1, { lr: 1e-2, x: 0, opt: 'adam' }, { loss: NaN }), trialOf(2, { lr: 1e-4, x: 0, opt: 'sgd' })];
    expect(make().ranked?.(viewOf(floats, trials))).toEqual([2]);
    expect(make().ranked?.(viewOf(floats, trials.slice(0, 2)))).toEqual([]);
  });
});

describe('main\'s trials', () => {
  const line = spaceOf({ x: { name: 'uniform', low: 0, high: 1 } });
  const prior = Array.from({ length: 12 }, (_, i) => trialOf(i, { x: (i + 0.5) / 12 }, { loss: 7 + ((i + 0.5) / 12 - 0.8) ** 2 }));
  const first = [trialOf(0, { x: 0.2 }, { loss: 0.36 }), trialOf(1, { x: 0.5 }, { loss: 0.09 }), trialOf(2, { x: 0.9 }, { loss: 0.01 })];
  const next = (options: object) => (auto(autoOptions.parse(options)).suggest({ ...viewOf(line, first), prior }, createRng('warm'))?.['x'] ?? NaN) as number;

  test('lead the first own trials to where main was good, whatever level its losses had', () => expect(Math.abs(next({}) - 0.8)).toBeLessThan(0.1));
  test('are not looked at with warm_start: false', () => {
    const without = auto(autoOptions.parse({ warm_start: false })).suggest(viewOf(line, first), createRng('warm'))?.['x'];
    expect(next({ warm_start: false })).toBe(without);
  });
});
