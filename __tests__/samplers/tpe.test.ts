import { describe, expect, test } from '@jest/globals';
import { createRng } from '../../src/math/rng.js';
import type { Params } from '../../src/model/params.js';
import type { LossTrial } from '../../src/model/ports.js';
import { tpe } from '../../src/samplers/tpe.js';
import { axisOf } from '../../src/samplers/tpeAxis.js';
import { groupsOf } from '../../src/samplers/tpeGroups.js';
import { emptyLedger, follow } from '../../src/samplers/tpeLedger.js';
import { settingsOf, tpeOptions } from '../../src/samplers/tpePresets.js';
import { warmthOf } from '../../src/samplers/tpeWarm.js';
import { finiteSpaces, samplerContract, suggestMany, trialOf, viewOf } from '../contracts/sampler.js';
import { spaceOf, values } from '../contracts/spaces.js';

const make = (options: object = {}) => tpe(tpeOptions.parse(options));

const continuous = {
  floats: spaceOf({
    lr: { name: 'log_uniform_values', low: 1e-5, high: 0.1 }, x: { name: 'uniform', low: -3, high: 3 }, n: { name: 'normal', mu: 0, sigma: 2 },
    b: { name: 'beta', a: 2, b: 5 }, q: { name: 'q_uniform', low: 0.001, high: 0.02, q: 0.006, integer: false }, v1: { name: 'log_uniform', low: -9, high: -2 },
  }),
  quantized: spaceOf({
    ql: { name: 'q_log_uniform_values', low: 0.3, high: 50, q: 1, integer: true }, qv: { name: 'q_log_uniform', low: 0, high: 9, q: 8, integer: true },
    qn: { name: 'q_normal', mu: 0, sigma: 3, q: 0.5, integer: false }, qln: { name: 'q_log_normal', mu: 0, sigma: 1, q: 0.25, integer: false },
    qb: { name: 'q_beta', a: 2, b: 3, q: 0.01, integer: false }, ln: { name: 'log_normal', mu: -2, sigma: 3 }, il: { name: 'inv_log_uniform_values', low: 0.01, high: 1 },
    rl: { name: 'reverse_log_uniform_values', low: 0.001, high: 0.999 }, qrl: { name: 'q_reverse_log_uniform_values', low: 1, high: 100, q: 7, integer: true },
  }),
  wide: spaceOf({
    tiny: { name: 'log_uniform_values', low: 1e-30, high: 1 }, many: { name: 'categorical', choices: Array.from({ length: 3000 }, (_, i) => `c${i}`) },
    big: { name: 'int_uniform', low: 0, high: 2 ** 40 }, one: { name: 'uniform', low: 0.5, high: 0.5 }, weighted: { name: 'categorical', choices: ['a', 'b', 'c'], probabilities: [0.7, 0.3, 0] },
  }),
  'conditional floats': spaceOf({ optimizer: values('sgd', 'adam'), momentum: { distribution: { name: 'uniform', low: 0, high: 0.99 }, when: { optimizer: ['sgd'] } } }),
};

describe('tpe', () => {
  samplerContract(make, { ...finiteSpaces, ...continuous });
});
describe.each(['optuna', 'hyperopt', 'paper'])('tpe with the preset %s', (preset) => {
  samplerContract(() => make({ preset }), { ...finiteSpaces, ...continuous });
});
describe('tpe, each parameter by itself', () => {
  samplerContract(() => make({ multivariate: false, startup: 0 }), continuous);
});

/** Frozen histories and what the sampler makes of them. */
const lossOf = (params: Params): number => {
  const x = params['x'] as number;
  const y = params['y'] as number;
  return (x - 0.7) ** 2 + (y - 0.2) ** 2;
};
const plane = spaceOf({ x: { name: 'uniform', low: 0, high: 1 }, y: { name: 'uniform', low: 0, high: 1 } });

