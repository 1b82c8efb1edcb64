import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { UserError } from '../model/errors.js';
import { gitError } from './gitErrors.js';

/** What one git call gave. A non-zero exit is a value: callers know which codes mean something. */
interface GitResult { readonly code: number; readonly stdout: Buffer; readonly stderr: string }

interface GitCall {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Bytes of stdout; beyond it the call fails rather than fill the memory. */
  readonly maxBytes?: number;
}

/** git in one directory. No shell, no prompt, no hook, no pager; messages in English so that they can be told apart. */
export interface Git {
  readonly cwd: string;
  run(args: readonly string[], call?: GitCall): Promise<GitResult>;
  /** stdout of a call that must succeed; UserError otherwise. */
  text(args: readonly string[], call?: GitCall): Promise<string>;
  /** The same settings in another directory, with more configuration. */
  at(cwd: string, config?: readonly ConfigEntry[]): Git;
}

export type ConfigEntry = readonly [key: string, value: string];

export interface GitOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Configuration for every call. Goes through the environment: a command line is readable by every process. */
  readonly config?: readonly ConfigEntry[];
  /** Never shown: cut out of every message. */
  readonly secrets?: readonly string[];
}

const REPOSITORY_VARIABLES = /^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|NAMESPACE|PREFIX|TRACE.*|CURL_VERBOSE)$/;
const STDERR_BYTES = 16_384;
const QUIET_CONFIG: readonly ConfigEntry[] = [
  // A hook of the user's repository (husky, for one) would run the code of the commit being checked out.
  ['core.hooksPath', '/dev/null'], ['core.fsmonitor', 'false'], ['gc.auto', '0'], ['maintenance.auto', 'false'],
  ['advice.detachedHead', 'false'], ['http.lowSpeedLimit', '1000'], ['http.lowSpeedTime', '60'],
];

/** A header as actions/checkout sets it; the empty entry drops the one that checkout may have left, which GitHub refuses as a duplicate. */
export function tokenConfig(remoteUrl: string, token: string): readonly ConfigEntry[] {
  const header = `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
  return [[`http.${remoteUrl}.extraheader`, ''], [`http.${remoteUrl}.extraheader`, header]];
}

export function createGit(options: GitOptions): Git {
  const secrets = (options.secrets ?? []).filter((secret) => secret.length > 0);
  const env = gitEnvironment(options.env, options.config ?? []);
  const run = async (args: readonly string[], call: GitCall = {}) => {
    const result = await spawnGit(options.cwd, args, { ...call, env: { ...env, ...call.env } });
    return { ...result, stderr: redact(result.stderr, secrets) };
  };
  return {
    cwd: options.cwd,
    run,
    async text(args, call) {
      const result = await run(args, call);
      if (result.code !== 0) throw gitError(args, result, options.cwd);
      return result.stdout.toString('utf8');
    },
    at: (cwd, config = []) => createGit({ ...options, cwd, config: [...(options.config ?? []), ...config] }),
  };
}

function gitEnvironment(host: GitOptions['env'], config: readonly ConfigEntry[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(host)) {
    if (value !== undefined && !REPOSITORY_VARIABLES.test(name)) env[name] = value;
  }
  const first = Number(env['GIT_CONFIG_COUNT'] ?? 0) || 0;
  const entries = [...QUIET_CONFIG, ...config];
  entries.forEach(([key, value], i) => {
    env[`GIT_CONFIG_KEY_${first + i}`] = key;
    env[`GIT_CONFIG_VALUE_${first + i}`] = value;
  });
  return {
    ...env, GIT_CONFIG_COUNT: String(first + entries.length), GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1', GIT_PAGER: 'cat', LC_ALL: 'C', LANGUAGE: 'C',
  };
}

function redact(text: string, secrets: readonly string[]): string {
  const shown = secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
  return shown.replaceAll(/(:\/\/)[^/@\s]+@/g, '$1***@');
}

function spawnGit(cwd: string, args: readonly string[], call: GitCall & { env: Record<string, string> }): Promise<GitResult> {
  const { maxBytes = 256 * 1024 * 1024, timeoutMs = 600_000 } = call;
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd, env: call.env, stdio: ['pipe', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let stderr = '';
    let stopped: string | undefined;
    const stop = (why: string) => { stopped ??= why; child.kill('SIGKILL'); };
    const timer = setTimeout(() => stop(`took longer than ${Math.round(timeoutMs / 1000)} s`), timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) stop(`printed more than ${maxBytes} bytes`);
      else chunks.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => { stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_BYTES); });
    child.stdin.on('error', () => undefined);
    child.stdin.end(call.input ?? '');
    child.on('error', (error) => { clearTimeout(timer); reject(spawnError(error, cwd)); });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (stopped !== undefined) stderr += `\nnoregret stopped it: it ${stopped}`;
      resolve({ code: stopped === undefined ? code ?? 128 : 128, stdout: Buffer.concat(chunks), stderr: stderr.trim() });
    });
  });
}

function spawnError(error: NodeJS.ErrnoException, cwd: string): Error {
  if (error.code !== 'ENOENT') return error;
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return new UserError('not-a-repository', `${cwd} is not a folder`, { fix: 'Run noregret inside a clone of the repository.' });
  }
  return new UserError('git-missing', 'git was not found on PATH', {
    fix: 'Install git (2.31 or newer) on this machine; in a container job, install it before actions/checkout.', exitCode: 3,
  });
}
