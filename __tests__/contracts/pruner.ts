import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LossTrial, Pruner, StudyView } from '../../src/model/ports.js';
import { steps, trialOf, viewOf, type Curve } from '../pruners/histories.js';

const anyLoss = fc.oneof({ weight: 8, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }) }, fc.constantFrom(Number.NaN, Infinity, -Infinity, Number.MAX_VALUE, 0));
const anyStep = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max: 100 }) }, fc.constantFrom(-1, 0.5, 1e9, Number.NaN, Infinity));
/** Unordered, doubled, empty, with steps that are none. */
const anyCurve: fc.Arbitrary<Curve> = fc.array(fc.tuple(anyStep, anyLoss), { maxLength: 12 });
const anyState = fc.constantFrom<LossTrial['state']>('complete', 'pruned', 'infeasible', 'failed', 'running');
const anyTrials = fc.array(fc.record({ state: anyState, curve: anyCurve, loss: fc.option(anyLoss), rests: fc.nat(3) }), { maxLength: 15 });

function historyOf(trials: readonly { state: LossTrial['state']; curve: Curve; loss: number | null; rests: number }[]): readonly LossTrial[] {
  return trials.map(({ state, curve, loss, rests }, i) => trialOf(i, state, curve, { ...(loss === null ? {} : { loss }), ...(state === 'pruned' ? { rests: rests + 1 } : {}) }));
}

/** Everything that it can be asked, as plain data. */
function answers(pruner: Pruner, view: StudyView): unknown {
  return {
    decisions: [...view.finished, ...view.running].map((trial) => pruner.decide(view, trial)), next: pruner.next?.(view),
    until: [...view.finished, ...view.running].map(({ number }) => pruner.until?.(view, number)), rungs: pruner.rungs?.(view),
  };
}

interface Promises {
  /** A first trial, alone, is never stopped. False for rules about a trial's own values, and for those that let all rest at a rung. */
  readonly firstGoesOn?: boolean;
  /** A trial that is best at every step, and better at each, is never stopped. */
  readonly bestGoesOn?: boolean;
}

/** What every pruner promises. `make` builds a fresh one each time: nothing is kept between questions. */
export function prunerContract(make: () => Pruner, { firstGoesOn = true, bestGoesOn = true }: Promises = {}): void {
  test('any history: an answer, never a crash, and the same from another instance, whatever was asked before', () => {
    fc.assert(fc.property(anyTrials, fc.integer({ min: 1, max: 30 }), (trials, budget) => {
      const history = historyOf(trials);
      const used = make();
      answers(used, viewOf(history.slice(0, 3), budget));
      const first = answers(used, viewOf(history, budget));
      expect(answers(used, viewOf(history, budget))).toEqual(first);
      expect(answers(make(), viewOf(structuredClone(history), budget))).toEqual(first);
    }), { numRuns: 150 });
  });

  test('no trial and a trial without reports go on', () => {
    const empty = trialOf(0, 'running', []);
    expect(make().decide(viewOf([empty], 10), empty)).toBe('continue');
    expect(make().next?.(viewOf([], 10))).toBeUndefined();
  });

  test('what is taken up again is a resting trial', () => {
    fc.assert(fc.property(anyTrials, fc.integer({ min: 1, max: 30 }), (trials, budget) => {
      const history = historyOf(trials);
      const number = make().next?.(viewOf(history, budget));
      if (number !== undefined) expect(history[number]?.state).toBe('pruned');
    }), { numRuns: 150 });
  });

  if (firstGoesOn) {
    test('the first trial to arrive goes on, whatever it reports', () => {
      fc.assert(fc.property(fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 30 }), (curve) => {
        const trial = trialOf(0, 'running', steps(...curve));
        expect(make().decide(viewOf([trial], 10), trial)).toBe('continue');
      }));
    });
  }

  if (bestGoesOn) {
    test('a trial that is the best at every step and gets better is never stopped', () => {
      const curves = fc.array(fc.array(fc.double({ min: 1, max: 100, noNaN: true }), { minLength: 9, maxLength: 9 }), { maxLength: 12 });
      fc.assert(fc.property(curves, fc.integer({ min: 1, max: 9 }), (others, length) => {
        const finished = others.map((curve, i) => trialOf(i, 'complete', steps(...curve), { loss: curve[8] ?? 1 }));
        const best = trialOf(finished.length, 'running', steps(...Array.from({ length }, (_, i) => 0.9 - i / 100)));
        expect(make().decide(viewOf([...finished, best], 20), best)).toBe('continue');
      }));
    });
  }
}
