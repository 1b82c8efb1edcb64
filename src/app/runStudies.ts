import { worstVerdict } from '../compare/verdict.js';
import type { Comparison, Report } from '../model/comparison.js';
import { UserError } from '../model/errors.js';
import type { StudyRecord } from '../model/record.js';
import type { SelfTest } from '../model/selfTest.js';
import { cancelled, compareStudy } from './compareStudy.js';
import { withExtension } from './extension.js';
import type { StudyRun } from './findings.js';
import { diskCodes } from './searchLoop.js';
import { compareResults, recordResults } from './results.js';
import { recordStudy, type RecordOptions } from './recordStudy.js';
import { selfTestStudy, type SelfTestOptions } from './selfTest.js';
import type { Tools } from './tools.js';

/** What a report says about its run besides the studies. `headSha` is the commit that people see, not a test merge. */
export type ReportFrame = Pick<Report, 'event' | 'headSha' | 'failOn'> & Partial<Pick<Report, 'repository' | 'pullRequest' | 'headTree' | 'baseSha' | 'runId' | 'attempt'>>;

/** The pull-request job: every study in turn, one report. */
export async function compareStudies(runs: readonly StudyRun[], tools: Tools, frame: ReportFrame): Promise<Report> {
  const comparisons: Comparison[] = [];
  for (const run of runs) comparisons.push(run.configs.head.results === undefined ? await compareStudy(await withExtension(run, tools, frame.headSha), tools) : await compareResults(run, tools));
  return reportOf(comparisons, tools, frame);
}

/** The push job: every study's record is appended, or handed back where this token may not push. */
export async function recordStudies(runs: readonly StudyRun[], tools: Tools, options: RecordOptions & { readonly frame: ReportFrame }): Promise<{ readonly report: Report; readonly pending: readonly StudyRecord[] }> {
  const comparisons: Comparison[] = [];
  const pending: StudyRecord[] = [];
  for (const run of runs) {
    const { comparison, record } = await (run.configs.head.results === undefined ? recordStudy : recordResults)(run, tools, options);
    comparisons.push(comparison);
    if (record !== undefined && !(await stored(record, tools))) pending.push(record);
  }
  return { report: reportOf(comparisons, tools, options.frame), pending };
}

/** The A/A self-test of every study. A report of PASS says that it was run to its end, not what it found. */
export async function selfTestStudies(runs: readonly StudyRun[], tools: Tools, options: SelfTestOptions & { readonly frame: ReportFrame }): Promise<{ readonly report: Report; readonly pending: readonly StudyRecord[] }> {
  const selfTests: SelfTest[] = [];
  const pending: StudyRecord[] = [];
  for (const run of runs) {
    const { selfTest, record } = await selfTestStudy(run, tools, options);
    selfTests.push(selfTest);
    if (record !== undefined && !(await stored(record, tools))) pending.push(record);
  }
  const isWhole = selfTests.every(({ cut, metrics }) => cut === undefined && metrics.length > 0);
  const incomplete = selfTests.some(({ cut }) => cut !== undefined && (cut === 'budget' || cutShortBy.has(cut)));
  return { report: { ...reportOf([], tools, options.frame), verdict: isWhole ? 'PASS' : 'INCOMPLETE', incomplete, selfTests }, pending };
}

/** False when the history cannot be written from here: the record is not lost, the reporting job stores it. */
async function stored(record: StudyRecord, tools: Tools): Promise<boolean> {
  try {
    await tools.store.append(record);
    tools.progress.line(`${record.study}: recorded ${record.sha.slice(0, 10)} in ${tools.store.description}`);
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // With two jobs this is the rule: the one that runs the trials may not write, the one that reports stores what it is handed.
    const isRule = error.code === 'history-permission';
    if (isRule) tools.progress.line(`${record.study}: this job may not write the history; the record goes to the reporting job`);
    else tools.progress.warn(`The record was not stored from here: ${error.message}`);
    return false;
  }
}

/** Reasons that a re-run gets past, going on where this one stopped. */
const cutShortBy: ReadonlySet<string> = new Set([cancelled.reason, 'disk', ...diskCodes]);

/** One report of all studies, its verdict the worst of theirs. */
export function reportOf(studies: readonly Comparison[], tools: Tools, frame: ReportFrame): Report {
  return {
    schema: 1, tool: tools.tool, createdAt: tools.clock.utc(), verdict: worstVerdict(studies.map((study) => study.verdict.kind)), ...frame,
    incomplete: studies.some(({ verdict }) => verdict.kind === 'INCOMPLETE' && cutShortBy.has(verdict.reason ?? '')), studies: [...studies],
  };
}
