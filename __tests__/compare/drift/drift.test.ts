import { describe, expect, test } from '@jest/globals';
import { driftOf, type DriftRequest } from '../../../src/compare/drift/drift.js';
import { standardNormal } from '../../../src/math/normal.js';
import { createRng } from '../../../src/math/rng.js';
import type { DriftReport } from '../../../src/model/drift.js';
import type { StudyRecord } from '../../../src/model/record.js';
import type { SearchSpace } from '../../../src/model/searchSpace.js';

const rng = createRng('drift');
const seeds = [11, 12, 13, 14, 15];
const sha = (i: number): string => i.toString(16).padStart(40, '0');
const time = (i: number): string => new Date(Date.UTC(2026, 0, 1) + i * 3_600_000).toISOString();

interface Made { readonly level?: number; readonly params?: StudyRecord['incumbent']['params']; readonly key?: Record<string, string>; readonly run?: string }

function record(i: number, { level = 0, params = { lr: 0.01 }, key = { gpu: 'A' }, run = String(i) }: Made = {}): StudyRecord {
  return {
    schema: 1, tool: 'test', kind: 'observed', study: 's', sha: sha(i), run, attempt: 1, startedAt: time(i), finishedAt: time(i), key, metric: { name: 'acc', goal: 'maximize' }, space: '',
    incumbent: { params, sinceSha: sha(0), source: 'defaults' }, budget: { trials: 5, wallSeconds: 1, gpuMinutes: 0 },
    canonical: seeds.map((seed) => ({ seed, metrics: { acc: 0.8 + level + 0.01 * standardNormal(rng) }, seconds: 1, state: 'complete' })),
  };
}

const count = 50;
const line = Array.from({ length: count }, (_, i) => sha(count - 1 - i));
const space: SearchSpace = { constraints: [], parameters: [
  { name: 'lr', path: ['lr'], distribution: { name: 'log_uniform_values', low: 1e-4, high: 1 }, default: 0.5 },
  { name: 'depth', path: ['depth'], distribution: { name: 'int_uniform', low: 1, high: 9 } },
] };
const stepped = Array.from({ length: count }, (_, i) => record(i, { level: i < 30 ? 0 : -0.03 }));

function drift(records: readonly StudyRecord[], more: Partial<DriftRequest> = {}): DriftReport {
  const report = driftOf({ study: 's', records, firstParents: line, space, ...more });
  if (report === undefined) throw new Error('no report');
  return report;
}

