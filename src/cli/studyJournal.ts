import { UserError } from '../model/errors.js';
import type { Journal } from '../model/ports.js';
import { openJournalFile } from '../stores/journalFile.js';
import { looksLikeOptunaJournal } from '../stores/optunaLines.js';
import { openOptunaJournal } from '../stores/optunaJournal.js';
import { beginningOf } from './studyFile.js';

/** Flags that say where a study's log is. */
export interface JournalFlags {
  readonly study?: string;
  readonly studyName?: string;
  readonly journalFormat?: 'noregret' | 'optuna';
}

/** The log of `--study`. `preferred`: how the study is called here. UserError `flag-invalid`. */
export async function openStudyJournal(path: string, flags: JournalFlags, preferred?: string): Promise<Journal> {
  if (await isOptunaJournal(path, flags)) return await openOptunaJournal(path, { studyName: flags.studyName, preferred });
  if (flags.studyName !== undefined) throw new UserError('flag-invalid', '--study-name names a study of an Optuna journal; a log of noregret holds one study.', { fix: 'Leave it out, or add --journal-format optuna.' });
  return await openJournalFile(path);
}

/** As the flag says; else as the file is. */
export async function isOptunaJournal(path: string, { journalFormat }: JournalFlags): Promise<boolean> {
  return journalFormat === 'optuna' || (journalFormat === undefined && looksLikeOptunaJournal(await beginningOf(path)));
}

/** UserError `flag-invalid` for flags that make no sense without `--study`. */
export function checkJournalFlags({ study, studyName, journalFormat }: JournalFlags): void {
  if (study !== undefined) return;
  const flag = studyName !== undefined ? '--study-name' : journalFormat !== undefined ? '--journal-format' : undefined;
  if (flag !== undefined) throw new UserError('flag-invalid', `${flag} says something about a file, and none is named.`, { fix: 'Add --study FILE.' });
}
