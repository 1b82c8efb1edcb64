import type { Report } from '../model/comparison.js';
import type { BaselineStore, Clock, Progress } from '../model/ports.js';
import type { StudyRecord } from '../model/record.js';
import type { Overrides } from './inputs.js';

/** What both jobs of the action are told. Everything comes from the event, the runner and the inputs. */
export interface RunRequest {
  readonly event: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Root of the checked-out repository. */
  readonly workspaceDir: string;
  /** Where the configuration lies, relative to `workspaceDir`. */
  readonly workingDirectory: string;
  /** Path or glob; undefined = look in the usual places. */
  readonly config: string | undefined;
  readonly overrides: Overrides;
  readonly historyBranch: string;
  /** For `git fetch` and `git push` through an `http.extraheader` in git's environment; never on a command line. */
  readonly remote: { readonly url: string; readonly token: string };
  /** Absolute; exists; outside the workspace. Keyed further by whoever writes into it (decisions.md 34). */
  readonly stateDir: string;
  readonly runId: string;
  readonly attempt: number;
  readonly failOn: Report['failOn'];
}

export interface CompareRequest extends RunRequest {
  readonly pullRequest: number | undefined;
  readonly headSha: string;
  /** Tip of the target branch according to the event; the base commit itself is decided by decisions.md 6. */
  readonly baseSha: string;
}

export interface RecordRequest extends RunRequest {
  readonly sha: string;
  readonly branch: string;
  /** True for `schedule` and `workflow_dispatch`: search whatever the age of the last one. */
  readonly searchAlways: boolean;
}

export interface SelfTestRequest extends RunRequest {
  readonly sha: string;
  readonly branch: string;
  /** Undefined: by the looks. */
  readonly rounds: number | undefined;
}

export interface RunDeps {
  readonly progress: Progress;
  readonly clock: Clock;
  /** Aborted on cancel: finish within two seconds, report `incomplete`. */
  readonly signal: AbortSignal;
  /**
   * Call once, as soon as the studies' names are known and before any trial: opens a check run for each.
   * `tokenCanWrite`: a write token stands beside the trials (decisions.md 25), to be said in the report. Never rejects.
   */
  announce(studies: readonly string[]): Promise<{ readonly tokenCanWrite: boolean }>;
}

/** `pending` holds records which the token was not allowed to push; `noregret/publish` appends them. */
export interface RecordResult { readonly report: Report; readonly pending: readonly StudyRecord[] }

/** The work itself, behind one interface, so that the entries are tested without a training. */
export interface UseCases {
  /** UserError for what is the user's to fix; a failing trial or a cancel is inside the report. */
  comparePullRequest(request: CompareRequest, deps: RunDeps): Promise<Report>;
  recordPush(request: RecordRequest, deps: RunDeps): Promise<RecordResult>;
  /** The gate on unchanged code; opens no checks. */
  selfTest(request: SelfTestRequest, deps: RunDeps): Promise<RecordResult>;
  /** `dry-run`: the plan as lines for the log; runs nothing. */
  plan(request: CompareRequest | RecordRequest | SelfTestRequest): Promise<readonly string[]>;
  /** The history branch on the server, for `noregret/publish`, which has no checkout; scratch files go to `scratchDir`. */
  openHistory(remote: RunRequest['remote'], branch: string, scratchDir: string): Promise<BaselineStore>;
}
