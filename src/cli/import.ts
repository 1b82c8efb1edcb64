import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createSummary, type Summary } from '../imports/summary.js';
import { UserError } from '../model/errors.js';
import { formatNumber } from '../model/numberFormat.js';
import { canonicalJson, type Params } from '../model/params.js';
import type { StudyEvent } from '../model/study.js';
import { importNotesEvent } from '../model/studyLog.js';
import { assetPath } from '../platform/assets.js';
import { writeWholeJournal } from '../stores/wholeJournal.js';
import { choiceOf, type ImportFlags } from './importChoice.js';
import { exitCodes, type CommonFlags } from './program.js';
import type { Tell } from './progress.js';
import { chooseByFlag, readStudyFile, withBusyLine, type Desk } from './studyFile.js';
import { printableRow, type Terminal } from './terminal.js';

/** A fraction of a second. */
const trialsBetween = 1000;

interface Flags extends CommonFlags, ImportFlags { readonly out?: string; readonly exporter?: boolean }

/** Another tool's study as a log of ours, which `ask-tell --study`, `compare` and `export` take. */
export async function run(terminal: Terminal, flags: Flags, args: readonly string[]): Promise<number> {
  if (flags.exporter === true) {
    terminal.stdout.write(await readFile(assetPath('export/export_trials.py'), 'utf8'));
    return exitCodes.ok;
  }
  const [path] = args;
  if (path === undefined) throw new UserError('path-missing', 'Which file or folder?', { fix: 'noregret import PATH; --help lists what is read.' });
  const { found, notes, ...made } = await withBusyLine(terminal, flags, async (desk, tell) => await makeLog({ desk, tell, signal: terminal.signal }, flags, path));
  if (flags.json === true) {
    const { study, metric, trials, counts, best } = found;
    terminal.stdout.write(`${JSON.stringify({ ok: true, tool: found.tool, format: made.format, study, out: made.out, metric, space: { is: made.space, parameters: found.space?.parameters.length ?? 0 }, trials, states: counts, best, notes })}\n`);
  } else terminal.stdout.write(`${linesOf(found, { ...made, path }).map(printableRow).join('\n')}\n`);
  for (const note of notes) terminal.stderr.write(`note: ${printableRow(note)}\n`);
  return exitCodes.ok;
}

interface Busy { readonly desk: Desk; readonly tell: Tell; readonly signal: AbortSignal }
interface Made { readonly found: Summary; readonly notes: readonly string[]; readonly format: string; readonly space: string; readonly out: string }

async function makeLog({ desk, tell, signal }: Busy, flags: Flags, path: string): Promise<Made> {
  const choice = choiceOf(flags);
  const file = await readStudyFile(desk, path, choice);
  if (file.kind === 'ours') throw new UserError('already-ours', `${path} is a study log of noregret already.`, { fix: `Go on with it: noregret ask-tell --study ${path}` });
  const study = chooseByFlag(file.studies, flags.studyName, path);
  const { events, notes: own, space } = study.read(choice);
  const [summary, notes] = [createSummary(), [...file.notes, ...own]];
  const out = flags.out ?? `${nameIn(events)}.jsonl`;
  const onTrial = (trial: number): void => { if (trial % trialsBetween === 0) tell(() => `writing ${out} · ${trial} of ${study.trials} trials`); };
  await writeWholeJournal(resolve(desk.cwd, out), out, noted(events, { ...summary, onTrial }, notes), signal);
  return { found: summary.summary(), notes, format: file.format, space, out };
}

function nameIn(events: Iterable<StudyEvent>): string {
  for (const event of events) return event.type === 'created' ? event.study : 'study';
  return 'study';
}

type Seen = ReturnType<typeof createSummary> & { readonly onTrial: (trial: number) => void };

/** The events, seen by the summary, and at their end what a reader of the log should know; `notes` grows by what shows only there. */
function* noted(events: Iterable<StudyEvent>, { add, summary, onTrial }: Seen, notes: string[]): Generator<StudyEvent, void> {
  for (const event of events) {
    add(event);
    if (event.type === 'started') onTrial(event.trial);
    yield event;
  }
  notes.push(...nonFiniteNote(summary()));
  if (notes.length > 0) yield importNotesEvent(notes, '');
}

/** What was read, as a person asks: whose, how many, the best, in which space, and where it is now. */
function linesOf({ study, tool, metric, trials, counts, best, space }: Summary, read: { readonly path: string; readonly out: string; readonly space: string }): string[] {
  const { waiting, ...begun } = counts;
  const states = Object.entries(begun).filter(([, count]) => count > 0).map(([state, count]) => `${count} ${state}`).join(', ');
  return [
    `${study}: ${trials} ${trials === 1 ? 'trial' : 'trials'} of ${tool} in ${read.path}${states === '' ? '' : ` (${states})`}${waiting === 0 ? '' : `, and ${waiting} more waiting to begin`}`,
    ...(metric === undefined ? [] : [`  objective  ${metric.name}, ${metric.goal === 'minimize' ? 'smaller' : 'larger'} is better`]),
    `  best       ${best === undefined ? 'none: no trial ended with a value' : `${formatNumber(best.value)} in trial ${best.trial}: ${paramsText(best.params)}`}`,
    `  space      ${space?.parameters.length ?? 0} ${space?.parameters.length === 1 ? 'parameter' : 'parameters'}, ${read.space === 'declared' ? 'as declared' : 'inferred from the values that were tried'}`,
    `  written to ${read.out}; compare it with another (noregret compare), or go on with the search: noregret ask-tell --study ${read.out}`,
  ];
}

function nonFiniteNote({ nonFinite, trials, metric }: Summary): string[] {
  return nonFinite === 0 ? [] : [`${nonFinite} of ${trials} trials ended with ${metric?.name ?? 'a value'} NaN or infinite: they count as failed`];
}

function paramsText(params: Params): string {
  return Object.entries(params).map(([name, value]) => `${name}=${typeof value === 'string' ? value : canonicalJson(value)}`).join(' ');
}
