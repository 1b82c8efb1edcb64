import type { Comparison } from '../model/comparison.js';
import type { Acceptance } from '../model/decision.js';
import type { Goal } from '../model/direction.js';
import type { Params } from '../model/params.js';
import type { CommitFacts } from '../model/ports.js';
import type { Challenger } from '../model/record.js';
import type { Study } from '../model/study.js';
import { isVoid } from '../model/studyLog.js';
import type { Accepted } from './decided.js';
import type { SideConfigs } from './tools.js';
import type { PairedStageOutcome, StageMetric } from './pairedStage.js';
import type { RescoreOutcome } from './rescore.js';
import type { SearchOutcome } from './search.js';

export interface StagedPairs {
  readonly outcome: PairedStageOutcome;
  readonly metrics: readonly StageMetric[];
  readonly baseParams: Params;
  readonly headParams: Params;
}

/** The part of a study's run that is known before anything is measured. */
export interface StudyRun {
  readonly configs: SideConfigs;
  readonly objective: { readonly name: string; readonly goal: Goal };
  readonly head: CommitFacts;
  readonly base: CommitFacts | undefined;
  /** Why `base` is the base, one clause. */
  readonly baseWhy: string;
  readonly baseHasConfig: boolean;
  readonly policyChanges: Comparison['policyChanges'];
  readonly samplerSeed: number | undefined;
  /** Nothing in `inputs` differs between base and head: no search is worth its time (decisions.md 14). */
  readonly inputsChanged: boolean;
  /** Pairs asked for beyond the last look: the gate is then judged by e-values (verdict.md 6.6). */
  readonly extension?: { readonly pairs: number; readonly by: string };
  /** Of the command line, where they stand in place of keys of the study file: whoever repeats the run needs them too. */
  readonly flags?: readonly string[];
  readonly signal: AbortSignal;
}

/** What a run has found so far. Filled stage by stage, so that a run cut short reports all it knows. */
export interface Findings {
  readonly warnings: string[];
  readonly notes: string[];
  environment: Readonly<Record<string, string>>;
  baseline?: NonNullable<Comparison['baseline']>;
  /** Why there is nothing to compare with: machine word and sentence. */
  noBaseline?: { readonly reason: string; readonly sentence: string };
  /** Why nothing (more) could be measured. */
  incomplete?: { readonly reason: string; readonly sentence: string };
  incumbent?: NonNullable<Comparison['incumbent']>;
  /** b* as the head's space has it; absent when it is no point of it. */
  incumbentHere?: Params;
  margin?: NonNullable<Comparison['margin']>;
  canary?: NonNullable<Comparison['canary']>;
  gate?: StagedPairs;
  confirmation?: StagedPairs;
  search?: SearchOutcome;
  /** Last lines on stderr of an external optimiser that failed. */
  optimiserTail?: string;
  rescore?: RescoreOutcome;
  retune?: StagedPairs;
  /** The accepted pointer on main's line. */
  accepted?: Accepted;
  /** Somebody accepted the decline of this very commit, or of the same tree in a pull request. */
  acceptedHere?: Acceptance;
  /** What became of each configuration that was tried against b* on a push. */
  challengers?: Challenger[];
  drift?: NonNullable<Comparison['drift']>;
  mainDrift?: NonNullable<Comparison['mainDrift']>;
  /** What the trials trained on from; absent = from scratch. */
  trainedOn?: string;
  plan?: string;
  /** The fold of the log, for counts and failures. */
  study?: Study;
  /** Numbers of the trials that an earlier attempt measured. */
  takenOver: ReadonlySet<number>;
  /** Base values from the history. */
  stored: number;
}

export function noFindings(): Findings {
  return { warnings: [], notes: [], environment: {}, takenOver: new Set(), stored: 0 };
}

/** Before anything is run: what the log holds is taken over. */
export function takeOver(found: Findings, study: Study): void {
  found.study = study;
  found.takenOver = new Set(study.trials.filter(({ result }) => result !== undefined && !isVoid(result)).map((trial) => trial.number));
}
