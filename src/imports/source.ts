import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../model/errors.js';
import { limits } from './limits.js';

export interface Entry { readonly name: string; readonly isFolder: boolean }

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
  bytesOf(path?: string): number;
  /** Pieces from anywhere; to be closed. */
  open(path?: string): Pages;
  /** A file that stands beside this one under the same name with an ending. */
  beside(ending: string): Source | undefined;
  /** For messages: the path as the user can find it. */
  label(path?: string): string;
  /** Links that were passed over. */
  readonly links: readonly string[];
}

/** A file read here and there. */
export interface Pages { readonly bytes: number; read(offset: number, length: number): Buffer; close(): void }

const headBytes = 16_384;
const chunkBytes = 1 << 20;
/** Also where a file grew while it was read. */
const leastBytes = 1 << 10;
/** For texts, which are a copy of it: folders of a hundred thousand small files would leave as many buffers behind. */
const scratch = Buffer.allocUnsafeSlow(1 << 16);

export function openSource(path: string, name: string): Source {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw unreadable(name, 'there is no such file or folder');
  if (!stats.isFile() && !stats.isDirectory()) throw unreadable(name, 'it is neither a file nor a folder');
  const isFolder = stats.isDirectory();
  const links: string[] = [];
  /** Every format asks for it to tell whether the folder is its own. */
  const held: { top?: readonly Entry[] } = {};
  const { place, open, label, sound } = waysInto(path, name, isFolder);
  const entryOf = (inside: string): ReturnType<typeof lstatSync> => {
    const full = place(inside);
    return full === undefined ? undefined : (inside === '' ? statSync : lstatSync)(full, { throwIfNoEntry: false });
  };
  const bytes = (inside = ''): Buffer => wholeOf(open(inside), label(inside));
  return {
    name, path, isFolder, base: basename(path), links, label, bytes,
    chunks: (inside = '') => chunksOf(open(inside), label(inside)),
    open: (inside = '') => pagesOf(open(inside), label(inside)),
    beside: (ending) => (!isFolder && statSync(`${path}${ending}`, { throwIfNoEntry: false })?.isFile() === true ? openSource(`${path}${ending}`, `${name}${ending}`) : undefined),
    text: (inside = '') => wholeOf(open(inside), label(inside), scratch).toString('utf8'),
    has: (inside) => entryOf(inside)?.isFile() === true,
    bytesOf: (inside = '') => Number(entryOf(inside)?.size ?? 0),
    head: (inside = '') => headOf(() => open(inside)),
    list: (folder = '') => {
      if (folder === '' && held.top !== undefined) return held.top;
      const full = isFolder ? place(folder) : undefined;
      const found = full === undefined ? [] : listed(full, label(folder), links);
      if (folder === '') held.top = found;
      sound.add(folder, found);
      return found;
    },
  };
}

/** A descriptor, and how much there was when it was opened. */
interface Opened { readonly file: number; readonly size: number }

interface Ways { readonly place: (inside: string) => string | undefined; readonly open: (inside: string) => Opened; readonly label: (inside?: string) => string; readonly sound: SoundFolders }

function waysInto(path: string, name: string, isFolder: boolean): Ways {
  const sound = soundFolders();
  // Made once: a hundred thousand small files cost as much in joining and normalising as in opening.
  const [root, shown] = [beginningOf(path), beginningOf(name)];
  const label = (inside = ''): string => (inside === '' ? name : `${shown}${inside}`);
  const place = (inside: string): string | undefined => (isFolder ? placeIn(root, inside, sound) : inside === '' ? path : undefined);
  return {
    label, place, sound,
    open: (inside) => {
      const full = place(inside);
      const opened = full === undefined ? 'there is no such file' : openRegular(full, inside === '');
      if (typeof opened === 'string') throw unreadable(label(inside), opened);
      return opened;
    },
  };
}

/** What stands before the name of something in a folder. */
function beginningOf(folder: string): string {
  return join(folder, 'x').slice(0, -1);
}

