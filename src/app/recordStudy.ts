import { decideVerdict } from '../compare/verdict.js';
import { daysBetween, nearestRecord, nearestSearch } from '../compare/baseline.js';
import type { Comparison } from '../model/comparison.js';
import type { StudyRecord } from '../model/record.js';
import type { Trial } from '../model/study.js';
import { spaceDigest } from '../model/validity.js';
import type { Verdict } from '../model/verdict.js';
import { dueProposals } from '../compare/decisions.js';
import { comparisonOf } from './comparisonOf.js';
import { keepCheckpoint } from './keepCheckpoint.js';
import { keepFindings } from './compareStudy.js';
import { withContext, type StageContext } from './context.js';
import { acceptedOn, readDecisions } from './decided.js';
import { noteMainDrift } from './mainDrift.js';
import { noFindings, type Findings, type StudyRun } from './findings.js';
import { marginOf, noiseOf, runPush, type PushOutcome } from './push.js';
import type { SearchOutcome } from './search.js';
import type { Tools } from './tools.js';
import { checkpointChanged } from './transfer.js';
import { verdictStagesOf } from './verdictStages.js';

export interface RecordOptions {
  /** `<run>-<attempt>` names the record's file. */
  readonly runId: string;
  readonly attempt: number;
  /** `schedule` and `workflow_dispatch`: search whatever the age of the last one. */
  readonly searchAlways: boolean;
}

export interface Recorded {
  readonly comparison: Comparison;
  /** Not yet stored; absent when nothing complete was measured. */
  readonly record: StudyRecord | undefined;
}

const dayMs = 86_400_000;
/** Records this far back are asked for the last search and b*. */
const maxAncestors = 5000;
const maxRecords = 100;

/** The push job for one study: the drift series at b*, the gate against the previous record, a search when due. */
export async function recordStudy(run: StudyRun, tools: Tools, options: RecordOptions): Promise<Recorded> {
  const { clock } = tools;
  const startedMs = clock.now();
  const startedAt = clock.utc();
  const found = noFindings();
  const kept: { measured?: Measured; earlier?: Awaited<ReturnType<typeof earlierRecords>> } = {};
  await keepFindings(run, found, async () => {
    const records = await earlierRecords(run, tools);
    kept.earlier = records;
    const previous = nearestRecord(records.line, records.found);
    const decisions = await readDecisions(tools.store, run.configs.head.name, (text) => void found.warnings.push(text));
    const accepted = await acceptedOn(records.line, decisions, { store: tools.store, study: run.configs.head.name, now: startedAt });
    if (accepted !== undefined) found.accepted = accepted;
    const proposals = dueProposals(recordedPart(records), decisions, records.found);
    const searchIsDue = options.searchAlways || isSearchDue(run, records.found, startedAt);
    if (!run.signal.aborted) await withContext({
      run, tools, found, startedMs, identity: { push: run.head.sha, config: JSON.stringify(run.configs), searchIsDue: String(searchIsDue) },
      openTrees: async (workspace) => {
        const head = await workspace.prepare('head', run.head.sha, run.configs.head);
        return { head, base: { ...head, side: 'base' } };
      },
    }, async (context) => {
      found.environment = await keyAt(context, previous?.incumbent.params ?? {});
      await runPush(context, { previous, searched: nearestSearch(records.line, records.found), searchIsDue, decisions, proposals }, async (outcome) => {
        const checkpoint = await keepCheckpoint(context, outcome.incumbent.params, { previous, isDue: searchIsDue });
        kept.measured = { ...outcome, previous, key: await keyAt(context, outcome.incumbent.params), ...(checkpoint === undefined ? {} : { checkpoint }) };
      });
    });
  });
  const { measured } = kept;
  const isRecorded = measured !== undefined && !run.signal.aborted && found.incomplete?.reason !== checkpointChanged && measured.canonical.some((one) => one.state === 'complete');
  if (measured !== undefined) found.environment = measured.key;
  if (found.gate === undefined && found.incomplete === undefined) found.noBaseline = isRecorded ? found.noBaseline ?? firstRecord(run) : nothingComplete;
  const verdict = decideVerdict(verdictStagesOf(run, found));
  const wallSeconds = (clock.now() - startedMs) / 1000;
  const record = isRecorded ? recordOf({ run, tools, found, measured, verdict, startedAt, wallSeconds }, options) : undefined;
  if (record !== undefined) await noteMainDrift({ found, tools }, { firstParents: [run.head.sha, ...kept.earlier?.line ?? []], records: [...kept.earlier?.found ?? [], record] });
  return { comparison: comparisonOf({ run, found, verdict, secrets: tools.secrets, wallSeconds }), record };
}

