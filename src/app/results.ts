import type { Comparison } from '../model/comparison.js';
import type { StudyRecord } from '../model/record.js';
import { shellWord } from '../model/shellWord.js';
import { foldStudy } from '../model/studyLog.js';
import { subjectOf } from '../model/studySubject.js';
import { spaceDigest } from '../model/validity.js';
import type { Verdict } from '../model/verdict.js';
import { comparisonOf } from './comparisonOf.js';
import { keepFindings } from './compareStudy.js';
import { noFindings, type StudyRun } from './findings.js';
import type { Recorded, RecordOptions } from './recordStudy.js';
import { baseLog, headLog, previousLog, type BaseLog } from './resultsLogs.js';
import type { Tools } from './tools.js';
import { metricOf, type NamedLog } from './searched.js';
import { noVerdictNote } from './searchesNotes.js';
import { compareLogs, leftAsItWas, searchAlone, winnerOf } from './twoLogs.js';

/** Beyond them a record would weigh more than the history it belongs to. */
const mostRecordedTrials = 5000;

/**
 * The pull-request job of a study whose trials somebody else ran: what both searches found, with what luck alone would do. No seed was
 * repeated on both sides by us, so there is no verdict on the code.
 */
export async function compareResults(run: StudyRun, tools: Tools): Promise<Comparison> {
  return await reported(run, tools, async () => {
    const head = await headLog(run, tools);
    const { base } = run;
    const there = base === undefined ? undefined : await baseLog({ ...run, base }, tools);
    if (there !== undefined) return beside(run, there, head);
    const sentence = base === undefined ? run.baseWhy : `no search of ${run.configs.head.name} is recorded at ${base.sha.slice(0, 10)} or before, and ${run.configs.head.results?.path ?? ''} is not committed there; the first push to the default branch records one`;
    return alone(run, head, { kind: 'NO_BASELINE', reason: 'no-search', sentence: `No baseline: ${sentence}` });
  });
}

/** The push job: the search becomes main's record, and stands beside the one before it. */
export async function recordResults(run: StudyRun, tools: Tools, options: RecordOptions): Promise<Recorded> {
  const startedAt = tools.clock.utc();
  const kept: { record?: StudyRecord } = {};
  const comparison = await reported(run, tools, async () => {
    const head = await headLog(run, tools);
    const record = recordOf(run, tools, { head, startedAt, options });
    if ('record' in record) kept.record = record.record;
    const there = await previousLog(run, tools);
    const first: Verdict = { kind: 'NO_BASELINE', reason: 'first-record', sentence: `No baseline: this is the first record of ${run.configs.head.name}: what its search found is the baseline from here on` };
    const shown = there === undefined ? alone(run, head, first) : beside(run, there, head);
    return 'record' in record ? shown : { ...shown, warnings: [...shown.warnings, record.why] };
  });
  return { comparison, record: kept.record };
}

/** What the user can mend is a report as well. */
async function reported(run: StudyRun, tools: Tools, work: () => Promise<Comparison>): Promise<Comparison> {
  const found = noFindings();
  const done: { comparison?: Comparison } = {};
  await keepFindings(run, found, async () => { done.comparison = await work(); });
  if (done.comparison !== undefined && found.incomplete === undefined) return done.comparison;
  const { reason, sentence } = found.incomplete ?? { reason: 'nothing-complete', sentence: 'nothing was read' };
  return comparisonOf({ run, found, secrets: tools.secrets, wallSeconds: 0, verdict: { kind: 'INCOMPLETE', reason, sentence: `Incomplete: ${sentence}` } });
}

function beside(run: StudyRun, { log, baseline }: BaseLog, head: NamedLog): Comparison {
  const [was, is] = [log, head].map(metricText);
  if (was !== is) return alone(run, head, { kind: 'NO_BASELINE', reason: 'metric-changed', sentence: `No baseline: ${log.path} was searched for ${was}, ${head.path} for ${is}: the two cannot be compared` });
  return framed(run, head, { ...compareLogs(log, head, { oneStudyFile: true }), baseline });
}

function alone(run: StudyRun, head: NamedLog, verdict: Verdict): Comparison {
  return framed(run, head, searchAlone(head, verdict));
}

/** As the study is called here; how it came about is another program's affair. */
function framed({ configs: { head }, policyChanges }: StudyRun, log: NamedLog, comparison: Comparison): Comparison {
  const tool = toolOf(log);
  const search = comparison.search === undefined ? {} : { search: { ...comparison.search, method: tool, stopReason: leftAsItWas } };
  const verdict = comparison.verdict.reason === 'no-pairs' ? { ...comparison.verdict, reason: 'results-read' } : comparison.verdict;
  return {
    ...comparison, ...search, verdict, budget: searchAlone(log, verdict).budget, study: head.name, configPath: head.path, policyChanges: [...policyChanges],
    notes: [`Nothing was run here: the trials are those that ${tool} left in ${log.path}, as they lay there.`, ...comparison.notes.filter((note) => note !== noVerdictNote)],
    reproduce: [`npx noregret import ${shellWord(log.path)}`],
  };
}

function toolOf({ log }: NamedLog): string {
  const [first] = log.events;
  return first?.type === 'created' ? first.tool : 'another tool';
}

function metricText({ log }: NamedLog): string {
  const study = foldStudy(log.events)?.study;
  const metric = study && metricOf(study);
  return metric === undefined ? 'nothing' : `${metric.goal} ${metric.name}`;
}

interface RecordParts { readonly head: NamedLog; readonly startedAt: string; readonly options: RecordOptions }

/** Without canonical seeds: no configuration was run on any by us. */
function recordOf(run: StudyRun, tools: Tools, { head, startedAt, options }: RecordParts): { readonly record: StudyRecord } | { readonly why: string } {
  const study = foldStudy(head.log.events)?.study;
  const best = winnerOf(head);
  const trials = study?.trials.flatMap(({ params, result, stage, side }) => (result === undefined || stage !== 'search' || side !== 'head' ? [] : [{ params, result }])) ?? [];
  if (study === undefined || best === undefined) return { why: `Nothing is recorded: no trial of ${head.path} ended with a value.` };
  if (trials.length > mostRecordedTrials) return { why: `Nothing is recorded: ${head.path} holds ${trials.length} trials, and a record at most ${mostRecordedTrials}.` };
  const { name, path } = run.configs.head;
  const space = subjectOf(study.identity)?.space;
  const finishedAt = tools.clock.utc();
  return { record: {
    schema: 1, tool: tools.tool, kind: 'observed', study: name, sha: run.head.sha, tree: run.head.tree, ...(run.head.parents[0] === undefined ? {} : { parent: run.head.parents[0] }),
    run: options.runId, attempt: options.attempt, startedAt, finishedAt, key: { results: `${toolOf(head)}, read by ${path}` },
    metric: { name: run.objective.name, goal: run.objective.goal }, space: space === undefined ? '' : spaceDigest(space),
    incumbent: { params: best.params, sinceSha: run.head.sha, source: 'base-search' }, canonical: [],
    search: { finishedAt, method: toolOf(head), seed: 0, trials },
    budget: { trials: trials.length, wallSeconds: 0, gpuMinutes: 0 },
    note: 'Read from another tool\'s results; nothing was run.',
  } };
}
