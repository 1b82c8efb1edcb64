import type { Goal } from '../model/direction.js';
import type { ParamValue } from '../model/params.js';
import type { DialectDocument } from './documents.js';
import type { Place } from './fields.js';
import type { Form } from './form.js';

/** One parameter of the file: what it becomes, or why it cannot be said here. */
export interface DraftParameter {
  /** Keys from the outermost map to the leaf. */
  readonly path: readonly string[];
  readonly form: Form;
  /** Where it stands in the file. */
  readonly at: Place;
  readonly when?: Readonly<Record<string, readonly ParamValue[]>>;
  readonly default?: ParamValue;
  /** What was changed besides what the form says. */
  readonly note?: string;
}

/** Another tool's study in our terms; what it leaves open is absent. */
export interface Draft {
  readonly name?: string;
  readonly parameters: readonly DraftParameter[];
  readonly metric?: string;
  readonly goal?: Goal;
  readonly trials?: number;
  /** How long the whole study may take, as a duration of ours: `3600s`. */
  readonly time?: string;
  /** Name of a sampler of ours. */
  readonly method?: string;
  /** Value of the metric which is good enough. */
  readonly threshold?: number;
  readonly earlyTerminate?: Readonly<Record<string, ParamValue>>;
  readonly command?: readonly string[];
  /** Macro through which the tool's programs take their arguments, where no command is known. */
  readonly argsMacro?: string;
  /** What was changed or cannot be said, besides what parameters say themselves. */
  readonly notes: readonly string[];
  /** The map that describes the study, where the file holds more than that; what is not read in it is named. */
  readonly scope?: ParamValue;
}

/** The file, and what is meant of it where it holds several, such as operations. */
export interface Part { readonly file: string; readonly part?: string }

/** A tool's search-space file. */
export interface DialectReader {
  /** As people call the tool. */
  readonly tool: string;
  /** By content alone; no two readers may detect the same document. */
  readonly detects: (document: DialectDocument) => boolean;
  /** `root` knows where its values stand (`recorded.ts`). UserError, with file, line and field, where the file cannot be read or said here. */
  readonly read: (root: ParamValue, part: Part) => Draft;
}
