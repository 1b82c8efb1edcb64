import type { Report } from '../model/comparison.js';
import type { Trigger } from '../model/trigger.js';
import { afterMerge } from './afterMerge.js';
import type { Desk } from './desk.js';
import type { History } from './history.js';
import { withWaivers } from './waive.js';

/** The report as the step that posts it knows it: with who accepts what, on a pull request and in the merge queue as on a push. */
export async function withVouchers(desk: Desk, report: Report, { to, workflow, history }: { readonly to: Trigger; readonly workflow: string; readonly history: History }): Promise<Report> {
  const { github, context } = desk;
  const { trigger } = context;
  if (github === undefined) return report;
  if (to.kind === 'pull_request') {
    const run = trigger.kind === 'workflow_run' ? { createdAt: trigger.createdAt, pusher: trigger.actor } : { createdAt: undefined, pusher: context.sender };
    return await withWaivers(desk, report, { facts: async () => ({ pull: await github.pullRequest(to.number), run }), history: history.open });
  }
  const queued = to.kind === 'merge_group' ? to.pullRequest : undefined;
  if (queued === undefined) return await afterMerge(desk, report, { workflow, history });
  return await withWaivers(desk, report, { facts: async () => {
    const pull = await github.pullRequest(queued);
    const [run] = await github.runsOf(workflow, pull.headSha);
    return { pull, run: { createdAt: run?.createdAt, pusher: run?.actor } };
  }, history: history.open });
}
