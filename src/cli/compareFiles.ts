import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { worstVerdict } from '../compare/verdict.js';
import { logsSha, type Comparison, type Report } from '../model/comparison.js';
import type { ImportChoice } from '../imports/importer.js';
import { whereImportable } from '../imports/open.js';
import { checkFileSize } from '../imports/source.js';
import { UserError } from '../model/errors.js';
import type { StudyRecord } from '../model/record.js';
import { parseRecord } from '../stores/recordFile.js';
import { version } from '../version.js';
import type { NamedLog, StudyLogFile } from '../app/searched.js';
import { compareLogs } from '../app/twoLogs.js';
import { compareRecords } from './compareRecords.js';
import { askedOfImport, beginningOf, isOurBeginning, locate, readEvents, type Desk } from './studyFile.js';

/** A file that `compare` can read besides commits. */
type Comparable = { readonly kind: 'record'; readonly record: StudyRecord; readonly path: string } | { readonly kind: 'log'; readonly log: StudyLogFile; readonly path: string };

const maxBytes = 64 << 20;

/** What is said about two tunings of other tools beside their files. */
export interface ComparedChoice extends ImportChoice { readonly studyName?: string }

/** What a name can be here: a file of ours or results, a folder with results somewhere in it, something else on disk, or nothing. */
type OnDisk = 'file' | 'below' | 'unknown' | 'none';

/**
 * True when both are files (or folders that another tool left); UserError `compare-mixed` when one is: a commit and a file have no seeds in
 * common to look for. A branch may be called like a folder that holds results: beside a name that is no file, `areCommits` tells.
 */
export async function areFiles(cwd: string, paths: readonly string[], areCommits: () => Promise<boolean>): Promise<boolean> {
  const found = await Promise.all(paths.map(async (path) => await onDisk(cwd, path)));
  const held = found.findIndex((one) => one === 'file' || one === 'below');
  if (held === -1) return false;
  const isPlain = found.includes('file') || found.every((one) => one === 'below');
  if (!isPlain && (await areCommits())) return false;
  const other = paths[found.indexOf('none')];
  // What is there and cannot be read says so itself, better than a word about both.
  if (other === undefined) return true;
  throw new UserError('compare-mixed', `${paths[held] ?? ''} is a ${(await isFile(resolve(cwd, paths[held] ?? ''))) ? 'file' : 'folder with results'} and ${other} is not.`, {
    // A name with a slash may be a path or a branch.
    fix: /\.jsonl?$/.test(other) ? `There is no file ${other}: check the path.` : `${other.includes('/') ? `There is no file ${other}: check the path. Else give` : 'Give'} two commits, two tunings (study.jsonl, or what another tool left) or two record files (.json).`,
  });
}

async function onDisk(cwd: string, name: string): Promise<OnDisk> {
  const path = resolve(cwd, name);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 'none';
  if ((found.isFile() && /\.jsonl?$/.test(name)) || isOurBeginning(await beginningOf(await locate(cwd, name)))) return 'file';
  if (!found.isFile() && !found.isDirectory()) return 'unknown';
  const where = whereImportable(path, name);
  return where === undefined ? 'unknown' : where === 'itself' ? 'file' : where;
}

/** A name that is no commit, and lies here as a file or folder that nobody can read, was hardly meant as a commit. */
export async function unlessOnDisk(cwd: string, names: readonly string[], cause: unknown): Promise<unknown> {
  if (!(cause instanceof UserError) || !['unknown-revision', 'not-a-repository'].includes(cause.code)) return cause;
  const present = await Promise.all(names.map(async (name) => await stat(resolve(cwd, name)).catch(() => undefined)));
  const at = present.findIndex((found) => found !== undefined);
  const [name, found] = [names[at], present[at]];
  if (name === undefined) return cause;
  if (found?.isFile() === true) checkFileSize(found.size, name);
  return new UserError('compare-unreadable', `${name} is neither a commit nor results that can be read.`, { fix: `Give two commits, two study logs (study.jsonl), or what other tools left: noregret import ${name} says what is read.`, cause });
}

