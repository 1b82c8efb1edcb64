import { decidedClaims, withClaims, type Claim } from '../compare/waivers.js';
import type { Comparison, Report } from '../model/comparison.js';
import type { Decision } from '../model/decision.js';
import { UserError } from '../model/errors.js';
import { paramsKey } from '../model/params.js';
import type { BaselineStore } from '../model/ports.js';
import type { GitHub } from '../platform/github.js';
import type { MergedPull } from '../platform/githubRuns.js';
import { version } from '../version.js';
import { errorText, type Desk } from './desk.js';
import { reportOfRun } from './foundReport.js';
import type { History } from './history.js';
import { decisionsOf, mayWrite, pullClaims, trailerClaims } from './waive.js';

interface Push { readonly sha: string; readonly branch: string }

/** What came with a push: the pull request that it merged, if any, its last report, and who accepts what. */
interface Arrived { readonly pull: MergedPull | undefined; readonly report: Report | undefined; readonly claims: readonly Claim[] }

/**
 * A push of the default branch: what was accepted in the pull request that it merged is accepted on main too, and what that
 * one found to be best is proposed to main's next push (decisions.md 11, 19). Answers the report with who accepted what.
 */
export async function afterMerge(desk: Desk, report: Report, { workflow, history }: { readonly workflow: string; readonly history: History }): Promise<Report> {
  const { github, context, actions, clock } = desk;
  const { trigger } = context;
  if (github === undefined || trigger.kind !== 'push' || !trigger.defaultBranch || report.studies.length === 0) return report;
  try {
    const decisions = await decisionsOf(desk, report, await history.open());
    const arrived = await arrivedWith({ desk, github, workflow }, trigger, decisions);
    const claimed = withClaims(report, arrived.claims, clock.utc());
    await keepDecisions(desk, await history.open(), decisionsFrom(claimed, arrived, { sha: trigger.sha, now: clock.utc() }));
    return claimed;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    actions.warn(`What came with this push is not known, so nothing was accepted or proposed. ${errorText(error)}`);
    return report;
  }
}

interface Asking { readonly desk: Desk; readonly github: GitHub; readonly workflow: string }

async function arrivedWith(asking: Asking, push: Push, decisions: readonly Decision[]): Promise<Arrived> {
  const { desk, github, workflow } = asking;
  const here = decisions.filter(({ sha }) => sha === push.sha);
  const ofThisCommit = decidedClaims(here, { number: undefined, headSha: push.sha, fork: false });
  const pull = await github.mergedPull(push.sha, push.branch);
  if (pull === undefined) {
    const by = desk.context.sender;
    const refusal = by === undefined ? 'who pushed it is not known' : (await mayWrite(github)(by)) ? undefined : `${by} has no write access to this repository`;
    return { pull, report: undefined, claims: [...trailerClaims(desk.context.pushedMessages, by ?? 'somebody', refusal), ...ofThisCommit] };
  }
  const [run] = await github.runsOf(workflow, pull.headSha);
  const report = run === undefined ? undefined : await lastReport(asking, run.id, pull);
  const claims = await pullClaims(github, pull, { createdAt: run?.createdAt, pusher: run?.actor });
  return { pull, report, claims: [...expected(report, pull), ...claims, ...decidedClaims(decisions, pull), ...ofThisCommit] };
}

/** A report that is gone costs the proposal, nothing else. */
async function lastReport({ desk }: Asking, runId: number, { number, headSha, baseSha, baseRef, fork, draft }: MergedPull): Promise<Report | undefined> {
  try {
    return await reportOfRun(desk, runId, { kind: 'pull_request', number, headSha, baseSha, baseRef, fork, draft });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    desk.actions.line(`Nothing is proposed from pull request ${number}. ${errorText(error)}`);
    return undefined;
  }
}

const isRecovered = ({ verdict }: Comparison): boolean => verdict.kind === 'RECOVERED_BY_RETUNING' && verdict.reason === 'recovered';

/** Main's best is known to be worse with this code, until the winner that makes up for it takes its place. Of a fork's report nothing is believed. */
function expected(report: Report | undefined, { number, mergedBy, fork }: MergedPull): readonly Claim[] {
  return (fork ? [] : report?.studies ?? []).filter(isRecovered).map(({ study }) => ({
    id: `merge-${number}`, via: 'merge', by: mergedBy ?? 'somebody', study, says: { metrics: [], reason: `pull request ${number} was different to tune, and its retuned configuration makes up for this` },
  }));
}

function decisionsFrom(report: Report, { pull, report: before }: Arrived, { sha, now }: { readonly sha: string; readonly now: string }): readonly Decision[] {
  const frame = { schema: 1, tool: `noregret ${version}`, sha, ...(pull === undefined ? {} : { pullRequest: pull.number }) } as const;
  return report.studies.flatMap((study) => {
    const earlier = before?.studies.find((one) => one.study === study.study);
    const wanted = earlier?.verdict.kind === 'REGRESSION' || study.verdict.kind === 'REGRESSION' || study.verdict.kind === 'NOT_CONFIRMED';
    const accepted = wanted ? (study.waivers ?? []).filter(({ state, via }) => state === 'in-force' && via !== 'merge') : [];
    return [
      ...accepted.map(({ id, by, via, at, metrics, reason, until }): Decision => ({ ...frame, kind: 'accept', id, study: study.study, at: at ?? now, by, via, metrics, reason, ...(until === undefined ? {} : { until }) })),
      ...(pull === undefined || earlier === undefined ? [] : proposalOf(earlier, pull, { ...frame, at: now, pullRequest: pull.number })),
    ];
  });
}

type ProposalFrame = Pick<Extract<Decision, { kind: 'proposal' }>, 'schema' | 'tool' | 'sha' | 'pullRequest' | 'at'>;

/** What a fork's run claims to have recovered is tried like any other challenger before it is believed. */
function proposalOf(study: Comparison, pull: MergedPull, frame: ProposalFrame): readonly Decision[] {
  const params = study.search?.rescore.find(({ winner }) => winner)?.params;
  const against = study.incumbent?.params;
  if (params === undefined || against === undefined || paramsKey(params) === paramsKey(against)) return [];
  return [{ ...frame, kind: 'proposal', id: `merge-${pull.number}`, study: study.study, by: pull.mergedBy ?? 'somebody', via: 'merge', params, against, recovered: isRecovered(study) && !pull.fork }];
}

async function keepDecisions({ actions }: Desk, store: BaselineStore, decisions: readonly Decision[]): Promise<void> {
  for (const decision of decisions) await store.decide(decision);
  for (const { kind, study, pullRequest } of decisions) {
    actions.line(kind === 'proposal'
      ? `${study}: the retuned configuration of pull request ${pullRequest} is tried on main's next push.`
      : `${study}: the accepted decline${pullRequest === undefined ? '' : ` of pull request ${pullRequest}`} is kept in ${store.description}.`);
  }
}
