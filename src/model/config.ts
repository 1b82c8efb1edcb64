import type { Goal } from './direction.js';
import type { PartsConfig } from './parts.js';
import type { SearchSpace } from './searchSpace.js';
import type { TemplateFile } from './template.js';

/** Smallest decline worth reporting. `percent` is of |base mean|, converted once (decisions.md 18). */
export type Margin = { readonly kind: 'absolute'; readonly value: number } | { readonly kind: 'percent'; readonly value: number } | { readonly kind: 'auto' };

export interface MetricConfig {
  readonly name: string;
  readonly goal: Goal;
  readonly margin: Margin;
  /** Smallest step the metric can take, e.g. 1/|test set|. */
  readonly resolution?: number;
}

export interface AlsoMetric extends MetricConfig {
  readonly gate: boolean;
  /** Depends on the machine's load: never cached, one trial at a time. */
  readonly timing: boolean;
}

export type TfjsBackend = 'auto' | 'tfjs-node-gpu' | 'tfjs-node' | 'wasm' | 'cpu';

/** What a trial is. `argv` items are source text; macros are expanded per trial. */
export type TrialProgram =
  | { readonly kind: 'command'; readonly argv: readonly string[]; readonly program?: string }
  | { readonly kind: 'tfjs'; readonly module: string; readonly backend: TfjsBackend };

/** Where metrics come from besides $NOREGRET_METRICS and tagged stdout lines, which always count. */
export interface MetricSource {
  readonly file?: string;
  readonly regex?: string;
  /** Folder of TensorBoard's event files. */
  readonly tensorboard?: string;
  readonly wandb: boolean;
}

export type Reduce = 'best' | 'last' | 'mean';

export interface Budget {
  readonly trials: number;
  /** False when `trials` is our default: a grid may then run whole (decisions.md 30). */
  readonly trialsExplicit: boolean;
  readonly timeMs?: number;
  readonly trialTimeMs?: number;
  readonly gpuHours?: number;
  /** Consecutive failures that end the search. */
  readonly failures: number;
}

/** Whose spread a look goes by: of its own pairs alone, or moderated with that of the history (verdict.md 6.8). */
export const variances = ['own', 'moderated'] as const;

export interface VerdictPolicy {
  readonly alpha: number;
  readonly looks: readonly number[];
  readonly search: 'always' | 'on-regression' | 'never';
  /** How many of the search's best are re-scored on fresh seeds; 0 = off, auto = by the number of trials. */
  readonly rescore: 'auto' | number;
  /** When it is measured whether retuning gains more here than on main. */
  readonly drift: 'on-alarm' | 'always' | 'never';
  readonly variance: (typeof variances)[number];
}

export interface EnvPolicy {
  readonly pass: readonly string[];
  readonly set: Readonly<Record<string, string>>;
  readonly isolateHome: boolean;
}

export const importanceMethods = ['auto', 'rank', 'ped-anova', 'fanova'] as const;
export type ImportanceMethod = (typeof importanceMethods)[number];

/** When a search ends before its budget does. Values and distances are in the units of the metric and the parameters. */
export interface StopPolicy {
  readonly threshold?: number;
  /** Finished trials without one that is better by more than `percent` of the best. */
  readonly noProgress?: { readonly trials: number; readonly percent: number };
  /** scikit-optimize's DeltaXStopper: the last two points lie nearer than this, distances summed over the parameters. */
  readonly deltaX?: number;
  /** scikit-optimize's DeltaYStopper: the best `best` values lie within `delta`. */
  readonly deltaY?: { readonly delta: number; readonly best: number };
  /** A Gaussian process of the trials sees no more than this left to gain. */
  readonly regretBound?: number;
  /** scikit-optimize's HollowIterationsStopper: the last `trials` improved the best by at most `threshold`. */
  readonly hollow?: { readonly trials: number; readonly threshold: number };
}

/** A run is over after `patience` reports in a row that are not better than its best by more than `minDelta`, in the metric's unit. */
export interface EarlyStopping { readonly patience: number; readonly minDelta: number }
/** A finished tuning of another tool that a study is about, and what its files do not say. */
export interface ResultsSource {
  /** Relative to the folder of the study. */
  readonly path: string;
  /** Of the reader, where several tools left something there. */
  readonly format?: string;
  /** Which one, where the files hold several. */
  readonly study?: string;
  readonly columns: { readonly params?: readonly string[]; readonly state?: string; readonly seed?: string };
  readonly choices?: Readonly<Record<string, readonly (string | number | boolean | null)[] | 'number'>>;
}

/** One study, every default filled in. `path` is relative to the repository root. */
export interface StudyConfig {
  readonly name: string;
  readonly path: string;
  readonly dialect: 'noregret' | 'wandb';
  readonly metric: MetricConfig | undefined;
  readonly also: readonly AlsoMetric[];
  readonly method: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
  readonly space: SearchSpace;
  readonly program: TrialProgram | undefined;
  /** Text files that are filled for each trial; absent where there are none. */
  readonly templates?: readonly TemplateFile[];
  /** Present where nothing is run: space, method and program are empty then. */
  readonly results?: ResultsSource;
  readonly metrics: MetricSource;
  readonly reduce: Reduce;
  /** Absent where a trial is one run of the program. */
  readonly parts?: PartsConfig;
  readonly budget: Budget;
  readonly parallel: 'auto' | number;
  /** Pruner; without one every trial runs to its end. */
  readonly earlyTerminate: { readonly name: string; readonly options: Readonly<Record<string, unknown>> } | undefined;
  /** Of every run, in a search and in a verdict alike; its value still counts. */
  readonly earlyStopping?: EarlyStopping;
  readonly verdict: VerdictPolicy;
  readonly executor: 'local';
  readonly stop: StopPolicy;
  /** How the importance of the parameters is computed; `auto` when absent. */
  readonly importance?: ImportanceMethod;
  readonly gpus: number;
  readonly env: EnvPolicy;
  /** What a run leaves in NOREGRET_TRIAL_DIR for studies that train on from it; kept of main's best configuration. */
  readonly checkpoint?: string;
  /** Study whose model of main every trial trains on from. */
  readonly transfer?: string;
  /** Commands run in each side's own worktree before its first trial. */
  readonly setup: readonly (readonly string[])[];
  readonly link: readonly string[];
  readonly inputs: readonly string[];
  readonly data: readonly string[];
  /** One short run before the first search, so that what is broken is said at once. */
  readonly smoke?: boolean;
  readonly mainSearchMs: number;
  readonly fingerprint: readonly string[] | undefined;
  /** Given by flag or input; otherwise the seeds follow from the study's name. */
  readonly seed?: number;
}
