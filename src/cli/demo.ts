import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadStudies } from '../app/loadStudies.js';
import { recordStudies } from '../app/runStudies.js';
import { durationWords } from '../model/durationWords.js';
import type { Report } from '../model/comparison.js';
import { UserError } from '../model/errors.js';
import { createClock } from '../platform/clock.js';
import { openRepository } from '../platform/repository.js';
import { createDirectoryStore } from '../stores/index.js';
import { createTools } from '../tools.js';
import { compareCommits, type CompareFlags } from './compare.js';
import { exitCodes, type CommonFlags } from './program.js';
import { renderReport } from './renderReport.js';
import { openStateDir } from './state.js';
import { createProgress, type TerminalProgress } from './progress.js';
import type { Terminal } from './terminal.js';
import { writeReport } from './writeReport.js';

interface Flags extends CommonFlags { readonly variant: string; readonly keep?: boolean }
interface Place { readonly terminal: Terminal; readonly progress: TerminalProgress; readonly dir: string; readonly stateDir: string; readonly history: string }

/** The main job in small: records a baseline on main, then compares a branch with it, as the action would. */
export async function run(terminal: Terminal, flags: Flags): Promise<number> {
  const clock = createClock();
  const startedMs = clock.now();
  const isInterrupted = (): boolean => terminal.signal.aborted;
  const progress = createProgress(terminal, { quiet: flags.quiet === true, now: () => clock.now() });
  const source = demoSource(flags.variant);
  const dir = await mkdtemp(join(tmpdir(), 'noregret-demo-'));
  const place: Place = { terminal: { ...terminal, cwd: dir }, progress, dir, stateDir: await openStateDir(dir), history: join(dir, '.noregret', 'history') };
  try {
    progress.line(`A repository with a small real model (three spiral arms, tfjs, wasm): ${dir}`);
    await makeRepository(dir, source);
    progress.line('On main: the baseline. Five canonical seeds at the declared defaults, and a search.');
    await recordMain(place);
    if (isInterrupted()) return exitCodes.interrupted;
    progress.line(`On the branch: the "${flags.variant}" pull request. Gate, confirmation if needed, search, re-score, retuning check.`);
    await commitVariant(dir, source.variant);
    const report = await compareBranch(place);
    if (isInterrupted()) return exitCodes.interrupted;
    return await tell(terminal, flags, { report, progress, dir, seconds: (clock.now() - startedMs) / 1000 });
  } finally {
    progress.end();
    if (isInterrupted() && flags.keep !== true) {
      await rm(dir, { recursive: true, force: true });
      progress.line('Interrupted: the temporary repository is removed (--keep keeps it).');
    }
  }
}

interface Source { readonly root: string; readonly main: string; readonly variant: string }

function demoSource(variant: string): Source {
  let root = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(root, 'package.json')) || !existsSync(join(root, 'fixtures'))) {
    if (root === dirname(root)) throw new UserError('demo-missing', 'The demo\'s files are not in this installation.', { fix: 'Clone the repository and run: npm ci && npm run demo' });
    root = dirname(root);
  }
  if (!existsSync(join(root, 'node_modules', '@tensorflow', 'tfjs-core'))) {
    throw new UserError('demo-tfjs', 'The demo trains with tfjs, which is not installed here.', { fix: 'npm install @tensorflow/tfjs-core@4 @tensorflow/tfjs-layers@4 @tensorflow/tfjs-backend-cpu@4 @tensorflow/tfjs-backend-wasm@4' });
  }
  const files = { root, main: join(root, 'fixtures', 'demo', 'main'), variant: join(root, 'fixtures', 'demo', 'variants', variant) };
  if (!existsSync(files.variant)) throw new UserError('demo-variant', `There is no demo variant ${variant}.`, { fix: 'Use moved, worse, better, equivalent or no-change.' });
  return files;
}

async function git(dir: string, ...args: readonly string[]): Promise<string> {
  const identity = { GIT_AUTHOR_NAME: 'demo', GIT_AUTHOR_EMAIL: 'demo@invalid', GIT_COMMITTER_NAME: 'demo', GIT_COMMITTER_EMAIL: 'demo@invalid', GIT_CONFIG_GLOBAL: '/dev/null' };
  return (await promisify(execFile)('git', [...args], { cwd: dir, env: { ...process.env, ...identity } })).stdout.trim();
}

async function makeRepository(dir: string, source: Source): Promise<void> {
  await cp(source.main, dir, { recursive: true });
  await symlink(join(source.root, 'node_modules'), join(dir, 'node_modules'));
  await git(dir, 'init', '-q', '-b', 'main');
  await git(dir, 'add', '.');
  await git(dir, 'commit', '-q', '-m', 'A classifier for three spiral arms');
}

async function commitVariant(dir: string, variant: string): Promise<void> {
  await git(dir, 'switch', '-q', '-c', 'pull-request');
  await cp(variant, dir, { recursive: true });
  await git(dir, 'commit', '-q', '-a', '--allow-empty', '-m', 'The pull request');
}

async function recordMain({ terminal, progress, dir, stateDir, history }: Place): Promise<void> {
  const repository = await openRepository({ cwd: dir, env: terminal.env });
  const head = await repository.resolve('HEAD');
  const files = [{ path: 'noregret.yml', text: await readFile(join(dir, 'noregret.yml'), 'utf8') }];
  const runs = await loadStudies({ repository, head, base: undefined, baseWhy: 'the first push', files, overrides: {}, progress, signal: terminal.signal });
  const tools = await createTools({
    cwd: dir, env: terminal.env, stateDir, store: createDirectoryStore({ directory: history }), progress, clock: createClock(), secrets: '', head: 'as-is', prefix: '',
  });
  await recordStudies(runs, tools, { runId: 'demo', attempt: 1, searchAlways: false, frame: { event: 'push', headSha: head.sha, failOn: 'never' } });
}

async function compareBranch({ terminal, progress, stateDir, history }: Place): Promise<Report> {
  const flags: CompareFlags = { failOn: 'never', history };
  return await compareCommits({ terminal, flags, progress, stateDir }, 'main', 'pull-request');
}

async function tell(terminal: Terminal, flags: Flags, done: { report: Report; progress: TerminalProgress; dir: string; seconds: number }): Promise<number> {
  done.progress.end();
  const paths = await writeReport(done.report, join(done.dir, '.noregret', 'report'));
  terminal.stdout.write(flags.json === true ? `${JSON.stringify(done.report)}\n` : `\n${await renderReport(done.report, { format: 'markdown', colour: false })}\n`);
  done.progress.line(`That is the comment a pull request would get, after ${durationWords(done.seconds)}. With charts: ${paths.html}`);
  return exitCodes.ok;
}
