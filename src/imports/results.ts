import type { StudyEvent } from '../model/study.js';
import { resultsPlace } from '../platform/resultsPlace.js';
import { BEGINNING, createLineReader } from '../stores/journalLines.js';
import type { ImportChoice } from './importer.js';
import { chooseStudy, readImport } from './open.js';
import { openSource } from './source.js';

export interface ResultsRequest {
  /** The side's own folder, and what its files may lie in besides: a linked folder stands in the repository. */
  readonly folder: string;
  readonly within: readonly string[];
  /** Relative to `folder`. */
  readonly path: string;
  readonly study?: string | undefined;
  readonly choice: Omit<ImportChoice, 'trust'>;
}

/** A finished tuning as a log; undefined where there is nothing at `path`. Pickles are not loaded: nobody is there to trust them. */
export function readResults({ folder, within, path, study, choice }: ResultsRequest): { readonly events: readonly StudyEvent[]; readonly notes: readonly string[] } | undefined {
  const place = resultsPlace(folder, path, within);
  if (place === undefined) return undefined;
  const ours = logOfOurs(place, path);
  if (ours !== undefined) return ours;
  const { studies, notes } = readImport(place, path, choice);
  const read = chooseStudy(studies, { name: study, file: path, naming: (name) => `results: { path: ${path}, study: ${name} }` }).read(choice);
  return { events: [...read.events], notes: [...notes, ...read.notes] };
}

function logOfOurs(place: string, name: string): { readonly events: readonly StudyEvent[]; readonly notes: readonly string[] } | undefined {
  const source = openSource(place, name);
  const file = source.isFolder ? 'study.jsonl' : '';
  if (!source.head(file).toString('latin1').startsWith(BEGINNING)) return undefined;
  const reader = createLineReader(source.label(file));
  for (const chunk of source.chunks(file)) reader.push(chunk);
  return { events: reader.end().events, notes: [] };
}
