import { closeSync, lstatSync, readdirSync, readSync, statSync, type Dirent } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../model/errors.js';
import { limits } from './limits.js';
import { unreadable, waysInto, type Entry, type Opened } from './places.js';

/**
 * A file or folder of another tool, read only. Paths are relative to it and made of names that `list` gave, never of text that stands
 * in a file; '' is the thing itself. No link below it is followed, no pipe or device opened.
 */
export interface Source {
  /** As the user wrote it. */
  readonly name: string;
  /** Where it is. */
  readonly path: string;
  readonly isFolder: boolean;
  /** Last part of the path, which some formats have no better name than. */
  readonly base: string;
  /** Sorted by name; nothing where there is no such folder. Links are left out. */
  list(folder?: string): readonly Entry[];
  has(path: string): boolean;
  /** First kilobytes; empty where there is no such file. */
  head(path?: string): Buffer;
  /** UserErrors `file-unreadable`, `file-too-large`. */
  chunks(path?: string): Generator<Buffer, void>;
  /** A document whole. */
  bytes(path?: string): Buffer;
  text(path?: string): string;
  /** Undefined where there is no such file. */
  textIf(path: string): string | undefined;
  /** Of a small file that is there, in one look; else undefined, and the others say why or read it. The bytes stand until the next look. */
  glance(path: string): Buffer | undefined;
  bytesOf(path?: string): number;
  /** Pieces from anywhere; to be closed. */
  open(path?: string): Pages;
  /** What a name of `list` stands for, as a source of its own. */
  inside(name: string): Source;
  /** A file that stands beside this one under the same name with an ending. */
  beside(ending: string): Source | undefined;
  /** For messages: the path as the user can find it. */
  label(path?: string): string;
  /** Links that were passed over. */
  readonly links: readonly string[];
}

/** Told now and then in a long reading: how many files were opened, and of one that is long the share that was read, from 0 to 1. */
export type OnRead = (soFar: { readonly name: string; readonly files: number; readonly share?: number }) => void;

/** A file read here and there. */
export interface Pages { readonly bytes: number; read(offset: number, length: number): Buffer; close(): void }

/** A fraction of a second. */
const filesBetween = 1000;
const headBytes = 16_384;
const chunkBytes = 1 << 20;
/** Also where a file grew while it was read. */
const leastBytes = 1 << 10;
/** For what is small: folders of a hundred thousand such files would leave as many buffers behind. */
const scratch = Buffer.allocUnsafeSlow(1 << 16);

export function openSource(path: string, name: string, onRead: OnRead = () => undefined): Source {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw unreadable(name, 'there is no such file or folder');
  if (!stats.isFile() && !stats.isDirectory()) throw unreadable(name, 'it is neither a file nor a folder');
  const isFolder = stats.isDirectory();
  const links: string[] = [];
  /** Every format asks for it to tell whether the folder is its own. */
  const held: { top?: readonly Entry[]; head?: Buffer } = {};
  let files = 0;
  const onOpen = (): void => { if ((files += 1) % filesBetween === 0) onRead({ name, files }); };
  const { place, beneath, attempt, attemptUnseen, open, label, sound } = waysInto(path, name, { isFolder, onOpen });
  const entryOf = (inside: string): ReturnType<typeof lstatSync> => {
    const full = place(inside);
    return full === undefined ? undefined : (inside === '' ? statSync : lstatSync)(full, { throwIfNoEntry: false });
  };
  const bytes = (inside = ''): Buffer => wholeOf(open(inside), label(inside));
  const glance = (inside: string): Buffer | undefined => glanceAt(attemptUnseen(inside));
  const text = (inside = ''): string => (glance(inside) ?? bytes(inside)).toString('utf8');
  const has = (inside: string): boolean => isFileAt(beneath(inside), inside === '') && place(inside) !== undefined;
  return {
    name, path, isFolder, base: basename(path), links, label, bytes,
    chunks: (inside = '') => chunksOf(open(inside), label(inside), (share) => { onRead({ name: label(inside), files, share }); }),
    inside: (child) => openSource(join(path, child), join(name, child), onRead),
    open: (inside = '') => pagesOf(open(inside), label(inside)),
    beside: (ending) => (!isFolder && statSync(`${path}${ending}`, { throwIfNoEntry: false })?.isFile() === true ? openSource(`${path}${ending}`, `${name}${ending}`, onRead) : undefined),
    text, glance, has, textIf: (inside) => glance(inside)?.toString('utf8') ?? (has(inside) ? text(inside) : undefined),
    bytesOf: (inside = '') => Number(entryOf(inside)?.size ?? 0),
    head: (inside = '') => (inside === '' && !isFolder ? held.head ??= headOf(attempt('')) : headOf(attempt(inside))),
    list: (folder = '') => {
      if (folder === '' && held.top !== undefined) return held.top;
      // The folder itself must be no link either: what is found in it counts as seen.
      const full = isFolder ? place(folder === '' ? '' : `${folder}/`) : undefined;
      const found = full === undefined ? [] : listed(full, label(folder), links);
      if (folder === '') held.top = found;
      sound.add(folder, found);
      return found;
    },
  };
}

