import { daysBetween, nearestSearch } from '../compare/baseline.js';
import type { Comparison } from '../model/comparison.js';
import type { StudyConfig } from '../model/config.js';
import { UserError } from '../model/errors.js';
import type { StudyRecord } from '../model/record.js';
import type { StudyEvent } from '../model/study.js';
import type { Side } from '../model/trial.js';
import type { StudyRun } from './findings.js';
import type { Tools } from './tools.js';
import type { NamedLog, StudyLogFile } from './searched.js';

/** As far as a push looks back. */
const mostAncestors = 5000;
const mostRecords = 100;

type Baseline = NonNullable<Comparison['baseline']>;
export interface BaseLog { readonly log: NamedLog; readonly baseline: Baseline }

/** What lies in the head's tree. UserError `results-missing`. */
export async function headLog(run: StudyRun, tools: Tools): Promise<NamedLog> {
  const { head: config } = run.configs;
  const path = config.results?.path ?? '';
  const log = await logIn('head', run, tools, config);
  if (log !== undefined) return { log: named(log, config.name), path };
  throw new UserError('results-missing', `There is nothing at ${path} (results of ${config.path}).`, { fix: 'The tuner has to run before this step and leave its results there; of two commits only committed files are read, or folders named by `link`.', exitCode: 3 });
}

/** Main's own results: the record of the base, else what the base's commit holds, else the nearest record before it. */
export async function baseLog(run: StudyRun & { readonly base: NonNullable<StudyRun['base']> }, tools: Tools): Promise<BaseLog | undefined> {
  const { base, configs } = run;
  const line = await tools.repository.firstParents(base.sha, mostAncestors);
  const records = await tools.store.readFor(configs.head.name, line, mostRecords);
  const nearest = nearestSearch(line, records);
  if (nearest?.sha === base.sha) return fromRecord(nearest, { tools, line });
  const committed = configs.base.results === undefined ? undefined : await logIn('base', run, tools, configs.base).catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });
  if (committed !== undefined) {
    const why = `Committed at ${configs.base.results?.path ?? ''} there; ${run.baseWhy}.`;
    return { log: { log: named(committed, configs.head.name), path: `${configs.base.results?.path ?? ''} at ${base.sha.slice(0, 10)}` }, baseline: { ...bare(base.sha), why } };
  }
  return nearest === undefined ? undefined : fromRecord(nearest, { tools, line });
}

/** The record before this commit on its own line. */
export async function previousLog(run: StudyRun, tools: Tools): Promise<BaseLog | undefined> {
  const line = (await tools.repository.firstParents(run.head.sha, mostAncestors)).slice(1);
  const nearest = nearestSearch(line, await tools.store.readFor(run.configs.head.name, line, mostRecords));
  return nearest === undefined ? undefined : fromRecord(nearest, { tools, line });
}

/** As the study is called here: what the tool called its own is no other study. */
function named(log: StudyLogFile, study: string): StudyLogFile {
  return { ...log, events: log.events.map((event) => (event.type === 'created' ? { ...event, study } : event)) };
}

function fromRecord(record: StudyRecord, { tools, line }: { readonly tools: Tools; readonly line: readonly string[] }): BaseLog {
  const ageCommits = line.indexOf(record.sha);
  const why = ageCommits === 0 ? 'The search that was recorded at this very commit.' : 'The nearest search that was recorded before; what changed in the code since then is part of the difference.';
  return {
    log: { log: { events: [...eventsOf(record)], notes: [] }, path: `the record of ${record.sha.slice(0, 10)}` },
    baseline: { ...bare(line[0] ?? record.sha), measuredSha: record.sha, why, ageCommits, ageDays: daysBetween(record.finishedAt, tools.clock.utc()) },
  };
}

function bare(sha: string): Baseline {
  return { sha, measuredSha: sha, source: 'stored', why: '', keyDifferences: [], dependencies: 'each-side' };
}

/** Nothing is run, so nothing is set up. */
async function logIn(side: Side, run: StudyRun, tools: Tools, config: StudyConfig): Promise<StudyLogFile | undefined> {
  const { results } = config;
  const commit = side === 'head' ? run.head : run.base;
  if (results === undefined || commit === undefined) return undefined;
  if (tools.readResults === undefined) throw new Error('no adapter reads results');
  const workspace = await tools.openWorkspace(run.signal);
  try {
    const { dir } = await workspace.prepare(side, commit.sha, { ...config, setup: [] });
    return await tools.readResults(dir, results, run.objective);
  } finally {
    await workspace.close();
  }
}

/** A record's search as a log. It knows no seed of a trial: each has one of its own, so that none is taken for a pair. */
function* eventsOf({ study, metric, search, tool, finishedAt: at }: StudyRecord): Generator<StudyEvent, void> {
  yield { type: 'created', schema: 1, tool: search?.method ?? tool, study, at, identity: { command: 'import', config: JSON.stringify({ metric }) } };
  for (const [trial, { params, result }] of (search?.trials ?? []).entries()) {
    yield { type: 'started', trial, attempt: 1, side: 'head', stage: 'search', params, seed: -1 - trial, at };
    yield { type: 'finished', trial, attempt: 1, result, at };
  }
}
