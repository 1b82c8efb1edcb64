import type { Trigger } from '../model/trigger.js';
import type { ActionInputs } from './inputs.js';

/** What this run is to do. `fail`: the workflow file asks for something that cannot be. */
export type Work =
  | { readonly kind: 'compare'; readonly pullRequest: number | undefined; readonly headSha: string; readonly baseSha: string }
  | { readonly kind: 'record'; readonly sha: string; readonly branch: string; readonly searchAlways: boolean }
  /** The A/A self-test of a commit of the default branch. */
  | { readonly kind: 'self-test'; readonly sha: string; readonly branch: string }
  | { readonly kind: 'nothing'; readonly why: string; readonly fail: boolean };

const nothing = (why: string): Work => ({ kind: 'nothing', why, fail: false });
const impossible = (why: string): Work => ({ kind: 'nothing', why, fail: true });

function byEvent(trigger: Trigger, defaultBranch: string | undefined): Work {
  switch (trigger.kind) {
    case 'pull_request': return { kind: 'compare', pullRequest: trigger.number, headSha: trigger.headSha, baseSha: trigger.baseSha };
    case 'merge_group': return { kind: 'compare', pullRequest: undefined, headSha: trigger.headSha, baseSha: trigger.baseSha };
    case 'push': return trigger.defaultBranch
      ? { kind: 'record', sha: trigger.sha, branch: trigger.branch, searchAlways: false }
      : nothing(`${trigger.branch} is not the default branch; only that one is recorded`);
    case 'schedule': case 'manual': return trigger.branch === (defaultBranch ?? trigger.branch)
      ? { kind: 'record', sha: trigger.sha, branch: trigger.branch, searchAlways: true }
      : nothing(`${trigger.branch} is not the default branch; only that one is recorded`);
    case 'comment': case 'label': return impossible('On a comment or a label nothing may be executed; use the sub-action noregret/publish');
    case 'workflow_run': return impossible('On workflow_run nothing may be executed; use the sub-action noregret/publish');
    case 'unsupported': return trigger.event === 'push' ? nothing(trigger.why) : impossible(`The event ${trigger.event} is not supported: ${trigger.why}`);
  }
}

/** `mode: auto` goes by the event; the other modes must fit it. */
export function chooseWork(mode: ActionInputs['mode'], trigger: Trigger, defaultBranch: string | undefined): Work {
  const work = byEvent(trigger, defaultBranch);
  if (mode === 'aa') return selfTest(trigger, work);
  if (mode === 'auto' || work.kind === 'nothing' || work.kind === mode) return work;
  if (mode === 'compare' && trigger.kind === 'push' && trigger.before !== undefined) return { kind: 'compare', pullRequest: undefined, headSha: trigger.sha, baseSha: trigger.before };
  return impossible(`mode: ${mode} does not fit the event ${trigger.kind}; use mode: auto`);
}

/** Only where somebody asked for it: a self-test costs as much as several pull requests. */
function selfTest(trigger: Trigger, work: Work): Work {
  if ((trigger.kind === 'schedule' || trigger.kind === 'manual') && work.kind === 'record') return { kind: 'self-test', sha: work.sha, branch: work.branch };
  return work.kind === 'nothing' ? work : impossible(`The A/A self-test (mode: aa) is run on schedule or workflow_dispatch, not on ${trigger.kind}: it tells about the setup, not about a change`);
}
