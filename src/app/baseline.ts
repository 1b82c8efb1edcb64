import { ancestorsToCheck, chooseBaseCommit, chooseBaseline, isTestMerge, nearestRecord, type BaseCommit, type BaselineChoice } from '../compare/baseline.js';
import { inputsAmong } from '../compare/inputs.js';
import type { Params } from '../model/params.js';
import type { BaselineStore, CommitFacts, Repository } from '../model/ports.js';
import type { StudyRecord } from '../model/record.js';

/** How far back main's best configuration is looked for. */
const MAX_ANCESTORS = 5_000;
/** Records of this many commits are read, as on a push: main's last search and its drift are among them. */
const MAX_MEASURED = 100;

export interface BaseQuestion {
  readonly repository: Repository;
  /** The commit to be judged as it is checked out, `HEAD` in a workflow. */
  readonly head: string;
  /** Head of the pull request's own branch, from the event; absent on the command line. */
  readonly pullRequestHead?: string;
  /** Revisions of the base, tried in this order: the branch, then the event's sha (a force-push or a deleted branch takes one of them away). */
  readonly base: readonly string[];
}

export interface ResolvedBase extends BaseCommit {
  readonly head: CommitFacts;
  readonly base: CommitFacts | undefined;
}

/** Base commit of a pull request (decisions.md 6). UserError only when a commit that must be there is not in this clone. */
export async function resolveBase({ repository, head, pullRequestHead, base }: BaseQuestion): Promise<ResolvedBase> {
  const checkedOut = await repository.resolve(head);
  const merged = isTestMerge(checkedOut, pullRequestHead) ? undefined : await repository.mergeBase(checkedOut.sha, await firstThatExists(repository, base));
  const chosen = chooseBaseCommit({ checkedOut, ...(pullRequestHead === undefined ? {} : { pullRequestHead }), ...(merged === undefined ? {} : { mergeBase: merged }) });
  return { ...chosen, head: checkedOut, base: chosen.sha === undefined ? undefined : await repository.resolve(chosen.sha) };
}

async function firstThatExists(repository: Repository, revisions: readonly string[]): Promise<string> {
  let first: unknown = new Error('no base revision was named');
  for (const [i, revision] of revisions.entries()) {
    try {
      return (await repository.resolve(revision)).sha;
    } catch (error) {
      if (i === 0) first = error;
    }
  }
  throw first;
}

export interface BaselineQuestion {
  readonly repository: Repository;
  readonly store: BaselineStore;
  readonly study: string;
  readonly inputs: readonly string[];
  readonly baseSha: string;
  /** The compatibility key here, at main's best configuration. */
  readonly keyAt: (incumbent: Params) => Promise<Readonly<Record<string, string>>>;
  /** ISO 8601, UTC. */
  readonly now: string;
}

/** What is known of main: its commits, the base first, and the records of the newest measured ones. */
export interface MainLine { readonly firstParents: readonly string[]; readonly records: readonly StudyRecord[] }

/** Where base's values come from, and main's best configuration (decisions.md 7, 8, 10). */
export async function resolveBaseline(question: BaselineQuestion): Promise<BaselineChoice & { readonly main: MainLine }> {
  const { repository, store, study, inputs, baseSha, now } = question;
  const firstParents = await repository.firstParents(baseSha, MAX_ANCESTORS);
  const records = await store.readFor(study, firstParents, MAX_MEASURED);
  const nearest = nearestRecord(firstParents, records);
  const key = nearest === undefined ? undefined : await question.keyAt(nearest.incumbent.params);
  const changedFiles = new Map<string, readonly string[]>();
  for (const sha of ancestorsToCheck({ firstParents, records, key })) {
    const changed = await repository.changedFiles(sha, baseSha);
    changedFiles.set(sha, changed);
    if (inputsAmong(changed, inputs).length === 0) break;
  }
  return { ...chooseBaseline({ firstParents, records, key, inputs, changedFiles, now }), main: { firstParents, records } };
}
