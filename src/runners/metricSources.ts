import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { RE2JS } from 're2js';
import type { StudyConfig } from '../model/config.js';
import { createEarlyStopping } from '../model/earlyStopping.js';
import type { TrialReport } from '../model/study.js';
import { createDocumentTail, createLineTail, type FileTail } from './fileTail.js';
import { createMetricLedger, readLedgers, type MetricLedger, type Readings } from './metricLedger.js';
import { parseMetrics, type MetricReport } from './metricText.js';
import { createOutputLines, taggedJson } from './outputLines.js';
import { createTensorboardTail } from './tensorboardTail.js';
import { readWandbOffline } from './wandbOffline.js';

/** Where one attempt's numbers may come from. */
export interface SourcePlaces {
  readonly cwd: string;
  /** Holds the files below; nothing outside it is read, but for a named file in `cwd`. */
  readonly attemptDir: string;
  readonly trialDir: string;
  readonly metricsFile: string;
  /** `metrics.file`, macros expanded. */
  readonly namedFile: string | undefined;
  /** `metrics.tensorboard`, macros expanded. */
  readonly eventFolder?: string | undefined;
  /** Set when Weights & Biases is listened to. */
  readonly wandbFile: string | undefined;
}

/** `isOver`: with this report the run has gone on without a better value for as long as its study waits; no other one comes. */
export type LiveReport = (report: TrialReport, isOver: boolean) => void;

export interface MetricSources {
  pushStdout(chunk: Buffer): void;
  /** Reads what files gained since. */
  poll(): void;
  /** Everything to the end; call once, after the program and all its children ended. */
  finish(): Findings;
}

export interface Findings extends Readings {
  /** The program's own word that these parameters cannot be run. */
  readonly infeasible: string | undefined;
  /** It had been over before it ended: what came later was left out, however far the program got before it was stopped. */
  readonly isOver: boolean;
  /** Reports and files that could not be read, and why. */
  readonly problems: readonly string[];
}

/** At most so many live reports reach the study's log; every one still counts for the result. */
const maxLiveReports = 10_000;

/** One source's way in: text to be parsed, or a report that is parsed already. */
interface Source { readonly take: (text: string) => void; readonly report: (report: MetricReport) => void; readonly ledger: MetricLedger }

interface Intake { readonly ledgers: MetricLedger[]; readonly problems: string[]; infeasible: string | undefined; isOver: boolean; readonly source: (label: string) => Source }

function createIntake({ also, metric, earlyStopping }: StudyConfig, onLive: LiveReport): Intake {
  const volatile = new Set(also.filter(({ timing }) => timing).map(({ name }) => name));
  const name = metric?.name ?? '';
  const isOverAt = earlyStopping === undefined || metric === undefined ? undefined : createEarlyStopping(earlyStopping, metric.goal);
  /** The first one to have the objective: two that report the same value are not two steps. */
  let watched: MetricLedger | undefined;
  let live = 0;
  const intake: Intake = { ledgers: [], problems: [], infeasible: undefined, isOver: false, source: (label) => {
    const ledger = createMetricLedger(volatile);
    intake.ledgers.push(ledger);
    const report = (found: MetricReport): void => {
      if (intake.isOver) return;
      intake.infeasible ??= found.infeasible;
      const taken = ledger.take(found);
      live += 1;
      const value = found.metrics.get(name);
      if (value !== undefined && (watched ??= ledger) === ledger) intake.isOver = isOverAt?.(value) ?? false;
      if (intake.isOver) onLive(taken, true);
      else if (live <= maxLiveReports && (taken.nonFinite !== undefined || Object.keys(taken.metrics).length > 0)) onLive(taken, false);
    };
    const take = (text: string): void => {
      const found = parseMetrics(text);
      if (typeof found !== 'string') report(found);
      else if (intake.problems.length < 5) intake.problems.push(`${label}: ${found}`);
    };
    return { take, report, ledger };
  } };
  return intake;
}