/** Compares what two files hold; runs nothing, so nothing can be cut short. UserErrors name the file that cannot be read, and why. */
export async function compareFiles(files: { readonly desk: Desk; readonly base: string; readonly head: string; readonly choice?: ComparedChoice }, now: string): Promise<Omit<Report, 'failOn'>> {
  const { desk, choice = {} } = files;
  const [base, head] = [await readComparable(desk, files.base, choice), await readComparable(desk, files.head, choice)];
  const comparison = comparisonOf(base, head);
  return {
    schema: 1, tool: `noregret ${version}`, createdAt: now, verdict: worstVerdict([comparison.verdict.kind]), event: 'command line',
    ...commitsOf(base, head), incomplete: false, studies: [comparison],
  };
}

/** Two tunings, of ours or of other tools; nothing is run. UserError `reseed-files` where one is a record, which holds no search. */
export async function readTunings({ desk, base, head, choice }: { readonly desk: Desk; readonly base: string; readonly head: string; readonly choice: ComparedChoice }): Promise<readonly [NamedLog, NamedLog]> {
  const read = async (path: string): Promise<NamedLog> => {
    if (existsSync(await locate(desk.cwd, path)) && !(await isRecord(desk.cwd, path))) return { log: await readLog(desk, path, choice), path };
    throw new UserError('reseed-files', `--reseed runs the winners of two tunings, and ${path} is none.`, { fix: 'Give two study logs or results of other tools; two commits are compared without --reseed.' });
  };
  return [await read(base), await read(head)];
}

function comparisonOf(base: Comparable, head: Comparable): Comparison {
  if (base.kind === 'record' && head.kind === 'record') return compareRecords(base, head);
  if (base.kind === 'log' && head.kind === 'log') return compareLogs(base, head);
  const [record, log] = base.kind === 'record' ? [base, head] : [head, base];
  throw new UserError('compare-mixed', `${record.path} is a record, ${log.path} a study log.`, { fix: 'Give two of one kind: a log holds a search, a record the values of one commit.' });
}

/** A log knows no commit. */
function commitsOf(base: Comparable, head: Comparable): Pick<Report, 'baseSha' | 'headSha'> {
  return base.kind === 'record' && head.kind === 'record' ? { baseSha: base.record.sha, headSha: head.record.sha } : { headSha: logsSha };
}

async function readComparable(desk: Desk, path: string, choice: ComparedChoice): Promise<Comparable> {
  if (!(await isRecord(desk.cwd, path))) return { kind: 'log', log: await readLog(desk, path, choice), path };
  const bytes = await readBytes(resolve(desk.cwd, path), path);
  const decoded = parseRecord(bytes.toString('utf8'), path);
  if ('record' in decoded) return { kind: 'record', record: decoded.record, path };
  throw new UserError('file-unreadable', `${decoded.refused}.`, { fix: 'Give two commits, two study logs (study.jsonl) or two record files of a history.' });
}

/** JSON that no tool's results are. */
async function isRecord(cwd: string, name: string): Promise<boolean> {
  const path = resolve(cwd, name);
  return /\.jsonl?$/.test(name) && (await isFile(path)) && !isOurBeginning(await beginningOf(path)) && whereImportable(path, name) === undefined;
}

async function readLog(desk: Desk, path: string, choice: ComparedChoice): Promise<StudyLogFile> {
  return await readEvents(desk, path, { ...choice, soleIsMeant: true }).catch((error: unknown) => { throw askedOfImport(error, { path, has: ['metric', 'goal'], then: 'compare the logs' }); });
}

async function readBytes(path: string, name: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) throw new UserError('file-too-large', `${name} has ${size} bytes; at most ${maxBytes} are read.`, { fix: 'Is this the right file?' });
    return await readFile(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('file-unreadable', `Cannot read ${name}: ${error instanceof Error ? error.message : String(error)}`, { fix: 'Check the path and its permissions.', cause: error });
  }
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then((found) => found.isFile(), () => false);
}