describe('drift across commits', () => {
  test('a fall of three seed deviations is found at its commit, as worse', () => {
    expect(drift(stepped).alarms).toEqual([{ kind: 'step', index: 30, sha: sha(30), better: false, before: expect.closeTo(0.8, 2), after: expect.closeTo(0.77, 2), p: expect.any(Number) }]);
  });

  test('the same values of a loss are an improvement', () => {
    const records = stepped.map((one): StudyRecord => ({ ...one, metric: { name: 'acc', goal: 'minimize' } }));
    expect(drift(records).alarms.map(({ better }) => better)).toEqual([true]);
  });

  test('records out of order give the same report', () => {
    const shuffled = [...stepped].sort((a, b) => (a.canonical[0]?.metrics['acc'] ?? 0) - (b.canonical[0]?.metrics['acc'] ?? 0));
    expect(drift(shuffled)).toEqual(drift(stepped));
  });

  test('times out of order, as after a restore: the branch decides', () => {
    const late = stepped.map((one, i) => ({ ...one, finishedAt: time(1000 - i) }));
    expect(drift(late).points.map((point) => point.sha)).toEqual([...line].reverse());
  });

  test('duplicated records count once; a later measurement of the same commit replaces the earlier one and is said', () => {
    const twice = [...stepped, ...stepped.slice(3, 9)];
    expect(drift(twice)).toEqual(drift(stepped));
    const again = { ...record(7, { level: 0.001, run: '900' }), finishedAt: time(900) };
    const report = drift([...stepped, again]);
    expect(report.points).toHaveLength(count);
    expect(report.points[7]?.finishedAt).toBe(time(900));
    expect(report.notes).toEqual(['1 record of commits that were measured again later: the newest counts.']);
  });

  test('a rewritten main: records of lost commits are left out and counted', () => {
    const report = drift([...stepped, record(500), record(501)]);
    expect(report.points).toHaveLength(count);
    expect(report.notes).toEqual(['2 records of commits that are not on this branch (rewritten, or another branch) left out.']);
  });

  test('none of the commits is known here: order by time, and said', () => {
    const report = drift(stepped, { firstParents: [sha(9999)] });
    expect(report.points).toHaveLength(count);
    expect(report.notes[0]).toContain('time decides');
    expect(report.alarms).toHaveLength(1);
  });

  test('nothing measured: no report', () => {
    expect(driftOf({ study: 's', records: [], firstParents: line, space })).toBeUndefined();
    expect(driftOf({ study: 's', records: stepped.map((one) => ({ ...one, canonical: [] })), firstParents: line, space })).toBeUndefined();
  });

  test('a jump where the machine changes is no alarm: a new segment, which names the field', () => {
    const moved = Array.from({ length: count }, (_, i) => record(i, i < 25 ? {} : { level: 0.2, key: { gpu: 'B' } }));
    const report = drift(moved);
    expect(report.alarms).toEqual([]);
    expect(report.segments).toEqual([{ start: 0, end: 25, cutBy: 'start', differs: [] }, { start: 25, end: 50, cutBy: 'environment', differs: ['gpu'] }]);
  });

  test('so where the best configuration changes', () => {
    const retuned = Array.from({ length: count }, (_, i) => record(i, i < 25 ? {} : { level: 0.2, params: { lr: 0.02 } }));
    expect(drift(retuned).segments[1]).toEqual({ start: 25, end: 50, cutBy: 'configuration', differs: ['lr'] });
    expect(drift(retuned).alarms).toEqual([]);
  });

  test('old seeds run again on the new machine bridge the cut: a step hidden by it is found', () => {
    const young = (i: number, level: number): StudyRecord => record(i, { level: 0.2 + level, key: { gpu: 'B' } });
    const records = Array.from({ length: count }, (_, i) => (i < 25 ? record(i) : young(i, -0.04)));
    const bridge = { ...young(24, 0), run: '0', finishedAt: time(0) };
    expect(drift(records).alarms).toEqual([]);
    const report = drift([...records, bridge]);
    expect(report.segments[1]?.bridge).toEqual({ offset: expect.closeTo(0.2, 1), seeds: 5 });
    expect(report.alarms.map(({ index, better }) => [index, better])).toEqual([[25, false]]);
  });

  test('slow creep that no step betrays is told by the sums or by the trend', () => {
    const creeping = Array.from({ length: count }, (_, i) => record(i, { level: -0.0006 * i }));
    const report = drift(creeping);
    expect(report.alarms.length > 0 && report.alarms.every(({ better }) => !better)).toBe(true);
    expect(report.trend?.perCommit).toBeCloseTo(-0.0006, 4);
  });

  test('since the last release: paired by seed, with its interval', () => {
    const report = drift(stepped, { release: { tag: 'v1', sha: sha(10) } });
    expect(report.sinceRelease).toMatchObject({ tag: 'v1', sha: sha(10), seeds: 5, better: false, value: expect.closeTo(-0.03, 1) });
  });

  test('a release that was not measured takes the commit before it; none before it is said', () => {
    const gaps = stepped.filter((_, i) => i > 5 && i !== 20);
    expect(drift(gaps, { release: { tag: 'v1', sha: sha(20) } }).sinceRelease).toMatchObject({ sha: sha(19) });
    expect(drift(gaps, { release: { tag: 'v1', sha: sha(3) } }).sinceRelease).toEqual({ tag: 'v1', why: 'neither it nor a commit before it was measured' });
    expect(drift(gaps, { release: { tag: 'v1', sha: sha(7777) } }).sinceRelease).toMatchObject({ why: expect.any(String) });
  });

  test('a release on the other side of a cut does not compare', () => {
    const moved = stepped.map((one, i) => (i < 25 ? one : { ...one, key: { gpu: 'B' } }));
    expect(drift(moved, { release: { tag: 'v1', sha: sha(10) } }).sinceRelease).toEqual({ tag: 'v1', why: 'what is measured changed since (gpu)' });
  });
});

