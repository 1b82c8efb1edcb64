/** An error whose cause is the user's to fix: shown as text, never with a stack. Everything else is a bug. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: string;
  /** What to do about it; shown on its own line. */
  readonly fix: string | undefined;
  /** 2 = usage or configuration, 3 = infrastructure (product.md §7). */
  readonly exitCode: 2 | 3;

  constructor(code: string, message: string, options: { fix?: string; exitCode?: 2 | 3; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fix = options.fix;
    this.exitCode = options.exitCode ?? 2;
  }
}

/** Of the machine (a full disk, a folder that may not be written), not of a program. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}
