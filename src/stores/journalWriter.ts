import type { UserError } from '../model/errors.js';
import type { StudyEvent } from '../model/study.js';
import { diskFull, isFull, unwritable } from './journalErrors.js';
import { encodeLine } from './journalLines.js';

interface JournalWriterOptions {
  readonly path: string;
  /** `write` returns once the bytes are on the disk. */
  readonly file: { write(data: Buffer, from: number): Promise<{ readonly bytesWritten: number }>; truncate(bytes: number): Promise<void> };
  readonly releaseReserve: () => Promise<void>;
}

interface Append {
  readonly events: readonly StudyEvent[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Appends in order; those that wait at the same moment share one write. */
export interface JournalWriter {
  /** How much of the log is there already; before the first append. */
  begin(lines: number, bytes: number): void;
  append(events: readonly StudyEvent[]): Promise<void>;
  /** Resolves once nothing waits for the disk. */
  idle(): Promise<void>;
}

export function createJournalWriter(options: JournalWriterOptions): JournalWriter {
  const { path } = options;
  const committer = createCommitter(options);
  let waiting: Append[] = [];
  let flushing: Promise<void> | undefined;
  let broken: UserError | undefined;

  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await committer.commit(batch).catch((error: unknown) => {
        broken = unwritable(path, error);
        for (const append of batch) append.failed(broken);
      });
    }
    flushing = undefined;
  };
  return {
    begin: committer.begin,
    idle: async () => { await flushing; },
    append: (events) => new Promise<void>((done, failed) => {
      if (!committer.hasBegun()) throw new Error('a journal is loaded before it is appended to');
      if (broken !== undefined) { failed(broken); return; }
      waiting.push({ events, done, failed });
      flushing ??= flush();
    }),
  };
}

interface Committer {
  readonly begin: JournalWriter['begin'];
  hasBegun(): boolean;
  /** Writes what the disk has room for; on a full one results go into the reserve, and beginnings are refused. */
  commit(batch: readonly Append[]): Promise<void>;
}

function createCommitter({ path, file, releaseReserve }: JournalWriterOptions): Committer {
  let lines = -1;
  let bytes = 0;
  let full = false;

  const write = async (batch: readonly Append[]): Promise<void> => {
    const events = batch.flatMap((append) => append.events);
    const data = Buffer.from(events.map((event, i) => encodeLine(event, lines + i)).join(''));
    for (let from = 0; from < data.length;) from += (await file.write(data, from)).bytesWritten;
    lines += events.length;
    bytes += data.length;
  };
  const commit = async (batch: readonly Append[]): Promise<void> => {
    const allowed = full ? batch.filter((append) => !begins(append)) : batch;
    for (const append of batch) if (!allowed.includes(append)) append.failed(diskFull(path));
    try {
      await write(allowed);
      for (const append of allowed) append.done();
    } catch (error) {
      if (!isFull(error)) throw error;
      await file.truncate(bytes);
      if (full) throw diskFull(path);
      full = true;
      await releaseReserve();
      await commit(allowed);
    }
  };
  return { commit, hasBegun: () => lines >= 0, begin: (count, size) => { lines = count; bytes = size; } };
}

function begins(append: Append): boolean {
  return append.events.some((event) => event.type === 'started');
}
