import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { resolveBase } from '../app/baseline.js';
import { readDecisions } from '../app/decided.js';
import { loadStudies } from '../app/loadStudies.js';
import { compareStudies } from '../app/runStudies.js';
import { decidedClaims, reportFails, withClaims } from '../compare/waivers.js';
import type { Report } from '../model/comparison.js';
import { morePairs } from '../model/decision.js';
import { UserError } from '../model/errors.js';
import type { BaselineStore, Progress } from '../model/ports.js';
import { createClock } from '../platform/clock.js';
import { createGit } from '../platform/git.js';
import { openRepository } from '../platform/repository.js';
import { secretsLevel, secretsLine } from '../platform/secrets.js';
import { createDirectoryStore, createGitBranchStore } from '../stores/index.js';
import { createTools } from '../tools.js';
import { committedFiles } from './committedFiles.js';
import { areFiles, compareFiles, unlessOnDisk, type ComparedChoice } from './compareFiles.js';
import { exitCodes, incompleteCode } from './program.js';
import { rememberRun } from './resume.js';
import { readResults } from './readResults.js';
import { openStateDir } from './state.js';
import { overridesOf, type StudyFlags } from './studyFlags.js';
import { createProgress, type TerminalProgress } from './progress.js';
import { withBusyLine } from './studyFile.js';
import type { Terminal } from './terminal.js';
import { tellReport } from './writeReport.js';

export interface CompareFlags extends StudyFlags { readonly failOn: Report['failOn']; readonly out?: string; readonly moreSeeds?: string | true; readonly studyName?: string; readonly reseed?: boolean }

/** The whole pull-request job on two commits of a local repository, or what two files hold. */
export async function run(terminal: Terminal, flags: CompareFlags, args: readonly string[]): Promise<number> {
  const [base = '', head = ''] = args;
  const clock = createClock();
  const progress = createProgress(terminal, { quiet: flags.quiet === true, now: () => clock.now() });
  if (flags.reseed === true) return await (await import('./reseed.js')).run({ terminal, flags, progress }, base, head);
  const filesGiven = await areFiles(terminal.cwd, [base, head], async () => await areCommits(terminal, [base, head]));
  // Before anything is written: a folder that is no clone stays as it was.
  if (!filesGiven) await openRepository({ cwd: terminal.cwd, env: terminal.env }).catch(async (cause: unknown) => { throw await unlessOnDisk(terminal.cwd, [base, head], cause); });
  const stateDir = await openStateDir(terminal.cwd);
  const report: Report = filesGiven
    ? { ...(await withBusyLine(terminal, flags, async (desk) => await compareFiles({ desk, base, head, choice: choiceOfCompared(flags) }, clock.utc()))), failOn: flags.failOn }
    : await compareCommits({ terminal, flags, progress, stateDir, onStart: async () => { await rememberRun(stateDir, { command: 'compare', flags, args: [base, head] }); } }, base, head).catch(async (cause: unknown) => { throw await unlessOnDisk(terminal.cwd, [base, head], cause); });
  return await tellCompared(report, { terminal, flags, progress, stateDir });
}

async function areCommits({ cwd, env }: Terminal, names: readonly string[]): Promise<boolean> {
  return await openRepository({ cwd, env }).then(async (repository) => await Promise.all(names.map(async (name) => await repository.resolve(name)))).then(() => true, () => false);
}

/** Prints and writes the report; the exit code says what the verdict means under `--fail-on`. */
export async function tellCompared(report: Report, { terminal, flags, progress, stateDir }: { readonly terminal: Terminal; readonly flags: CompareFlags; readonly progress: TerminalProgress; readonly stateDir: string }): Promise<number> {
  const folder = flags.out === undefined ? join(stateDir, 'report') : resolve(terminal.cwd, flags.out);
  const isWritten = await tellReport(report, { terminal, json: flags.json === true, progress, folder });
  if (reportFails(report, flags.failOn)) return exitCodes.verdict;
  if (!isWritten) return exitCodes.infrastructure;
  return report.verdict === 'INCOMPLETE' ? incompleteCode(report.studies) : exitCodes.ok;
}

/** `--goal` has two values only. */
export function choiceOfCompared({ metric, goal, studyName }: CompareFlags): ComparedChoice {
  return { ...(metric === undefined ? {} : { metric }), ...(goal === 'minimize' || goal === 'maximize' ? { goal } : {}), ...(studyName === undefined ? {} : { studyName }) };
}

