import { readHostile } from '../platform/safeRead.js';

/** No more of a metrics file is read than this; a program that writes more is told so. */
const maxFileBytes = 64 * 2 ** 20;
const maxPollBytes = 2 ** 20;
const newline = 10;

/** Follows a file that a trial writes. `poll` reads what is new; `finish` reads to the end, an unterminated last line included. */
export interface FileTail { poll(): void; finish(): void; /** Why nothing more is read; undefined while all is well. */ problem(): string | undefined }

interface TailedFile { readonly path: string; readonly within: string; readonly onLine: (line: string) => void }

/** For files that grow by whole lines. A file that was replaced or cut is read again from its start. */
export function createLineTail({ path, within, onLine }: TailedFile): FileTail {
  let offset = 0;
  let inode: number | undefined;
  let rest = Buffer.alloc(0);
  let problem: string | undefined;
  const read = (): boolean => {
    const result = readHostile({ path, within, offset, maxBytes: maxPollBytes });
    if ('refused' in result) {
      if (result.refused !== 'absent') problem = `${path} was not read: ${result.refused}`;
      return false;
    }
    if (result.size < offset || (inode !== undefined && inode !== result.inode)) {
      offset = 0;
      rest = Buffer.alloc(0);
      inode = result.inode;
      return result.size > 0;
    }
    inode = result.inode;
    offset += result.bytes.length;
    const cut = result.bytes.lastIndexOf(newline);
    if (cut >= 0) emitLines(Buffer.concat([rest, result.bytes.subarray(0, cut)]), onLine);
    rest = cut < 0 ? Buffer.concat([rest, result.bytes]) : Buffer.from(result.bytes.subarray(cut + 1));
    if (rest.length > maxPollBytes) problem = `${path} has a line longer than 1 MiB; nothing after it was read`;
    if (offset > maxFileBytes) problem = `${path} is larger than 64 MiB; nothing after that was read`;
    return result.bytes.length > 0;
  };
  return {
    poll: () => { if (problem === undefined) read(); },
    finish: () => {
      while (problem === undefined && read());
      if (rest.length > 0 && problem === undefined) emitLines(rest, onLine);
      rest = Buffer.alloc(0);
    },
    problem: () => problem,
  };
}

function emitLines(bytes: Buffer, onLine: (line: string) => void): void {
  for (const line of bytes.toString('utf8').split('\n')) if (line.trim() !== '') onLine(line);
}

const maxDocumentBytes = 16 * 2 ** 20;

/** For a file of the user's naming: one object, rewritten at will, or JSON lines. What lay there before is not looked at. */
export function createDocumentTail({ path, within, onLine }: TailedFile): FileTail {
  const before = readDocument(path, within);
  let stamp = 'refused' in before ? '' : before.stamp;
  let text: string | undefined;
  let lines = 0;
  let problem: string | undefined;
  const read = (final: boolean): void => {
    const now = readDocument(path, within);
    if ('refused' in now) {
      if (now.refused !== 'absent') problem = `${path} was not read: ${now.refused}`;
      return;
    }
    const changed = now.stamp !== stamp;
    if (!changed && !(final && text !== undefined)) return;
    stamp = now.stamp;
    if (text !== undefined && !now.text.startsWith(text)) lines = 0;
    text = now.text;
    lines = emitDocument(text, { from: lines, final, onLine });
  };
  return { poll: () => read(false), finish: () => read(true), problem: () => problem };
}

type Document = { readonly text: string; /** Differs after every write, even of the same text. */ readonly stamp: string } | { readonly refused: string };

function readDocument(path: string, within: string): Document {
  const result = readHostile({ path, within, maxBytes: maxDocumentBytes });
  if ('refused' in result) return result;
  if (result.size > maxDocumentBytes) return { refused: 'larger than 16 MiB' };
  return { text: result.bytes.toString('utf8'), stamp: `${result.inode}:${result.modifiedMs}:${result.size}` };
}

/** Returns how many lines of the text were handed on. */
function emitDocument(text: string, { from, final, onLine }: { readonly from: number; readonly final: boolean; readonly onLine: (line: string) => void }): number {
  const all = text.split('\n');
  const isLines = /^\s*\{.*\}\s*$/.test(all[0] ?? '');
  if (!isLines) {
    if (final && text.trim() !== '') onLine(text);
    return 0;
  }
  const complete = final ? all : all.slice(0, -1);
  for (const line of complete.slice(from)) if (line.trim() !== '') onLine(line);
  return complete.length;
}
