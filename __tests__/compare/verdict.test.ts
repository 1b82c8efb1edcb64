import { describe, expect, test } from '@jest/globals';
import type { MetricStages, VerdictStages } from '../../src/compare/outcome.js';
import { conclusionOf, decideVerdict, failsJob, worstVerdict } from '../../src/compare/verdict.js';
import { verdictKinds, type GateResult } from '../../src/model/verdict.js';

const result = (decision: GateResult['decision'], more: Partial<GateResult> = {}): GateResult => ({
  decision, alpha: 0.05, margin: 0.005, pairs: 5, looks: [{ pairs: 5, mean: 0, sd: 1, low: 0, high: 0 }], headOnlyFailures: 0, baseOnlyFailures: 0,
  ...{ DOWN: { effect: -0.031, low: -0.035, high: -0.027 }, PASS: { effect: 0.0003, low: -0.0021, high: 0.0027 }, IMPROVED: { effect: 0.012, low: 0.009, high: 0.015 },
    NO_CHANGE: { effect: 0, low: 0, high: 0 }, INCONCLUSIVE: { effect: -0.002, low: -0.009, high: 0.005, pairs: 10 } }[decision],
  ...more,
});
const [pass, down, improved, same, unclear] = (['PASS', 'DOWN', 'IMPROVED', 'NO_CHANGE', 'INCONCLUSIVE'] as const).map((decision) => result(decision)) as [GateResult, GateResult, GateResult, GateResult, GateResult];
/** Before the first look. */
const blank = (decision: GateResult['decision'], more: Partial<GateResult>): GateResult =>
  ({ decision, alpha: 0.05, margin: 0.005, pairs: 0, looks: [], headOnlyFailures: 0, baseOnlyFailures: 0, ...more });
const metric = (stages: Omit<MetricStages, 'name' | 'goal'>): MetricStages => ({ name: 'val_accuracy', goal: 'maximize', ...stages });
const latency = (stages: Omit<MetricStages, 'name' | 'goal'>): MetricStages => ({ name: 'latency_ms', goal: 'minimize', ...stages });
const one = (stages: Omit<MetricStages, 'name' | 'goal'>, more: Partial<VerdictStages> = {}): VerdictStages => ({ metrics: [metric(stages)], canaryIdentical: false, ...more });
const search = (winner: 'incumbent' | 'other' | 'none', trials = 20): Partial<VerdictStages> => ({ search: { trials, winner } });