/** All sources of a study at once, in order of precedence; which of them wins is decided by `readLedgers`, not by who was first. */
export function createMetricSources(config: StudyConfig, places: SourcePlaces, onLive: LiveReport): MetricSources {
  const intake = createIntake(config, onLive);
  const follow = (path: string, label: string): FileTail => createLineTail({ path, within: places.attemptDir, onLine: intake.source(label).take });
  const metricsTail = follow(places.metricsFile, '$NOREGRET_METRICS');
  const tagged = intake.source('noregret line');
  const named = places.namedFile === undefined ? [] : namedTails(places.namedFile, places, intake.source(places.namedFile).take);
  const events = places.eventFolder === undefined ? [] : eventTails(places.eventFolder, places, intake.source(places.eventFolder).report);
  const regex = regexReader(config, intake);
  const wandb = places.wandbFile === undefined ? undefined : { path: places.wandbFile, source: intake.source('wandb') };
  const wandbTail = wandb === undefined ? [] : [createLineTail({ path: wandb.path, within: places.attemptDir, onLine: wandb.source.take })];
  const tails = [metricsTail, ...named, ...events, ...wandbTail];
  const lines = createOutputLines((line) => {
    const json = taggedJson(line);
    if (json !== undefined) tagged.take(json);
    else regex?.(line);
  }, regex !== undefined);
  return {
    pushStdout: (chunk) => lines.push(chunk),
    poll: () => tails.forEach((tail) => tail.poll()),
    finish: () => {
      lines.end();
      for (const tail of tails) tail.finish();
      if (wandb !== undefined) readOffline(config, { places, intake, source: wandb.source });
      return { ...readLedgers(intake.ledgers, config), infeasible: intake.infeasible, isOver: intake.isOver, problems: [...tails.flatMap((tail) => tail.problem() ?? []), ...intake.problems] };
    },
  };
}

/** What did not come live: the steps, if the hook never ran; the summary, if it alone holds the objective. */
function readOffline(config: StudyConfig, { places, intake, source }: { readonly places: SourcePlaces; readonly intake: Intake; readonly source: Source }): void {
  const run = readWandbOffline(places.attemptDir);
  if (source.ledger.reports === 0) run?.history.forEach(source.take);
  const missing = readLedgers(intake.ledgers, config).objective.kind === 'missing';
  if (missing && run?.summary !== undefined) intake.source('wandb summary').take(run.summary);
}

/** A relative name is looked for in the trial's own directory and in the working directory. */
function namedTails(file: string, { cwd, trialDir }: SourcePlaces, onLine: (line: string) => void): FileTail[] {
  const folders = [trialDir, realpathSync(cwd)];
  return [...new Set(folders)].map((within) => createDocumentTail({ path: resolve(within, file), within, onLine }));
}

/** As a named file: in the trial's own directory and in the working directory. */
function eventTails(folder: string, { cwd, trialDir }: SourcePlaces, onReport: (report: MetricReport) => void): FileTail[] {
  return [...new Set([trialDir, realpathSync(cwd)])].map((within) => createTensorboardTail({ folder: resolve(within, folder), within, onReport }));
}

/** Linear-time matching (RE2), so that no pattern can hang us. The first group is the value of the objective. */
function regexReader(config: StudyConfig, intake: Intake): ((line: string) => void) | undefined {
  const name = config.metric?.name;
  if (config.metrics.regex === undefined || name === undefined) return undefined;
  const pattern = RE2JS.compile(config.metrics.regex);
  const { report } = intake.source('regex');
  return (line) => {
    const match = pattern.matcher(line.slice(0, 10_000));
    if (!match.find()) return;
    const text = match.group(match.groupCount() > 0 ? 1 : 0) ?? '';
    const value = numberIn(text);
    report(value === undefined ? { metrics: new Map(), others: [name] } : { metrics: new Map([[name, value]]), others: [] });
  };
}

const wordNumbers: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '+inf': Infinity, '-inf': -Infinity, infinity: Infinity, '-infinity': -Infinity };

function numberIn(text: string): number | undefined {
  const trimmed = text.trim();
  const value = wordNumbers[trimmed.toLowerCase()] ?? Number(trimmed);
  return trimmed === '' || (Number.isNaN(value) && trimmed.toLowerCase() !== 'nan') ? undefined : value;
}
