import { describe, expect, test } from '@jest/globals';
import { decidedClaims, readAcceptance, reportConclusion, reportFails, withClaims, type Claim } from '../../src/compare/waivers.js';
import type { Comparison, Report } from '../../src/model/comparison.js';
import { waivedBy } from '../../src/model/waived.js';
import { makeAcceptance, sha } from '../contracts/store.js';
import { samples } from '../report/samples.js';

const now = '2026-06-15T12:00:00.000Z';
const regression = samples['regression']!();
const [study] = regression.studies;
const objective = study!.metric.name;
const claim = (over: Partial<Claim> = {}): Claim => ({ id: 'comment-1', via: 'comment', by: 'ada', says: { metrics: [], reason: 'half the size' }, ...over });
const waived = (...claims: readonly Claim[]): Report => withClaims(regression, claims, now);
/** The same verdict, drawn from these gated metrics; `down` are worse. */
const with2 = (down: readonly string[], gated = [objective, 'loss']): Report => ({ ...regression, studies: [{ ...study!, metrics: gated.map((name): Comparison['metrics'][number] => ({ name, goal: 'maximize', gate: true, result: { ...study!.gate!.result, decision: down.includes(name) ? 'DOWN' : 'PASS' } })) }] });

describe('an accepted regression', () => {
  test('stays one in words and numbers; the check is neutral and the job does not fail', () => {
    const report = waived(claim());
    expect(report.verdict).toBe('REGRESSION');
    expect(report.studies[0]).toMatchObject({ verdict: study!.verdict, effect: study!.effect, waivers: [{ state: 'in-force', by: 'ada', reason: 'half the size', metrics: [] }] });
    expect([reportConclusion(regression), reportConclusion(report)]).toEqual(['failure', 'neutral']);
    expect([reportFails(regression, 'regression'), reportFails(report, 'regression'), reportFails(report, 'inconclusive')]).toEqual([true, false, false]);
  });

  test('counts through its last day and is then shown as expired', () => {
    for (const [until, state, conclusion] of [['2026-06-15', 'in-force', 'neutral'], ['2026-06-14', 'expired', 'failure']] as const) {
      const report = waived(claim({ says: { metrics: [], reason: 'r', until } }));
      expect(report.studies[0]!.waivers).toMatchObject([{ state, until }]);
      expect(reportConclusion(report)).toBe(conclusion);
    }
  });

  test('by somebody without write access is refused with the reason, whatever it says', () => {
    const report = waived(claim({ by: 'mallory', refusal: 'mallory has no write access to this repository' }));
    expect(report.studies[0]!.waivers).toMatchObject([{ state: 'refused', why: expect.stringContaining('no write access') }]);
    expect(reportFails(report, 'regression')).toBe(true);
  });

  test('covers the metrics that it names, and all that are worse must be covered', () => {
    const of = (...metrics: readonly string[]): Claim => claim({ id: `comment-${metrics.join('-')}`, says: { metrics: [...metrics], reason: 'r' } });
    const conclude = (report: Report, ...claims: readonly Claim[]): string => reportConclusion(withClaims(report, claims, now));
    expect(conclude(with2([objective]), of('loss'))).toBe('failure');
    expect(conclude(with2([objective]), of(objective))).toBe('neutral');
    expect(conclude(with2([objective, 'loss']), of(objective))).toBe('failure');
    expect(conclude(with2([objective, 'loss']), of(objective), of('loss'))).toBe('neutral');
    expect(conclude(with2([objective, 'loss']), of())).toBe('neutral');
    // Not drawn from the gate: nobody can say which metric it was.
    expect(conclude(with2([]), of(objective))).toBe('failure');
  });

  test('a metric that is accepted does not accept a crash', () => {
    const crash: Report = { ...regression, studies: [{ ...study!, verdict: { ...study!.verdict, reason: 'stability' } }] };
    expect(reportConclusion(withClaims(crash, [claim({ says: { metrics: [objective], reason: 'r' } })], now))).toBe('failure');
    expect(reportConclusion(withClaims(crash, [claim()], now))).toBe('neutral');
  });

  test('of two in force the last word is the one that is shown', () => {
    const report = waived(claim(), claim({ id: 'comment-2', by: 'bob', says: { metrics: [objective], reason: 'later' } }));
    expect(waivedBy(report.studies[0]!)).toMatchObject([{ by: 'bob' }]);
  });

  test('one study that is accepted does not excuse another', () => {
    const two: Report = { ...regression, studies: [study!, { ...study!, study: 'other' }] };
    const report = withClaims(two, [claim({ study: 'other' })], now);
    expect(report.studies.map(({ waivers = [] }) => waivers.length)).toEqual([0, 1]);
    expect([reportConclusion(report), reportFails(report, 'regression')]).toEqual(['failure', true]);
  });
});

