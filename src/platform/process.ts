import { spawn, type ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { attemptVariable, watchTree, type ProcessTree } from './killTree.js';
import { createFloodGuard } from './processMemory.js';
import { programPath } from './programPath.js';

/** What to start: no shell in between. `env` is the whole environment. `marker` must be unique among all attempts. */
export interface Launch {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly marker: string;
  /** It is written to by `write`; otherwise it has no input. */
  readonly input?: true;
  /** Called for every chunk as it comes, so that the program never waits for us; the buffer is valid only during the call. */
  onOutput(stream: 'stdout' | 'stderr', chunk: Buffer): void;
}

export type Ending =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'not-started'; readonly message: string };

export interface RunningProcess {
  /** Resolves when the program has ended, all that it started is dead and its output is read. Never rejects. */
  readonly ended: Promise<Ending>;
  /** SIGTERM now, SIGKILL to the whole tree after `graceMs`. The first call decides; later ones only shorten the grace. */
  stop(graceMs: number): void;
  /** To its stdin, if it has one; what comes after its end is lost. */
  write(text: string): void;
}

/** How long output may still trickle in after everything that could write it was killed. */
const drainMs = 2_000;

export function launch(job: Launch): RunningProcess {
  const started = start(job);
  if (typeof started === 'string') return { ended: Promise.resolve({ kind: 'not-started', message: started }), stop: () => undefined, write: () => undefined };
  const { child, stdout, stderr } = started;
  // Its end is told by `ended`.
  child.stdin?.on('error', () => undefined);
  const onChunk = createFloodGuard();
  const read = (stream: 'stdout' | 'stderr') => (chunk: Buffer): void => {
    job.onOutput(stream, chunk);
    onChunk(chunk.length);
  };
  stdout.on('data', read('stdout'));
  stderr.on('data', read('stderr'));
  const { pid } = child;
  const tree = pid === undefined ? undefined : watchTree(pid, job.marker);
  if (tree !== undefined) guard(tree);
  let killTimer: NodeJS.Timeout | undefined;
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const finish = async (ending: Ending): Promise<Ending> => {
    if (ending.kind === 'not-started') return ending;
    clearTimeout(killTimer);
    await tree?.kill();
    if (tree !== undefined) alive.delete(tree);
    const late = setTimeout(() => { stdout.destroy(); stderr.destroy(); }, drainMs);
    await closed;
    clearTimeout(late);
    return ending;
  };
  return {
    write: (text) => { if (child.stdin?.writable === true) child.stdin.write(text); },
    ended: mainProcess(child, job).then(finish),
    stop: (graceMs) => {
      if (killTimer === undefined) tree?.terminate();
      clearTimeout(killTimer);
      killTimer = setTimeout(() => void tree?.kill(), graceMs);
    },
  };
}

const alive = new Set<ProcessTree>();

/** A second Ctrl-C ends us at once; no trial may go on without us, holding a GPU. */
function guard(tree: ProcessTree): void {
  if (alive.size === 0 && !process.listeners('exit').includes(killAlive)) process.on('exit', killAlive);
  alive.add(tree);
}

function killAlive(): void {
  for (const tree of alive) tree.killNow();
}

type Started = { readonly child: ChildProcess; readonly stdout: Readable; readonly stderr: Readable };

/** Some refusals of `spawn` are thrown (a NUL in an argument, too many of them), others arrive as an event. */
function start(job: Launch): Started | string {
  const { argv: [file = '', ...args], cwd, env, marker, input } = job;
  try {
    const child = spawn(programPath(file, env['PATH']), args, { argv0: file, cwd, env: { ...env, [attemptVariable]: marker }, detached: true, stdio: [input === true ? 'pipe' : 'ignore', 'pipe', 'pipe'] });
    const { stdout, stderr } = child;
    if (stdout === null || stderr === null) throw new Error('a pipe is missing');
    return { child, stdout, stderr };
  } catch (error) {
    return whyNotStarted(error as NodeJS.ErrnoException, job);
  }
}

function mainProcess(child: ChildProcess, job: Launch): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => resolve({ kind: 'not-started', message: whyNotStarted(error, job) }));
    child.once('exit', (code, signal) => resolve(signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'signalled', signal }));
  });
}

function whyNotStarted(error: NodeJS.ErrnoException, { argv, cwd }: Launch): string {
  const file = argv[0] ?? '';
  if (!isFolder(cwd)) return `cannot start "${file}": the folder ${cwd} does not exist`;
  if (error.code === 'ENOENT') return `command not found: "${file}" is neither in PATH nor in ${cwd} (or the interpreter in its first line is missing)`;
  if (error.code === 'EACCES') return `not executable: "${file}" (chmod +x it, or put its interpreter first)`;
  if (error.code === 'E2BIG') return `cannot start "${file}": its arguments are too long; read them from the file named in NOREGRET_PARAMS`;
  return `cannot start "${file}": ${error.message}`;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** `SIGSEGV` for exit code 139: shells report a signal as 128 + its number. */
export function signalOfExitCode(code: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => code === 128 + number)?.[0];
}
