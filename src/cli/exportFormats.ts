import { canonicalJson, type ParamValue } from '../model/params.js';
import { partsIn, partValues } from '../model/parts.js';
import type { StudyEvent, Trial } from '../model/study.js';
import { toOptuna } from '../stores/optunaDistribution.js';
import { createOptunaBook } from '../stores/optunaBook.js';
import type { ExportedStudy } from './exportedStudy.js';

/** A file piece by piece, and what could not be said in it. */
interface Exported { readonly pieces: Iterable<string>; readonly notes: readonly string[] }

export const exportFormats: Readonly<Record<string, (study: ExportedStudy) => Exported>> = { 'optuna-journal': optunaJournal, json, csv };

function optunaJournal({ study, events, space }: ExportedStudy): Exported {
  const others = new Set(study.trials.filter(({ stage, side }) => stage !== 'search' || side !== 'head').map(({ number }) => number));
  const book = createOptunaBook(study.name, { worker: 'noregret' });
  book.open(study.name);
  const numbers = new Map(study.trials.filter(({ number }) => !others.has(number)).map(({ number }, i) => [number, i]));
  const renumbered = (event: StudyEvent): StudyEvent => ('trial' in event ? { ...event, trial: numbers.get(event.trial) ?? event.trial } : event);
  const lost = space.parameters.flatMap(({ name, distribution }) => {
    const { lost: what } = toOptuna(distribution);
    return what === undefined ? [] : [`${name} (${distribution.name}): ${what}`];
  });
  return {
    pieces: map(events.filter((event) => !('trial' in event) || !others.has(event.trial)), (event: StudyEvent) => book.write([renumbered(event)]).toString('utf8')),
    notes: [
      ...lost.map((what) => `Optuna has no word for ${what}`),
      ...(space.constraints.length === 0 ? [] : ['constraints are not written: Optuna knows none before a trial']),
      ...(others.size === 0 ? [] : [`${others.size} runs of other stages than the search left out`]),
    ],
  };
}

function json({ study, metric, space }: ExportedStudy): Exported {
  const trials = study.trials.map((trial) => ({ ...row(trial), params: trial.params, ...partsRow(trial), intermediate: trial.reports.flatMap(({ step, metrics }) => (metrics[metric.name] === undefined ? [] : [{ step, value: metrics[metric.name] }])) }));
  return { pieces: [`${JSON.stringify({ study: study.name, metric, space, trials }, undefined, 2)}\n`], notes: [] };
}

function csv({ study, space, metric }: ExportedStudy): Exported {
  const names = [...new Set([...space.parameters.map(({ name }) => name), ...study.trials.flatMap(({ params }) => Object.keys(params))])];
  const metered = study.trials.some(({ result }) => result?.joules !== undefined);
  const columns = ['trial', 'stage', 'side', 'state', 'value', 'seconds', ...(metered ? ['joules' as const] : []), 'seed', 'message'] as const;
  // A column for each run of a trial that has several.
  const runs = Array.from({ length: study.trials.reduce((most, trial) => Math.max(most, partsIn(trial).length), 0) }, (_, i) => i);
  const lineOf = (cells: readonly (ParamValue | undefined)[]): string => `${cells.map(cell).join(',')}\n`;
  return {
    pieces: [lineOf([...columns, ...runs.map((run) => `value.${run + 1}`), ...names]), ...study.trials.map((trial) => {
      const known = row(trial);
      const parts = partValues(trial, metric.name);
      return lineOf([...columns.map((name) => known[name]), ...runs.map((run) => parts[run]), ...names.map((name) => trial.params[name])]);
    })],
    notes: [],
  };
}

/** Every metric of each run, where a trial has several. */
function partsRow(trial: Trial): { readonly parts?: readonly object[] } {
  const parts = partsIn(trial).map(({ step, metrics, part: { seconds } }) => ({ run: step, metrics, seconds }));
  return parts.length === 0 ? {} : { parts };
}

type Row = Readonly<Partial<Record<'stage' | 'side' | 'state' | 'message', string>>> & Readonly<Partial<Record<'trial' | 'value' | 'seconds' | 'joules' | 'seed', number>>>;

function row({ number, stage, side, seed, result }: Trial): Row {
  const outcome = result?.outcome;
  return {
    trial: number, stage, side, seed, state: outcome?.state ?? 'running',
    ...(outcome !== undefined && 'value' in outcome && outcome.value !== undefined ? { value: outcome.value } : {}),
    ...(result === undefined ? {} : { seconds: result.seconds, ...(result.joules === undefined ? {} : { joules: result.joules }) }),
    ...(outcome !== undefined && 'message' in outcome ? { message: outcome.message } : {}),
  };
}

/** Text that a spreadsheet would take for a formula gets an apostrophe before it. */
function cell(value: ParamValue | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : canonicalJson(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function* map<A, B>(items: Iterable<A>, of: (item: A) => B): Generator<B> {
  for (const item of items) yield of(item);
}
