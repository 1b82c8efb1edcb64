import { breakCommands, printableBlock, printableLine } from '../report/printable.js';

/** What a command needs of the process it runs in; tests pass their own. */
export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  readonly stdin: AsyncIterable<string | Uint8Array> & { readonly isTTY?: boolean };
  /** Aborted by Ctrl-C or a termination signal. */
  readonly signal: AbortSignal;
  /** What happens when nobody reads stdout any more; unless set, the process ends. */
  readonly onStdoutLost?: (listener: () => void) => void;
  /** Runs what holds the thread for seconds and leaves nothing behind: a signal ends the process in its midst. Unless set, it is run as it is. */
  readonly endsAtOnce?: <T>(work: () => T) => T;
}

/** Text of a program or a pull request made harmless, line by line. */
export function printable(text: string): string {
  return breakCommands(printableBlock(text));
}

/** The same on one line: a name from another tool's file makes no line of its own. */
export function printableRow(text: string): string {
  return breakCommands(printableLine(text));
}
