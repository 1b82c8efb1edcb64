import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../model/errors.js';

/** Of a listing. */
export interface Entry { readonly name: string; readonly isFolder: boolean }

/** A descriptor, and how much there was when it was opened. */
export interface Opened { readonly file: number; readonly size: number }

/** From names below a file or folder to what stands there: the one place that keeps a reader inside. */
export interface Ways {
  /** Full path, or undefined where a folder on the way is none. */
  readonly place: (inside: string) => string | undefined;
  /** Full path, whatever the folders on the way are: where nothing stands there, it does not matter. */
  readonly beneath: (inside: string) => string | undefined;
  /** Or why not. */
  readonly attempt: (inside: string) => Opened | string;
  /** A descriptor of what may be no file at all; undefined where nothing opens. */
  readonly attemptUnseen: (inside: string) => number | undefined;
  /** UserError `file-unreadable`. */
  readonly open: (inside: string) => Opened;
  /** For messages. */
  readonly label: (inside?: string) => string;
  readonly sound: SoundFolders;
}

/** `onOpen`: before each file. */
export function waysInto(path: string, name: string, { isFolder, onOpen }: { readonly isFolder: boolean; readonly onOpen: () => void }): Ways {
  const sound = soundFolders();
  // Made once: a hundred thousand small files cost as much in joining and normalising as in opening.
  const [root, shown] = [beginningOf(path), beginningOf(name)];
  const label = (inside = ''): string => (inside === '' ? name : `${shown}${inside}`);
  const place = (inside: string): string | undefined => (isFolder ? placeIn(root, inside, sound) : inside === '' ? path : undefined);
  const attempt = (inside: string): Opened | string => {
    const full = place(inside);
    onOpen();
    return full === undefined ? 'there is no such file' : openRegular(full, inside === '');
  };
  return {
    label, place, attempt, sound,
    beneath: (inside) => (isFolder ? pathIn(root, inside, sound) : place(inside)),
    attemptUnseen: (inside) => {
      const full = place(inside);
      onOpen();
      return full === undefined ? undefined : openUnseen(full, inside === '');
    },
    open: (inside) => {
      const opened = attempt(inside);
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
interface SoundFolders {
  readonly has: (folder: string) => boolean;
  readonly add: (folder: string, entries?: readonly Entry[]) => void;
  /** Whether a plain name is meant in the folder that was asked for last: nearly every file is one beside the last one. */
  readonly isBeside: (inside: string) => boolean;
}

const mostRecent = 4096;

function soundFolders(): SoundFolders {
  const [top, recent] = [new Set<string>(), new Set<string>()];
  const put = (folder: string): void => {
    if (recent.size >= mostRecent) recent.clear();
    recent.add(folder);
  };
  const last = { folder: '' };
  return {
    has: (folder) => {
      const isSound = folder === '' || top.has(folder) || recent.has(folder);
      if (isSound) last.folder = folder;
      return isSound;
    },
    isBeside: (inside) => {
      const { folder } = last;
      if (folder === '' || inside.lastIndexOf('/') !== folder.length || !inside.startsWith(folder)) return false;
      const first = inside.codePointAt(folder.length + 1);
      return first !== undefined && first !== point && !inside.includes('\0', folder.length);
    },
    add: (folder, entries) => {
      if (entries === undefined) put(last.folder = folder);
      else for (const { name, isFolder } of entries) if (isFolder) { if (folder === '') top.add(name); else put(`${folder}/${name}`); }
    },
  };
}

/** A name that begins so may be `..`. */
const point = 46;
const leadsOut = /^\/|(?:^|\/)\.\.?(?:\/|$)|\0/;

/** Full path, or undefined where a folder on the way is none (or a link). */
function placeIn(root: string, inside: string, sound: SoundFolders): string | undefined {
  const full = pathIn(root, inside, sound);
  if (sound.isBeside(inside)) return full;
  for (let end = sound.has(inside.slice(0, Math.max(0, inside.lastIndexOf('/')))) ? -1 : inside.indexOf('/'); end !== -1; end = inside.indexOf('/', end + 1)) {
    const folder = inside.slice(0, end);
    if (sound.has(folder)) continue;
    if (lstatSync(`${root}${folder}`, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
    sound.add(folder);
  }
  return full;
}

/** Throws on a path that leads out: such a one is made by nobody's mistake. */
function pathIn(root: string, inside: string, sound: SoundFolders): string {
  if (!sound.isBeside(inside) && leadsOut.test(inside)) throw new UserError('path-outside', `The path ${JSON.stringify(inside)} leads out of the folder.`, { fix: 'The results were tampered with: do not use them.' });
  return `${root}${inside}`;
}

/** Or why it cannot be. The thing that the user named may be a link; nothing below it may. */
function openRegular(path: string, isNamed: boolean): Opened | string {
  try {
    const file = openSync(path, flags(isNamed));
    const stats = fstatSync(file);
    if (stats.isFile()) return { file, size: stats.size };
    closeSync(file);
    return 'it is no file';
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code === 'ELOOP' ? 'it is a link, which is not followed' : code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
  }
}

function openUnseen(path: string, isNamed: boolean): number | undefined {
  try {
    return openSync(path, flags(isNamed));
  } catch {
    return undefined;
  }
}

function flags(isNamed: boolean): number {
  return constants.O_RDONLY | constants.O_NONBLOCK | (isNamed ? 0 : constants.O_NOFOLLOW);
}

export function unreadable(name: string, why: string): UserError {
  return new UserError('file-unreadable', `Cannot read ${name}: ${why}.`, { fix: 'Check the path and its permissions.' });
}
