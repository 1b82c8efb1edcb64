import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/model/errors.js';
import type { StudyRecord } from '../../src/model/record.js';
import { seedFor } from '../../src/model/seeds.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { counts, createWorld, hill, noise, plainConfig, shaOf, type Formula, type World } from './simulatedRun.js';

const dayMs = 86_400_000;
const start = 1_767_225_600_000;
const noDefaults = plainConfig().replace(', default: 4.0', '');
/** Commit n of main, with noise of its own. */
const commit = (n: number, more: Parameters<typeof hill>[0] = {}): { formula: Formula; startMs: number } =>
  ({ formula: (_side, params, seed) => hill({ sd: 0.001, salt: `c${n}`, ...more })(params, seed), startMs: start + n * 60_000 });
const mainOf = (more: object = {}): World => createWorld({ ...commit(1), ...more });

describe('the first push', () => {
  test('with defaults: they are b*, measured on the canonical seeds; the search is due', async () => {
    const { record, study, jobs, pending, markdown } = await mainOf().push(1);
    expect(study.verdict).toMatchObject({ kind: 'NO_BASELINE', reason: 'first-record' });
    expect(record).toMatchObject({
      kind: 'observed', sha: shaOf(1), run: '101', attempt: 1, margin: 0.02, verdict: { kind: 'NO_BASELINE', reason: 'first-record' },
      incumbent: { params: { x: 4 }, sinceSha: shaOf(1), source: 'defaults' }, search: { method: 'random', trials: expect.any(Array) },
    });
    expect(record!.canonical.map((one) => one.seed)).toEqual([1, 2, 3, 4, 5].map((i) => seedFor('canon', i)));
    expect(record!.search!.trials).toHaveLength(10);
    expect(record!.key).toMatchObject({ incumbent: '{"x":4}' });
    expect(record!.noise).toBeUndefined();
    expect(counts(jobs)).toMatchObject({ 'canonical head': 5, 'search head': 10 });
    expect(pending).toEqual([]);
    expect(markdown).not.toMatch(/On merge|previous record/);
    expect(record!.budget.wallSeconds).toBe(study.budget.wallSeconds);
  });

  test('a better configuration than the defaults is b* at once, if it is better on fresh seeds', async () => {
    const { record, study, jobs } = await mainOf({ ...commit(1, { optimum: 7 }), config: plainConfig('budget: { trials: 30 }\n') }).push(1);
    expect(record!.incumbent).toMatchObject({ source: 'challenger', sinceSha: shaOf(1) });
    expect(Math.abs(Number(record!.incumbent.params['x']) - 7)).toBeLessThan(1);
    expect(record!.key['incumbent']).toBe(JSON.stringify(record!.incumbent.params));
    expect(counts(jobs)).toMatchObject({ 'incumbent base': 3, 'incumbent head': 3, 'canonical head': 10 });
    const fresh = new Set(jobs.filter((job) => job.stage === 'incumbent').map((job) => job.seed));
    expect(jobs.filter((job) => job.stage !== 'incumbent').some((job) => fresh.has(job.seed))).toBe(false);
    expect(study.notes).toEqual([expect.stringContaining('replaces main')]);
    expect(study.incumbent).toMatchObject({ source: 'defaults', params: { x: 4 } });
  });

  test('without defaults main is searched, and the winner needs no challenge', async () => {
    const { record, jobs } = await mainOf({ config: noDefaults }).push(1);
    expect(record!.incumbent).toMatchObject({ source: 'base-search', sinceSha: shaOf(1) });
    expect(record!.search!.trials).toHaveLength(10);
    expect(counts(jobs)['incumbent head']).toBeUndefined();
  });

  test('nothing that runs: nothing is recorded, and nothing is called a baseline', async () => {
    for (const config of [plainConfig(), noDefaults]) {
      const { record, study } = await mainOf({ formula: () => 'no data', config }).push(1);
      expect(record).toBeUndefined();
      expect(study.verdict).toMatchObject({ kind: 'NO_BASELINE', reason: 'nothing-complete' });
      expect(study.verdict.sentence).not.toContain('is now the baseline');
    }
  });
});