/** Folders that are known to be no links, as a listing said or a look. Those below the first level are looked at one after the other and forgotten. */
interface SoundFolders { readonly has: (folder: string) => boolean; readonly add: (folder: string, entries?: readonly Entry[]) => void }

const mostRecent = 4096;

function soundFolders(): SoundFolders {
  const [top, recent] = [new Set<string>(), new Set<string>()];
  const put = (folder: string): void => {
    if (recent.size >= mostRecent) recent.clear();
    recent.add(folder);
  };
  return {
    has: (folder) => folder === '' || top.has(folder) || recent.has(folder),
    add: (folder, entries) => {
      if (entries === undefined) put(folder);
      else for (const { name, isFolder } of entries) if (isFolder) { if (folder === '') top.add(name); else put(`${folder}/${name}`); }
    },
  };
}

const leadsOut = /^\/|(?:^|\/)\.\.?(?:\/|$)|\0/;

/** Full path, or undefined where a folder on the way is none (or a link). Throws on a path that leads out: such a one is made by nobody's mistake. */
function placeIn(root: string, inside: string, sound: SoundFolders): string | undefined {
  if (leadsOut.test(inside)) throw new UserError('path-outside', `The path ${JSON.stringify(inside)} leads out of the folder.`, { fix: 'The results were tampered with: do not use them.' });
  for (let end = sound.has(inside.slice(0, Math.max(0, inside.lastIndexOf('/')))) ? -1 : inside.indexOf('/'); end !== -1; end = inside.indexOf('/', end + 1)) {
    const folder = inside.slice(0, end);
    if (sound.has(folder)) continue;
    if (lstatSync(`${root}${folder}`, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
    sound.add(folder);
  }
  return `${root}${inside}`;
}

/** Or why it cannot be. The thing that the user named may be a link; nothing below it may. */
function openRegular(path: string, isNamed: boolean): Opened | string {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | (isNamed ? 0 : constants.O_NOFOLLOW));
    const stats = fstatSync(file);
    if (stats.isFile()) return { file, size: stats.size };
    closeSync(file);
    return 'it is no file';
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code === 'ELOOP' ? 'it is a link, which is not followed' : code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
  }
}

function listed(folder: string, label: string, links: string[]): readonly Entry[] {
  try {
    const found = readdirSync(folder, { withFileTypes: true });
    if (found.length > limits.entries) throw new UserError('folder-too-large', `${label} has ${found.length} entries; at most ${limits.entries} are read.`, { fix: 'Is this the right folder?' });
    for (const entry of found) if (entry.isSymbolicLink()) links.push(`${label}/${entry.name}`);
    return found.filter((entry) => entry.isFile() || entry.isDirectory()).map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() })).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (error instanceof UserError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw unreadable(label, (error as Error).message);
  }
}

function* chunksOf({ file, size }: Opened, label: string): Generator<Buffer, void> {
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
    }
  } finally {
    closeSync(file);
  }
}

function wholeOf({ file, size }: Opened, label: string, space?: Buffer): Buffer {
  try {
    checkSize(size, limits.documentBytes, label);
    return readInto(space !== undefined && size <= space.length ? space.subarray(0, size) : Buffer.allocUnsafe(size), file);
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

function headOf(open: () => Opened): Buffer {
  let opened: Opened | undefined;
  try {
    opened = open();
    return readInto(Buffer.allocUnsafe(Math.min(headBytes, opened.size)), opened.file);
  } catch (error) {
    if (error instanceof UserError && error.code === 'file-unreadable') return Buffer.alloc(0);
    throw error;
  } finally {
    if (opened !== undefined) closeSync(opened.file);
  }
}

function checkSize(size: number, most: number, label: string): void {
  if (size > most) throw new UserError('file-too-large', `${label} has ${(size / 1e9).toFixed(1)} GB; at most ${(most / 1e9).toFixed(most < 1e9 ? 2 : 1)} GB are read.`, { fix: 'Is this the file of results, and not a log of the training? If it is, keep the newest trials in a file of their own.' });
}

function unreadable(name: string, why: string): UserError {
  return new UserError('file-unreadable', `Cannot read ${name}: ${why}.`, { fix: 'Check the path and its permissions.' });
}
