import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../model/errors.js';
import type { Journal } from '../model/ports.js';
import type { StudyEvent } from '../model/study.js';
import { subjectOf } from '../model/studySubject.js';
import { unsafe, unwritable } from './journalErrors.js';
import { eventsOf } from './optunaEvents.js';
import { createOptunaLines, type OptunaLines } from './optunaLines.js';
import { withOptunaLock } from './optunaLock.js';
import type { OptunaStudy } from './optunaReplay.js';
import { createOptunaWriter, type OptunaWriter } from './optunaWriter.js';

const chunkBytes = 1 << 20;

/**
 * A live study in Optuna's own journal, beside whatever studies are in the file. Optuna's lock is held for each
 * append only, so its dashboard and other workers may use the file meanwhile; once another program has added trials
 * to this very study, appends are refused (UserError `study-moved`), since their numbers are taken.
 */
export async function openOptunaJournal(path: string, studyName?: string): Promise<Journal> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => { throw unwritable(path, error); });
  const file = await openSafely(path);
  const reader = createOptunaLines(path);
  const live: { position: number; writer?: OptunaWriter; name?: string; trials: number } = { position: 0, trials: 0 };
  const study = (): OptunaStudy | undefined => find(reader, live.name ?? studyName, path);

  const load = async (): ReturnType<Journal['load']> => {
    const tornBytes = await withOptunaLock(path, async () => await catchUp(file, reader, live));
    const found = study();
    if (found === undefined) return { events: [], tornBytes };
    const { events, ids } = eventsOf(found);
    live.name = found.name;
    live.trials = found.trials.length;
    live.writer = writerOf(events[0], { studyName: found.name, studyId: found.id, nextTrialId: reader.replay.nextTrialId, ids, waiting: waitingOf(found) });
    return { events, tornBytes };
  };
  const append = async (events: readonly StudyEvent[]): Promise<void> => {
    await withOptunaLock(path, async () => {
      await catchUp(file, reader, live);
      const there = study();
      if ((there?.trials.length ?? 0) !== live.trials) throw moved(path);
      const [first] = events;
      live.name ??= studyName ?? (first?.type === 'created' ? first.study : 'study');
      live.writer ??= writerOf(first, { studyName: live.name, studyId: reader.replay.nextStudyId, nextTrialId: reader.replay.nextTrialId, ids: [], waiting: [] });
      live.writer.skipTo(reader.replay.nextTrialId);
      const data = Buffer.from(events.map((event) => live.writer?.linesOf(event) ?? '').join(''));
      await file.write(data, 0, data.length, live.position);
      reader.push(data);
      live.position += data.length;
      live.trials = study()?.trials.length ?? 0;
    });
  };
  return {
    load,
    append: async (...events) => { await append(events).catch((error: unknown) => { throw unwritable(path, error); }); },
    close: async () => { await file.close(); },
  };
}

/** What was appended since; a line that a dead writer left half is cut, as nobody writes while we hold the lock. */
async function catchUp(file: FileHandle, reader: OptunaLines, live: { position: number }): Promise<number> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, chunkBytes, live.position);
    if (bytesRead === 0) break;
    reader.push(buffer.subarray(0, bytesRead));
    live.position += bytesRead;
  }
  const tornBytes = reader.cut();
  if (tornBytes > 0) {
    live.position -= tornBytes;
    await file.truncate(live.position);
  }
  return tornBytes;
}

function find(reader: OptunaLines, name: string | undefined, path: string): OptunaStudy | undefined {
  const { studies } = reader.replay;
  if (name !== undefined) return studies.find((one) => one.name === name);
  if (studies.length < 2) return studies[0];
  throw new UserError('which-study', `${path} holds ${studies.slice(0, 20).map((one) => JSON.stringify(one.name)).join(', ')}: which study is meant?`, { fix: `Name one: --study-name ${JSON.stringify(studies[0]?.name)}` });
}

type Place = Pick<Parameters<typeof createOptunaWriter>[0], 'studyName' | 'studyId' | 'nextTrialId' | 'ids' | 'waiting'>;

function writerOf(created: StudyEvent | undefined, place: Place): OptunaWriter {
  const subject = created?.type === 'created' ? subjectOf(created.identity) : undefined;
  if (subject === undefined) throw new Error('a log that Optuna is to read begins with metric and space');
  return createOptunaWriter({ ...subject, ...place, worker: `noregret-${randomUUID()}` });
}

function waitingOf({ trials }: OptunaStudy): Place['waiting'] {
  return trials.flatMap(({ id, state, systemAttrs }) => (state === 4 ? [{ id, params: systemAttrs.get('fixed_params') }] : []));
}

async function openSafely(path: string): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_DSYNC } = constants;
  const file = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_DSYNC, 0o644).catch((error: unknown) => { throw unwritable(path, error); });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw unsafe(path);
}

function moved(path: string): UserError {
  return new UserError('study-moved', `Another program has added trials to this study in ${path}.`, { fix: 'Start again: what it added is then known here.', exitCode: 3 });
}