describe('beside the objective', () => {
  const draws = createRng('beside the objective');
  const also = [{ name: 'loss', goal: 'minimize' as const, timing: false }];
  const withMore = stepped.map((one, i): StudyRecord => ({ ...one, canonical: one.canonical.map((run, s) => ({
    ...run, seconds: 60 + (i < 20 ? 0 : 30) + standardNormal(draws),
    ...(i >= 40 && s < 4 ? { state: 'failed', metrics: {} } : { metrics: { ...run.metrics, loss: 0.5 - (i < 10 ? 0 : 0.1) + 0.01 * standardNormal(draws) } }),
  })) }));

  test('each further metric, the duration and the failures have a series of their own, after the objective', () => {
    const report = drift(withMore, { also });
    expect(report.metric.name).toBe('acc');
    expect(report.also.map(({ kind, metric }) => [kind, metric.name])).toEqual([['metric', 'loss'], ['duration', 'seconds per run'], ['failures', 'share of failed runs']]);
    expect(report.also.map(({ alarms }) => [alarms[0]?.sha, alarms[0]?.better])).toEqual([[sha(10), true], [sha(20), false], [sha(40), false]]);
    expect(report.also[2]?.points.at(-1)).toMatchObject({ value: 0.8, seeds: 5 });
  });

  test('a commit of which every run failed is a failure, and no point of the objective', () => {
    const dead = stepped.map((one, i): StudyRecord => (i === 12 ? { ...one, canonical: one.canonical.map((run) => ({ ...run, state: 'failed', metrics: {} })) } : one));
    const report = drift(dead);
    expect(report.points).toHaveLength(count - 1);
    expect(report.also.find(({ kind }) => kind === 'failures')?.points).toHaveLength(count);
  });

  test('what was measured again and failed does not replace the values of the same commit', () => {
    const again = { ...record(7, { run: '900' }), finishedAt: time(900), canonical: seeds.map((seed) => ({ seed, metrics: {}, seconds: 1, state: 'failed' })) };
    expect(drift([...stepped, again]).points).toHaveLength(count);
  });

  test('a metric that a record lacks leaves a gap; one that none holds leaves no series; no failures, no series of them', () => {
    const report = drift(withMore.map((one, i) => (i < 40 ? one : (stepped[i] ?? one))), { also: [...also, { name: 'nobody reports it', goal: 'minimize', timing: false }] });
    expect(report.also.map(({ metric }) => metric.name)).toEqual(['loss', 'seconds per run']);
    expect(report.also[0]?.points).toHaveLength(40);
  });

  test('since the release, metric by metric', () => {
    expect(drift(withMore.slice(0, 40), { also, release: { tag: 'v1', sha: sha(5) } }).also[0]?.sinceRelease).toMatchObject({ better: true, value: expect.closeTo(-0.1, 1), seeds: 5 });
  });
});

describe('hyperparameters across commits', () => {
  const trials = (good: number, seed: string): NonNullable<StudyRecord['search']> => {
    const draws = createRng(seed);
    return { finishedAt: time(0), method: 'random', seed: 1, trials: Array.from({ length: 40 }, () => {
      const params = { lr: 10 ** (-4 + 4 * draws.uniform()), depth: 1 + draws.integer(9) };
      return { params, result: { outcome: { state: 'complete' as const, value: -((Math.log10(params.lr) - good) ** 2) }, metrics: {}, seconds: 1 } };
    }) };
  };

  test('a trajectory on its own scale, and a value that hugs its bound', () => {
    const records = stepped.map((one, i) => ({ ...one, incumbent: { ...one.incumbent, params: { lr: i < 20 ? 0.01 : 0.001, depth: 9 } } }));
    expect(drift(records).trajectories).toEqual([
      { name: 'lr', values: [{ sha: sha(0), value: 0.01 }, { sha: sha(20), value: 0.001 }], position: expect.closeTo(0.25, 9) },
      { name: 'depth', values: [{ sha: sha(0), value: 9 }], position: 1, boundary: 'high' },
    ]);
  });

  test('a default outside of the good region is stale; one without effect is not', () => {
    const records = stepped.map((one, i) => (i === 40 ? { ...one, search: trials(-3, 'a') } : one)).map((one) => ({ ...one, incumbent: { ...one.incumbent, params: { lr: 0.001, depth: 4 } } }));
    const stale = drift(records).staleDefaults;
    expect(stale).toEqual([{ name: 'lr', declared: 0.5, suggested: 0.001, goodLow: expect.any(Number), goodHigh: expect.any(Number) }]);
    expect(stale[0]?.goodHigh).toBeLessThan(0.5);
    const fine = { ...space, parameters: space.parameters.map((one) => (one.name === 'lr' ? { ...one, default: 0.0012 } : one)) };
    expect(drift(records, { space: fine }).staleDefaults).toEqual([]);
  });

  test('importance: a parameter that stops to matter is told, chance is not', () => {
    const flat = (seed: string): NonNullable<StudyRecord['search']> => {
      const found = trials(0, seed);
      const draws = createRng(`${seed} flat`);
      return { ...found, trials: found.trials.map((one) => ({ ...one, result: { ...one.result, outcome: { state: 'complete' as const, value: draws.uniform() } } })) };
    };
    const withSearches = (first: StudyRecord['search'], last: StudyRecord['search']): StudyRecord[] => stepped.map((one, i) => (i === 0 ? { ...one, search: first } : i === 49 ? { ...one, search: last } : one));
    expect(drift(withSearches(trials(0, 'x'), flat('y'))).importance.find(({ name }) => name === 'lr')?.shifted).toBe(true);
    expect(drift(withSearches(trials(0, 'x'), trials(0, 'z'))).importance.every(({ shifted }) => !shifted)).toBe(true);
  });
});