export interface CompareSetup { readonly terminal: Pick<Terminal, 'cwd' | 'env' | 'signal'>; readonly flags: CompareFlags; readonly progress: Progress; readonly stateDir: string; /** Commits and files are sound: from here on there is something to resume. */ readonly onStart?: () => Promise<void> }

/** Runs the comparison and gives the report; the base of two branches is their merge base (decisions.md 6). */
export async function compareCommits(setup: CompareSetup, baseRevision: string, headRevision: string): Promise<Report> {
  const { terminal, flags, progress, stateDir } = setup;
  const { cwd, env, signal } = terminal;
  const repository = await openRepository({ cwd, env });
  const { head, base, why } = await resolveBase({ repository, head: headRevision, base: [baseRevision] });
  const prefix = relative(repository.root, cwd);
  const files = await committedFiles(repository, head.sha, { cwd, prefix, config: flags.config });
  const more = morePairsOf(flags.moreSeeds);
  const loaded = await loadStudies({ repository, head, base, baseWhy: why, files, overrides: overridesOf(flags), progress, signal, ...(more === undefined ? {} : { runs: '--more-seeds' }) });
  const runs = more === undefined ? loaded : loaded.map((run) => ({ ...run, extension: { pairs: more, by: 'the command line' } }));
  await setup.onStart?.();
  const tools = await createTools({
    cwd, env, stateDir, progress, clock: createClock(), head: 'commit', prefix, secrets: secretsLine(secretsLevel(env)), readResults,
    store: openHistory({ cwd, env, stateDir, progress, ...(flags.history === undefined ? {} : { directory: resolve(cwd, flags.history) }) }),
  });
  const report = await compareStudies(runs, tools, { event: 'command line', headSha: head.sha, headTree: head.tree, failOn: flags.failOn, ...(base === undefined ? {} : { baseSha: base.sha }) });
  // Told already where it could not be read.
  const decisions = await Promise.all(report.studies.map(async ({ study }) => await readDecisions(tools.store, study, () => undefined)));
  return withClaims(report, decidedClaims(decisions.flat(), { number: undefined, headSha: head.sha, fork: false }), tools.clock.utc());
}

/** `--more-seeds` alone asks for the usual number. */
export function morePairsOf(flag: CompareFlags['moreSeeds']): number | undefined {
  if (flag === undefined) return undefined;
  const pairs = flag === true ? morePairs.usual : /^\d{1,6}$/.test(flag) ? Number(flag) : 0;
  if (pairs >= 1 && pairs <= morePairs.together) return pairs;
  throw new UserError('flag', `--more-seeds is ${JSON.stringify(flag)}.`, { fix: `Give the number of further pairs, 1 to ${morePairs.together}, or none for ${morePairs.usual}.` });
}

export interface HistoryOptions { readonly cwd: string; readonly env: Terminal['env']; readonly stateDir: string; readonly progress: Progress; readonly directory?: string; readonly branch?: string }

/** A directory if one is named, else the git branch; a history out of reach is a warning here, since base can be run. */
/** For commands that only read: a mistyped folder would look like a history without records. */
export function readHistory(options: HistoryOptions): BaselineStore {
  const { directory } = options;
  if (directory !== undefined && !existsSync(directory)) throw new UserError('history-folder', `There is no folder ${directory}.`, { fix: 'Give the folder that `noregret compare --history` or `noregret demo` wrote to, or leave --history out for the git branch.' });
  return openHistory(options);
}

export function openHistory({ cwd, env, stateDir, progress, directory, branch }: HistoryOptions): BaselineStore {
  const onWarning = (text: string): void => progress.warn(text);
  if (directory !== undefined) return createDirectoryStore({ directory, onWarning });
  const store = createGitBranchStore({
    git: createGit({ cwd, env }), gitDir: join(stateDir, 'history.git'), clock: createClock(), random: Math.random, onWarning,
    ...(branch === undefined ? {} : { branch }),
  });
  return {
    ...store,
    readFor: async (study, shas, limit) => await store.readFor(study, shas, limit).catch((error: unknown) => {
      progress.warn(`The history cannot be read, so the base is run here: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }),
    decisions: async (study) => await store.decisions(study).catch((error: unknown) => {
      progress.warn(`What was accepted is not known: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }),
  };
}
