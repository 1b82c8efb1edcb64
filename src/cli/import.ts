import { resolve } from 'node:path';
import { UserError } from '../model/errors.js';
import type { StudyEvent } from '../model/study.js';
import { openJournalFile } from '../stores/journalFile.js';
import { exitCodes, type CommonFlags } from './program.js';
import { chooseStudy, readStudyFile } from './studyFile.js';
import { printable, type Terminal } from './terminal.js';

interface Flags extends CommonFlags { readonly studyName?: string; readonly out?: string }

/** Events in one write. */
const slice = 2000;

/** Another tool's study as a log of ours, which `ask-tell --study` goes on with. */
export async function run(terminal: Terminal, flags: Flags, args: readonly string[]): Promise<number> {
  const [path = ''] = args;
  const file = await readStudyFile(terminal.cwd, path);
  if (file.kind === 'ours') throw new UserError('already-ours', `${path} is a study log of noregret already.`, { fix: `Go on with it: noregret ask-tell --study ${path}` });
  const { events, notes } = chooseStudy(file.studies, flags.studyName, path).read();
  const [created] = events;
  const out = flags.out ?? `${created?.type === 'created' ? created.study : 'study'}.jsonl`;
  await write(resolve(terminal.cwd, out), out, events);
  const trials = events.filter(({ type }) => type === 'started').length;
  for (const note of [...file.notes, ...notes]) terminal.stderr.write(`note: ${printable(note)}\n`);
  if (flags.json === true) terminal.stdout.write(`${JSON.stringify({ ok: true, format: file.format, out, trials, notes: [...file.notes, ...notes] })}\n`);
  else terminal.stdout.write(printable(`${out}: ${trials} ${trials === 1 ? 'trial' : 'trials'} of ${path} (${file.format}); go on with: noregret ask-tell --study ${out}`) + '\n');
  return exitCodes.ok;
}

async function write(path: string, name: string, events: readonly StudyEvent[]): Promise<void> {
  const journal = await openJournalFile(path);
  try {
    if ((await journal.load()).events.length > 0) throw new UserError('out-exists', `${name} holds a study already.`, { fix: 'Name another file: --out FILE' });
    for (let from = 0; from < events.length; from += slice) await journal.append(...events.slice(from, from + slice));
  } finally {
    await journal.close();
  }
}
