import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Journal } from '../model/ports.js';
import type { StudyEvent } from '../model/study.js';
import { createLineReader } from './journalLines.js';
import { lockJournal } from './journalLock.js';
import { unsafe, unwritable } from './journalErrors.js';
import { createJournalWriter } from './journalWriter.js';
import { bytesBeforePadding, createPaddedFile } from './paddedFile.js';

/** Given back to the disk when it is full, so that what was measured can still be written. */
const RESERVE_BYTES = 1 << 20;
const CHUNK_BYTES = 1 << 18;

/**
 * A log in one file, one JSON line per event, one writer at a time; while it is open, blank lines stand at its end. Appends that wait at the same moment share one
 * write and one sync. On a full disk no trial is begun any more (UserError `disk-full`), while results are still
 * written from a reserve.
 */
export async function openJournalFile(path: string): Promise<Journal> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => { throw unwritable(path, error); });
  const lock = await lockJournal(path).catch((error: unknown) => { throw unwritable(path, error); });
  try {
    const file = await openSafely(path);
    const reserve = `${path}.reserve`;
    await writeFile(reserve, randomBytes(RESERVE_BYTES), { mode: 0o600 }).catch((error: unknown) => { throw unwritable(path, error); });
    await syncDirectory(dirname(path));
    const padded = createPaddedFile(file);
    const writer = createJournalWriter({ path, file: padded, releaseReserve: () => rm(reserve, { force: true }) });
    return {
      load: async () => {
        const { events, soundBytes, tornBytes } = await readLog(path, file);
        padded.begin(soundBytes);
        writer.begin(events.length, soundBytes);
        return { events, tornBytes };
      },
      append: (...events) => writer.append(events),
      close: async () => {
        await writer.idle();
        await padded.close();
        await rm(reserve, { force: true });
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** O_DSYNC: each write returns once its bytes are on the disk. A link, pipe or device in the log's place is refused. */
async function openSafely(path: string): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_DSYNC } = constants;
  const file = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_DSYNC, 0o600).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw unsafe(path);
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function readLog(path: string, file: FileHandle): Promise<{ events: readonly StudyEvent[]; soundBytes: number; tornBytes: number }> {
  const reader = createLineReader(path);
  // One buffer for the whole log: the reader copies what it keeps.
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let position = 0;
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) break;
    reader.push(chunk.subarray(0, bytesRead));
    position += bytesRead;
  }
  const { events, soundBytes } = reader.end();
  if (soundBytes === position) return { events, soundBytes, tornBytes: 0 };
  const tail = Buffer.alloc(position - soundBytes);
  await file.read(tail, 0, tail.length, soundBytes);
  await file.truncate(soundBytes);
  await file.datasync();
  return { events, soundBytes, tornBytes: bytesBeforePadding(tail) };
}
