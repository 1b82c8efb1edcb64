import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { node24 } from './node24.js';
import { commandsIn, parseFileCommands, type Command } from './runnerRules.js';
import { git, tokens, type World } from './world.js';

/** A machine that runs jobs; what lies beside its temporary folder survives from job to job. */
export interface Machine { readonly workDir: string; readonly environment: 'self-hosted' | 'github-hosted' }

export interface Job {
  readonly world: World;
  readonly machine: Machine;
  readonly event: string;
  readonly payload: object;
  /** What checkout brings: a ref of the git server, and its sha. Undefined: no checkout step. */
  readonly checkout?: { readonly ref: string; readonly sha: string } | undefined;
  readonly sha: string;
  readonly ref: string;
  readonly token: keyof typeof tokens;
  readonly runId?: number;
  readonly attempt?: number;
  readonly depth?: number;
  /** A step between checkout and ours, e.g. `npm ci`. */
  readonly prepare?: (workspace: string) => void;
}

export interface StepOptions {
  readonly entry: 'index' | 'publish' | 'post';
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly state?: Readonly<Record<string, string>>;
  /** Cancelled as the runner does it as soon as the output matches: SIGINT, 7.5 s, SIGTERM, 2.5 s, kill. */
  readonly cancelWhen?: RegExp;
  /** Killed without a word as soon as the output matches. */
  readonly killWhen?: RegExp;
}

export interface StepResult {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
  /** What the runner would have obeyed; annotations and masks of ours among them. */
  readonly commands: readonly Command[];
  readonly annotations: (name: 'error' | 'warning' | 'notice') => readonly string[];
  readonly seconds: number;
  /** From the cancel to the end. */
  readonly cancelSeconds: number | undefined;
}

export const distDir = resolve(process.env['NOREGRET_DIST'] ?? 'dist');
const actionFiles = { index: 'action.yml', post: 'action.yml', publish: 'publish/action.yml' } as const;

interface Manifest { readonly inputs: Readonly<Record<string, { readonly default?: string }>> }

