/** Where in the file, both from 1; or which flag (`--trials`), then line and column are 0. */
export interface Position { readonly line: number; readonly column: number; readonly flag?: string }

export interface Diagnostic extends Position {
  readonly severity: 'error' | 'warning' | 'note';
  /** Stable word for machines. */
  readonly code: string;
  /** What is wrong, with the wrong value; one line. */
  readonly message: string;
  readonly fix?: string;
  /** Correct configuration text. */
  readonly example?: string;
}

export interface Finding { readonly code: string; readonly message: string; readonly fix?: string; readonly example?: string }

/** Collects what is wrong, so that one run shows everything. */
export interface Findings {
  readonly diagnostics: readonly Diagnostic[];
  error(at: Position, finding: Finding): void;
  warning(at: Position, finding: Finding): void;
  note(at: Position, finding: Finding): void;
  hasErrors(): boolean;
}

export function createFindings(): Findings {
  const diagnostics: Diagnostic[] = [];
  const add = (severity: Diagnostic['severity']) => ({ line, column, flag }: Position, { message, ...rest }: Finding): void => {
    const where = flag === undefined ? { line, column } : { line: 0, column: 0, flag };
    diagnostics.push({ severity, ...where, ...rest, message: flag === undefined ? message : `${flag}: ${message}` });
  };
  return {
    diagnostics,
    error: add('error'),
    warning: add('warning'),
    note: add('note'),
    hasErrors: () => diagnostics.some(({ severity }) => severity === 'error'),
  };
}

/** A value as it is shown in a message: JSON, cut short; numbers that JSON has no word for by their own. */
export function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value) as string | undefined;
  if (text === undefined) return 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
