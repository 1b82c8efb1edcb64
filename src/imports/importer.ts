import type { Goal } from '../model/direction.js';
import type { StudyEvent } from '../model/study.js';
import type { Source } from './source.js';

/** What the user says about a tuning beside its files. */
export interface ImportChoice {
  /** Objective, where the files know several metrics or name none. */
  readonly metric?: string;
  readonly goal?: Goal;
  /** `hp.choice` stands as an index in Hyperopt's documents: its values by parameter name; `number` = it is a number. */
  readonly choices?: Readonly<Record<string, readonly (string | number | boolean | null)[] | 'number'>>;
  /** Columns of a plain table. */
  readonly columns?: { readonly params?: readonly string[]; readonly state?: string; readonly seed?: string };
  /** Key of the map, where several tools left something in a folder. */
  readonly format?: string;
  /** Pickles may be loaded, which executes what stands in them. */
  readonly trust?: boolean;
}

export interface ReadStudy {
  /** A log of ours, one event after the other; may be walked once or often. */
  readonly events: Iterable<StudyEvent>;
  /** What was guessed, left out or could not be said, for people. */
  readonly notes: readonly string[];
  /** Whether the files say what was searched, or only what was tried. */
  readonly space: 'declared' | 'inferred';
}

/** One study of another tool's files. */
export interface ImportedStudy {
  readonly name: string;
  readonly trials: number;
  /** UserError where it cannot be a log of ours: two objectives, no metric that could be meant, ... */
  readonly read: (choice?: ImportChoice) => ReadStudy;
}

export interface Imported { readonly studies: readonly ImportedStudy[]; readonly notes: readonly string[] }

/** How another tool's results become studies. A plug point: one file, one line in `index.ts`, `__tests__/contracts/importer.ts`. */
export interface Importer {
  /** As its makers write it. */
  readonly tool: string;
  /** What is given, for people: "a project folder". */
  readonly takes: string;
  /** By what stands in the file or folder, never by its name's ending alone. Reads little and throws nothing. */
  readonly detects: (source: Source) => boolean;
  /** Left by a training whatever tunes it: beside a tuner's results no second tuning. */
  readonly byproduct?: true;
  /** Whether a file beside a folder of this tool's is a copy of what stands in it. Reads only beginnings. */
  readonly holds?: (own: Source, file: Source) => boolean;
  /** Reads piece by piece; UserErrors name the file and the field. A tuner that is still running is read as far as it is whole. */
  readonly read: (source: Source, choice: ImportChoice) => Imported;
}
