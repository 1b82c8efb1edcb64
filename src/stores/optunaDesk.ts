import type { FileHandle } from 'node:fs/promises';
import type { UserError } from '../model/errors.js';
import { unwritable } from './journalErrors.js';
import type { OptunaLines } from './optunaLines.js';
import { withOptunaLock } from './optunaLock.js';

const chunkBytes = 1 << 20;

/** A file that others append to, read up to date before each piece of work; one piece after the other. */
export interface OptunaDesk {
  /** Under Optuna's lock; `tornBytes` of a line that a dead writer left half were cut. */
  locked<T>(work: (tornBytes: number) => T | Promise<T>): Promise<T>;
  /** Without the lock: a line that is just being written is not seen yet. */
  unlocked<T>(work: () => T): Promise<T>;
  /** Under the lock: what `lines` knows already. */
  put(data: Buffer): Promise<void>;
  idle(): Promise<void>;
}

export function createOptunaDesk({ path, file, lines }: { readonly path: string; readonly file: FileHandle; readonly lines: OptunaLines }): OptunaDesk {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let position = 0;
  const line = createQueue();
  /** How many bytes at the end are no whole line (yet); they are read again. */
  const catchUp = async (): Promise<number> => {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, chunkBytes, position);
      if (bytesRead === 0) break;
      lines.push(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
    const unfinished = lines.cut();
    position -= unfinished;
    return unfinished;
  };
  return {
    locked: async (work) => await line.queued(path, async () => await withOptunaLock(path, async () => {
      const tornBytes = await catchUp();
      if (tornBytes > 0) await file.truncate(position);
      return await work(tornBytes);
    })),
    unlocked: async (work) => await line.queued(path, async () => {
      await catchUp();
      return work();
    }),
    put: async (data) => {
      try {
        for (let from = 0; from < data.length;) from += (await file.write(data, from, data.length - from, position + from)).bytesWritten;
      } catch (error) {
        await file.truncate(position).catch(() => undefined);
        // What is known here is not in the file: nothing can follow from it.
        throw line.breakOff(unwritable(path, error));
      }
      position += data.length;
    },
    idle: line.idle,
  };
}

interface Queue {
  queued<T>(path: string, work: () => Promise<T>): Promise<T>;
  /** Everything after this is refused with it. */
  breakOff(error: UserError): UserError;
  readonly idle: () => Promise<void>;
}

function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  let broken: UserError | undefined;
  return {
    queued: async (path, work) => {
      const turn = last.then(async () => {
        if (broken !== undefined) throw broken;
        return await work();
      }).catch((error: unknown) => { throw error instanceof Error && 'code' in error ? unwritable(path, error) : error; });
      last = turn.catch(() => undefined);
      return await turn;
    },
    breakOff: (error) => broken = error,
    idle: async () => { await last; },
  };
}
