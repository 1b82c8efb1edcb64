import { describe, expect, test } from '@jest/globals';
import { acceptanceOf, dueProposals, lastAcceptance, requestedPairs } from '../../src/compare/decisions.js';
import type { Decision, MoreSeeds, Proposal } from '../../src/model/decision.js';
import { makeAcceptance, makeRecord, sha } from '../contracts/store.js';

const frame = { schema: 1, tool: 't', study: 'spiral', at: '2026-01-02T00:00:00.000Z', by: 'octo' } as const;
const more = (over: Partial<MoreSeeds>): MoreSeeds => ({ ...frame, kind: 'more-seeds', id: 'comment-1', sha: sha(1), via: 'comment', pairs: 10, ...over });
const proposal = (over: Partial<Proposal>): Proposal => ({ ...frame, kind: 'proposal', id: 'merge-1', sha: sha(1), via: 'merge', pullRequest: 1, params: { x: 2 }, against: { x: 1 }, recovered: false, ...over });

describe('the accepted pointer', () => {
  const line = [sha(5), sha(4), sha(3)];
  test('is the acceptance nearest on this line, whatever the order of the records; of one commit the last', () => {
    const decisions = [makeAcceptance({ sha: sha(4), at: '2026-01-05T00:00:00.000Z', reason: 'second' }), makeAcceptance({ sha: sha(3), at: '2026-09-01T00:00:00.000Z' }), makeAcceptance({ sha: sha(4), at: '2026-01-03T00:00:00.000Z' })];
    expect(lastAcceptance(line, decisions)).toMatchObject({ reason: 'second' });
    expect(lastAcceptance(line, decisions.toReversed())).toMatchObject({ reason: 'second' });
    expect(lastAcceptance(line, [decisions[0]!, decisions[0]!])).toMatchObject({ reason: 'second' });
  });
  test('a main that was rewritten leaves its acceptances behind', () => {
    expect(lastAcceptance(line, [makeAcceptance({ sha: sha(9) })])).toBeUndefined();
    expect(lastAcceptance([], [makeAcceptance()])).toBeUndefined();
  });
});

describe('a decline of a push is known to be accepted', () => {
  const now = '2026-06-15T00:00:00.000Z';
  const here = { sha: sha(1), tree: 'f'.repeat(40), metrics: ['loss'], crashed: false, now };
  test.each<[string, Decision[], boolean]>([
    ['for this commit', [makeAcceptance()], true],
    ['for the same tree in a pull request', [makeAcceptance({ sha: sha(7), tree: 'f'.repeat(40) })], true],
    ['for another commit', [makeAcceptance({ sha: sha(7), tree: 'e'.repeat(40) })], false],
    ['for another metric', [makeAcceptance({ metrics: ['acc'] })], false],
    ['for everything', [makeAcceptance({ metrics: [] })], true],
    ['once, until it expired', [makeAcceptance({ until: '2026-06-14' })], false],
    ['by a request for more seeds', [more({})], false],
  ])('%s', (_, decisions, known) => {
    expect(acceptanceOf(here, decisions) !== undefined).toBe(known);
  });
  test('a crash only where everything was accepted', () => {
    expect(acceptanceOf({ ...here, crashed: true }, [makeAcceptance()])).toBeUndefined();
    expect(acceptanceOf({ ...here, crashed: true }, [makeAcceptance({ metrics: [] })])).toBeDefined();
  });
});

describe('more seeds', () => {
  test('each request once, for exactly this commit, by whoever asked', () => {
    const asked = [more({}), more({}), more({ id: 'comment-2', pairs: 20, by: 'ada' }), more({ id: 'comment-3', sha: sha(2) })];
    expect(requestedPairs(asked, sha(1))).toEqual({ pairs: 30, by: 'octo, ada' });
    expect(requestedPairs(asked, sha(9))).toBeUndefined();
  });
  test('together they are bounded', () => {
    expect(requestedPairs(Array.from({ length: 9 }, (_, i) => more({ id: `comment-${i}`, pairs: 100 })), sha(1))).toMatchObject({ pairs: 300 });
  });
});

describe('winners of merged pull requests', () => {
  const line = [sha(3), sha(2), sha(1)];
  test('are due until a record on this line has judged them, once each', () => {
    const decisions = [proposal({}), proposal({}), proposal({ id: 'merge-2', pullRequest: 2, sha: sha(2) }), proposal({ id: 'merge-3', pullRequest: 3, sha: sha(8) })];
    expect(dueProposals(line, decisions, []).map(({ pullRequest }) => pullRequest)).toEqual([1, 2]);
    const judged = makeRecord({ sha: sha(3), challengers: [{ from: 'pull-request', pullRequest: 1, params: { x: 2 }, outcome: 'not-better' }] });
    expect(dueProposals(line, decisions, [judged]).map(({ pullRequest }) => pullRequest)).toEqual([2]);
    expect(dueProposals(line, decisions, [{ ...judged, sha: sha(9) }])).toHaveLength(2);
  });
  test('of a backlog the newest', () => {
    expect(dueProposals(line, Array.from({ length: 9 }, (_, i) => proposal({ id: `merge-${i}`, pullRequest: i })), []).map(({ pullRequest }) => pullRequest)).toEqual([6, 7, 8]);
  });
});
