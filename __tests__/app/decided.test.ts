import { describe, expect, test } from '@jest/globals';
import type { Decision } from '../../src/model/decision.js';
import { seedFor } from '../../src/model/seeds.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { UserError } from '../../src/model/errors.js';
import { counts, createWorld, hill, noise, plainConfig, shaOf, type Formula, type World } from './simulatedRun.js';

const start = 1_767_225_600_000;
const commit = (n: number, more: Parameters<typeof hill>[0] = {}): { formula: Formula; startMs: number } =>
  ({ formula: (_side, params, seed) => hill({ sd: 0.001, salt: `c${n}`, ...more })(params, seed), startMs: start + n * 60_000 });
const frame = { schema: 1, tool: 't', study: 'demo', at: '2026-01-02T00:00:00.000Z', by: 'ada' } as const;
const accept = (sha: string, more: object = {}): Decision => ({ ...frame, kind: 'accept', id: 'comment-1', sha, via: 'comment', metrics: ['acc'], reason: 'half the size', ...more });
const propose = (n: number, more: object = {}): Decision => ({ ...frame, kind: 'proposal', id: 'merge-7', sha: shaOf(n), via: 'merge', pullRequest: 7, params: { x: 8 }, against: { x: 4 }, recovered: false, ...more });

async function mainWith(...decisions: readonly Decision[]): Promise<World> {
  const world = createWorld(commit(1));
  await world.push(1);
  for (const decision of decisions) await world.store.decide(decision);
  return world;
}

describe('a push whose decline was accepted', () => {
  test('is not repeated, and says by whom; it is recorded all the same', async () => {
    const world = await mainWith(accept(shaOf(2)));
    const { study, record, jobs } = await world.push(2, commit(2, { level: 0.7 }));
    expect(study.verdict).toMatchObject({ kind: 'NOT_CONFIRMED', reason: 'accepted', sentence: expect.stringContaining('ada accepted this decline') });
    expect(counts(jobs)).toEqual({ 'canonical head': 5 });
    expect(record).toMatchObject({ verdict: { kind: 'NOT_CONFIRMED', reason: 'accepted' } });
    expect((await world.push(3, commit(3, { level: 0.7 }))).study.verdict.kind).toBe('PASS');
  });

  test('another tree\'s acceptance is none of its business', async () => {
    const world = createWorld(commit(1));
    await world.push(1);
    await world.store.decide(accept('d'.repeat(40), { tree: 'e'.repeat(40) }));
    expect((await world.push(2, commit(2, { level: 0.7 }))).study.verdict).toMatchObject({ reason: 'fresh-seeds' });
  });

  test('an acceptance that expired, or of another metric, repeats it', async () => {
    const world = await mainWith(accept(shaOf(2), { until: '2025-12-31' }), accept(shaOf(2), { id: 'comment-2', metrics: ['loss'] }));
    const both: Formula = (side, params, seed) => hill({ level: side === 'base' ? 0.9 : 0.7, sd: 0.001, salt: side })(params, seed);
    const { study, jobs } = await world.push(2, { ...commit(2), formula: both });
    expect(study.verdict).toMatchObject({ kind: 'REGRESSION' });
    expect(counts(jobs)).toMatchObject({ 'confirm head': 3 });
  });
});