const table: [string, VerdictStages, string, string | undefined, string][] = [
  ['canary', one({}, { canaryIdentical: true }), 'NO_CHANGE', 'canary', 'No change: two seeds gave exactly the same numbers here as on main, every metric at every step'],
  ['pass', one({ gate: pass }), 'PASS', undefined, 'No regression: val_accuracy +0.0003 [−0.0021, +0.0027], margin 0.005, 5 paired seeds'],
  ['equivalent', one({ gate: result('PASS', { reason: 'equivalent' }) }), 'PASS', 'equivalent', 'No regression: val_accuracy +0.0003 [−0.0021, +0.0027], margin 0.005, 5 paired seeds; equal within the margin'],
  ['small decline', one({ gate: result('PASS', { reason: 'small-decline', effect: -0.002, low: -0.003, high: -0.001 }) }), 'PASS', 'small-decline',
    'No regression: val_accuracy −0.0020 [−0.0030, −0.0010], margin 0.005, 5 paired seeds; a small decline, within the margin'],
  ['shown earlier', one({ gate: result('PASS', { reason: 'shown-earlier', low: -0.006, looks: [{ pairs: 3, mean: 0.003, sd: 1, low: -0.002, high: 1 }, { pairs: 5, mean: 0, sd: 1, low: -0.006, high: 1 }] }) }), 'PASS', 'shown-earlier',
    'No regression: val_accuracy +0.0003 [−0.0060, +0.0027], margin 0.005, 5 paired seeds; any decline was shown to be within the margin after 3 seeds'],
  ['improved', one({ gate: improved }), 'IMPROVED', undefined, 'Improved: val_accuracy +0.0120 [+0.0090, +0.0150], margin 0.005, 5 paired seeds'],
  ['identical values', one({ gate: result('NO_CHANGE', { reason: 'identical', pairs: 3 }) }), 'NO_CHANGE', 'identical', 'No change: val_accuracy is exactly the same here as on main for 3 paired seeds'],
  ['noise', one({ gate: result('INCONCLUSIVE', { reason: 'noise' }) }), 'INCONCLUSIVE', 'noise', 'Inconclusive: val_accuracy −0.0020 [−0.0090, +0.0050], margin 0.005, 10 paired seeds; too noisy to rule out a decline of 0.005'],
  ['coarse', one({ gate: result('INCONCLUSIVE', { reason: 'coarse' }) }), 'INCONCLUSIVE', 'coarse', 'Inconclusive: val_accuracy −0.0020 [−0.0090, +0.0050], margin 0.005, 10 paired seeds; val_accuracy moves in steps too coarse for this margin'],
  ['no time for the next look', one({ gate: result('INCONCLUSIVE', { pairs: 5, needMore: 2 }) }), 'INCONCLUSIVE', 'budget', 'Inconclusive: val_accuracy −0.0020 [−0.0090, +0.0050], margin 0.005, 5 paired seeds; no time was left for more seeds'],
  ['no time for the first look', one({ gate: blank('INCONCLUSIVE', { pairs: 2, needMore: 1 }) }), 'INCONCLUSIVE', 'budget', 'Inconclusive: there was time for only 2 paired seeds of val_accuracy; 3 are needed'],
  ['suspect head', one({ gate: result('INCONCLUSIVE', { reason: 'stability', headOnlyFailures: 2 }) }), 'INCONCLUSIVE', 'stability',
    'Inconclusive: 2 runs failed here that succeeded on main (0 the other way round); otherwise val_accuracy −0.0020 [−0.0090, +0.0050], margin 0.005, 10 paired seeds'],
  ['suspect base', one({ gate: result('INCONCLUSIVE', { reason: 'base-stability', baseOnlyFailures: 3, headOnlyFailures: 1 }) }), 'INCONCLUSIVE', 'base-stability',
    "Inconclusive: 3 runs failed on main that succeeded here (1 the other way round), so main's values are only of the seeds that went well there; on these val_accuracy −0.0020 [−0.0090, +0.0050], margin 0.005, 10 paired seeds"],
  ['too many failures', one({ gate: blank('INCONCLUSIVE', { reason: 'failures', pairs: 2, headOnlyFailures: 1, baseOnlyFailures: 3 }) }), 'INCONCLUSIVE', 'failures',
    'Inconclusive: too many runs failed (1 here alone, 3 on main alone) to go on; val_accuracy was measured on 2 paired seeds'],
  ['both sides fail', one({ gate: blank('INCONCLUSIVE', { reason: 'both-failed' }) }), 'INCOMPLETE', 'both-failed', 'Incomplete: no run gave a value of val_accuracy, neither here nor on main, so there is nothing to compare'],
  ['base fails', one({ gate: blank('INCONCLUSIVE', { reason: 'base-failed' }) }), 'NO_BASELINE', 'base-failed', 'No baseline: no run on main gave a value of val_accuracy, while the runs here did'],
  ['no baseline', one({}, { noBaseline: { reason: 'build-failed', message: 'main could not be set up: uv sync exited with 1' } }), 'NO_BASELINE', 'build-failed', 'No baseline: main could not be set up: uv sync exited with 1'],
  ['nothing ran', one({}), 'INCOMPLETE', 'nothing-ran', "Incomplete: main's best configuration is not valid here, and no search was run to find another, so nothing was measured"],
  ['no metrics', { metrics: [], canaryIdentical: false }, 'INCOMPLETE', 'nothing-ran', 'Incomplete: nothing was measured'],
  ['not repeated', one({ gate: down }), 'NOT_CONFIRMED', 'budget', 'Not confirmed: val_accuracy −0.0310 [−0.0350, −0.0270], margin 0.005, 5 paired seeds; looks worse, but no time was left to repeat it on fresh seeds'],
  ['repetition cut short', one({ gate: down, confirmation: result('INCONCLUSIVE', { needMore: 2 }) }), 'NOT_CONFIRMED', 'budget', 'Not confirmed: val_accuracy −0.0310 [−0.0350, −0.0270], margin 0.005, 5 paired seeds; looks worse, but no time was left to repeat it on fresh seeds'],
  ['repetition passes', one({ gate: down, confirmation: pass }), 'NOT_CONFIRMED', 'fresh-seeds', 'Not confirmed: val_accuracy −0.0310 [−0.0350, −0.0270], margin 0.005, 5 paired seeds; looked worse at first, but not on fresh seeds: +0.0003 [−0.0021, +0.0027]'],
  ['repetition improves', one({ gate: down, confirmation: improved }), 'NOT_CONFIRMED', 'fresh-seeds', 'Not confirmed: '],
  ['repetition undecided', one({ gate: down, confirmation: unclear }), 'NOT_CONFIRMED', 'fresh-seeds', 'Not confirmed: val_accuracy −0.0310 [−0.0350, −0.0270], margin 0.005, 5 paired seeds; looked worse at first, which fresh seeds neither confirm nor rule out: −0.0020 [−0.0090, +0.0050]'],
  ['confirmed, no search', one({ gate: down, confirmation: down }), 'REGRESSION', 'not-retuned', 'Regression: val_accuracy −0.0310 [−0.0350, −0.0270], margin 0.005, 5 paired seeds; confirmed on fresh seeds, no search was run'],
  ['confirmed, no trial complete', one({ gate: down, confirmation: down }, search('none')), 'REGRESSION', 'search-failed', 'Regression: val_accuracy −0.0310 [−0.0350, −0.0270], margin 0.005, 5 paired seeds; confirmed on fresh seeds, and none of 20 search trials ran to its end'],
  ['confirmed, b* still best', one({ gate: down, confirmation: down }, search('incumbent')), 'REGRESSION', 'incumbent-best', "Regression: val_accuracy −0.0310 [−0.0350, −0.0270], margin 0.005, 5 paired seeds; confirmed on fresh seeds, and 20 search trials found nothing better than main's best configuration"],
  ['confirmed, check not run', one({ gate: down, confirmation: down }, search('other')), 'REGRESSION', 'retuning-not-run', 'Regression: val_accuracy −0.0310 [−0.0350, −0.0270], margin 0.005, 5 paired seeds; confirmed on fresh seeds, and no time was left to check the retuned configuration'],
  ['confirmed, retuned worse too', one({ gate: down, confirmation: down, retune: down }, search('other')), 'REGRESSION', 'confirmed', 'Regression: val_accuracy −0.0310 [−0.0350, −0.0270], margin 0.005, 5 paired seeds; confirmed on fresh seeds, and still −0.0310 [−0.0350, −0.0270] with the best of 20 search trials'],
  ['confirmed, retuning undecided', one({ gate: down, confirmation: down, retune: unclear }, search('other')), 'REGRESSION', 'retuning-undecided', "Regression: worse at main's best configuration; 20 trials did not recover it: val_accuracy −0.0310 [−0.0350, −0.0270], margin 0.005, 5 paired seeds; confirmed on fresh seeds; retuned, −0.0020 [−0.0090, +0.0050] against main, which is undecided"],
  ['recovered', one({ gate: down, confirmation: down, retune: pass }, search('other')), 'RECOVERED_BY_RETUNING', 'recovered', "Different to tune: val_accuracy −0.0310 [−0.0350, −0.0270], margin 0.005, 5 paired seeds at main's best configuration; retuned, +0.0003 [−0.0021, +0.0027] against main, within the margin"],
  ['recovered and more', one({ gate: down, confirmation: down, retune: improved }, search('other')), 'RECOVERED_BY_RETUNING', 'recovered', "Different to tune: val_accuracy −0.0310 [−0.0350, −0.0270], margin 0.005, 5 paired seeds at main's best configuration; retuned, +0.0120 [+0.0090, +0.0150] against main, which is better"],
  ['all head runs fail, not repeated', one({ gate: blank('DOWN', { reason: 'stability', headOnlyFailures: 3 }) }), 'REGRESSION', 'stability', "Regression: at main's best configuration no run here gives a value of val_accuracy (3 of 3 failed), while main's runs do"],
  ['all head runs fail, repeated', one({ gate: blank('DOWN', { reason: 'stability', headOnlyFailures: 3 }), confirmation: blank('DOWN', { reason: 'stability', headOnlyFailures: 3 }), retune: pass }, search('other')), 'REGRESSION', 'stability', 'Regression: at main'],
  ['some head runs fail, not repeated', one({ gate: result('DOWN', { reason: 'stability', headOnlyFailures: 5 }) }), 'NOT_CONFIRMED', 'budget', 'Not confirmed: '],
  ['some head runs fail, repeated', one({ gate: result('DOWN', { reason: 'stability', headOnlyFailures: 5 }), confirmation: down }), 'REGRESSION', 'stability', "Regression: runs fail here that succeed on main: 5 against 0 the other way round, at main's best configuration and the same seeds"],
  ['crashes not repeated on fresh seeds', one({ gate: blank('DOWN', { reason: 'stability', headOnlyFailures: 3 }), confirmation: pass }), 'NOT_CONFIRMED', 'fresh-seeds', 'Not confirmed: runs failed here that succeeded on main, but not on fresh seeds'],
  ['b* invalid, retuned fine', one({ retune: pass }, search('other')), 'RECOVERED_BY_RETUNING', 'incumbent-invalid', "Different to tune: main's best configuration is not valid here; retuned, val_accuracy +0.0003"],
  ['b* invalid, retuned worse', one({ retune: down }, search('other')), 'REGRESSION', 'incumbent-invalid', "Regression: main's best configuration is not valid here, and the best of 20 search trials is worse"],
  ['b* invalid, undecided', one({ retune: unclear }, search('other')), 'INCONCLUSIVE', 'incumbent-invalid', "Inconclusive: main's best configuration is not valid here; retuned"],
  ['cancelled at once', one({}, { interrupted: { reason: 'cancelled', message: 'cancelled' } }), 'INCOMPLETE', 'cancelled', 'Incomplete: cancelled'],
  ['cancelled while undecided', one({ gate: result('INCONCLUSIVE', { needMore: 2 }) }, { interrupted: { reason: 'cancelled', message: 'cancelled' } }), 'INCOMPLETE', 'cancelled', 'Incomplete: cancelled; so far val_accuracy −0.0020 [−0.0090, +0.0050], margin 0.005, 10 paired seeds'],
  ['cancelled after the gate', one({ gate: pass }, { interrupted: { reason: 'cancelled', message: 'cancelled during the search' } }), 'INCOMPLETE', 'cancelled', 'Incomplete: cancelled during the search; so far val_accuracy +0.0003 [−0.0021, +0.0027], margin 0.005, 5 paired seeds'],
  ['second metric worse', { metrics: [metric({ gate: improved }), latency({ gate: result('DOWN', { effect: -12.3, low: -15.4, high: -9.2, margin: 5 }), confirmation: down })], canaryIdentical: false }, 'REGRESSION', 'not-retuned', 'Regression: latency_ms +12.3 [+9.2, +15.4], margin 5, 5 paired seeds; confirmed'],
  ['second metric undecided', { metrics: [metric({ gate: pass }), latency({ gate: unclear })], canaryIdentical: false }, 'INCONCLUSIVE', 'noise', 'Inconclusive: latency_ms +0.0020 [−0.0050, +0.0090]'],
  ['both pass', { metrics: [metric({ gate: pass }), latency({ gate: pass })], canaryIdentical: false }, 'PASS', undefined, 'No regression: val_accuracy +0.0003 [−0.0021, +0.0027], margin 0.005, 5 paired seeds; also not worse: latency_ms'],
  ['one better, none worse', { metrics: [metric({ gate: pass }), latency({ gate: improved })], canaryIdentical: false }, 'IMPROVED', undefined, 'Improved: latency_ms −0.0120 [−0.0150, −0.0090], margin 0.005, 5 paired seeds; also not worse: val_accuracy'],
  ['no change and pass', { metrics: [metric({ gate: same }), latency({ gate: pass })], canaryIdentical: false }, 'PASS', undefined, 'No regression: latency_ms'],
  ['recovered at a cost', { metrics: [metric({ gate: down, confirmation: down, retune: pass }), latency({ gate: pass, retune: down })], canaryIdentical: false, ...search('other') }, 'REGRESSION', 'recovered-at-a-cost', 'Regression: val_accuracy −0.0310 [−0.0350, −0.0270], margin 0.005, 5 paired seeds; confirmed on fresh seeds, and the retuned configuration recovers it only by making latency_ms worse'],
  ['recovered at an unknown cost', { metrics: [metric({ gate: down, confirmation: down, retune: pass }), latency({ gate: pass, retune: unclear })], canaryIdentical: false, ...search('other') }, 'REGRESSION', 'recovered-at-a-cost', 'Regression: val_accuracy −0.0310 [−0.0350, −0.0270], margin 0.005, 5 paired seeds; confirmed on fresh seeds, and the retuned configuration recovers it, but leaves undecided whether latency_ms is worse'],
];