describe('a later push', () => {
  test('is gated against the previous record on its seeds; only this commit is run, and not searched', async () => {
    const world = mainOf();
    await world.push(1);
    const { record, study, jobs, markdown } = await world.push(2, commit(2));
    expect(study).toMatchObject({ verdict: { kind: 'PASS' }, baseline: { source: 'stored', measuredSha: shaOf(1) }, incumbent: { source: 'record', sinceSha: shaOf(1) } });
    expect(counts(jobs)).toEqual({ 'canonical head': 5 });
    expect(record).toMatchObject({ incumbent: { params: { x: 4 }, sinceSha: shaOf(1), source: 'defaults' }, noise: { df: 2 } });
    expect(record!.search).toBeUndefined();
    expect(study.budget).toMatchObject({ complete: 5, reused: 3 });
    expect(markdown).toContain('previous record');
    expect(markdown).toContain("main's best");
  });

  test('a red one is repeated against the commit before, and recorded as well', async () => {
    const world = mainOf();
    await world.push(1);
    const both: Formula = (side, params, seed) => hill({ level: side === 'base' ? 0.9 : 0.7, sd: 0.001, salt: side })(params, seed);
    const { record, study, jobs } = await world.push(2, { ...commit(2), formula: both });
    expect(study.verdict).toMatchObject({ kind: 'REGRESSION', reason: 'confirmed', sentence: expect.stringContaining('previous record') });
    expect(counts(jobs)).toEqual({ 'canonical head': 5, 'confirm head': 3, 'confirm base': 3 });
    expect(jobs.filter((job) => job.side === 'base').every((job) => job.cwd === '/tree/base')).toBe(true);
    expect(jobs.some((job) => job.seed === seedFor(`confirm:${shaOf(1)}:tree2`, 1))).toBe(true);
    expect(record).toMatchObject({ verdict: { kind: 'REGRESSION' }, canonical: { length: 5 } });
  });

  test('a decline that does not come back on fresh seeds is no regression', async () => {
    const world = mainOf();
    await world.push(1);
    const { study } = await world.push(2, { ...commit(2), formula: (_side, params, seed, { stage }) => hill({ level: stage === 'canonical' ? 0.7 : 0.9, salt: 'b' })(params, seed) });
    expect(study.verdict).toMatchObject({ kind: 'NOT_CONFIRMED', reason: 'fresh-seeds' });
  });

  test('a commit before that cannot be built leaves a decline unconfirmed, and says so', async () => {
    const world = mainOf();
    await world.push(1);
    const { study, record } = await world.push(2, { ...commit(2, { level: 0.7 }), unbuildable: 'base' });
    expect(study.verdict).toMatchObject({ kind: 'NOT_CONFIRMED', reason: 'remembered', sentence: expect.stringContaining('could not be run again') });
    expect(study.notes).toEqual([expect.stringContaining('base cannot be built')]);
    expect(record!.canonical).toHaveLength(5);
  });

  test('one that fails altogether is a regression and leaves no record; the next one stands against the last that ran', async () => {
    const world = mainOf();
    await world.push(1);
    const broken = await world.push(2, { formula: () => 'broken' });
    expect(broken).toMatchObject({ record: undefined, study: { verdict: { kind: 'REGRESSION', reason: 'stability' } } });
    const { study } = await world.push(3, commit(3));
    expect(study).toMatchObject({ verdict: { kind: 'PASS' }, baseline: { measuredSha: shaOf(1) } });
  });

  test('other conditions begin a new series, and say so', async () => {
    const world = mainOf();
    await world.push(1);
    await world.push(2, commit(2));
    const { record, study } = await world.push(3, { ...commit(3), key: { gpu: 'H100' } });
    expect(study.verdict).toMatchObject({ kind: 'NO_BASELINE', reason: 'other-conditions', sentence: expect.stringContaining('gpu') });
    expect(record).toMatchObject({ incumbent: { sinceSha: shaOf(1) } });
    expect(record!.noise).toBeUndefined();
    expect((await world.push(4, { ...commit(4), key: { gpu: 'H100' } })).study).toMatchObject({ verdict: { kind: 'PASS' }, baseline: { measuredSha: shaOf(3) } });
  });

  test('b* that is no longer valid: the defaults follow, main is searched, and it is no first record', async () => {
    const world = mainOf();
    await world.push(1);
    const config = plainConfig().replace('max: 10.0, default: 4.0', 'max: 3.9, default: 3.0');
    const { record, study, jobs } = await world.push(2, { ...commit(2), config });
    expect(study.verdict).toMatchObject({ kind: 'NO_BASELINE', reason: 'incumbent-invalid', sentence: expect.stringContaining('x = 4 is outside its space') });
    expect(counts(jobs)).toMatchObject({ 'search head': 10 });
    expect(record!.incumbent.sinceSha).toBe(shaOf(2));
  });

  test('a parameter that is new changes b*, which counts from here', async () => {
    const world = mainOf();
    await world.push(1);
    const { record } = await world.push(2, { ...commit(2), config: plainConfig().replace('} }\n', '}, depth: { min: 1, max: 3, default: 2 } }\n') });
    expect(record!.incumbent).toEqual({ params: { x: 4, depth: 2 }, sinceSha: shaOf(2), source: 'defaults' });
  });

  test('a metric that depends on load is not gated against a memory', async () => {
    const config = plainConfig('also: [ { name: ms, goal: minimize, margin: 1, gate: true, timing: true } ]\n');
    const timed = (n: number, ms: number): { formula: Formula } => ({ formula: (_side, params, seed) => ({ ...hill({ salt: `c${n}` })(params, seed), ms: ms + noise(`ms${n}`, seed) }) });
    const world = mainOf({ config, ...timed(1, 5) });
    await world.push(1);
    const { study } = await world.push(2, timed(2, 50));
    expect(study.verdict.kind).toBe('PASS');
    expect(study.metrics).toMatchObject([{ name: 'acc', gate: true }, { name: 'ms', gate: false }]);
  });

  test('an error after the series was measured does not lose the record', async () => {
    const config = plainConfig('', 'margin: 1%');
    const around: Formula = (_side, _params, seed) => ({ acc: noise('z', seed) });
    const world = mainOf({ config, formula: around });
    await world.push(1);
    const { record, study } = await world.push(2);
    expect(study.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'margin-percent' });
    expect(record!.canonical).toHaveLength(5);
  });
});