describe('the line "since accepted"', () => {
  test('on later pushes and pull requests, with the change on common seeds', async () => {
    const world = await mainWith(accept(shaOf(2)));
    await world.push(2, commit(2, { level: 0.7 }));
    const later = await world.push(3, commit(3, { level: 0.71 }));
    expect(later.study.accepted).toMatchObject({ sha: shaOf(2), by: 'ada', reason: 'half the size', expired: false, pairs: expect.any(Number) });
    expect(later.study.accepted!.effect).toBeCloseTo(0.01, 2);
    expect(later.markdown).toContain('Last accepted decline on main');
    const pull = await world.compare({ formula: (side, params, seed) => hill({ sd: 0.001, salt: side })(params, seed), changed: ['README.md'] });
    expect(pull.study.accepted).toMatchObject({ sha: shaOf(2) });
  });

  test('an expired one is shown as expired; one on a line that was rewritten is not shown', async () => {
    const world = await mainWith(accept(shaOf(1), { until: '2025-12-31' }));
    const { study, markdown } = await world.push(2, commit(2));
    expect(study.accepted).toMatchObject({ expired: true });
    expect(markdown).toContain('expired on 2025-12-31');
    const rewritten = await mainWith(accept('a'.repeat(40)));
    expect((await rewritten.push(2, commit(2))).study.accepted).toBeUndefined();
  });

  test('under other conditions there is a line, but no number', async () => {
    const world = await mainWith(accept(shaOf(1)));
    await world.push(2, { ...commit(2), key: { gpu: 'H100' } });
    const { study } = await world.push(3, { ...commit(3), key: { gpu: 'H100' } });
    expect(study.accepted).toEqual(expect.not.objectContaining({ effect: expect.anything() }));
  });
});

describe('the winner of a merged pull request', () => {
  test('is tried on the next push, and is main\'s best where it is better', async () => {
    const world = await mainWith(propose(1));
    const { record, study, jobs, markdown } = await world.push(2, commit(2, { optimum: 8 }));
    expect(counts(jobs)).toMatchObject({ 'incumbent head': 3, 'incumbent base': 3 });
    const fresh = new Set(jobs.filter(({ stage }) => stage === 'incumbent').map(({ seed }) => seed));
    expect(fresh.has(seedFor(`incumbent:${shaOf(2)}`, 1))).toBe(true);
    expect(record).toMatchObject({ incumbent: { params: { x: 8 }, source: 'challenger', sinceSha: shaOf(2) }, challengers: [{ from: 'pull-request', pullRequest: 7, outcome: 'adopted' }] });
    expect(study.notes.join()).toContain('pull request 7');
    expect(markdown).toContain('pull request 7');
    expect((await world.push(3, commit(3, { optimum: 8 }))).record!.challengers).toBeUndefined();
  });

  test('that is not better leaves main\'s best, is told, and is not tried again', async () => {
    const world = await mainWith(propose(1));
    const { record, study } = await world.push(2, commit(2));
    expect(record).toMatchObject({ incumbent: { params: { x: 4 }, sinceSha: shaOf(1) }, challengers: [{ outcome: 'not-better' }] });
    expect(study.notes.join()).toMatch(/not better by half the margin/);
    expect(counts((await world.push(3, commit(3))).jobs)).toEqual({ 'canonical head': 5 });
  });

  test('that made up for a decline follows without a trial; against another best it is a challenger', async () => {
    const world = await mainWith(propose(1, { recovered: true }));
    const { record, jobs, study } = await world.push(2, commit(2, { optimum: 8 }));
    expect(counts(jobs)['incumbent head']).toBeUndefined();
    expect(record).toMatchObject({ incumbent: { params: { x: 8 }, source: 'challenger', sinceSha: shaOf(2) }, challengers: [{ pullRequest: 7, outcome: 'recovered' }] });
    expect(record!.canonical).toHaveLength(5);
    expect(study.notes.join()).toContain('had been found worse there');
    const other = await mainWith(propose(1, { recovered: true, against: { x: 5 } }));
    expect((await other.push(2, commit(2))).record).toMatchObject({ incumbent: { params: { x: 4 } }, challengers: [{ outcome: 'not-better' }] });
  });

  test('replaces a best that is no longer valid', async () => {
    const world = await mainWith(propose(1));
    const { record, study } = await world.push(2, { ...commit(2), config: plainConfig().replace('min: 0.0, max: 10.0, default: 4.0', 'min: 5.0, max: 10.0, default: 6.0') });
    expect(study.verdict).toMatchObject({ reason: 'incumbent-invalid' });
    expect(record).toMatchObject({ incumbent: { params: { x: 8 } }, challengers: [{ outcome: 'recovered' }] });
  });

  test('that is no point of the space any more, or main\'s best already, needs no run', async () => {
    const outside = await mainWith(propose(1, { params: { x: 40 } }));
    const first = await outside.push(2, commit(2));
    expect(first.record).toMatchObject({ incumbent: { params: { x: 4 } }, challengers: [{ outcome: 'invalid' }] });
    const same = await mainWith(propose(1, { params: { x: 4 }, recovered: true, against: { x: 4 } }));
    const second = await same.push(2, commit(2));
    expect(second.record).toMatchObject({ incumbent: { params: { x: 4 }, sinceSha: shaOf(1) }, challengers: [{ outcome: 'same' }] });
    for (const { jobs } of [first, second]) expect(counts(jobs)).toEqual({ 'canonical head': 5 });
  });
});

