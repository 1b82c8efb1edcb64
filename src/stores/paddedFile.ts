import type { FileHandle } from 'node:fs/promises';

/** As many appends go into room that is there already; each of them then syncs its bytes alone, not the file's new size. */
const padding = Buffer.alloc(1 << 16, '\n');

/** A file that grows in steps of blank lines, which readers of JSON lines skip, and that is cut to its length when closed. */
export interface PaddedFile {
  /** Where the data ends now. */
  begin(bytes: number): void;
  /** Appends `data` from `from` on. */
  write(data: Buffer, from: number): Promise<{ readonly bytesWritten: number }>;
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

export function createPaddedFile(file: FileHandle): PaddedFile {
  let end = 0;
  let room = 0;
  const cut = async (bytes: number): Promise<void> => {
    await file.truncate(bytes);
    end = room = bytes;
  };
  return {
    begin: (bytes) => { end = room = bytes; },
    write: async (data, from) => {
      const length = data.length - from;
      // On a full disk there is no room to make, but perhaps for the data itself.
      if (end + length > room) room = end + (await file.write(padding, 0, padding.length, end).then(({ bytesWritten }) => bytesWritten, () => 0));
      const { bytesWritten } = await file.write(data, from, length, end);
      end += bytesWritten;
      room = Math.max(room, end);
      return { bytesWritten };
    },
    truncate: cut,
    close: async () => {
      // Left standing, the padding does no harm: the next one to open the log knows it.
      if (room > end) await cut(end).catch(() => undefined);
      await file.close();
    },
  };
}

/** How many of these bytes, the last of a log, are more than padding. */
export function bytesBeforePadding(tail: Buffer): number {
  let length = tail.length;
  while (length > 0 && tail[length - 1] === 10) length -= 1;
  return length;
}
