import { UserError } from '../model/errors.js';
import type { StudyEvent } from '../model/study.js';
import { resultsPlace } from '../platform/resultsPlace.js';
import { createLineReader } from '../stores/journalLines.js';
import type { ImportChoice, ImportedStudy } from './importer.js';
import { readImport } from './open.js';
import { openSource } from './source.js';

/** What every study log of ours begins with. */
const ourBeginning = '{"type":"created",';

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
  const read = theOne(studies, study, path).read(choice);
  return { events: [...read.events], notes: [...notes, ...read.notes] };
}

function logOfOurs(place: string, name: string): { readonly events: readonly StudyEvent[]; readonly notes: readonly string[] } | undefined {
  const source = openSource(place, name);
  const file = source.isFolder ? 'study.jsonl' : '';
  if (!source.head(file).toString('latin1').startsWith(ourBeginning)) return undefined;
  const reader = createLineReader(source.label(file));
  for (const chunk of source.chunks(file)) reader.push(chunk);
  return { events: reader.end().events, notes: [] };
}

/** UserError `which-study` naming all there are. */
function theOne(studies: readonly ImportedStudy[], name: string | undefined, path: string): ImportedStudy {
  const found = name === undefined ? studies : studies.filter((study) => study.name === name);
  const [only, second] = found;
  if (only !== undefined && second === undefined) return only;
  const there = studies.slice(0, 20).map((study) => JSON.stringify(study.name)).join(', ');
  throw new UserError('which-study', `${path}: ${name === undefined ? 'which study is meant?' : `there is no study ${JSON.stringify(name)};`} ${there === '' ? 'it holds no study' : `it holds ${there}`}.`, { fix: studies[0] === undefined ? 'Is this the right file?' : `Name one: results: { path: ${path}, study: ${studies[0].name} }` });
}
