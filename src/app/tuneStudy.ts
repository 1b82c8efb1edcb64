import type { Comparison } from '../model/comparison.js';
import type { OpenExternal } from '../model/external.js';
import { partsText, runsEach } from '../model/parts.js';
import type { Executor, Journal } from '../model/ports.js';
import { comparisonOf } from './comparisonOf.js';
import { keepFindings } from './compareStudy.js';
import { noFindings, takeOver, type Findings, type StudyRun } from './findings.js';
import { openLab } from './lab.js';
import { searchSide } from './searchStep.js';
import type { Tools } from './tools.js';
import { partsPlan } from './trialRuns.js';

export interface TuneRequest {
  readonly run: StudyRun;
  readonly tools: Pick<Tools, 'clock' | 'progress' | 'tool' | 'secrets'>;
  /** Where the trials run. */
  readonly dir: string;
  readonly journal: Journal;
  readonly executor: Executor;
  /** For a search whose trials another program proposes. */
  readonly openExternal?: OpenExternal;
  /** Model that every trial trains on from. */
  readonly baseCheckpoint?: string;
  readonly identity: Readonly<Record<string, string>>;
}

/** A search of one tree, with its re-score; no comparison, hence no verdict on any change. */
export async function tuneStudy(request: TuneRequest): Promise<Comparison> {
  const { run, tools, dir, journal, executor, identity, openExternal, baseCheckpoint } = request;
  const found = noFindings();
  if (baseCheckpoint !== undefined) found.trainedOn = 'trained on from the model in NOREGRET_BASE_CHECKPOINT';
  const startedMs = tools.clock.now();
  const { timeMs } = run.configs.head.budget;
  const deadlineMs = timeMs === undefined ? undefined : startedMs + timeMs;
  // Outside of the try: a log that cannot be continued is an error, not a result that replaces the last report.
  const lab = await openLab({
    journal, executor, clock: tools.clock, study: run.configs.head.name, identity, tool: tools.tool, deadlineMs, trees: () => dir, ...partsPlan(run.configs.head), ...(baseCheckpoint === undefined ? {} : { baseCheckpoint }),
    onTorn: (bytes) => tools.progress.warn(`The log ended in the middle of a line: ${bytes} bytes were cut, nothing finished was lost.`),
  });
  takeOver(found, lab.study());
  tellTakenOver(request, found.takenOver.size);
  tellRuns(request);
  await keepFindings(run, found, async () => { await searchSide({ run, found, lab, executor, tools, deadlineMs, ...(openExternal === undefined ? {} : { openExternal }) }, { side: 'head', incumbent: undefined }); });
  const best = found.rescore?.winner ?? found.search?.best;
  const value = found.rescore?.winner?.mean ?? found.search?.best?.value;
  const result = best === undefined || value === undefined ? 'no trial ended with a value' : `${run.objective.name} ${Number(value.toPrecision(5))}, the best of ${found.search?.trials.length ?? 0} ${found.search?.trials.length === 1 ? 'trial' : 'trials'}`;
  const sentence = `Tuned: ${result}${whyEnded(found)}`;
  const verdict = found.incomplete === undefined
    ? { kind: 'NO_BASELINE' as const, reason: 'tune', sentence }
    : { kind: 'INCOMPLETE' as const, reason: found.incomplete.reason, sentence: `Incomplete: ${found.incomplete.sentence}` };
  return comparisonOf({ run, found, verdict, secrets: tools.secrets, wallSeconds: (tools.clock.now() - startedMs) / 1000 });
}

/** That the program kept failing matters more than how good the best was. */
function whyEnded({ search }: Findings): string {
  if (search?.counts.complete === 0 && search.counts.pruned > 0) return `; ${search.counts.pruned} of ${search.trials.length} were stopped early and none ran to its end`;
  if (search?.stopReason !== 'failures') return '';
  const last = search.trials.findLast(({ state }) => state === 'failed');
  return `; stopped after too many failures in a row${last?.reason === undefined ? '' : ` (${last.reason})`}`;
}

/** `budget.trials` counts trials: what that is in runs is said first. */
function tellRuns({ run: { configs: { head: { name, parts, budget } } }, tools }: TuneRequest): void {
  if (parts !== undefined) tools.progress.line(`${name}: each trial is ${partsText(parts)}: up to ${budget.trials * runsEach(parts).search} runs for ${budget.trials} trials`);
}

/** The log cannot know whether the code has changed since; the person can. */
function tellTakenOver({ run, tools }: TuneRequest, measured: number): void {
  if (measured > 0) tools.progress.line(`${run.configs.head.name}: ${measured} ${measured === 1 ? 'run is' : 'runs are'} taken over from the log; if the code has changed since, start anew with --new`);
}
