import { percentile } from '../../math/percentile.js';
import type { Goal } from '../../model/direction.js';
import type { StudyRecord } from '../../model/record.js';
import type { SearchSpace } from '../../model/searchSpace.js';
import { keyDifferences } from '../baseline.js';
import { candidatesOf, compareSearches, type SearchesCompared } from './searches.js';

/** What two searches of the same code differ by: by so much the best configuration moves by itself. */
export interface MovementReference {
  /** Pairs of searches. */
  readonly pairs: number;
  /** Share of them with another best configuration. */
  readonly otherBest: number;
  /** 5 % quantiles of rank agreement and overlap, 95 % of the distance. */
  readonly tau: number;
  readonly overlap: number;
  readonly distance: number;
}

/** Fewer values have no 5 % quantile (verdict.md 7.1). */
export const fewestPairs = 20;

type SearchRecord = StudyRecord & { readonly search: NonNullable<StudyRecord['search']> };

/** Successive searches of main under one compatibility key, oldest first: candidates for a reference, whose code must be compared. */
export function successiveSearches(records: readonly StudyRecord[]): readonly (readonly [SearchRecord, SearchRecord])[] {
  const searched = records.filter((record): record is SearchRecord => record.search !== undefined)
    .sort((a, b) => (a.search.finishedAt < b.search.finishedAt ? -1 : 1));
  return searched.slice(1).flatMap((young, i) => {
    const old = searched[i];
    return old !== undefined && areAlike(old, young) ? [[old, young] as const] : [];
  });
}

/** Main's best configuration is part of the key, but no part of what a search measures. */
export function searchKeyDifferences(a: StudyRecord['key'], b: StudyRecord['key']): readonly string[] {
  return keyDifferences(a, b).map(({ field }) => field).filter((field) => field !== 'incumbent');
}

function areAlike(a: SearchRecord, b: SearchRecord): boolean {
  return a.search.seed === b.search.seed && a.metric.name === b.metric.name && a.metric.goal === b.metric.goal && searchKeyDifferences(a.key, b.key).length === 0;
}

/** From pairs whose code did not change. Searches that gave exactly the same numbers tell nothing of what a harmless change does. Undefined below 20. */
export function referenceOf(space: SearchSpace, pairs: readonly (readonly [SearchRecord, SearchRecord])[], alpha: number): MovementReference | undefined {
  const compared = pairs.flatMap(([old, young]) => {
    const found = compareSearches({ space, head: searchCandidates(young), base: searchCandidates(old), alpha });
    return found.identical || found.tau === undefined || found.overlap === undefined || found.distance === undefined ? [] : [found];
  });
  if (compared.length < fewestPairs) return undefined;
  const values = (of: (one: SearchesCompared) => number | undefined): number[] => compared.flatMap((one) => of(one) ?? []);
  return {
    pairs: compared.length, otherBest: compared.filter(({ sameBest }) => sameBest !== true).length / compared.length,
    tau: percentile(values(({ tau }) => tau), 5), overlap: percentile(values(({ overlap }) => overlap), 5), distance: percentile(values(({ distance }) => distance), 95),
  };
}

export function searchCandidates({ search, metric }: { readonly search?: StudyRecord['search'] | undefined; readonly metric: { readonly goal: Goal } }): ReturnType<typeof candidatesOf> {
  return candidatesOf((search?.trials ?? []).map(({ params, result: { outcome } }) => ({ params, value: outcome.state === 'complete' ? outcome.value : undefined })), metric.goal);
}