describe('decideVerdict', () => {
  test.each(table)('%s', (_, stages, kind, reason, sentence) => {
    const verdict = decideVerdict(stages);
    expect({ kind: verdict.kind, reason: verdict.reason }).toEqual({ kind, reason });
    expect(verdict.sentence.slice(0, sentence.length)).toBe(sentence);
    expect(verdict.sentence).not.toMatch(/undefined|NaN|\n|\.$/);
  });

  test('every combination of stages has a verdict, and nothing unproven is ever green or red', () => {
    const results = [undefined, pass, down, improved, same, unclear, result('INCONCLUSIVE', { needMore: 2 }), blank('DOWN', { reason: 'stability', headOnlyFailures: 3 }), blank('INCONCLUSIVE', { reason: 'both-failed' })];
    const searches = [{}, search('incumbent'), search('other'), search('none')];
    for (const gate of results) for (const confirmation of results) for (const retune of results) for (const found of searches) {
      const stages = { ...(gate && { gate }), ...(confirmation && { confirmation }), ...(retune && { retune }) };
      const { kind, sentence } = decideVerdict(one(stages, found));
      expect(verdictKinds).toContain(kind);
      expect(sentence).not.toMatch(/undefined|NaN/);
      const fine = ['PASS', 'IMPROVED', 'NO_CHANGE'];
      if (fine.includes(kind)) expect(gate?.decision).toBe(kind);
      if (kind === 'REGRESSION' && gate !== undefined) expect([gate.decision, gate.reason === 'stability' || confirmation?.decision === 'DOWN']).toEqual(['DOWN', true]);
      if (kind === 'RECOVERED_BY_RETUNING') expect(fine).toContain(retune?.decision);
    }
  });
});

