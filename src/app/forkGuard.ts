import type { Trigger } from '../model/trigger.js';

export interface ForkGuardRequest {
  readonly trigger: Trigger;
  /** RUNNER_ENVIRONMENT; anything but `github-hosted` is somebody's own machine. */
  readonly runnerEnvironment: string | undefined;
  readonly allowed: boolean;
}

/** Asked before anything of the repository is executed. Undefined = go on; else what to tell people. */
export function forkGuard({ trigger, runnerEnvironment, allowed }: ForkGuardRequest): { readonly sentence: string; readonly fix: string } | undefined {
  if (trigger.kind !== 'pull_request' || !trigger.fork || runnerEnvironment === 'github-hosted' || allowed) return undefined;
  return {
    sentence: 'Nothing was run: this pull request comes from a fork and the runner is self-hosted, where its code could take over the machine',
    fix: 'Push the branch to this repository after reading it, or, on runners that are thrown away after each job, set the input `allow-forks-on-self-hosted: true`.',
  };
}
