import type { Progress, ProgressState } from '../model/ports.js';
import { breakCommands, printableBlock } from '../report/printable.js';

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
}

const clearLine = '\r\u001b[2K';
/** In a log, a line of progress at most this often, so that a long search neither floods nor looks dead. */
const plainIntervalMs = 10_000;

export interface TerminalProgress extends Progress {
  /** Takes the rewritten line away, so that what follows begins on a line of its own. */
  end(): void;
}

/** Progress on stderr: one rewritten line on a terminal, plain lines elsewhere, nothing with `--quiet`. */
export function createProgress(terminal: Terminal, options: { quiet: boolean; now: () => number }): TerminalProgress {
  if (options.quiet) return { line: () => undefined, warn: (text) => terminal.stderr.write(`warning: ${printable(text)}\n`), progress: () => undefined, end: () => undefined };
  const live = terminal.stderr.isTTY === true && terminal.env['CI'] === undefined;
  let lastPlain = -Infinity;
  let status = '';
  const line = (text: string): void => {
    terminal.stderr.write(live && status !== '' ? `${clearLine}${printable(text)}\n${status}` : `${printable(text)}\n`);
  };
  const progress = (state: ProgressState): void => {
    const text = progressText(state);
    if (live) {
      // Some terminals say that they have 0 columns.
      const { columns = 0 } = terminal.stderr;
      status = text.slice(0, (columns > 0 ? columns : 80) - 1);
      terminal.stderr.write(`${clearLine}${status}`);
      if (isOver(state)) {
        terminal.stderr.write('\n');
        status = '';
      }
    } else if (options.now() - lastPlain >= plainIntervalMs || isOver(state)) {
      lastPlain = options.now();
      terminal.stderr.write(`${text}\n`);
    }
  };
  const end = (): void => {
    if (status !== '') terminal.stderr.write(clearLine);
    status = '';
  };
  return { line, warn: (text) => line(`warning: ${text}`), progress, end };
}

/** A stage that ended: its line stays. */
function isOver({ done, of, running }: ProgressState): boolean {
  return done >= of && running === 0;
}

/** `spiral · search 7/20 · 2 running of 2 slots · best 0.981 · 12 s left` */
function progressText(state: ProgressState): string {
  const parts = [printable(state.study), `${state.stage} ${state.done}/${state.of}`, `${state.running} running of ${state.slots} ${state.slots === 1 ? 'slot' : 'slots'}`];
  if (state.best !== undefined) parts.push(`best ${Number(state.best.toPrecision(5))}`);
  if (state.secondsLeft !== undefined) parts.push(`${duration(state.secondsLeft)} left`);
  return parts.join(' · ');
}

/** `45 s`, `3 min`, `2.5 h`: what a person waits by. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 360) / 10} h`;
}

/** Text of a program or a pull request made harmless, line by line. */
export function printable(text: string): string {
  return breakCommands(printableBlock(text));
}
