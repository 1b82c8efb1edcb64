/** What started us, taken from the event alone, never from an artifact or a file of the pull request. */
export type Trigger =
  | { readonly kind: 'pull_request'; readonly number: number; readonly headSha: string; readonly baseSha: string; readonly baseRef: string; readonly fork: boolean; readonly draft: boolean }
  | { readonly kind: 'push'; readonly sha: string; readonly before: string | undefined; readonly branch: string; readonly defaultBranch: boolean }
  | { readonly kind: 'schedule' | 'manual'; readonly sha: string; readonly branch: string }
  | { readonly kind: 'merge_group'; readonly headSha: string; readonly baseSha: string; /** The one that the queue is about to merge. */ readonly pullRequest?: number | undefined }
  /** `conclusion` is that of the run: a skipped one never had a report to give. */
  | { readonly kind: 'workflow_run'; readonly runId: number; readonly headSha: string; readonly headRepository: string | undefined; readonly event: string; readonly conclusion?: string | undefined; readonly createdAt?: string | undefined; readonly actor?: string | undefined }
  /** Somebody wrote a comment under a pull request. `body` is hostile text. */
  | { readonly kind: 'comment'; readonly pullRequest: number; readonly comment: number; readonly body: string; readonly by: string; readonly isBot: boolean; readonly at: string }
  /** Somebody put a label on a pull request, or took it off. */
  | { readonly kind: 'label'; readonly pullRequest: number; readonly label: string }
  | { readonly kind: 'unsupported'; readonly event: string; readonly why: string };
