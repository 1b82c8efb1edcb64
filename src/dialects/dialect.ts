import type { Goal } from '../model/direction.js';
import type { ParamValue } from '../model/params.js';
import type { DialectDocument } from './document.js';
import type { Form } from './form.js';

/** One parameter of the file: what it becomes, or why it cannot be said here. */
export interface DraftParameter {
  /** Keys from the outermost map to the leaf. */
  readonly path: readonly string[];
  readonly form: Form;
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
}

/** What a file holds several of, such as operations: which one is meant. */
export interface Part { readonly file: string; readonly part?: string }

/** A tool's search-space file. */
export interface DialectReader {
  /** As people call the tool. */
  readonly tool: string;
  /** By content alone; no two readers may detect the same document. */
  detects(document: DialectDocument): boolean;
  /** UserError where the file as a whole cannot be said here. */
  read(document: DialectDocument, part: Part): Draft;
}
