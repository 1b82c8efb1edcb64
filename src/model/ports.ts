import type { Rng } from '../math/rng.js';
import type { Report } from './comparison.js';
import type { StudyConfig } from './config.js';
import type { Decision } from './decision.js';
import type { Goal } from './direction.js';
import type { TrialPart } from './parts.js';
import type { Params } from './params.js';
import type { Probe } from './probe.js';
import type { PrunerBracket } from './prunerBracket.js';
import type { StudyRecord } from './record.js';
import type { SearchSpace } from './searchSpace.js';
import type { StudyEvent, TrialReport } from './study.js';
import type { GivenTrial, Side, Stage, TrialResult } from './trial.js';
import type { Trigger } from './trigger.js';

/** A trial as samplers and pruners see it: lower loss is better. */
export interface LossTrial {
  readonly number: number;
  readonly params: Params;
  /** Absent unless complete (or pruned with a last value). */
  readonly loss?: number;
  readonly state: 'complete' | 'pruned' | 'infeasible' | 'failed' | 'running';
  /** In order of arrival: steps may repeat or run backwards, losses may be no numbers. */
  readonly intermediate: readonly { readonly step: number; readonly loss: number }[];
  /** All attempts together. */
  readonly seconds?: number;
  /** How often a pruner stopped it; more than once for a trial that was taken up again. */
  readonly rests?: number;
}

/** `finished` and `running` hold the search's trials only, in order of number. */
export interface StudyView {
  readonly space: SearchSpace;
  readonly finished: readonly LossTrial[];
  readonly running: readonly LossTrial[];
  /** Search trials allowed in all; a grid larger than this is spread evenly. */
  readonly budget: number;
  /** Finished trials of another commit, mapped into this space: knowledge, never counted as tried. Their losses are on that commit's level. */
  readonly prior?: readonly LossTrial[];
  /** Standard deviation of the loss from seed to seed, where known. */
  readonly noise?: number;
  /** Which way the metric itself is better, for options in its own unit; minimize unless given. */
  readonly goal?: Goal;
}

/** A pure function of history. `undefined` = the space is exhausted. */
export interface Sampler {
  readonly name: string;
  suggest(view: StudyView, rng: Rng): Params | undefined;
  /** Sentences for the report: what was picked and why, what was dropped. `given`: the trials that are not its own proposals. */
  explain?(view: StudyView, given?: readonly GivenTrial[]): readonly string[];
  /** Numbers of complete trials, those first that the sampler's model expects to be best: one lucky value counts less. */
  ranked?(view: StudyView): readonly number[];
  /**
   * Awaited before a `suggest`, with the same history, where another program is asked (docs/adr/0013). Resolves early, with
   * nothing to suggest, once `signal` is aborted. UserErrors `external-…` when that program cannot go on.
   */
  prepare?(view: StudyView, signal: AbortSignal): Promise<void>;
  /** Whether it suggests nothing just now because it needs the result of a trial that is running. */
  waits?(): boolean;
  /** Ends that program. Never rejects. */
  close?(): Promise<void>;
}

/**
 * One question, asked at each report; the executor does the killing. A pure function of history. Those that let trials
 * rest and take the best of them up again also say which (`next`) and how far each may run now (`until`).
 */
export interface Pruner {
  readonly name: string;
  /** What it counts, and so what `step` means in the trials that it sees; the reported step unless given. */
  readonly resource?: 'step' | 'seconds' | 'fraction';
  decide(view: StudyView, trial: LossTrial): 'continue' | 'stop';
  /** Of a trial of several runs it sees the value of each; all others see the mean of those that have ended. */
  readonly comparesParts?: boolean;
  /** Asked when `decide` says continue, where another program prunes (docs/adr/0018); the trial goes on until the answer. undefined = it has no wish to be asked. */
  consult?(view: StudyView, trial: LossTrial): Promise<'continue' | 'stop'> | undefined;
  /** Number of a resting trial (state `pruned`) that is to go on; asked before the sampler. */
  readonly next?: ((view: StudyView) => number | undefined) | undefined;
  /** Where the trial is to be stopped this time; undefined = it runs to its end. */
  until?(view: StudyView, trial: number): number | undefined;
  /** Its rungs as they stand, for the report. */
  rungs?(view: StudyView): readonly PrunerBracket[];
}

/** One run of the user's program. `cwd` is the side's own tree. */
export interface TrialJob {
  readonly study: string;
  readonly trial: number;
  readonly attempt: number;
  readonly side: Side;
  readonly stage: Stage;
  readonly params: Params;
  readonly seed: number;
  readonly cwd: string;
  /** Wall clock of the program itself, the wait for a slot not counted. */
  readonly timeoutMs?: number;
  /** Run on this slot's device, so that both runs of a pair share one (decisions.md 28). */
  readonly device?: string;
  /** The trial will be stopped here for now (NOREGRET_RESOURCE), to be taken up again or not. */
  readonly until?: number;
  /** Main's model that it trains on from (NOREGRET_BASE_CHECKPOINT). */
  readonly baseCheckpoint?: string;
  /** Which of the trial's runs this is, where it has several; `seed` is this run's. */
  readonly part?: TrialPart;
  /** Goes on in the folder of this attempt of its own, where its checkpoint lies. */
  readonly continues?: number;
  /** Everything may be made ready, but the program starts only once this resolves (its beginning is in the log then); a rejection is passed on. */
  readonly mayStart?: Promise<void>;
  /** No trial of the study, but a run of the guide: it is in no log and counts nowhere. */
  readonly probe?: Probe;
}

