import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { StudyLogFile } from '../app/searched.js';
import type { ResultsSource } from '../model/config.js';
import { UserError } from '../model/errors.js';
import { parseJson } from '../model/json.js';
import { isImportNotes } from '../model/studyLog.js';
import { assetPath } from '../platform/assets.js';
import { runBriefly } from '../platform/keyProbeRun.js';
import { resultsPlace } from '../platform/resultsPlace.js';
import { openJournalFile } from '../stores/journalFile.js';
import type { ToolOptions } from '../tools.js';

/** 100,000 trials of any format take seconds. */
const timeoutMs = 10 * 60_000;

const answerSchema = z.union([
  z.object({ ok: z.literal(true), notes: z.array(z.string()) }),
  z.object({ ok: z.literal(false), error: z.object({ code: z.string(), message: z.string(), fix: z.string().optional() }) }),
]);

/**
 * By the command line beside the action, in a process of its own: the readers are no part of what every job loads, and files that somebody
 * else wrote are taken apart where no token is. Never with `--trust`.
 */
export function readResultsIn(stateDir: string): NonNullable<ToolOptions['readResults']> {
  return (root) => async (folder, source, metric) => {
    const place = resultsPlace(folder, source.path, [root]);
    if (place === undefined) return undefined;
    const scratch = await mkdtemp(join(stateDir, 'results-'));
    try {
      return await read(place, join(scratch, 'study.jsonl'), { source, metric });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  };
}

interface Asked { readonly source: ResultsSource; readonly metric: { readonly name: string; readonly goal: string } }

async function read(place: string, out: string, { source, metric }: Asked): Promise<StudyLogFile> {
  const argv = [process.execPath, assetPath('cli.js'), 'import', place, '--json', '--quiet', '--out', out, '--metric', metric.name, '--goal', metric.goal, ...flagsOf(source)];
  const { stdout, stderr } = await runBriefly(argv, { env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' }, timeoutMs });
  const answer = answerSchema.safeParse(parseJson(stdout)).data;
  if (answer === undefined) throw new Error(`the reader of ${source.path} ended without an answer: ${stderr.slice(-2000)}`);
  const said = (text: string): string => text.replaceAll(place, source.path);
  // Its own notes are the answer's, with places of this machine.
  if (answer.ok) return { events: (await eventsAt(out)).filter((event) => !isImportNotes(event)), notes: answer.notes.map(said) };
  if (answer.error.code !== 'already-ours') throw new UserError(answer.error.code, said(answer.error.message), answer.error.fix === undefined ? {} : { fix: said(answer.error.fix) });
  await copyFile((await stat(place)).isDirectory() ? join(place, 'study.jsonl') : place, out);
  return { events: await eventsAt(out), notes: [] };
}

function flagsOf({ format, study, columns: { params, state, seed }, choices = {} }: ResultsSource): readonly string[] {
  return [
    ...(format === undefined ? [] : ['--format', format]), ...(study === undefined ? [] : ['--study-name', study]), ...(params === undefined ? [] : ['--params', params.join(',')]),
    ...(state === undefined ? [] : ['--state', state]), ...(seed === undefined ? [] : ['--seed', seed]),
    ...Object.entries(choices).flatMap(([name, values]) => ['--choices', `${name}=${values === 'number' ? values : values.join(',')}`]),
  ];
}

async function eventsAt(path: string): Promise<StudyLogFile['events']> {
  const journal = await openJournalFile(path);
  try {
    return (await journal.load()).events;
  } finally {
    await journal.close();
  }
}