/** Defaults come from action.yml, as the runner reads them; `${{ github.token }}` is the only expression there. */
function inputsOf(entry: StepOptions['entry'], token: string, given: Readonly<Record<string, string>>): Record<string, string> {
  const { inputs } = parse(readFileSync(actionFiles[entry], 'utf8')) as Manifest;
  const unknown = Object.keys(given).filter((name) => inputs[name] === undefined);
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(', ')}`);
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, given[name] ?? (input.default ?? '').replace('${{ github.token }}', token)]));
}

export function machine(world: World, name: string, environment: Machine['environment'] = 'self-hosted'): Machine {
  const workDir = join(world.root, 'machines', name, '_work');
  mkdirSync(join(workDir, '_temp'), { recursive: true });
  mkdirSync(join(workDir, '_tool'), { recursive: true });
  return { workDir, environment };
}

/** As actions/checkout with `fetch-depth: 0`, `persist-credentials: false`: a workspace cleaned first, no token left in it. */
export async function checkout({ world, machine: { workDir }, checkout: what, depth = 0, prepare }: Job): Promise<void> {
  const workspace = join(workDir, 'demo', 'demo');
  rmSync(workspace, { recursive: true, force: true });
  mkdirSync(workspace, { recursive: true });
  rmSync(join(workDir, '_temp'), { recursive: true, force: true });
  mkdirSync(join(workDir, '_temp'), { recursive: true });
  if (what === undefined) return;
  const here = (...args: readonly string[]) => git(workspace, world.root, ...args);
  const auth = ['-c', `http.extraheader=AUTHORIZATION: basic ${Buffer.from(`x-access-token:${tokens.read}`).toString('base64')}`];
  await here('init', '-q', '-b', 'main');
  await here('remote', 'add', 'origin', `${world.serverUrl}/octo/demo`);
  const specs = depth === 0 ? ['+refs/heads/*:refs/remotes/origin/*', `+${what.sha}:refs/remotes/${what.ref.replace('refs/', '')}`] : [`--depth=${depth}`, `+${what.sha}:refs/remotes/${what.ref.replace('refs/', '')}`];
  await here(...auth, 'fetch', '-q', '--no-tags', 'origin', ...specs);
  await here('checkout', '-q', '--detach', what.sha);
  prepare?.(workspace);
}

function environment(job: Job, step: StepOptions, files: Readonly<Record<string, string>>): Record<string, string> {
  const { world, machine: { workDir, environment: runnerEnvironment }, runId = 1, attempt = 1 } = job;
  return {
    PATH: `${dirname(node24())}:${process.env['PATH'] ?? ''}`, HOME: world.root, CI: 'true', GITHUB_ACTIONS: 'true', LANG: 'C.UTF-8',
    GITHUB_API_URL: world.github.url, GITHUB_GRAPHQL_URL: `${world.github.url}/graphql`, GITHUB_SERVER_URL: world.serverUrl,
    GITHUB_REPOSITORY: world.github.repository, GITHUB_REPOSITORY_OWNER: 'octo', GITHUB_EVENT_NAME: job.event, GITHUB_SHA: job.sha, GITHUB_REF: job.ref,
    GITHUB_RUN_ID: String(runId), GITHUB_RUN_NUMBER: '1', GITHUB_RUN_ATTEMPT: String(attempt), GITHUB_JOB: 'tune', GITHUB_WORKFLOW: 'tuning', GITHUB_ACTOR: 'octo', GITHUB_ACTION: '__self',
    GITHUB_WORKSPACE: join(workDir, 'demo', 'demo'), RUNNER_TEMP: join(workDir, '_temp'), RUNNER_TOOL_CACHE: join(workDir, '_tool'), RUNNER_OS: 'Linux', RUNNER_ARCH: 'X64', RUNNER_NAME: 'test', RUNNER_ENVIRONMENT: runnerEnvironment,
    ...world.artifacts.env(`run-${runId}`), ...inputsOf(step.entry, tokens[job.token], step.inputs ?? {}),
    ...Object.fromEntries(Object.entries(step.state ?? {}).map(([name, value]) => [`STATE_${name}`, value])), ...files, ...step.env,
  };
}

interface Ended { readonly code: number | null; readonly signal: string | null; readonly output: string; readonly cancelSeconds: number | undefined }

async function spawnStep(argv: readonly string[], cwd: string, env: Record<string, string>, { cancelWhen, killWhen }: StepOptions): Promise<Ended> {
  const child = spawn(node24(), argv, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const tree = -child.pid!;
  let output = '';
  let cancelledAt: number | undefined;
  const timers: NodeJS.Timeout[] = [];
  const seen = (chunk: string): void => {
    output += chunk;
    if (killWhen?.test(output) === true) process.kill(tree, 'SIGKILL');
    if (cancelledAt !== undefined || cancelWhen?.test(output) !== true) return;
    cancelledAt = Date.now();
    child.kill('SIGINT');
    timers.push(setTimeout(() => child.kill('SIGTERM'), 7500), setTimeout(() => process.kill(tree, 'SIGKILL'), 10_000));
  };
  child.stdout.setEncoding('utf8').on('data', seen);
  child.stderr.setEncoding('utf8').on('data', seen);
  const [code, signal] = await new Promise<[number | null, string | null]>((done) => child.on('close', (c, s) => done([c, s])));
  for (const timer of timers) clearTimeout(timer);
  return { code, signal, output, cancelSeconds: cancelledAt === undefined ? undefined : (Date.now() - cancelledAt) / 1000 };
}

let steps = 0;

/** One step of a job, started as the runner starts it: Node 24, a bare environment, files for outputs, state and summary. */
export async function runStep(job: Job, step: StepOptions): Promise<StepResult> {
  if (!existsSync(join(distDir, 'index.js'))) throw new Error(`${distDir}/index.js is missing: run "npm run build" first`);
  const dir = join(job.world.root, 'steps', String(++steps));
  mkdirSync(dir, { recursive: true });
  const files = Object.fromEntries(['OUTPUT', 'ENV', 'PATH', 'STATE', 'STEP_SUMMARY'].map((name) => [`GITHUB_${name}`, join(dir, name)]));
  for (const file of Object.values(files)) writeFileSync(file, '');
  writeFileSync(join(dir, 'event.json'), JSON.stringify(job.payload));
  const started = Date.now();
  const env = environment(job, step, { ...files, GITHUB_EVENT_PATH: join(dir, 'event.json') });
  const ended = await spawnStep([join(distDir, `${step.entry}.js`)], env['GITHUB_WORKSPACE']!, env, step);
  const read = (name: string): string => readFileSync(join(dir, name), 'utf8');
  const commands = commandsIn(ended.output);
  return {
    ...ended, commands, summary: read('STEP_SUMMARY'), outputs: parseFileCommands(read('OUTPUT')), state: parseFileCommands(read('STATE')),
    annotations: (name) => commands.filter((command) => command.name === name).map(({ message }) => message),
    seconds: (Date.now() - started) / 1000,
  };
}

/** Commands that we write ourselves, in the forms of @actions/core; anything else was injected. */
export function injected({ commands }: StepResult): readonly string[] {
  return commands.filter(({ name }) => !['error', 'warning', 'notice', 'add-mask', 'debug', 'group', 'endgroup'].includes(name)).map(({ line }) => line);
}
