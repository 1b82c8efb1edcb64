import { closeSync, openSync, writeSync } from 'node:fs';

const mebibyte = 2 ** 20;
/** How much of the end is searched for out-of-memory messages. */
const tailSearchBytes = 65_536;

/** A trial's output on disk: the first and the last MiB, what lies between is counted. Memory: one MiB, once that much was printed. */
export interface TrialLog {
  append(chunk: Buffer): void;
  /** The last 64 KiB as text. */
  tail(): string;
  /** Writes what the ring holds; the log then is complete. */
  close(): void;
}

export function createTrialLog(path: string, bytes: number = mebibyte): TrialLog {
  let fd: number | undefined;
  let headBytes = 0;
  let recent = Buffer.alloc(0);
  let ring: Ring | undefined;
  let writable = true;
  const write = (data: Buffer | string): void => {
    if (!writable) return;
    try {
      fd ??= openSync(path, 'wx', 0o600);
      writeSync(fd, typeof data === 'string' ? Buffer.from(data) : data);
    } catch {
      // A full disk must not cost the trial: the journal notices it, where it matters.
      writable = false;
    }
  };
  return {
    append: (chunk) => {
      const head = chunk.subarray(0, Math.max(0, bytes - headBytes));
      if (head.length > 0) {
        write(head);
        headBytes += head.length;
        recent = Buffer.concat([recent, head]).subarray(-tailSearchBytes);
      }
      if (head.length < chunk.length) (ring ??= createRing(bytes)).push(chunk.subarray(head.length));
    },
    tail: () => Buffer.concat([recent, ring?.last(tailSearchBytes) ?? Buffer.alloc(0)]).subarray(-tailSearchBytes).toString('utf8'),
    close: () => {
      if (ring !== undefined) write(`\n[noregret: ${ring.dropped()} bytes dropped here]\n`);
      if (ring !== undefined) write(ring.last(bytes));
      if (fd !== undefined) closeSync(fd);
    },
  };
}

interface Ring { push(chunk: Buffer): void; last(bytes: number): Buffer; dropped(): number }

function createRing(capacity: number): Ring {
  const store = Buffer.allocUnsafe(capacity);
  let total = 0;
  return {
    push: (chunk) => {
      total += Math.max(0, chunk.length - capacity);
      const kept = chunk.subarray(-capacity);
      const at = total % capacity;
      const first = kept.copy(store, at);
      kept.copy(store, 0, first);
      total += kept.length;
    },
    last: (bytes) => {
      const length = Math.min(bytes, total, capacity);
      const from = (total - length) % capacity;
      const end = store.subarray(from, Math.min(capacity, from + length));
      return Buffer.concat([end, store.subarray(0, length - end.length)]);
    },
    dropped: () => Math.max(0, total - capacity),
  };
}

/** Last lines for people: no escape sequences or control characters, at most 20 lines and 4 kB. Renderers escape the rest. */
export function readableTail(text: string): string {
  const plain = text
    .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g, '')
    .replace(/\r+\n/g, '\n')
    .replace(/[^\n]*\r/g, '')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, (c) => (c === '\n' || c === '\t' ? c : ''));
  const lines = plain.trimEnd().split('\n').slice(-20).map((line) => line.slice(0, 500)).join('\n');
  return lines.slice(-4_000);
}
