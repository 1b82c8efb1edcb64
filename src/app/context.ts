import { canonicalJson, type Params } from '../model/params.js';
import type { OpenExternal } from '../model/external.js';
import type { SideTree, Workspace } from '../model/ports.js';
import type { Side } from '../model/trial.js';
import type { CanonicalRun } from '../model/record.js';
import { takeOver, type Findings, type StudyRun } from './findings.js';
import { openLab, type Lab } from './lab.js';
import type { PairsRequest } from './pairs.js';
import { shareSlots, type SharedExecutor } from './sharedSlots.js';
import type { OpenedStudy, Tools } from './tools.js';
import { checkUnchanged, findBaseCheckpoint, withCheckpoint } from './transfer.js';
import { partsPlan } from './trialRuns.js';

export type Trees = Partial<Record<Side, SideTree>>;

/** What every stage of one study's run works with, once both sides stand. */
export interface StageContext {
  readonly run: StudyRun;
  readonly tools: Tools;
  readonly found: Findings;
  readonly lab: Lab;
  readonly executor: SharedExecutor;
  /** The base's is absent when there is nothing to compare with. */
  readonly trees: Trees;
  readonly workspace: Workspace;
  /** For a search whose trials another program proposes. */
  readonly openExternal?: OpenExternal;
  readonly keepCheckpoint?: OpenedStudy['keepCheckpoint'];
  /** On `tools.clock`; undefined = no limit. */
  readonly deadlineMs: number | undefined;
}

/** Runs at once where values are compared: a metric that depends on the machine's load wants it for itself (decisions.md 20). */
export function slotsOf({ run, executor }: Pick<StageContext, 'run' | 'executor'>): number {
  return run.configs.head.also.some((metric) => metric.timing) ? 1 : executor.capacity;
}

/** What all paired stages of a run have in common. */
export function pairsRequest(context: StageContext, stage: { stage: PairsRequest['stage']; label: string; base: Params; head: Params; stored?: ReadonlyMap<number, CanonicalRun> }): PairsRequest {
  const { run, lab, executor } = context;
  const { head } = run.configs;
  return {
    lab, executor, stage: stage.stage, label: stage.label, params: { base: stage.base, head: stage.head },
    stored: stage.stored ?? new Map(), alone: head.also.some((metric) => metric.timing), timeoutMs: head.budget.trialTimeMs, signal: run.signal,
  };
}

export interface ContextRequest {
  readonly run: StudyRun;
  readonly tools: Tools;
  readonly found: Findings;
  readonly startedMs: number;
  /** Equal identity = the same log is continued. */
  readonly identity: Readonly<Record<string, string>>;
  readonly openTrees: (workspace: Workspace) => Promise<Trees>;
}

/** Opens workspace, log and executor, runs `body`, and closes them in reverse order whatever happens. */
export async function withContext<T>(request: ContextRequest, body: (context: StageContext) => Promise<T>): Promise<T> {
  const { run, found, startedMs } = request;
  const study = run.configs.head.name;
  const model = await findBaseCheckpoint(run, request.tools);
  const tools = withCheckpoint(request.tools, model, found);
  const workspace = await tools.openWorkspace(run.signal);
  try {
    const trees = await request.openTrees(workspace);
    // A log begun on another machine is not continued here: its values and these would not be comparable (decisions.md 34).
    const conditions = trees.head === undefined ? {} : await tools.keyProbe.key(trees.head, run.configs.head, {});
    const identity = { ...request.identity, conditions: canonicalJson(conditions) };
    const { journal, executor: own, openExternal, keepCheckpoint } = await tools.openStudy(study, identity, run.configs);
    const executor = shareSlots(own, { clock: tools.clock, gpusPerTrial: run.configs.head.gpus });
    try {
      const onTorn = (bytes: number): void => void found.warnings.push(`The log of an earlier attempt ended in the middle of a line: ${bytes} bytes were cut, nothing finished was lost.`);
      const { timeMs } = run.configs.head.budget;
      const deadlineMs = timeMs === undefined ? undefined : startedMs + timeMs;
      const lab = await openLab({ journal, executor, clock: tools.clock, study, identity, tool: tools.tool, deadlineMs, trees: (side) => dirOf(trees, side), onTorn, ...partsPlan(run.configs.head), ...(model === undefined ? {} : { baseCheckpoint: model.path }) });
      takeOver(found, lab.study());
      const result = await body({
        run, tools, found, lab, executor, trees, workspace, deadlineMs,
        ...(openExternal === undefined ? {} : { openExternal }), ...(keepCheckpoint === undefined ? {} : { keepCheckpoint }),
      });
      await checkUnchanged(tools, model);
      return result;
    } finally {
      await executor.close();
      await journal.close();
    }
  } finally {
    await workspace.close();
  }
}

function dirOf(trees: Trees, side: Side): string {
  const tree = trees[side];
  if (tree === undefined) throw new Error(`no tree for the ${side} side`);
  return tree.dir;
}
