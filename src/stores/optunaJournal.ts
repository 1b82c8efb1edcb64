import { constants } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../model/errors.js';
import type { Journal } from '../model/ports.js';
import type { StudyEvent } from '../model/study.js';
import { unsafe, unwritable } from './journalErrors.js';
import { createOptunaBook, type OptunaBook } from './optunaBook.js';
import { createOptunaDesk } from './optunaDesk.js';
import { readCreated } from './optunaOwn.js';
import { thisProcess } from './processIdentity.js';

export interface OptunaJournalOptions {
  /** Which study of the file, or how a new one is called. */
  readonly studyName?: string | undefined;
  /** Without a name: a study called so (or taken over under this name), else the one that Optuna made, else a new one of this name. */
  readonly preferred?: string | undefined;
}

/**
 * A live study in Optuna's own journal, beside whatever studies are in the file. Optuna's lock is held for each
 * append only, so its dashboard, its workers and others of ours may use the file meanwhile.
 */
export async function openOptunaJournal(path: string, options: OptunaJournalOptions = {}): Promise<Journal> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => { throw unwritable(path, error); });
  const file = await openSafely(path);
  const by = thisProcess();
  const book = createOptunaBook(path, { worker: `noregret-${by.id}`, by });
  const desk = createOptunaDesk({ path, file, lines: book.lines });
  const state: { name: string | undefined; pending: StudyEvent[] } = { name: undefined, pending: [] };
  const write = async (events: readonly StudyEvent[], isOffer: boolean): Promise<boolean> => await desk.locked(async () => {
    if (book.isGone()) throw gone(path, state.name);
    state.pending.push(...book.news());
    const [first] = events;
    // Somebody else may have made it since we looked.
    const isMade = first?.type === 'created' && state.name === undefined && book.open(state.name = options.preferred ?? first.study) !== undefined;
    if (isMade || book.contradicts(isOffer ? events : events.filter(mustHold))) {
      if (isOffer) return false;
      throw moved(path);
    }
    await desk.put(book.write(events));
    return true;
  });
  return {
    load: async () => await desk.locked((tornBytes) => {
      state.name ??= chooseName(book, options, path);
      state.pending = [];
      return { events: (state.name === undefined ? undefined : book.open(state.name)) ?? [], tornBytes };
    }),
    append: async (...events) => { await write(events, false); },
    close: async () => { await desk.idle(); await file.close(); },
    shared: {
      news: async () => await desk.unlocked(() => {
        if (book.isGone()) throw gone(path, state.name);
        return [...state.pending.splice(0), ...book.news()];
      }),
      offer: async (...events) => await write(events, true),
      isElsewhere: (trial) => book.isElsewhere(trial),
    },
  };
}

/** How a trial went on that somebody else ended by hand is written all the same; readers pass over it, as Optuna does. */
function mustHold({ type }: StudyEvent): boolean {
  return type === 'created' || type === 'started';
}

/** UserError `which-study` naming all there are. */
function chooseName({ lines }: OptunaBook, { studyName, preferred }: OptunaJournalOptions, path: string): string | undefined {
  const { studies } = lines.replay;
  if (studyName !== undefined) return studyName;
  const called = studies.find(({ name }) => name === preferred) ?? studies.find((study) => readCreated(study)?.study === preferred);
  if (preferred !== undefined && called !== undefined) return called.name;
  const candidates = preferred === undefined ? studies : studies.filter((study) => readCreated(study) === undefined);
  const [only, second] = candidates;
  if (second === undefined) return only?.name ?? preferred;
  throw new UserError('which-study', `${path} holds ${studies.slice(0, 20).map((one) => JSON.stringify(one.name)).join(', ')}: which study is meant?`, { fix: `Name one, or a new one: --study-name ${JSON.stringify(only?.name)}` });
}

async function openSafely(path: string): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_DSYNC } = constants;
  const file = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_DSYNC, 0o644).catch((error: unknown) => { throw unwritable(path, error); });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw unsafe(path);
}

function gone(path: string, name: string | undefined): UserError {
  return new UserError('study-gone', `The study ${JSON.stringify(name)} was deleted from ${path}.`, { fix: 'Start again: it is made anew.', exitCode: 3 });
}

function moved(path: string): UserError {
  return new UserError('study-moved', `Another program has written to this study in ${path} what cannot go together with this.`, { fix: 'Start again: what it wrote is then known here.', exitCode: 3 });
}
