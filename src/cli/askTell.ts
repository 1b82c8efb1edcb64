import { resolve } from 'node:path';
import { createAskTell, refusal } from '../app/askTell.js';
import { createEngine, type Engine } from '../app/engine.js';
import type { Clock, Journal } from '../model/ports.js';
import type { StudyEvent } from '../model/study.js';
import { createClock } from '../platform/clock.js';
import { createMemoryJournal } from '../stores/memoryJournal.js';
import { openAskTellStudy, type AskTellFlags } from './askTellStudy.js';
import { exitCodes } from './program.js';
import { requestLines, type RequestLine } from './requestLines.js';
import { checkJournalFlags, openStudyJournal } from './studyJournal.js';
import { createProgress, type TerminalProgress } from './progress.js';
import type { Terminal } from './terminal.js';

/** A request is a few numbers; what is longer is no request. */
const maxLineBytes = 1 << 20;
const refused = {
  'too-long': refusal('line-too-long', `a line has at most ${maxLineBytes} bytes`),
  'not-utf8': refusal('bad-json', 'the line is not UTF-8 text'),
} as const;

/** Answers requests until there are no more: the end of stdin, nobody reading stdout, or a signal, none of which is an error. */
export async function run(terminal: Terminal, flags: AskTellFlags): Promise<number> {
  const clock = createClock();
  const progress = createProgress(terminal, { quiet: flags.quiet === true, now: () => clock.now() });
  const journal = await openJournal(terminal, flags);
  try {
    const engine = await open({ terminal, flags, progress, clock }, journal);
    await serve(terminal, engine, journal);
  } finally {
    await journal.close();
  }
  return exitCodes.ok;
}

async function openJournal({ cwd }: Terminal, flags: AskTellFlags): Promise<Journal> {
  checkJournalFlags(flags);
  return flags.study === undefined ? createMemoryJournal() : await openStudyJournal(resolve(cwd, flags.study), flags);
}

interface Desk { readonly terminal: Terminal; readonly flags: AskTellFlags; readonly progress: TerminalProgress; readonly clock: Clock }

async function open({ terminal, flags, progress, clock }: Desk, journal: Journal): Promise<Engine> {
  for (;;) {
    const { events, tornBytes } = await journal.load();
    if (tornBytes > 0) progress.warn(`${flags.study ?? ''} ended in the middle of a line: ${tornBytes} bytes were cut, nothing that was answered is lost.`);
    const { plan, created, isNew } = await openAskTellStudy({
      cwd: terminal.cwd, flags, clock, events, isShared: journal.shared !== undefined,
      onNote: (text) => { progress.line(text); }, onWarning: (text) => { progress.warn(text); },
    });
    // Another program was faster: what it wrote is looked at.
    if (isNew && !(await write(journal, [created]))) continue;
    const past = isNew ? [created, ...events.slice(1)] : events;
    const engine = createEngine(plan, past);
    if (past.length > 1) progress.line(resumed(engine, past));
    return engine;
  }
}

async function write(journal: Journal, events: readonly StudyEvent[]): Promise<boolean> {
  if (journal.shared !== undefined) return await journal.shared.offer(...events);
  await journal.append(...events);
  return true;
}

function resumed(engine: Engine, events: readonly StudyEvent[]): string {
  const told = events.filter(({ type }) => type === 'finished').length;
  const running = engine.running().map(({ trial }) => trial);
  return `goes on after ${told} told ${told === 1 ? 'trial' : 'trials'}; ${running.length === 0 ? 'none is running' : `still running: ${running.slice(0, 20).join(', ')}${running.length > 20 ? ' …' : ''} (told or given up by "state": "failed")`}`;
}

async function serve(terminal: Terminal, engine: Engine, journal: Journal): Promise<void> {
  const unread = new AbortController();
  terminal.onStdoutLost?.(() => { unread.abort(); });
  const { shared } = journal;
  const reply = createAskTell({ engine, record: async (events) => await write(journal, events), ...(shared === undefined ? {} : { news: async () => await shared.news() }) });
  const answer = async (line: RequestLine): Promise<object> => ('text' in line ? await reply(line.text) : refused[line.refused]);
  for await (const line of requestLines(terminal.stdin, { maxBytes: maxLineBytes, signal: AbortSignal.any([terminal.signal, unread.signal]) })) {
    terminal.stdout.write(`${JSON.stringify(await answer(line))}\n`);
  }
}
