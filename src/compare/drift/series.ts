import { mean, standardDeviation } from '../../math/describe.js';
import { tQuantile } from '../../math/studentT.js';
import { toGain } from '../../model/direction.js';
import type { DriftSegment, DriftSeries, SinceRelease } from '../../model/drift.js';
import { alarmsOf, failureAlarms, trendOf, type AlarmChain } from './alarms.js';
import type { MeasuredCommit } from './line.js';
import { meanOf, type Reading, type SeedValue } from './reading.js';
import { chainsOf, segmentsOf, type Chain } from './segments.js';

export interface SeriesRequest {
  /** Oldest first. */
  readonly commits: readonly MeasuredCommit[];
  /** The branch, newest first. */
  readonly firstParents: readonly string[];
  readonly release?: { readonly tag: string; readonly sha: string };
}

/** One number along the branch; undefined where no record holds it. */
export function seriesOf(request: SeriesRequest, reading: Reading): DriftSeries | undefined {
  const { kind, metric, of } = reading;
  const measured = request.commits.map((commit) => ({ commit, values: of(commit.record) })).filter(({ values }) => values.length > 0);
  if (measured.length === 0) return undefined;
  const commits = measured.map(({ commit }) => commit);
  const points = measured.map(({ commit: { record: { sha, finishedAt } }, values }) => ({ sha, finishedAt, value: meanOf(values), seeds: values.length }));
  const segments = segmentsOf(commits, reading);
  const naming = { goal: metric.goal, shaAt: (index: number): string => points[index]?.sha ?? '' };
  if (kind === 'failures') {
    const counts = points.map(({ value, seeds }) => ({ runs: seeds, failed: Math.round(value * seeds) }));
    // Five runs that fail or do not have no t interval.
    return { kind, metric, points, segments, alarms: segments.flatMap(({ start, end }) => failureAlarms(start, counts.slice(start, end), naming)) };
  }
  const release = request.release === undefined ? {} : { sinceRelease: sinceRelease({ ...request, commits, release: request.release }, segments, reading) };
  const chains = chainsOf(segments).map((chain) => alarmChain(measured.map(({ values }) => values), chain, reading));
  const last = chains.at(-1);
  const trend = last === undefined ? undefined : trendOf(last, naming.shaAt);
  return { kind, metric, points, segments, alarms: chains.flatMap((chain) => alarmsOf(chain, naming)), ...(trend === undefined ? {} : { trend }), ...release };
}

function alarmChain(all: readonly (readonly SeedValue[])[], { start, end, offsets }: Chain, { byMeans }: Reading): AlarmChain {
  const values = all.slice(start, end);
  const means = values.map((row, i) => meanOf(row) + (offsets[i] ?? 0));
  if (byMeans) return { start, means };
  const columns = new Map<number, number>();
  for (const row of values) for (const { seed } of row) if (!columns.has(seed)) columns.set(seed, columns.size);
  return { start, means, rows: values.map((row, i) => {
    const cells: (number | undefined)[] = Array.from({ length: columns.size });
    for (const { seed, value } of row) cells[columns.get(seed) ?? 0] = value + (offsets[i] ?? 0);
    return cells;
  }) };
}

/** Many small declines each pass alone; their sum does not hide. Paired by seed, 95 % t interval. */
function sinceRelease({ commits, firstParents, release: { tag, sha } }: Required<SeriesRequest>, segments: readonly DriftSegment[], { of, metric }: Reading): SinceRelease {
  const place = new Map(firstParents.map((one, i) => [one, i]));
  const released = place.get(sha);
  const at = released === undefined ? -1 : commits.findLastIndex(({ record }) => (place.get(record.sha) ?? -1) >= released);
  const [then, now] = [commits[at]?.record, commits.at(-1)?.record];
  if (then === undefined || now === undefined) return { tag, why: 'neither it nor a commit before it was measured' };
  const crossed = segments.filter(({ start }) => start > at);
  const wall = crossed.find(({ bridge }) => bridge === undefined);
  if (wall !== undefined) return { tag, why: `what is measured changed since (${wall.differs.join(', ')})` };
  const offset = crossed.reduce((sum, { bridge }) => sum + (bridge?.offset ?? 0), 0);
  const before = new Map(of(then).map(({ seed, value }) => [seed, value]));
  const differences = of(now).flatMap(({ seed, value }) => { const old = before.get(seed); return old === undefined ? [] : [value - old - offset]; });
  const [value, sd] = [mean(differences), standardDeviation(differences)];
  if (value === undefined || sd === undefined) return { tag, why: 'fewer than two seeds were measured on both' };
  const half = (tQuantile(0.975, differences.length - 1) * sd) / Math.sqrt(differences.length);
  return { tag, sha: then.sha, value, low: value - half, high: value + half, seeds: differences.length, better: toGain(value, metric.goal) > 0 };
}
