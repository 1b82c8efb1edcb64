import { decideVerdict } from '../compare/verdict.js';
import type { Comparison } from '../model/comparison.js';
import { UserError } from '../model/errors.js';
import { measuredAs } from '../model/parts.js';
import type { Workspace } from '../model/ports.js';
import { comparisonOf } from './comparisonOf.js';
import { withContext, type Trees } from './context.js';
import { noFindings, type Findings, type StudyRun } from './findings.js';
import { diskCodes } from './searchLoop.js';
import { runStages } from './stages.js';
import type { Tools } from './tools.js';
import { verdictStagesOf } from './verdictStages.js';

/**
 * The pull-request job for one study: both sides prepared alike, then the stages of decisions.md 14. Whatever cuts it
 * short, what was measured is in the comparison. Rejects on bugs of ours only.
 */
export async function compareStudy(run: StudyRun, tools: Tools): Promise<Comparison> {
  const startedMs = tools.clock.now();
  const found = noFindings();
  await keepFindings(run, found, async () => { await measure(run, tools, { found, startedMs }); });
  return comparisonOf({
    run, found, verdict: decideVerdict(verdictStagesOf(run, found)), secrets: tools.secrets,
    wallSeconds: (tools.clock.now() - startedMs) / 1000,
  });
}

export const cancelled = { reason: 'cancelled', sentence: 'cancelled before it finished; a re-run continues where this one stopped' };

async function measure(run: StudyRun, tools: Tools, progress: { found: Findings; startedMs: number }): Promise<void> {
  if (run.signal.aborted) return;
  const identity = { head: run.head.tree, base: run.base?.sha ?? 'none', config: JSON.stringify(run.configs) };
  const openTrees = async (workspace: Workspace): Promise<Trees> => await prepareTrees(run, workspace, progress.found);
  await withContext({ run, tools, identity, openTrees, ...progress }, runStages);
}

/** A base that cannot be built is no reason to keep the head's search from people: NO_BASELINE, and why. */
async function prepareTrees(run: StudyRun, workspace: Workspace, found: Findings): Promise<Trees> {
  const { configs, head, base } = run;
  const trees: Trees = { head: await workspace.prepare('head', head.sha, configs.head) };
  if (base === undefined) found.noBaseline = { reason: 'no-base-commit', sentence: run.baseWhy };
  else if (!run.baseHasConfig) found.noBaseline = { reason: 'no-config', sentence: `${configs.head.path} does not exist on ${base.sha.slice(0, 10)}, so there is nothing to compare with yet` };
  else if (!sameObjective(run)) found.noBaseline = { reason: 'metric-changed', sentence: `${configs.head.path} now optimises ${run.objective.goal} ${run.objective.name}, on ${base.sha.slice(0, 10)} it was ${configs.base.metric?.goal ?? ''} ${configs.base.metric?.name ?? 'nothing'}: the two cannot be compared` };
  else if (configs.base.transfer !== configs.head.transfer) found.noBaseline = { reason: 'transfer-changed', sentence: `training ${fromWhat(configs.head.transfer)} here and ${fromWhat(configs.base.transfer)} on ${base.sha.slice(0, 10)} are not compared with each other` };
  else if (!sameParts(run)) found.noBaseline = { reason: 'runs-changed', sentence: `a trial of ${configs.head.path} is now ${measuredAs(configs.head)}, on ${base.sha.slice(0, 10)} it was ${measuredAs(configs.base)}: the two cannot be compared` };
  else {
    try {
      trees.base = await workspace.prepare('base', base.sha, configs.base);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      found.noBaseline = { reason: error.code, sentence: inOneLine(error) };
    }
  }
  return trees;
}

function fromWhat(transfer: string | undefined): string {
  return transfer === undefined ? 'from scratch' : `on from ${transfer}'s model`;
}

/** Repeats do not count: beyond the search both sides run on the same seeds whatever their number. */
function sameParts({ configs: { head, base } }: StudyRun): boolean {
  return measuredAs(head) === measuredAs(base);
}

function sameObjective({ configs, objective }: StudyRun): boolean {
  return configs.base.metric?.name === objective.name && configs.base.metric.goal === objective.goal;
}

/** Runs `work`, which fills `found`; what cuts it short becomes a finding as well. Rejects on bugs of ours only. */
export async function keepFindings(run: StudyRun, found: Findings, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    cutShort(error, run, found);
  }
  if (run.signal.aborted && found.incomplete === undefined) found.incomplete = cancelled;
}

/** Cancelled, or an error that the user can mend: the report says so. A bug goes on up with its stack. */
function cutShort(error: unknown, run: StudyRun, found: Findings): void {
  // What is missing because of a cancellation is no mistake of the user's; a full disk still is worth saying.
  if (run.signal.aborted && !(error instanceof UserError && diskCodes.has(error.code))) {
    found.incomplete = cancelled;
    return;
  }
  if (!(error instanceof UserError)) throw error;
  found.incomplete = { reason: error.code, sentence: inOneLine(error) };
}

/** Messages of other programs end without a full stop. */
function inOneLine({ message, fix }: UserError): string {
  return fix === undefined ? message : `${message}${/[.!?]$/.test(message) ? '' : '.'} ${fix}`;
}
