import type { CommitFacts } from '../model/ports.js';
import type { StudyRecord } from '../model/record.js';
import { inputsAmong } from './inputs.js';

/** Which commit is the base (decisions.md 6): what is checked out decides. */
export interface BaseCommit {
  readonly how: 'test-merge' | 'merge-base' | 'none';
  readonly sha: string | undefined;
  readonly why: string;
}

/** GitHub's test merge has the base first and the pull request's head second; any other merge is just a commit of the pull request. */
export function isTestMerge(checkedOut: CommitFacts, pullRequestHead: string | undefined): boolean {
  return pullRequestHead !== undefined && checkedOut.parents.length === 2 && checkedOut.parents[1] === pullRequestHead;
}

export function chooseBaseCommit(facts: { readonly checkedOut: CommitFacts; readonly pullRequestHead?: string; readonly mergeBase?: string }): BaseCommit {
  const { checkedOut, pullRequestHead, mergeBase } = facts;
  if (isTestMerge(checkedOut, pullRequestHead)) {
    return { how: 'test-merge', sha: checkedOut.parents[0], why: 'the first parent of the test merge that is checked out' };
  }
  if (mergeBase !== undefined) return { how: 'merge-base', sha: mergeBase, why: 'the merge base of both branches' };
  return { how: 'none', sha: undefined, why: 'the two histories have no commit in common' };
}

export interface BaselineFacts {
  /** The base first, then its first parents, newest first. */
  readonly firstParents: readonly string[];
  /** Of any of these commits, in any order. */
  readonly records: readonly StudyRecord[];
  /** Compatibility key of this machine at the incumbent of `findIncumbent`; absent when there is none. */
  readonly key: Readonly<Record<string, string>> | undefined;
  readonly inputs: readonly string[];
  /** Files that differ between an ancestor and the base, for each ancestor that `ancestorsToCheck` named. */
  readonly changedFiles: ReadonlyMap<string, readonly string[]>;
  /** ISO 8601, UTC. */
  readonly now: string;
}

export interface BaselineChoice {
  readonly baseSha: string;
  /** Its canonical runs stand for base; `undefined` = base is run now. */
  readonly record: StudyRecord | undefined;
  readonly measuredSha: string;
  /** Lends b*, the margin and the noise, even where its values do not count. */
  readonly nearest: StudyRecord | undefined;
  /** The nearest one with a search, whose trials are prior knowledge. */
  readonly searched: StudyRecord | undefined;
  readonly why: string;
  /** Of `measuredSha` before the base, and of its measurement before now; absent when nothing stored is used. */
  readonly ageCommits?: number;
  readonly ageDays?: number;
  readonly keyDifferences: readonly { readonly field: string; readonly stored: string; readonly here: string }[];
}

/** The record nearest to the base, which lends b*. */
export function nearestRecord(firstParents: readonly string[], records: readonly StudyRecord[]): StudyRecord | undefined {
  return nearestFirst(firstParents, records)[0];
}

/** The record nearest to the base that holds a search. */
export function nearestSearch(firstParents: readonly string[], records: readonly StudyRecord[]): StudyRecord | undefined {
  return nearestFirst(firstParents, records).find(({ search }) => search !== undefined);
}

/** Measured ancestors, nearest first, whose key is equal here: only for these is it worth asking what changed since. */
export function ancestorsToCheck({ firstParents, records, key }: Pick<BaselineFacts, 'firstParents' | 'records' | 'key'>): readonly string[] {
  const equal = nearestFirst(firstParents, records).filter((record) => isMeasured(record) && key !== undefined && keyDifferences(record.key, key).length === 0);
  return [...new Set(equal.map((record) => record.sha))].filter((sha) => sha !== firstParents[0]);
}

