import { mean, standardDeviation } from '../../math/describe.js';
import { tQuantile } from '../../math/studentT.js';
import { toGain } from '../../model/direction.js';
import type { DriftReport, DriftSegment, SinceRelease } from '../../model/drift.js';
import type { StudyRecord } from '../../model/record.js';
import type { SearchSpace } from '../../model/searchSpace.js';
import { alarmsOf, trendOf } from './alarms.js';
import { lineOf, valuesOf, type MeasuredCommit } from './line.js';
import { chainsOf, segmentsOf } from './segments.js';
import { importanceShifts, staleDefaults, trajectoriesOf } from './trajectories.js';

export interface DriftRequest {
  readonly study: string;
  /** Of this study, in any order. */
  readonly records: readonly StudyRecord[];
  /** The branch, newest first. */
  readonly firstParents: readonly string[];
  /** As committed now; without it no hyperparameter has a scale. */
  readonly space: SearchSpace | undefined;
  readonly release?: { readonly tag: string; readonly sha: string };
}

/** How results and best configuration moved along the default branch. Undefined when no record holds a complete run. */
export function driftOf({ study, records, firstParents, space, release }: DriftRequest): DriftReport | undefined {
  const { commits, notes } = lineOf(records, firstParents);
  const newest = commits.at(-1);
  if (newest === undefined) return undefined;
  const points = commits.map(({ record }) => ({ sha: record.sha, finishedAt: record.finishedAt, value: mean(valuesOf(record).map(({ value }) => value)) ?? 0, seeds: valuesOf(record).length }));
  const segments = segmentsOf(commits);
  const chains = chainsOf(segments, points.map(({ value }) => value));
  const shaAt = (index: number): string => points[index]?.sha ?? '';
  const { metric, incumbent } = newest.record;
  const last = chains.at(-1);
  const trend = last === undefined ? undefined : trendOf(last, shaAt);
  const history = commits.map(({ record }) => record);
  return {
    study, metric, points, segments, notes, incumbent: incumbent.params,
    alarms: chains.flatMap((chain) => alarmsOf(chain, { goal: metric.goal, shaAt })),
    ...(trend === undefined ? {} : { trend }),
    trajectories: space === undefined ? [] : trajectoriesOf(space, history),
    importance: space === undefined ? [] : importanceShifts(space, history),
    staleDefaults: space === undefined ? [] : staleDefaults(space, history),
    ...(release === undefined ? {} : { sinceRelease: sinceRelease(release, { commits, segments, firstParents }) }),
  };
}

interface Measured { readonly commits: readonly MeasuredCommit[]; readonly segments: readonly DriftSegment[]; readonly firstParents: readonly string[] }

/** Many small declines each pass alone; their sum does not hide. Paired by seed, 95 % t interval. */
function sinceRelease({ tag, sha }: { readonly tag: string; readonly sha: string }, { commits, segments, firstParents }: Measured): SinceRelease {
  const place = new Map(firstParents.map((one, i) => [one, i]));
  const released = place.get(sha);
  const at = released === undefined ? -1 : commits.findLastIndex(({ record }) => (place.get(record.sha) ?? -1) >= released);
  const [then, now] = [commits[at]?.record, commits.at(-1)?.record];
  if (then === undefined || now === undefined) return { tag, why: 'neither it nor a commit before it was measured' };
  const crossed = segments.filter(({ start }) => start > at);
  const wall = crossed.find(({ bridge }) => bridge === undefined);
  if (wall !== undefined) return { tag, why: `what is measured changed since (${wall.differs.join(', ')})` };
  const offset = crossed.reduce((sum, { bridge }) => sum + (bridge?.offset ?? 0), 0);
  const before = new Map(valuesOf(then).map(({ seed, value }) => [seed, value]));
  const differences = valuesOf(now).flatMap(({ seed, value }) => { const old = before.get(seed); return old === undefined ? [] : [value - old - offset]; });
  const [value, sd] = [mean(differences), standardDeviation(differences)];
  if (value === undefined || sd === undefined) return { tag, why: 'fewer than two seeds were measured on both' };
  const half = (tQuantile(0.975, differences.length - 1) * sd) / Math.sqrt(differences.length);
  return { tag, sha: then.sha, value, low: value - half, high: value + half, seeds: differences.length, better: toGain(value, now.metric.goal) > 0 };
}
