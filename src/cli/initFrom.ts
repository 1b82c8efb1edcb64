import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ConfigAnswers } from '../app/initTemplates.js';
import type { Draft } from '../dialects/dialect.js';
import { detectDialect, forceDialect, knownDialect, isHyperoptProgram, isSweep, readDialect, unknownDialect, type Found } from '../dialects/detect.js';
import { dialectDocuments, maxCharacters } from '../dialects/documents.js';
import { optional } from '../dialects/fields.js';
import { dialects } from '../dialects/index.js';
import { oneLine, parameterLines, parameterNotes } from '../dialects/lines.js';
import { UserError } from '../model/errors.js';
import { exampleCommand, exampleMetric, missing } from './initExamples.js';
import { sweepAnswers } from './initSweep.js';
import { exportedSpace } from './pythonSpace.js';
import type { Terminal } from './terminal.js';

export interface FromFlags {
  readonly from: string;
  /** Name of a dialect, or `wandb`. */
  readonly dialect?: string;
  /** Python may run the file. */
  readonly trust?: boolean;
}

export interface FromFile {
  readonly answers: ConfigAnswers;
  /** As people call the tool whose file it is. */
  readonly tool: string;
  /** What was changed or cannot be said. */
  readonly notes: readonly string[];
}

interface FileText { readonly path: string; readonly part?: string; readonly text: string }

/** Command, metric and parameters of a file as it stands; what it leaves open is taken from `fallback`. */
export async function answersFrom(flags: FromFlags, fallback: ConfigAnswers, terminal: Terminal): Promise<FromFile> {
  if (flags.dialect !== undefined && flags.dialect !== 'wandb') knownDialect(dialects, flags.dialect);
  const file = await readFrom(terminal.cwd, flags.from);
  if (flags.dialect === 'wandb') return { tool: 'W&B', ...sweepAnswers(file, fallback) };
  const read = isHyperoptProgram(file.text) ? await run(file, flags, terminal) : file;
  const documents = dialectDocuments(read.text, read.path);
  const found = flags.dialect === undefined ? detectDialect(documents, dialects) : forceDialect(documents, dialects, { name: flags.dialect, file: read.path });
  if (found !== undefined) return fromDialect(found, read, fallback);
  if (isSweep(documents)) return { tool: 'W&B', ...sweepAnswers(read, fallback) };
  throw unknownDialect(read.text, read.path, dialects);
}

/** UserError `python-untrusted` unless the user said that it may run. */
async function run({ path, part }: FileText, { trust }: FromFlags, { cwd, signal }: Terminal): Promise<FileText> {
  if (trust !== true) throw new UserError('python-untrusted', `${path} makes a search space of Hyperopt in Python, which only running it tells.`, { fix: `If you trust it: --trust runs it with your python3 (--from '${path}#NAME' names the variable). Or write the space out there: docs/init-from.md.` });
  return { path, text: await exportedSpace({ file: resolve(cwd, path), variable: part ?? '', shown: path, cwd, signal }) };
}

async function readFrom(cwd: string, from: string): Promise<FileText> {
  const hash = from.lastIndexOf('#');
  const isWhole = hash < 1 || (await sizeOf(resolve(cwd, from))) !== undefined;
  const named = isWhole ? { path: from } : { path: from.slice(0, hash), part: from.slice(hash + 1) };
  // A Keras Tuner project is a folder; its space stands in one file of it.
  const path = (await sizeOf(resolve(cwd, named.path))) === 'folder' ? join(named.path, 'oracle.json') : named.path;
  const size = await sizeOf(resolve(cwd, path));
  if (typeof size === 'number' && size > 4 * maxCharacters) throw new UserError('file-too-large', `${path} has ${size} bytes; a search space of at most ${maxCharacters} characters is read.`, { fix: 'Give the file that holds the search space alone.' });
  if (size === undefined && path !== named.path) throw new UserError('file-unreadable', `${named.path} is a folder without an oracle.json.`, { fix: 'Of folders only a project of Keras Tuner is read; name the file that holds the search space.' });
  if (size === undefined) throw new UserError('file-unreadable', `Cannot read ${path}: there is no such file.`, { fix: 'Check the path; it is relative to the working directory.' });
  const text = typeof size === 'string' ? undefined : await readFile(resolve(cwd, path), 'utf8').catch((cause: unknown) => {
    throw new UserError('file-unreadable', `Cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { fix: 'Check its permissions.', cause });
  });
  if (text === undefined || text.includes('\0')) throw new UserError('file-unreadable', `Cannot read ${path}: it is no file of text.`, { fix: 'Give the file that holds the search space; finished tunings are read by noregret import.' });
  return { ...named, path, text };
}

async function sizeOf(path: string): Promise<number | 'folder' | 'other' | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? undefined : found.isFile() ? found.size : found.isDirectory() ? 'folder' : 'other';
}

/** What was changed or left out also stands above the parameters. */
function fromDialect(found: Found, { path, part }: FileText, fallback: ConfigAnswers): FromFile {
  const { tool } = found.reader;
  const draft = readDialect(found, { file: path, ...(part === undefined ? {} : { part }) });
  const { command, notes: ofCommand } = commandOf(draft, fallback);
  const own = [...draft.notes, ...missing(draft), ...ofCommand].map(oneLine);
  const notes = [...own, ...parameterNotes(draft.parameters).map(oneLine)];
  if (!draft.parameters.some(({ form }) => form.said)) throw new UserError('dialect-empty', `${path} (${tool}) has no parameter that can be said here${notes.length === 0 ? '' : `: ${notes.join('; ')}`}.`, { fix: 'Write parameters by hand.' });
  const { name, goal = fallback.goal, metric = exampleMetric(goal), parameters, method, trials, time, threshold, earlyTerminate } = draft;
  return {
    tool, notes,
    answers: {
      name: name ?? fallback.name, metric, goal, command,
      parameters: [`# From ${oneLine(path)} (${tool}).`, ...own.map((note) => `# ${note}`), ...parameterLines(parameters)],
      converted: true, ...optional({ method, trials, time, threshold, earlyTerminate }),
    },
  };
}

function commandOf({ command, argsMacro, parameters }: Draft, fallback: ConfigAnswers): ReturnType<typeof exampleCommand> {
  if (command !== undefined) return { command, notes: [] };
  if (argsMacro !== undefined) return { command: ['python', 'train.py', argsMacro], notes: [] };
  return exampleCommand(fallback.command, parameters.filter(({ form }) => form.said).map(({ path }) => path[0] ?? ''));
}