/** Answers whether the trial may go on. A promise is awaited beside the trial; one that ends meanwhile has its result only then. */
export type OnReport = (report: TrialReport) => 'continue' | 'stop' | Promise<'continue' | 'stop'>;

/** What a slot hands to a runner: variables to add to the trial's environment, and the device's name. */
export interface SlotLease { readonly device: string | undefined; readonly env: Readonly<Record<string, string>> }

/** Rejects only on a bug of ours, and with a UserError of `onReport`: a failing program is a result. An aborted signal ends the whole process tree. */
export interface TrialRunner {
  run(job: TrialJob, onReport: OnReport, signal: AbortSignal, slot?: SlotLease): Promise<TrialResult>;
}

export interface Executor {
  /** How many jobs run at once. */
  readonly capacity: number;
  /** Names of the devices behind the slots; empty on CPU. */
  readonly devices: readonly string[];
  run(job: TrialJob, onReport: OnReport, signal: AbortSignal): Promise<TrialResult>;
  close(): Promise<void>;
}

/** Append-only and durable: an append resolves after the data reached the disk. */
export interface Journal {
  /** Cuts a torn tail (reported through `tornBytes`), refuses foreign or newer logs by name. */
  load(): Promise<{ readonly events: readonly StudyEvent[]; readonly tornBytes: number }>;
  append(...events: readonly StudyEvent[]): Promise<void>;
  close(): Promise<void>;
  /** Only where other programs may write the same study at the same time (docs/adr/0009). */
  readonly shared?: SharedLog;
}

/** A study that others write too: what they wrote is applied first, and what it contradicts is not written. */
export interface SharedLog {
  /** What others have written since the last call, in an order that a fold accepts. */
  news(): Promise<readonly StudyEvent[]>;
  /** Appends, unless others have begun the study, taken a trial's number or attempt, or ended one of these trials: then nothing is written, and false. */
  offer(...events: readonly StudyEvent[]): Promise<boolean>;
  /** A running trial that is not ours to take up: of another tool, or of a process of ours that still lives. As of the last load or news. */
  isElsewhere(trial: number): boolean;
}

/** Order kept, append twice = once, concurrent appends all survive, unknown study = empty, newer schema = UserError. */
export interface BaselineStore {
  readonly description: string;
  /** Oldest first, by `finishedAt`, then run and attempt. A file that is no record is left out and warned about by name. */
  read(study: string): Promise<readonly StudyRecord[]>;
  /** Records of the first `limit` of these commits that have any; looked up by path, so that a long history costs nothing. */
  readFor(study: string, shas: readonly string[], limit: number): Promise<readonly StudyRecord[]>;
  append(record: StudyRecord): Promise<void>;
  /** What people decided about commits of a study, in order of time; the same rules as for records. */
  decisions(study: string): Promise<readonly Decision[]>;
  decide(decision: Decision): Promise<void>;
}

/** Facts of the user's repository; every method throws UserError with the git command that helps. */
export interface Ancestry {
  mergeBase(a: string, b: string): Promise<string | undefined>;
  /** `from` first, then its first parents, newest first. */
  firstParents(from: string, limit: number): Promise<readonly string[]>;
  /** Paths that differ between two commits. */
  changedFiles(from: string, to: string): Promise<readonly string[]>;
  /** The nearest tag on a commit's first parents; none in a repository without tags, or in a clone without them. */
  lastTag(from: string): Promise<{ readonly tag: string; readonly sha: string } | undefined>;
}

/** The user's repository, read with git alone; nothing of it is executed. */
export interface Repository extends Ancestry {
  readonly root: string;
  /** Full sha of a revision; UserError with the fetch or checkout option that helps. */
  resolve(revision: string): Promise<CommitFacts>;
  /** Text of a file at a commit; undefined where it is absent. */
  readFile(sha: string, path: string): Promise<string | undefined>;
  /** True when tracked files differ from HEAD. */
  isDirty(): Promise<boolean>;
}

export interface CommitFacts {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  /** Committer date, ISO 8601. */
  readonly date: string;
  readonly subject: string;
}

/** One side's files, ready for trials. `dir` is where its commands run. */
export interface SideTree {
  readonly side: Side;
  readonly sha: string;
  readonly dir: string;
}

/** Builds both sides alike (decisions.md 12). UserError `side-unbuildable` when one cannot be. */
export interface Workspace {
  prepare(side: Side, sha: string, config: StudyConfig): Promise<SideTree>;
  readonly dependencies: 'each-side' | 'shared';
  close(): Promise<void>;
}

/** The compatibility key, field by field (decisions.md 8); values are short strings for people to read. */
export interface KeyProbe {
  key(tree: SideTree, config: StudyConfig, incumbent: Params): Promise<Readonly<Record<string, string>>>;
}

export interface Clock {
  /** Milliseconds, monotonic: for limits. */
  now(): number;
  /** For records: ISO 8601, UTC. */
  utc(): string;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Where people see a run working. `line` for lasting facts, `progress` for what a terminal may overwrite. */
export interface Progress {
  line(text: string): void;
  warn(text: string): void;
  progress(state: ProgressState): void;
}

export interface ProgressState {
  readonly study: string;
  readonly stage: string;
  readonly done: number;
  readonly of: number;
  readonly running: number;
  /** Of another program that works on the same study. */
  readonly elsewhere?: number;
  readonly slots: number;
  readonly best?: number;
  readonly secondsLeft?: number;
}

export interface Publisher {
  readonly name: string;
  publish(report: Report, to: Trigger): Promise<{ readonly url?: string }>;
}
