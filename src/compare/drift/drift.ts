import type { AlsoMetric } from '../../model/config.js';
import type { DriftReport } from '../../model/drift.js';
import type { StudyRecord } from '../../model/record.js';
import type { SearchSpace } from '../../model/searchSpace.js';
import { lineOf, valuesOf } from './line.js';
import { objectiveReading, otherReadings } from './reading.js';
import { seriesOf } from './series.js';
import { importanceShifts, staleDefaults, trajectoriesOf } from './trajectories.js';

export interface DriftRequest {
  readonly study: string;
  /** Of this study, in any order. */
  readonly records: readonly StudyRecord[];
  /** The branch, newest first. */
  readonly firstParents: readonly string[];
  /** As committed now; without it no hyperparameter has a scale. */
  readonly space: SearchSpace | undefined;
  /** Metrics beside the objective, as committed now: records do not say which way these are better. */
  readonly also?: readonly Pick<AlsoMetric, 'name' | 'goal' | 'timing'>[];
  readonly release?: { readonly tag: string; readonly sha: string };
}

/** How results and best configuration moved along the default branch. Undefined when no record holds a complete run. */
export function driftOf({ study, records, firstParents, space, also = [], release }: DriftRequest): DriftReport | undefined {
  const { commits, notes } = lineOf(records, firstParents);
  const history = commits.map(({ record }) => record).filter((record) => valuesOf(record).length > 0);
  const newest = history.at(-1);
  if (newest === undefined) return undefined;
  const request = { commits, firstParents, ...(release === undefined ? {} : { release }) };
  const objective = seriesOf(request, objectiveReading(newest.metric));
  if (objective === undefined) return undefined;
  return {
    ...objective, study, notes, incumbent: newest.incumbent.params,
    also: otherReadings(also).flatMap((reading) => seriesOf(request, reading) ?? []).filter(({ kind, points }) => kind !== 'failures' || points.some(({ value }) => value > 0)),
    trajectories: space === undefined ? [] : trajectoriesOf(space, history),
    importance: space === undefined ? [] : importanceShifts(space, history),
    staleDefaults: space === undefined ? [] : staleDefaults(space, history),
  };
}
