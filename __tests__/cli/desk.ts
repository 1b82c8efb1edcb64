import { runCli } from '../../src/cli/program.js';
import type { Terminal } from '../../src/cli/terminal.js';
import { gitTestEnv } from '../stores/gitFixture.js';

export interface Typed { readonly code: number; readonly out: string; readonly err: string }

export interface Keyboard {
  readonly stdin?: string;
  /** Whether somebody sits there who can be asked. */
  readonly isTTY?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Types `noregret ...argv` in a folder, with nothing of this machine's git configuration in reach. */
export async function type(cwd: string, argv: readonly string[], { stdin = '', isTTY = false, env = {}, signal }: Keyboard = {}): Promise<Typed> {
  let [out, err] = ['', ''];
  const terminal: Terminal = {
    cwd, env: { ...gitTestEnv(cwd), ...env }, signal: signal ?? new AbortController().signal,
    stdout: { write: (text) => { out += text; } },
    stderr: { write: (text) => { err += text; } },
    stdin: Object.assign((async function* () { yield stdin; })(), { isTTY }),
  };
  const code = await runCli(argv, terminal, '1.2.3');
  return { code, out, err };
}

/** `--json` prints one line and nothing else. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the tests name the shape that they then check
export function json<T = Record<string, unknown>>({ out }: Typed): T {
  return JSON.parse(out) as T;
}

/** Asserts on the exit code with the words that came with it, since a number alone tells nothing. */
export function ended(typed: Typed, code: number): Typed {
  if (typed.code !== code) throw new Error(`exit ${typed.code} instead of ${code}:\n${typed.err}${typed.out}`);
  return typed;
}
