import { UserError } from '../model/errors.js';
import type { BaselineStore, Clock } from '../model/ports.js';
import { isTransient } from '../platform/gitErrors.js';
import { fetchTip, listCommits, publishCommit, readBlobs, tryPush, type HistoryBranch } from './gitHistory.js';
import { openPrivateRepository, type PrivateRepositoryOptions } from './gitPrivate.js';
import { decisionFolder, decisionPath, decodeDecision, encodeDecision, firstDecidedFirst } from './decisionFile.js';
import { decodeRecord, encodeRecord, oldestFirst, pathComponent, recordPath } from './recordFile.js';

export interface GitBranchStoreOptions extends PrivateRepositoryOptions {
  /** Branch of the history, default `noregret`. */
  readonly branch?: string;
  readonly clock: Clock;
  /** 0…1, for the jitter between two tries. */
  readonly random: () => number;
  readonly onWarning?: (text: string) => void;
}

const MAX_PUSHES = 40;
const MAX_PUSH_MS = 180_000;
const MAX_OUTAGES = 4;
const MAX_FETCHES = 4;

/**
 * Records on an orphan branch of the remote. All work is done in a bare repository of our own beside the user's:
 * a depth-1 fetch into the user's clone would leave it marked as shallow.
 */
export function createGitBranchStore(options: GitBranchStoreOptions): BaselineStore {
  const branchName = options.branch ?? 'noregret';
  let opened: Promise<HistoryBranch> | undefined;
  /** Reads of one store agree with each other; an append moves them on. */
  let known: { readonly at: string | undefined } | Record<string, never> = {};
  let queue: Promise<unknown> = Promise.resolve();
  const branch = () => (opened ??= openBranch(options, branchName));
  /** One at a time: two fetches into one repository would trip over each other's locks. */
  const alone = <T>(work: (on: HistoryBranch) => Promise<T>): Promise<T> => {
    const done = queue.then(async () => work(await branch()));
    queue = done.catch(() => undefined);
    return done;
  };
  const readAt = async (on: HistoryBranch, folder: string, choose: Choose) => {
    if (!('at' in known)) known = { at: await fetchPatiently(on, options) };
    const { at } = known;
    return at === undefined ? [] : await readTexts(on, { at, folder, choose }, options.onWarning);
  };
  const readRecords = async (on: HistoryBranch, study: string, choose: Choose) =>
    (await readAt(on, pathComponent(study), choose)).flatMap(({ path, text }) => kept(on, decodeRecord(text, path), options.onWarning)).map(({ record }) => record).sort(oldestFirst);
  const append = (path: string, text: string, subject: string) => alone(async (on) => {
    known = { at: await appendFile(on, { path, text, message: `noregret: ${subject} [skip ci]` }, options) };
  });
  return {
    description: `branch ${branchName}`,
    read: (study) => alone((on) => readRecords(on, study, () => 'all')),
    readFor: (study, shas, limit) => alone((on) => readRecords(on, study, (stored) => {
      const present = new Set(stored);
      return shas.filter((sha) => present.has(sha)).slice(0, limit);
    })),
    append: (record) => append(recordPath(record), encodeRecord(record), `${pathComponent(record.study)} at ${record.sha.slice(0, 12)}`),
    decisions: (study) => alone(async (on) => (await readAt(on, decisionFolder(study), () => 'all'))
      .flatMap(({ path, text }) => kept(on, decodeDecision(text, path), options.onWarning)).map(({ decision }) => decision).sort(firstDecidedFirst)),
    decide: (decision) => append(decisionPath(decision), encodeDecision(decision), `${decision.kind} for ${pathComponent(decision.study)} at ${decision.sha.slice(0, 12)}`),
  };
}

type Choose = (stored: readonly string[]) => readonly string[] | 'all';

const inBranch = (on: HistoryBranch, warning: string): string => `branch ${on.ref.replace('refs/heads/', '')}: ${warning}`;

async function readTexts(on: HistoryBranch, { at, folder, choose }: { readonly at: string; readonly folder: string; readonly choose: Choose }, onWarning?: (text: string) => void): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const stored = await listCommits(on.git, at, folder);
  if (stored.length === 0) return [];
  const blobs = await readBlobs(on.git, at, folder, choose(stored));
  for (const refused of blobs.refused) onWarning?.(inBranch(on, refused));
  return blobs.files;
}

/** What is no record or decision is left out and told by name. */
function kept<T extends object>(on: HistoryBranch, decoded: T | { readonly refused: string }, onWarning?: (text: string) => void): T[] {
  if (!('refused' in decoded)) return [decoded];
  onWarning?.(inBranch(on, decoded.refused));
  return [];
}

async function openBranch(options: GitBranchStoreOptions, name: string): Promise<HistoryBranch> {
  const repository = await openPrivateRepository(options);
  const valid = await repository.git.run(['check-ref-format', '--branch', name]);
  if (valid.code !== 0) throw new UserError('history-branch', `\`${name}\` is not a branch name`, { fix: 'Set `history-branch` to a name such as noregret.' });
  return { ...repository, ref: `refs/heads/${name}`, copy: `refs/noregret/${name}` };
}

interface NewFile { readonly path: string; readonly text: string; readonly message: string }

/** Optimistic: build on the newest tip, push only if it is still the tip, else again. Ends at once when the file is there. */
async function appendFile(on: HistoryBranch, file: NewFile, options: GitBranchStoreOptions): Promise<string | undefined> {
  const { clock, random } = options;
  const deadline = clock.now() + MAX_PUSH_MS;
  let lastWord = '';
  let outages = 0;
  for (let attempt = 0; attempt < MAX_PUSHES && clock.now() < deadline; attempt++) {
    if (attempt > 0) await clock.sleep(random() * Math.min(60 * 2 ** attempt, 3_000));
    try {
      const step = await appendOnce(on, file, options);
      if ('tip' in step) return step.tip;
      lastWord = step.refusal;
    } catch (error) {
      if (!(error instanceof UserError && isTransient(error.message)) || ++outages > MAX_OUTAGES) throw error;
    }
  }
  throw new UserError('history-busy', `the record could not be appended to ${on.ref} within ${MAX_PUSHES} tries or ${MAX_PUSH_MS / 1000} s (${lastWord})`, {
    fix: 'Run the job again: it resumes, measures nothing twice and appends the same record.', exitCode: 3,
  });
}

async function appendOnce(on: HistoryBranch, file: NewFile, options: GitBranchStoreOptions): Promise<{ readonly tip: string | undefined } | { readonly refusal: string }> {
  const tip = await fetchPatiently(on, options);
  const commit = await publishCommit(on.git, tip, file);
  if (commit === undefined) return { tip };
  const refusal = await tryPush(on, commit, tip);
  return refusal === undefined ? { tip: commit } : { refusal };
}

/** A hiccup of the network or another run's lock passes; what still fails then may be our copy's fault, which is begun anew once. */
async function fetchPatiently(on: HistoryBranch, { clock, random }: GitBranchStoreOptions): Promise<string | undefined> {
  for (let attempt = 0; attempt < MAX_FETCHES - 1; attempt++) {
    try {
      return await fetchTip(on);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (error.code === 'git-failed' && attempt === MAX_FETCHES - 2) await on.renew();
      else if (!isTransient(error.message) && error.code !== 'git-failed') throw error;
      else await clock.sleep(random() * 200 * 2 ** attempt);
    }
  }
  return fetchTip(on);
}
