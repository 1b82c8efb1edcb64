import type { ResultsSource, StudyConfig } from '../model/config.js';
import type { Goal } from '../model/direction.js';
import type { OpenExternal } from '../model/external.js';
import type { Trial } from '../model/study.js';
import type { BaselineStore, Clock, Executor, Journal, KeyProbe, Progress, Repository, Workspace } from '../model/ports.js';
import type { StudyLogFile } from './searched.js';

/** Both sides' configuration: each side's own command, setup and space, the base's policy (decisions.md 9). */
export interface SideConfigs {
  readonly head: StudyConfig;
  readonly base: StudyConfig;
}

/** The adapters of one run, made by an entry and handed down; app code never makes one itself. */
export interface Tools {
  readonly repository: Repository;
  readonly store: BaselineStore;
  readonly keyProbe: KeyProbe;
  readonly clock: Clock;
  readonly progress: Progress;
  /** `noregret <version>`, written into records and reports. */
  readonly tool: string;
  /** How far trials are kept from our secrets, and what is exposed: one line for the report. */
  readonly secrets: string;
  /** Where a model of main lies, by its digest; undefined where this machine does not have it. */
  readonly findCheckpoint?: (digest: string) => Promise<string | undefined>;
  /** A finished tuning that lies in a side's tree; undefined where there is nothing. UserErrors of the readers. Absent where none can be read. */
  readResults?(dir: string, source: ResultsSource, metric: { readonly name: string; readonly goal: Goal }): Promise<StudyLogFile | undefined>;
  openWorkspace(signal: AbortSignal): Promise<Workspace>;
  /** Log and slots of one study. Equal identity = the same log is continued, in the same folder. */
  openStudy(study: string, identity: Readonly<Record<string, string>>, configs: SideConfigs): Promise<OpenedStudy>;
}

export interface OpenedStudy {
  readonly journal: Journal;
  readonly executor: Executor;
  /** Keeps what a trial left in its folder at this path; its digest, or why there is none. */
  readonly keepCheckpoint?: (trial: Pick<Trial, 'number' | 'attempt'>, path: string) => Promise<{ readonly digest: string } | { readonly why: string }>;
  /** Absent where nothing but trials can be run. */
  readonly openExternal?: OpenExternal;
}