describe('a trailer', () => {
  const trailer = (text: string): Claim => claim({ id: 'trailer-a-1', via: 'trailer', says: { text } });
  test('names a gated metric, a reason, perhaps a day', () => {
    expect(waived(trailer(`${objective} half the size until 2026-12-31`)).studies[0]!.waivers).toMatchObject([{ state: 'in-force', metrics: [objective], reason: 'half the size', until: '2026-12-31' }]);
  });
  test.each([['speed is better', /gated metrics \(.+\)/], [objective, /reason is missing/], [`${objective} x until soon`, /followed by a date/], ['', /gated metrics/]])('%j is refused in words', (text, why) => {
    const report = waived(trailer(text));
    expect(report.studies[0]!.waivers).toMatchObject([{ state: 'refused', why: expect.stringMatching(why) }]);
    expect(reportConclusion(report)).toBe('failure');
  });
  test('that another study understands is no mistake here', () => {
    const two: Report = { ...regression, studies: [study!, { ...study!, study: 'other', metric: { ...study!.metric, name: 'loss' }, metrics: [{ name: 'loss', goal: 'minimize', gate: true }] }] };
    const report = withClaims(two, [trailer('loss known')], now);
    expect(report.studies.map(({ waivers = [] }) => waivers.map(({ state }) => state))).toEqual([[], ['in-force']]);
    expect(withClaims(two, [trailer('speed known')], now).studies.map(({ waivers = [] }) => waivers.length)).toEqual([1, 1]);
  });
});

test('acceptances on the history hold for the pull request, on a fork for their commit alone', () => {
  const decisions = [makeAcceptance({ id: 'comment-1', sha: sha(1), pullRequest: 7 }), makeAcceptance({ id: 'comment-2', sha: sha(2), pullRequest: 7 }), makeAcceptance({ id: 'comment-3', sha: sha(3), pullRequest: 8 }), makeAcceptance({ id: 'line-4', sha: sha(2), via: 'command-line' })];
  const ids = (pull: Parameters<typeof decidedClaims>[1]): readonly string[] => decidedClaims(decisions, pull).map(({ id }) => id);
  expect(ids({ number: 7, headSha: sha(2), fork: false })).toEqual(['comment-1', 'comment-2', 'line-4']);
  expect(ids({ number: 7, headSha: sha(2), fork: true })).toEqual(['comment-2', 'line-4']);
  expect(ids({ number: undefined, headSha: sha(9), fork: false })).toEqual([]);
});

test('a command is about the studies that gate the metric it begins with', () => {
  const among = [{ study: 'a', gated: ['acc'] }, { study: 'b', gated: ['loss'] }];
  expect(readAcceptance(among, 'loss known')).toEqual([{ study: 'b', metrics: ['loss'], reason: 'known' }]);
  expect(readAcceptance(among, 'all known')).toEqual([{ study: 'a', metrics: [], reason: 'known' }, { study: 'b', metrics: [], reason: 'known' }]);
  expect(readAcceptance(among, 'known')).toHaveLength(2);
  expect(readAcceptance([{ study: 'a', gated: ['acc', 'loss'] }], 'known')).toEqual({ why: expect.stringContaining('acc, loss') });
  expect(readAcceptance([], 'known')).toEqual({ why: 'There is nothing to accept.' });
});