describe('the search of main', () => {
  test('is due when the last one is older than main_search, and always on a schedule', async () => {
    const world = mainOf();
    await world.push(1);
    expect((await world.push(2, commit(2))).record!.search).toBeUndefined();
    expect((await world.push(3, { ...commit(3), startMs: start + 6 * dayMs })).record!.search).toBeUndefined();
    expect((await world.push(4, { ...commit(4), startMs: start + 8 * dayMs })).record!.search).toBeDefined();
    expect((await world.push(5, { ...commit(5), startMs: start + 9 * dayMs })).record!.search).toBeUndefined();
    expect((await world.push(6, { ...commit(6), startMs: start + 9 * dayMs, searchAlways: true })).record!.search).toBeDefined();
  });

  test('a challenger replaces b* only when it is better', async () => {
    const world = mainOf({ config: plainConfig('budget: { trials: 30 }\n') });
    await world.push(1);
    const same = await world.push(2, { ...commit(2), searchAlways: true });
    expect(same.record!.incumbent).toMatchObject({ params: { x: 4 }, sinceSha: shaOf(1) });
    const moved = await world.push(3, { ...commit(3, { optimum: 8 }), searchAlways: true });
    expect(moved.record!.incumbent).toMatchObject({ source: 'challenger', sinceSha: shaOf(3) });
    expect(moved.record!.noise).toBeUndefined();
    const next = await world.push(4, commit(4, { optimum: 8 }));
    expect(next.study).toMatchObject({ verdict: { kind: 'PASS' }, incumbent: { source: 'record', sinceSha: shaOf(3) } });
    expect(next.record!.incumbent).toEqual(moved.record!.incumbent);
  });
});