describe('more seeds', () => {
  const noisy: Formula = (side, params, seed) => ({ acc: 0.9 - 0.01 * (Number(params['x']) - 4) ** 2 + 0.02 * noise(side, seed) });
  const config = plainConfig('verdict: { looks: [3, 4], search: never }\n');
  const ask = (pairs: number, more: object = {}): Decision => ({ ...frame, kind: 'more-seeds', id: 'comment-5', sha: shaOf(99), via: 'comment', pairs, ...more });

  test('asked for at this commit, the gate goes on from the first pair by e-values until it is certain', async () => {
    const world = createWorld({ formula: noisy, config });
    const before = await world.compare();
    expect(before.study.verdict).toMatchObject({ kind: 'INCONCLUSIVE' });
    await world.store.decide(ask(100));
    await world.store.decide(ask(50, { id: 'comment-6', sha: shaOf(98) }));
    const after = await world.compare();
    expect(after.study.extension).toEqual({ pairs: 100, by: 'ada' });
    expect(after.study.verdict.kind).toBe('PASS');
    expect(after.study.gate!.pairs.length).toBeGreaterThan(4);
    expect(after.study.gate!.pairs.length).toBeLessThan(104);
    expect(after.study.gate!.pairs.slice(0, 4)).toEqual(before.study.gate!.pairs);
    // What the first attempt measured is not measured again.
    expect(counts(after.jobs)['canonical head']).toBe(after.study.gate!.pairs.length - 4);
    expect(after.markdown).toContain('More seeds were asked for by ada');
    expect(after.study.reproduce.join()).toContain('--more-seeds 100');
  });

  test('end where they end: undecided, and no more pairs than were asked for', async () => {
    const world = createWorld({ formula: noisy, config: plainConfig('verdict: { looks: [3, 4], search: never }\n', 'margin: 0.001') });
    await world.store.decide(ask(3));
    const { study } = await world.compare();
    expect(study.verdict.kind).toBe('INCONCLUSIVE');
    expect(study.gate!.pairs).toHaveLength(7);
  });

  test('a decline that shows only then is confirmed like any other', async () => {
    const world = createWorld({ formula: (side, params, seed, job) => ({ acc: (noisy(side, params, seed, job) as { acc: number }).acc - (side === 'head' ? 0.045 : 0) }), config });
    await world.store.decide(ask(100));
    const { study } = await world.compare();
    expect(study.gate!.result.decision).toBe('DOWN');
    expect(study.confirmation).toBeDefined();
  });

  test('a head that never runs ends it', async () => {
    const world = createWorld({ formula: (side, params, seed) => (side === 'head' ? 'broken' : hill()(params, seed)), config });
    await world.store.decide(ask(100));
    const { study } = await world.compare();
    expect(study.verdict).toMatchObject({ kind: 'REGRESSION', reason: 'stability' });
    expect(study.gate!.pairs).toHaveLength(4);
  });

  test('a history that cannot be read costs the request, not the verdict, and is told', async () => {
    const memory = createMemoryStore();
    const world = createWorld({ formula: noisy, config, store: { ...memory, decisions: () => Promise.reject(new UserError('newer-record', 'x.json was written by a newer noregret', { fix: 'Update' })) } });
    const { study } = await world.compare();
    expect(world.warnings.join()).toContain('newer noregret');
    expect(study.extension).toBeUndefined();
    expect(study.verdict.kind).toBe('INCONCLUSIVE');
    expect(study.warnings.join()).toContain('newer noregret');
  });
});
