import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { signedRankGreater } from '../../src/math/wilcoxon.js';
import type { LossTrial, StudyView } from '../../src/model/ports.js';
import { prunerOf, space, trialOf, type Curve } from './histories.js';

type Points = readonly (readonly [number, number | 'NaN'])[];
type Goal = 'minimize' | 'maximize';
interface Frozen { readonly goal: Goal; readonly others: readonly (readonly [string, Points, number | null])[]; readonly own: Points; readonly prune: boolean }
interface Live { readonly goal: Goal; readonly events: readonly (readonly [number, number, number | 'NaN', boolean])[] }
interface Of<T> { readonly type: string; readonly options: Readonly<Record<string, unknown>>; readonly cases: readonly T[] }
interface Reference { readonly frozen: readonly Of<Frozen>[]; readonly live: readonly Of<Live>[]; readonly 'signed rank': readonly { readonly differences: readonly number[]; readonly p: number }[] }

const reference = JSON.parse(readFileSync(new URL('reference/decisions.json', import.meta.url), 'utf8')) as Reference;
const states: Readonly<Record<string, LossTrial['state']>> = { COMPLETE: 'complete', PRUNED: 'pruned', FAIL: 'failed' };
const losses = (points: Points, goal: Goal): Curve => points.map(([step, value]) => [step, (goal === 'maximize' ? -1 : 1) * Number(value)]);

describe('decisions of the real Optuna, made by reference/decisions.py', () => {
  test.each(reference.frozen)('$type $options', ({ type, options, cases }) => {
    const pruner = prunerOf(type, options);
    const ours = cases.map(({ goal, others, own }) => {
      const finished = others.map(([state, points, value], i) => trialOf(i, states[state] ?? 'failed', losses(points, goal), value === null ? {} : { loss: goal === 'maximize' ? -value : value }));
      const trial = trialOf(finished.length, 'running', losses(own, goal));
      return pruner.decide({ space, budget: 100, goal, finished, running: [trial] }, trial) === 'stop';
    });
    expect(ours).toEqual(cases.map(({ prune }) => prune));
    expect(new Set(ours).size).toBe(2);
  });

  test.each(reference.live)('$type $options, four trials at a time', ({ type, options, cases }) => {
    const pruner = prunerOf(type, options);
    for (const { goal, events } of cases) {
      const all = new Map<number, LossTrial>();
      const ours = events.map(([number, step, value]) => {
        const before = all.get(number);
        const trial = trialOf(number, 'running', [...(before?.intermediate ?? []).map((point) => [point.step, point.loss] as const), ...losses([[step, value]], goal)]);
        all.set(number, trial);
        const trials = [...all.values()];
        const view: StudyView = { space, budget: 16, goal, finished: trials.filter(({ state }) => state !== 'running'), running: trials.filter(({ state }) => state === 'running') };
        const stop = pruner.decide(view, trial) === 'stop';
        if (stop || step === 30) all.set(number, { ...trial, state: stop ? 'pruned' : 'complete' });
        return stop;
      });
      expect(ours).toEqual(events.map(([, , , stop]) => stop));
    }
  });

  test.each(reference['signed rank'].map((each) => ({ n: each.differences.length, ...each })))('signed-rank test of $n differences (scipy)', ({ differences, p }) => {
    expect(signedRankGreater(differences)).toBeCloseTo(p, 10);
  });
});
