import { runCli, exitCodes } from './program.js';
import type { Terminal } from './terminal.js';
import { version } from '../version.js';

const signals = ['SIGINT', 'SIGTERM'] as const;

/** The process around the command line: the first Ctrl-C ends the work in order, the second at once. */
export async function main(): Promise<void> {
  const interrupt = new AbortController();
  const stop = (): void => {
    if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
    process.stderr.write('\nstopping in order (again to stop at once)\n');
    interrupt.abort();
  };
  const listen = (): void => { for (const name of signals) process.on(name, stop); };
  const endsAtOnce = <T>(work: () => T): T => {
    for (const name of signals) process.off(name, stop);
    try {
      return work();
    } finally {
      listen();
    }
  };
  listen();
  let stdoutLost = (): void => process.exit(exitCodes.infrastructure);
  process.stdout.on('error', () => { stdoutLost(); });
  // Progress that nobody reads any more (2>&1 | head) is no reason to end.
  process.stderr.on('error', () => undefined);
  const terminal: Terminal = {
    cwd: process.cwd(), env: process.env, stdout: process.stdout, stderr: process.stderr, stdin: process.stdin, signal: interrupt.signal,
    onStdoutLost: (listener) => { stdoutLost = listener; }, endsAtOnce,
  };
  process.exitCode = await runCli(process.argv.slice(2), terminal, version);
  // A question that nobody answered must not keep the process alive.
  process.stdin.destroy();
}
