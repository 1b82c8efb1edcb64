import type { Identity } from '../app/publish.js';
import { emptyReport } from '../app/publish.js';
import { UserError } from '../model/errors.js';
import type { Report } from '../model/comparison.js';
import type { Clock } from '../model/ports.js';
import type { Trigger } from '../model/trigger.js';
import type { Actions } from '../platform/actions.js';
import type { RunArtifacts } from '../platform/artifact.js';
import type { GitHub } from '../platform/github.js';
import { checkedSha, checkRunPublisher, type CheckPublisher } from '../publishers/checkRun.js';
import type { Renderings } from '../publishers/renderings.js';
import { version } from '../version.js';
import type { RunnerContext } from './context.js';
import type { PostingInputs } from './inputs.js';

/** What a step has at hand: adapters and facts, made once by its entry. */
export interface Desk<Inputs extends PostingInputs = PostingInputs> {
  readonly actions: Actions;
  readonly inputs: Inputs;
  readonly context: RunnerContext;
  readonly clock: Clock;
  /** Undefined without a token. */
  readonly github: GitHub | undefined;
  readonly artifacts: RunArtifacts | undefined;
  readonly renderings: Renderings;
}

/** Under this name the `post` step finds check runs that a kill left open. */
export const openChecksState = 'open-checks';

export function checkPublisherFor({ actions, inputs, context, github, renderings }: Desk): CheckPublisher | undefined {
  if (github === undefined || !inputs.check) return undefined;
  return checkRunPublisher({ github, renderings, detailsUrl: context.runUrl, onOpen: (ids) => actions.saveState(openChecksState, JSON.stringify(ids)) });
}

export function identityOf(to: Trigger, context: Pick<RunnerContext, 'repository' | 'event'>): Identity {
  return { headSha: checkedSha(to) ?? '', pullRequest: to.kind === 'pull_request' ? to.number : undefined, repository: context.repository, event: context.event };
}

/** A report for a run that has none, from the error or the sentence that explains it. */
export function reportOfProblem(desk: Desk, to: Trigger, problem: { readonly sentence: string; readonly fix?: string | undefined }, failOn: Report['failOn']): Report {
  const { sentence, fix } = problem;
  const [first = '', ...rest] = sentence.split('\n');
  const more = [...rest, ...(fix === undefined ? [] : [fix])].join('\n');
  return emptyReport({ identity: identityOf(to, desk.context), sentence: first, ...(more === '' ? {} : { fix: more }), tool: `noregret ${version}`, createdAt: desk.clock.utc(), failOn });
}

/** Error text for people: the sentence, and what to do about it. */
export function errorText(error: unknown): string {
  if (error instanceof UserError) return error.fix === undefined ? error.message : `${error.message}\n${error.fix}`;
  return `noregret failed, which is a bug of noregret: ${error instanceof Error ? error.message : String(error)}`;
}
