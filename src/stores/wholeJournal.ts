import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError, isSystemError } from '../model/errors.js';
import type { StudyEvent } from '../model/study.js';
import { unwritable } from './journalErrors.js';
import { encodeLine } from './journalLines.js';

/** Of one write. */
const pieceBytes = 1 << 17;
/** UTF-8 takes at most so many bytes for a unit of UTF-16. */
const bytesPerUnit = 3;

/**
 * A log that is written once, from its first event to its last, and is there whole or not at all: unlike that of a run it needs no
 * line to be safe before the next one. The events are taken one by one and none is held. UserError `out-exists` where `path` is
 * there already, a link included, `interrupted` where the signal came; `name` for messages.
 */
export async function writeWholeJournal(path: string, name: string, events: Iterable<StudyEvent>, signal?: AbortSignal): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => { throw unwritable(name, error); });
  const place = await claimed(path, name);
  const draft = `${path}.part`;
  try {
    await rm(draft, { force: true });
    const file = await open(draft, 'wx', 0o600);
    try {
      await writeLines(file, events, () => { if (signal?.aborted === true) throw new UserError('interrupted', `Interrupted: ${name} was not written.`); });
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await Promise.all([rm(draft, { force: true }), rm(path, { force: true })]);
    throw isSystemError(error) ? unwritable(name, error) : error;
  } finally {
    await place.close();
  }
}

/** Nobody else writes there from now on. An empty file, which a run that died may have left, is as good as none. */
async function claimed(path: string, name: string): Promise<FileHandle> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true && found.size === 0) await rm(path, { force: true });
  return await open(path, 'wx', 0o600).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new UserError('out-exists', `${name} is there already.`, { fix: 'Name another file: --out FILE' });
    throw unwritable(name, error);
  });
}

/** Through two buffers, one written while the other is filled: a million lines put together as text would be a hundred megabytes for V8 to clear away. */
async function writeLines(file: FileHandle, events: Iterable<StudyEvent>, onPiece: () => void): Promise<void> {
  let [filling, other, bytes, line] = [Buffer.allocUnsafeSlow(pieceBytes), Buffer.allocUnsafeSlow(pieceBytes), 0, 0];
  let written: Promise<void> = Promise.resolve();
  const write = async (data: string | Buffer): Promise<void> => {
    await written;
    onPiece();
    written = file.writeFile(data);
    [filling, other, bytes] = [other, filling, 0];
  };
  try {
    for (const event of events) {
      const text = encodeLine(event, line++);
      const most = bytesPerUnit * text.length;
      if (bytes + most > pieceBytes) await write(filling.subarray(0, bytes));
      if (most > pieceBytes) await write(text);
      else bytes += filling.write(text, bytes);
    }
    await write(filling.subarray(0, bytes));
    await written;
  } finally {
    await Promise.allSettled([written]);
  }
}