describe('noise and margin', () => {
  const auto = plainConfig('', 'margin: auto');

  test('pool over the pushes; auto is settled once they hold eight degrees of freedom, and then moves on pushes only', async () => {
    const world = mainOf({ config: auto });
    const records: StudyRecord[] = [];
    for (let n = 1; n <= 8; n++) records.push((await world.push(n, commit(n))).record!);
    const dfs = records.map((record) => record.noise?.df ?? 0);
    expect(dfs).toEqual([...dfs].sort((a, b) => a - b));
    for (const { noise: known, margin } of records) {
      if ((known?.df ?? 0) < 8) expect(margin).toBeUndefined();
      else expect(margin).toBeCloseTo(1.25 * known!.sd, 10);
    }
    const settled = records.flatMap(({ margin }) => margin ?? []);
    expect(settled.length).toBeGreaterThan(2);
    expect(new Set(settled).size).toBeGreaterThan(1);
    const { study } = await world.compare({ formula: (side, params, seed) => hill({ sd: 0.001, salt: side })(params, seed), changed: ['README.md'] });
    expect(study.margin).toEqual({ value: settled.at(-1), kind: 'auto', provisional: false, noise: records.at(-1)!.noise!.sd });
    expect(study.notes.join()).not.toContain('provisional');
    const changed = await world.compare({ formula: (side, params, seed) => hill({ sd: 0.001, salt: side })(params, seed), changed: ['train.py'] });
    expect(changed.study).toMatchObject({ baseline: { source: 'rerun' }, margin: { value: settled.at(-1), provisional: false } });
  });

  test('pushes that change nothing do not talk the noise down', async () => {
    const world = mainOf({ config: auto });
    await world.push(1);
    const { record } = await world.push(2, commit(2));
    let last = record!;
    for (let n = 3; n <= 9; n++) {
      const { study, record: next } = await world.push(n, { ...commit(2), startMs: start + n * 60_000 });
      expect(study.verdict.kind).toBe('NO_CHANGE');
      last = next!;
    }
    expect(last.noise).toEqual(record!.noise);
  });
});

describe('what goes wrong', () => {
  test('a store that refuses: the record is handed back, to be stored by the job that may', async () => {
    const store = { ...createMemoryStore(), append: () => Promise.reject(new UserError('read-only', 'this token may not push', { exitCode: 3 })) };
    const world = mainOf({ store });
    const { pending, record, study } = await world.push(1);
    expect(pending).toEqual([record]);
    expect(study.verdict.reason).toBe('first-record');
    expect(world.warnings).toEqual([expect.stringContaining('this token may not push')]);
  });

  test('cancelled: no record of half a series; a re-run measures the rest and records the same', async () => {
    const undisturbed = await mainOf().push(1);
    for (const n of [1, 4, 8, 17]) {
      const world = mainOf();
      const cut = await world.push(1, { cancelWhen: (_job, nth) => nth === n });
      expect(cut).toMatchObject({ record: undefined, study: { verdict: { kind: 'INCOMPLETE', reason: 'cancelled' } } });
      const { record } = await world.push(1);
      expect(record!.canonical).toEqual(undisturbed.record!.canonical);
      expect(record!.incumbent).toEqual(undisturbed.record!.incumbent);
      expect(record!.search!.trials).toEqual(undisturbed.record!.search!.trials);
    }
  });
});
