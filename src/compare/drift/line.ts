import type { StudyRecord } from '../../model/record.js';

/** One commit with all that was ever measured on it; the newest record with a complete run counts. */
export interface MeasuredCommit { readonly record: StudyRecord; readonly others: readonly StudyRecord[] }

export interface Line { readonly commits: readonly MeasuredCommit[]; readonly notes: readonly string[] }

/**
 * Records in any order, some twice, as one line of commits, oldest first. `firstParents` (newest first) decides the order
 * and leaves out what is no longer on the branch; where it knows none of the commits, time decides.
 */
export function lineOf(records: readonly StudyRecord[], firstParents: readonly string[]): Line {
  const measured = unique(records).filter((record) => record.canonical.length > 0);
  const place = new Map(firstParents.map((sha, i) => [sha, firstParents.length - i]));
  const isKnown = measured.some(({ sha }) => place.has(sha));
  const kept = isKnown ? measured.filter(({ sha }) => place.has(sha)) : measured;
  const bySha = new Map<string, StudyRecord[]>();
  for (const record of kept) {
    const group = bySha.get(record.sha);
    if (group === undefined) bySha.set(record.sha, [record]);
    else group.push(record);
  }
  const commits = [...bySha.values()].flatMap((group) => {
    const [record, ...others] = group.sort((a, b) => Number(valuesOf(b).length > 0) - Number(valuesOf(a).length > 0) || newestFirst(a, b));
    return record === undefined ? [] : [{ record, others }];
  });
  commits.sort((a, b) => (isKnown ? (place.get(a.record.sha) ?? 0) - (place.get(b.record.sha) ?? 0) : newestFirst(b.record, a.record)));
  return { commits, notes: notesOn({ given: records.length, measured: measured.length, kept: kept.length, isKnown, again: kept.length - commits.length }) };
}

/** Complete canonical values by seed. */
export function valuesOf({ canonical, metric }: StudyRecord): readonly { readonly seed: number; readonly value: number }[] {
  return canonical.flatMap(({ seed, metrics, state }) => {
    const value = metrics[metric.name];
    return state === 'complete' && value !== undefined && Number.isFinite(value) ? [{ seed, value }] : [];
  });
}

/** The same run and attempt on the same commit is the same record, however often it was stored. */
export function unique(records: readonly StudyRecord[]): readonly StudyRecord[] {
  return [...new Map(records.map((record) => [`${record.sha} ${String(record.attempt)} ${record.run}`, record])).values()];
}

export function newestFirst(a: StudyRecord, b: StudyRecord): number {
  return compareText(b.finishedAt, a.finishedAt) || b.run.localeCompare(a.run, 'en', { numeric: true }) || b.attempt - a.attempt;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Counts { readonly given: number; readonly measured: number; readonly kept: number; readonly isKnown: boolean; readonly again: number }

function notesOn({ given, measured, kept, isKnown, again }: Counts): readonly string[] {
  const notes: string[] = [];
  if (measured > 0 && !isKnown) notes.push('None of the measured commits is on this branch here (a rewritten branch, or a shallow clone), so time decides their order.');
  if (measured > kept) notes.push(`${count(measured - kept, 'record')} of commits that are not on this branch (rewritten, or another branch) left out.`);
  if (again > 0) notes.push(`${count(again, 'record')} of commits that were measured again later: the newest counts.`);
  if (given > 0 && measured === 0) notes.push('No stored record holds a complete run.');
  return notes;
}

function count(n: number, noun: string): string {
  return `${String(n)} ${noun}${n === 1 ? '' : 's'}`;
}