test('worst of several studies', () => {
  expect(worstVerdict(['PASS', 'REGRESSION', 'NO_CHANGE'])).toBe('REGRESSION');
  expect(worstVerdict(['IMPROVED', 'INCONCLUSIVE'])).toBe('INCONCLUSIVE');
  expect(worstVerdict(['IMPROVED', 'PASS'])).toBe('PASS');
  expect(worstVerdict([])).toBe('INCOMPLETE');
});

test('check conclusion and job failure, per verdict', () => {
  const rows = verdictKinds.map((kind) => [kind, conclusionOf(kind), failsJob(kind, 'regression'), failsJob(kind, 'inconclusive'), failsJob(kind, 'never')]);
  expect(rows).toEqual([
    ['REGRESSION', 'failure', true, true, false],
    ['INCOMPLETE', 'neutral', false, true, false],
    ['NO_BASELINE', 'neutral', false, true, false],
    ['INCONCLUSIVE', 'neutral', false, true, false],
    ['NOT_CONFIRMED', 'neutral', false, true, false],
    ['RECOVERED_BY_RETUNING', 'success', false, false, false],
    ['PASS', 'success', false, false, false],
    ['IMPROVED', 'success', false, false, false],
    ['NO_CHANGE', 'success', false, false, false],
  ]);
});