function studyOf(options: object, count: number, seed: number, prior: readonly LossTrial[] = []): readonly LossTrial[] {
  const sampler = make(options);
  const finished: LossTrial[] = [];
  for (let i = 0; i < count; i++) {
    const params = sampler.suggest({ ...viewOf(plane, finished, [], count), prior }, createRng(`seed ${seed}`).fork(String(i)))!;
    finished.push(trialOf(i, params, { loss: lossOf(params) }));
  }
  return finished;
}

/** Best loss after `count` trials, over ten seeds. */
function meanBest(options: object, count: number, prior: readonly LossTrial[] = []): number {
  const bests = Array.from({ length: 10 }, (_, seed) => Math.min(...studyOf(options, count, seed, prior).map(({ loss }) => loss ?? Infinity)));
  return bests.reduce((sum, value) => sum + value, 0) / bests.length;
}

describe('what tpe does with a history', () => {
  test('the same history gives the same answer, whether it was followed step by step or met at once', () => {
    const sampler = make();
    const points = suggestMany(sampler, plane, 40);
    const finished = points.map((params, i) => trialOf(i, params, { loss: i % 7 }));
    const rng = createRng('x');
    // The sampler that followed another course before: trials that finish late stand between others.
    sampler.suggest(viewOf(plane, finished.filter((_, i) => i !== 20 && i < 35), [finished[20]!].map((trial) => ({ ...trial, state: 'running' as const }))), rng);
    const running = [trialOf(40, { x: 0.1, y: 0.9 }, { state: 'running' })];
    expect(sampler.suggest(viewOf(plane, finished, running), rng)).toEqual(make().suggest(viewOf(plane, finished, running), rng));
  });

  test('looks where the good trials are', () => {
    expect(meanBest({}, 40)).toBeLessThan(0.4 * meanBest({ startup: 1000 }, 40));
  });

  test('running trials are kept away from', () => {
    const finished = studyOf({}, 30, 1);
    const [best] = finished.toSorted((a, b) => a.loss! - b.loss!);
    const near = (running: readonly LossTrial[]): number => Array.from({ length: 80 }, (_, i) => make().suggest(viewOf(plane, finished, running), createRng(`d${i}`))!)
      .filter((p) => Math.hypot((p['x'] as number) - (best!.params['x'] as number), (p['y'] as number) - (best!.params['y'] as number)) < 0.15).length;
    const running = Array.from({ length: 7 }, (_, i) => trialOf(30 + i, { x: (best!.params['x'] as number) + i * 1e-6, y: best!.params['y']! }, { state: 'running' }));
    expect(near(running)).toBeLessThan(0.6 * near([]));
  });

  test('a region in which trials fail or are infeasible is left', () => {
    const good = Array.from({ length: 12 }, (_, i) => trialOf(i, { x: 0.05 + i * 0.08, y: 0.5 }, { loss: i }));
    const share = (state: LossTrial['state']): number => {
      const bad = Array.from({ length: 20 }, (_, i) => trialOf(12 + i, { x: 0.02 + i * 0.01, y: 0.4 + (i % 5) * 0.05 }, { state, loss: NaN }));
      const points = Array.from({ length: 60 }, (_, i) => make().suggest(viewOf(plane, [...good, ...bad]), createRng(`f${i}`))!);
      return points.filter((p) => (p['x'] as number) < 0.22 && Math.abs((p['y'] as number) - 0.5) < 0.12).length;
    };
    const without = Array.from({ length: 60 }, (_, i) => make().suggest(viewOf(plane, good), createRng(`f${i}`))!)
      .filter((p) => (p['x'] as number) < 0.22 && Math.abs((p['y'] as number) - 0.5) < 0.12).length;
    for (const state of ['failed', 'infeasible', 'complete'] as const) expect(share(state)).toBeLessThan(0.5 * without);
  });

  test('pruned trials come after complete ones, those that came further first', () => {
    const ledger = emptyLedger([]);
    const pruned = (number: number, ...losses: number[]): LossTrial => trialOf(number, {}, { state: 'pruned', intermediate: losses.map((loss, i) => ({ step: i + 1, loss })) });
    const silent: LossTrial = { number: 5, params: {}, state: 'pruned', intermediate: [] };
    follow(ledger, [pruned(0, 1), pruned(1, 5, 3), pruned(2, 5, NaN), trialOf(3, {}, { loss: 9 }), pruned(4, 5, 2), silent, trialOf(6, {}, { state: 'failed' }), trialOf(7, {}, { loss: Infinity })]);
    expect([...ledger.byMerit]).toEqual([3, 4, 1, 2, 0, 5, 6, 7]);
  });
});

