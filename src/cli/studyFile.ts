import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '../model/errors.js';
import type { StudyEvent } from '../model/study.js';
import { ChoiceNeeded, type Needed } from '../imports/choiceNeeded.js';
import type { ImportChoice, ImportedStudy } from '../imports/importer.js';
import { chooseStudy, readImport } from '../imports/open.js';
import { checkFileSize, type OnRead } from '../imports/source.js';
import { BEGINNING, createLineReader } from '../stores/journalLines.js';
import { bytesBeforePadding } from '../stores/paddedFile.js';
import type { CommonFlags } from './program.js';
import { createBusyLine, type Tell } from './progress.js';
import { stateDirName } from './state.js';
import type { Terminal } from './terminal.js';

/** What a file with studies holds: a log of ours, or studies of another tool. */
export type StudyFile =
  | { readonly kind: 'ours'; readonly events: readonly StudyEvent[]; readonly notes: readonly string[] }
  | { readonly kind: 'imported'; readonly format: string; readonly tool: string; readonly studies: readonly ImportedStudy[]; readonly notes: readonly string[] };

const chunkBytes = 1 << 20;
/** So much of a file tells what it is. */
const beginningBytes = 8192;

/** Who reads, and from where. */
export type Desk = Pick<Terminal, 'cwd' | 'endsAtOnce'> & { readonly onRead?: OnRead };

/** What takes long here holds the thread: says how far it is. `tell` shows what else is to be said now and then. */
export async function withBusyLine<T>(terminal: Terminal, { quiet }: CommonFlags, use: (desk: Desk, tell: Tell) => Promise<T>): Promise<T> {
  const { tell, end } = createBusyLine(terminal, { quiet: quiet === true, now: () => performance.now() });
  try {
    return await use({ ...terminal, onRead: ({ name, files, share }) => { tell(() => `reading ${name} · ${share === undefined ? `${files} files` : `${Math.floor(100 * share)} %`}`); } }, tell);
  } finally {
    end();
  }
}

/** `wanted` is a file or folder, or the name of a study below .noregret. Read without a lock and left as it is. */
export async function readStudyFile({ cwd, endsAtOnce = run, onRead }: Desk, wanted: string, choice: ImportChoice = {}): Promise<StudyFile> {
  const path = await locate(cwd, wanted);
  if ((await beginningOf(path)).startsWith(BEGINNING)) {
    const file = await openRegular(path, wanted);
    try {
      checkFileSize((await file.stat()).size, wanted);
      return await readOurs(file, wanted);
    } finally {
      await file.close();
    }
  }
  // A pickle's Python and its folder are cleared away behind it.
  const reading = choice.trust === true ? run : endsAtOnce;
  return { kind: 'imported', ...reading(() => readImport(path, wanted, choice, onRead)) };
}

function run<T>(work: () => T): T {
  return work();
}

/** Which study of a file with several; `soleIsMeant`: where it holds but one, the name is that of another file's. */
export interface EventsChoice extends ImportChoice { readonly studyName?: string; readonly soleIsMeant?: boolean }

/** One study whole, of ours or of another tool. */
export async function readEvents(desk: Desk, path: string, { studyName, soleIsMeant, ...choice }: EventsChoice): Promise<{ readonly events: readonly StudyEvent[]; readonly notes: readonly string[] }> {
  const file = await readStudyFile(desk, path, choice);
  if (file.kind === 'ours') return file;
  const [sole, second] = file.studies;
  const isMeant = soleIsMeant === true && sole !== undefined && second === undefined;
  const { events, notes } = chooseByFlag(file.studies, isMeant ? undefined : studyName, path).read(choice);
  return { events: (desk.endsAtOnce ?? run)(() => [...events]), notes: [...file.notes, ...notes] };
}

export function isOurBeginning(text: string): boolean {
  return text.startsWith(BEGINNING);
}

/** Empty for what is no file or is not there. */
export async function beginningOf(path: string): Promise<string> {
  const file = await openRegular(path, path).catch(() => undefined);
  if (file === undefined) return '';
  try {
    const head = Buffer.alloc(beginningBytes);
    const { bytesRead } = await file.read(head, 0, beginningBytes, 0);
    return head.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The one study that `--study-name` means. */
export function chooseByFlag(studies: readonly ImportedStudy[], name: string | undefined, file: string): ImportedStudy {
  return chooseStudy(studies, { name, file, naming: (study) => `--study-name ${JSON.stringify(study)}` });
}

/** A reader's question as a command has to put it whose flags do not have the answer; any other error as it is. */
export function askedOfImport(error: unknown, { path, has, then }: { readonly path: string; readonly has: readonly Needed[]; readonly then: string }): unknown {
  if (!(error instanceof ChoiceNeeded) || has.includes(error.needed)) return error;
  return new UserError(error.code, error.message, { fix: `${error.fix ?? ''} Those are flags of noregret import: make a log of ${path} with it (--out FILE), and ${then}.`, cause: error });
}

async function readOurs(file: FileHandle, name: string): Promise<StudyFile> {
  const reader = createLineReader(name);
  let bytes = 0;
  let tail: Buffer = Buffer.alloc(0);
  await eachChunk(file, (chunk) => {
    reader.push(chunk);
    bytes += chunk.length;
    tail = Buffer.concat([tail, chunk]).subarray(-2 * chunkBytes);
  });
  const { events, soundBytes } = reader.end();
  const torn = bytesBeforePadding(tail.subarray(Math.max(0, tail.length - (bytes - soundBytes))));
  return { kind: 'ours', events, notes: torn === 0 ? [] : [`${name} ends in the middle of a line: its last ${torn} bytes were left out`] };
}

async function eachChunk(file: FileHandle, take: (chunk: Buffer) => void): Promise<void> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  for (let position = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, chunkBytes, position);
    if (bytesRead === 0) return;
    take(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}

/** A folder with a log of ours stands for that; a plain name that nothing is called here is a study's below .noregret. */
export async function locate(cwd: string, wanted: string): Promise<string> {
  const path = resolve(cwd, wanted);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return (await beginningOf(join(path, 'study.jsonl'))).startsWith(BEGINNING) ? join(path, 'study.jsonl') : path;
  if (found !== undefined || /[\\/]/.test(wanted) || wanted === '..') return path;
  return join(cwd, stateDirName, wanted, 'study.jsonl');
}

/** Never waits on a pipe, never opens a device. */
async function openRegular(path: string, name: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: unknown) => {
    throw new UserError('file-unreadable', `Cannot read ${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { fix: 'Give a study log, or the name of a study below .noregret.', cause });
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new UserError('file-unreadable', `${name} is no file.`, { fix: 'Give a study log.' });
}