async function earlierRecords(run: StudyRun, tools: Tools): Promise<{ line: readonly string[]; found: readonly StudyRecord[] }> {
  const line = (await tools.repository.firstParents(run.head.sha, maxAncestors)).slice(1);
  return { line, found: await tools.store.readFor(run.configs.head.name, line, maxRecords) };
}

/** The line as far back as its records were read: what lies behind them was judged or missed long ago. */
function recordedPart({ line, found }: Awaited<ReturnType<typeof earlierRecords>>): readonly string[] {
  const known = new Set(found.map(({ sha }) => sha));
  return line.slice(0, line.findLastIndex((sha) => known.has(sha)) + 1);
}

function isSearchDue(run: StudyRun, records: readonly StudyRecord[], now: string): boolean {
  const last = records.flatMap((record) => record.search?.finishedAt ?? []).sort().at(-1);
  return last === undefined || daysBetween(last, now) * dayMs >= run.configs.head.mainSearchMs;
}

async function keyAt({ run, tools, trees }: StageContext, params: StudyRecord['incumbent']['params']): Promise<Readonly<Record<string, string>>> {
  return trees.head === undefined ? {} : await tools.keyProbe.key(trees.head, run.configs.head, params);
}

const nothingComplete = { reason: 'nothing-complete', sentence: 'no run at the best configuration ended with a value, so there is nothing to record' };

function firstRecord(run: StudyRun): NonNullable<Findings['noBaseline']> {
  return { reason: 'first-record', sentence: `this is the first record of ${run.configs.head.name}: ${run.objective.name} at its best configuration is now the baseline` };
}

interface Measured extends PushOutcome { readonly previous: StudyRecord | undefined; readonly key: StudyRecord['key']; readonly checkpoint?: string }

interface RecordParts {
  readonly run: StudyRun;
  readonly tools: Tools;
  readonly found: Findings;
  readonly measured: Measured;
  readonly verdict: Verdict;
  readonly startedAt: string;
  readonly wallSeconds: number;
}

function recordOf({ run, tools, found, measured, verdict, startedAt, wallSeconds }: RecordParts, options: RecordOptions): StudyRecord {
  const { head } = run.configs;
  const noise = noiseOf({ run, found }, measured.previous, measured.key);
  const margin = marginOf({ run, found }, noise);
  const trials = (found.study?.trials ?? []).filter((trial) => trial.result !== undefined);
  const sum = (of: (trial: (typeof trials)[number]) => number): number => trials.reduce((total, trial) => total + of(trial), 0);
  return {
    schema: 1, tool: tools.tool, kind: 'observed', study: head.name, sha: run.head.sha, tree: run.head.tree,
    ...(run.head.parents[0] === undefined ? {} : { parent: run.head.parents[0] }),
    run: options.runId, attempt: options.attempt, startedAt, finishedAt: tools.clock.utc(), key: { ...measured.key },
    metric: { name: run.objective.name, goal: run.objective.goal }, space: spaceDigest(head.space),
    incumbent: measured.incumbent, canonical: [...measured.canonical],
    ...(found.search === undefined ? {} : { search: searchPart(found.search, trials, { run, tools }) }),
    ...(measured.checkpoint === undefined ? {} : { checkpoint: measured.checkpoint }),
    ...(margin === undefined ? {} : { margin }),
    ...(noise === undefined ? {} : { noise }),
    ...(found.challengers === undefined ? {} : { challengers: found.challengers }),
    verdict: { kind: verdict.kind, ...(verdict.reason === undefined ? {} : { reason: verdict.reason }) },
    budget: { trials: trials.length, wallSeconds, gpuMinutes: sum((trial) => trial.result?.gpuSeconds ?? 0) / 60 },
  };
}

function searchPart(search: SearchOutcome, all: readonly Trial[], { run, tools }: Pick<RecordParts, 'run' | 'tools'>): NonNullable<StudyRecord['search']> {
  const trials = all.filter((trial) => trial.stage === 'search' && trial.side === 'head');
  return {
    finishedAt: tools.clock.utc(), method: run.configs.head.method.name, seed: search.seed,
    trials: trials.flatMap(({ params, result }) => (result === undefined ? [] : [{ params, result }])),
  };
}