/** Values of that very commit, or of the nearest measured ancestor with no input changed since, under an equal key (decisions.md 7, 8). */
export function chooseBaseline(facts: BaselineFacts): BaselineChoice {
  const { firstParents, records, key } = facts;
  const baseSha = firstParents[0] ?? '';
  const observed = nearestFirst(firstParents, records);
  const nearest = observed[0];
  const measured = observed.filter(isMeasured);
  const usable = measured.find((record) => key !== undefined && keyDifferences(record.key, key).length === 0 && changedInputs(record.sha, baseSha, facts)?.length === 0);
  const shared = { baseSha, nearest, searched: nearestSearch(firstParents, records) };
  if (usable !== undefined) {
    const ageCommits = firstParents.indexOf(usable.sha);
    return { ...shared, record: usable, measuredSha: usable.sha, why: whyUsed(usable.sha, ageCommits), ageCommits, ageDays: daysBetween(usable.finishedAt, facts.now), keyDifferences: [] };
  }
  const [closest] = measured;
  const differences = closest === undefined || key === undefined ? [] : keyDifferences(closest.key, key);
  return { ...shared, record: undefined, measuredSha: baseSha, why: whyNot(closest, nearest, { ...facts, keyDifferences: differences }), keyDifferences: differences };
}

/** Field by field; a field that one side lacks is shown as `(none)`. */
export function keyDifferences(stored: Readonly<Record<string, string>>, here: Readonly<Record<string, string>>): BaselineChoice['keyDifferences'] {
  const fields = [...new Set([...Object.keys(stored), ...Object.keys(here)])].sort();
  return fields.filter((field) => stored[field] !== here[field])
    .map((field) => ({ field, stored: stored[field] ?? '(none)', here: here[field] ?? '(none)' }));
}

/** By distance from the base; of one commit's records the newest first. */
function nearestFirst(firstParents: readonly string[], records: readonly StudyRecord[]): readonly StudyRecord[] {
  const distance = new Map(firstParents.map((sha, i) => [sha, i]));
  const far = firstParents.length;
  return records.filter((record) => distance.has(record.sha))
    .sort((a, b) => (distance.get(a.sha) ?? far) - (distance.get(b.sha) ?? far) || compareText(b.finishedAt, a.finishedAt)
      || b.run.localeCompare(a.run, 'en', { numeric: true }) || b.attempt - a.attempt);
}

function isMeasured(record: StudyRecord): boolean {
  return record.canonical.some((run) => run.state === 'complete');
}

function changedInputs(sha: string, baseSha: string, facts: BaselineFacts): readonly string[] | undefined {
  const changed = sha === baseSha ? [] : facts.changedFiles.get(sha);
  return changed === undefined ? undefined : inputsAmong(changed, facts.inputs);
}

function whyUsed(sha: string, ageCommits: number): string {
  if (ageCommits === 0) return 'stored values of this very commit, measured under the same conditions';
  return `stored values of ${short(sha)}, ${commits(ageCommits)} earlier: no file that can change a result differs since, and the conditions are the same`;
}

function whyNot(closest: StudyRecord | undefined, nearest: StudyRecord | undefined, facts: BaselineFacts & Pick<BaselineChoice, 'keyDifferences'>): string {
  if (nearest === undefined) return 'run here: the history holds no record of this study on the way to this commit';
  if (closest === undefined) return `run here: no stored record of this study holds a complete run; ${short(nearest.sha)} lends its configuration`;
  const where = `${short(closest.sha)}, the nearest commit with stored values`;
  if (facts.keyDifferences.length > 0) return `run here: ${where}, was measured under other conditions (${facts.keyDifferences.map(({ field }) => field).join(', ')})`;
  const changed = changedInputs(closest.sha, facts.firstParents[0] ?? '', facts) ?? [];
  if (changed.length === 0) return `run here: what changed since ${where}, is not known`;
  const named = changed.slice(0, 3).join(', ');
  return `run here: since ${where}, ${changed.length} ${changed.length === 1 ? 'file' : 'files'} that can change a result differ (${named}${changed.length > 3 ? ', …' : ''})`;
}

function short(sha: string): string {
  return sha.slice(0, 10);
}

function commits(n: number): string {
  return n === 1 ? '1 commit' : `${n} commits`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Days from one ISO 8601 UTC time to another, never negative, to a tenth. */
export function daysBetween(from: string, to: string): number {
  return Math.max(0, Math.round((dayNumber(to) - dayNumber(from)) * 10) / 10);
}

/** Howard Hinnant's days_from_civil (howardhinnant.github.io/date_algorithms.html), with the time as a fraction: this floor has no Date. */
function dayNumber(utc: string): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = (utc.match(/\d+/g) ?? []).slice(0, 5).map(Number);
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra + (hour + minute / 60) / 24;
}
