import type { Report } from '../model/comparison.js';
import type { Trigger } from '../model/trigger.js';
import { afterMerge } from './afterMerge.js';
import type { Desk } from './desk.js';
import type { History } from './history.js';
import { withWaivers } from './waive.js';

/** The report as the step that posts it knows it: with who accepts what, on a pull request as on a push. */
export async function withVouchers(desk: Desk, report: Report, { to, workflow, history }: { readonly to: Trigger; readonly workflow: string; readonly history: History }): Promise<Report> {
  const { github, context } = desk;
  const { trigger } = context;
  if (to.kind !== 'pull_request' || github === undefined) return await afterMerge(desk, report, { workflow, history });
  const run = trigger.kind === 'workflow_run' ? { createdAt: trigger.createdAt, pusher: trigger.actor } : { createdAt: undefined, pusher: context.sender };
  return await withWaivers(desk, report, { pull: () => github.pullRequest(to.number), run, history: history.open });
}