function isFileAt(full: string | undefined, isNamed: boolean): boolean {
  return full !== undefined && (isNamed ? statSync : lstatSync)(full, { throwIfNoEntry: false })?.isFile() === true;
}

function listed(folder: string, label: string, links: string[]): readonly Entry[] {
  try {
    const found = readdirSync(folder, { withFileTypes: true });
    if (found.length > limits.entries) throw new UserError('folder-too-large', `${label} has ${found.length} entries; at most ${limits.entries} are read.`, { fix: 'Is this the right folder?' });
    const entries: Entry[] = [];
    for (const entry of found) take(entry, entries, () => { links.push(`${label}/${entry.name}`); });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (error instanceof UserError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw unreadable(label, (error as Error).message);
  }
}

function take(entry: Dirent, into: Entry[], seeLink: () => void): void {
  if (entry.isFile()) into.push({ name: entry.name, isFolder: false });
  else if (entry.isDirectory()) into.push({ name: entry.name, isFolder: true });
  else if (entry.isSymbolicLink()) seeLink();
}

function* chunksOf({ file, size }: Opened, label: string, onPart: (share: number) => void): Generator<Buffer, void> {
  try {
    checkSize(size, limits.fileBytes, label);
    for (let position = 0; ;) {
      // A new one each time: who keeps a piece of it must not find other bytes there later. One more than there is shows the end.
      const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, Math.max(size + 1 - position, leastBytes)));
      const got = readSync(file, buffer, 0, buffer.length, position);
      if (got > 0) yield buffer.subarray(0, got);
      if (got < buffer.length) return;
      position += got;
      checkSize(position, limits.fileBytes, label);
      onPart(Math.min(1, position / size));
    }
  } finally {
    closeSync(file);
  }
}

function wholeOf({ file, size }: Opened, label: string): Buffer {
  try {
    checkSize(size, limits.documentBytes, label);
    return readInto(Buffer.allocUnsafe(size), file);
  } finally {
    closeSync(file);
  }
}

/** Not asked what it is: a folder, a pipe or a socket cannot be read at a place, and a device has more than fits. */
function glanceAt(file: number | undefined): Buffer | undefined {
  if (file === undefined) return undefined;
  try {
    const got = readSync(file, scratch, 0, scratch.length, 0);
    return got < scratch.length ? scratch.subarray(0, got) : undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

function pagesOf({ file, size }: Opened, label: string): Pages {
  checkSize(size, limits.fileBytes, label);
  return {
    bytes: size,
    close: () => { closeSync(file); },
    read: (offset, length) => {
      const buffer = Buffer.allocUnsafe(length);
      return buffer.subarray(0, readSync(file, buffer, 0, length, offset));
    },
  };
}

/** As much as there is. */
function readInto(buffer: Buffer, file: number): Buffer {
  let at = 0;
  for (let got = 1; got > 0 && at < buffer.length; at += got) got = readSync(file, buffer, at, buffer.length - at, at);
  return buffer.subarray(0, at);
}

function headOf(opened: Opened | string): Buffer {
  if (typeof opened === 'string') return Buffer.alloc(0);
  try {
    return readInto(Buffer.allocUnsafe(Math.min(headBytes, opened.size)), opened.file);
  } finally {
    closeSync(opened.file);
  }
}

/** Of a file of results, before anything in it is looked at. UserError `file-too-large`. */
export function checkFileSize(size: number, label: string): void {
  checkSize(size, limits.fileBytes, label);
}

function checkSize(size: number, most: number, label: string): void {
  if (size > most) throw new UserError('file-too-large', `${label} has ${(size / 1e9).toFixed(1)} GB; at most ${(most / 1e9).toFixed(most < 1e9 ? 2 : 1)} GB are read.`, { fix: 'Is this the file of results, and not a log of the training? If it is, keep the newest trials in a file of their own.' });
}