describe('another commit\'s trials', () => {
  const told = (shift: number): LossTrial[] => Array.from({ length: 60 }, (_, i) => {
    const params = { x: (i * 0.618034) % 1, y: (i * 0.754878) % 1 };
    // On a level of their own: a thousand times this one's.
    return trialOf(i, params, { loss: 1000 * lossOf({ x: (params.x + shift) % 1, y: (params.y + shift) % 1 }) });
  });

  test('good ones make the first trials better', () => {
    expect(meanBest({}, 12, told(0))).toBeLessThan(0.35 * meanBest({}, 12));
  });

  test('misleading ones cost little, and less as the study goes on', () => {
    expect(meanBest({}, 40, told(0.5))).toBeLessThan(2 * meanBest({}, 40));
    expect(meanBest({}, 40, told(0.5))).toBeLessThan(0.5 * meanBest({ startup: 1000 }, 40));
  });

  test('weigh less with every own trial', () => {
    const space = plane;
    const settings = settingsOf(tpeOptions.parse({}));
    const axes = space.parameters.map((parameter) => axisOf(parameter, settings.edges));
    const warmth = (own: number, sign: number): number => {
      const ledger = emptyLedger(axes);
      const prior = told(0);
      follow(ledger, [...prior, ...suggestMany(make({ startup: 1000 }), space, own).map((params, i) => trialOf(i, params, { loss: sign * lossOf(params) }))]);
      return warmthOf(ledger, prior.length);
    };
    const agreeing = [0, 5, 20, 60].map((own) => warmth(own, 1));
    expect(agreeing).toEqual(agreeing.toSorted((a, b) => b - a));
    expect(agreeing[3]).toBeLessThan(0.1 * agreeing[0]!);
    expect(warmth(20, -1)).toBe(0);
  });
});

test('options are refused by name', () => {
  expect(() => make({ gama: 0.1 })).toThrow(/gama/);
  expect(() => make({ gamma: 0 })).toThrow(/gamma/);
});

test('startup follows the budget', () => {
  const { startup } = settingsOf(tpeOptions.parse({}));
  expect([10, 20, 30, 40, 500].map(startup)).toEqual([5, 5, 8, 10, 10]);
  expect(settingsOf(tpeOptions.parse({ startup: 3 })).startup(500)).toBe(3);
});

describe('groups', () => {
  const space = finiteSpaces['conditional']!;
  const groups = (options: object): (readonly string[])[] => {
    const settings = settingsOf(tpeOptions.parse(options));
    const names = space.parameters.map(({ name }) => name);
    return groupsOf(space, space.parameters.map((parameter) => axisOf(parameter, settings.edges)), settings).map((dims) => dims.map((i) => names[i]!));
  };
  test('parameters under the same condition are modelled together', () => {
    const flat = spaceOf({ a: values(1, 2), b: values(1, 2), c: { distribution: values(1, 2), when: { a: [1] } }, d: { distribution: values(3, 4), when: { a: [1] } }, e: values(7) });
    const settings = settingsOf(tpeOptions.parse({}));
    expect(groupsOf(flat, flat.parameters.map((parameter) => axisOf(parameter, settings.edges)), settings)).toEqual([[0, 1], [2, 3]]);
    expect(groups({})).toEqual([['optimizer'], ['momentum'], ['nesterov'], ['amsgrad']]);
  });
  test('each by itself when asked for', () => {
    const settings = settingsOf(tpeOptions.parse({ multivariate: false }));
    expect(groupsOf(plane, plane.parameters.map((parameter) => axisOf(parameter, settings.edges)), settings)).toEqual([[0], [1]]);
  });
});
