import { toGain } from '../../model/direction.js';
import type { StudyRecord } from '../../model/record.js';
import { newestFirst, unique } from './line.js';

/** The best of the search that was recorded at a commit. */
export interface SearchedCommit { readonly sha: string; readonly finishedAt: string; readonly value: number; readonly trials: number; readonly params: StudyRecord['incumbent']['params'] }
export interface SearchLine { readonly study: string; readonly metric: StudyRecord['metric']; readonly commits: readonly SearchedCommit[] }

/**
 * A study whose trials somebody else runs has no seeds that repeat from commit to commit, so nothing can be told from the luck of its
 * searches: their bests in order, oldest first, of a commit that was searched again each. Undefined where no record holds a search.
 */
export function searchLine(study: string, records: readonly StudyRecord[], firstParents: readonly string[]): SearchLine | undefined {
  const place = new Map(firstParents.map((sha, i) => [sha, i]));
  const kept = unique(records).filter(({ sha, search }) => search !== undefined && place.has(sha)).sort((a, b) => (place.get(b.sha) ?? 0) - (place.get(a.sha) ?? 0) || newestFirst(b, a));
  const newest = kept.at(-1);
  if (newest === undefined) return undefined;
  const { metric } = newest;
  return { study, metric, commits: kept.flatMap((record) => searched(record, metric)) };
}

function searched({ sha, finishedAt, search, metric }: StudyRecord, { name, goal }: StudyRecord['metric']): readonly SearchedCommit[] {
  if (metric.name !== name || metric.goal !== goal) return [];
  const done = (search?.trials ?? []).flatMap(({ params, result: { outcome } }) => (outcome.state === 'complete' ? [{ params, value: outcome.value }] : []));
  const [best] = done.toSorted((a, b) => toGain(b.value, goal) - toGain(a.value, goal));
  return best === undefined ? [] : [{ sha, finishedAt, trials: search?.trials.length ?? 0, ...best }];
}
