import { mean } from '../../math/describe.js';
import type { DriftSeries } from '../../model/drift.js';
import type { AlsoMetric } from '../../model/config.js';
import type { StudyRecord } from '../../model/record.js';
import { valuesOf } from './line.js';

export interface SeedValue { readonly seed: number; readonly value: number }

/** What one series takes from a record, seed by seed. */
export interface Reading {
  readonly kind: DriftSeries['kind'];
  readonly metric: DriftSeries['metric'];
  readonly of: (record: StudyRecord) => readonly SeedValue[];
  /** What acts on a machine acts on all runs of a commit: the seeds' scatter then says nothing about the noise. */
  readonly byMeans: boolean;
}

/** The objective, which each record names; where it changed the compatibility key cuts the series. */
export function objectiveReading(metric: StudyRecord['metric']): Reading {
  return { kind: 'metric', metric, byMeans: false, of: valuesOf };
}

/** Every further series that a history can hold: the metrics beside the objective, how long a run takes, how many fail. */
export function otherReadings(also: readonly Pick<AlsoMetric, 'name' | 'goal' | 'timing'>[]): readonly Reading[] {
  return [
    ...also.map(({ name, goal, timing }): Reading => ({ kind: 'metric', metric: { name, goal }, byMeans: timing, of: (record) => complete(record, ({ metrics }) => metrics[name]) })),
    { kind: 'duration', metric: { name: 'seconds per run', goal: 'minimize' }, byMeans: true, of: (record) => complete(record, ({ seconds }) => seconds) },
    { kind: 'failures', metric: { name: 'share of failed runs', goal: 'minimize' }, byMeans: true, of: ({ canonical }) => canonical.map(({ seed, state }) => ({ seed, value: state === 'complete' ? 0 : 1 })) },
  ];
}

function complete({ canonical }: StudyRecord, of: (run: StudyRecord['canonical'][number]) => number | undefined): readonly SeedValue[] {
  return canonical.flatMap((run) => {
    const value = run.state === 'complete' ? of(run) : undefined;
    return value !== undefined && Number.isFinite(value) ? [{ seed: run.seed, value }] : [];
  });
}

export function meanOf(values: readonly SeedValue[]): number {
  return mean(values.map(({ value }) => value)) ?? Number.NaN;
}
