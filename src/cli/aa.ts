import { join, relative, resolve } from 'node:path';
import { loadStudies } from '../app/loadStudies.js';
import { selfTestStudies } from '../app/runStudies.js';
import type { Report } from '../model/comparison.js';
import { UserError } from '../model/errors.js';
import { createClock } from '../platform/clock.js';
import { openRepository } from '../platform/repository.js';
import { secretsLevel, secretsLine } from '../platform/secrets.js';
import { createTools } from '../tools.js';
import { committedFiles } from './committedFiles.js';
import { openHistory } from './compare.js';
import { createProgress, type TerminalProgress } from './progress.js';
import { exitCodes } from './program.js';
import { rememberRun } from './resume.js';
import { openStateDir } from './state.js';
import { overridesOf, type StudyFlags } from './studyFlags.js';
import type { Terminal } from './terminal.js';
import { tellReport } from './writeReport.js';

interface AaFlags extends StudyFlags { readonly rounds?: string; readonly worktrees?: boolean; readonly out?: string }

/** What is measured from: fewer seeds say nothing about a spread, and none of it is worth more than some hundred. */
const roundLimits = { low: 4, high: 500 };

/** The A/A self-test of the last commit: what the gate says when nothing changed. A finding is no failure: the exit code is 0. */
export async function run(terminal: Terminal, flags: AaFlags): Promise<number> {
  const rounds = flags.rounds === undefined ? undefined : roundsFlag(flags.rounds);
  const clock = createClock();
  const progress = createProgress(terminal, { quiet: flags.quiet === true, now: () => clock.now() });
  const stateDir = await openStateDirIn(terminal);
  const report = await selfTest({ terminal, flags, progress, stateDir, rounds });
  const folder = flags.out === undefined ? join(stateDir, 'report') : resolve(terminal.cwd, flags.out);
  const isWritten = await tellReport(report, { terminal, json: flags.json === true, progress, folder });
  for (const line of nextSteps(report)) progress.line(line);
  return report.verdict === 'INCOMPLETE' || !isWritten ? exitCodes.infrastructure : exitCodes.ok;
}

/** Before anything is written: a folder that is no clone stays as it was. */
async function openStateDirIn({ cwd, env }: Terminal): Promise<string> {
  await openRepository({ cwd, env });
  return await openStateDir(cwd);
}

interface Setup { readonly terminal: Terminal; readonly flags: AaFlags; readonly progress: TerminalProgress; readonly stateDir: string; readonly rounds: number | undefined }

async function selfTest({ terminal, flags, progress, stateDir, rounds }: Setup): Promise<Report> {
  const { cwd, env, signal } = terminal;
  const repository = await openRepository({ cwd, env });
  const head = await repository.resolve('HEAD');
  if (await repository.isDirty()) progress.warn('Files differ from the last commit: the self-test runs the commit as it is stored.');
  const prefix = relative(repository.root, cwd);
  const files = await committedFiles(repository, head.sha, { cwd, prefix, config: flags.config });
  const runs = await loadStudies({ repository, head, base: undefined, baseWhy: 'a self-test compares a commit with itself', files, overrides: overridesOf(flags), progress, signal, runs: 'aa' });
  await rememberRun(stateDir, { command: 'aa', flags, args: [] });
  const tools = await createTools({
    cwd, env, stateDir, progress, clock: createClock(), head: 'commit', prefix, secrets: secretsLine(secretsLevel(env)),
    store: openHistory({ cwd, env, stateDir, progress, ...(flags.history === undefined ? {} : { directory: resolve(cwd, flags.history) }) }),
  });
  const { report } = await selfTestStudies(runs, tools, { trees: flags.worktrees === true ? 'two' : 'one', ...(rounds === undefined ? {} : { rounds }), frame: { event: 'aa', headSha: head.sha, headTree: head.tree, failOn: 'never' } });
  return report;
}

/** What the noise is good for, as commands to copy. */
function nextSteps({ selfTests = [] }: Report): string[] {
  return selfTests.flatMap(({ metrics: [objective] }) => (objective?.paired === undefined ? [] : [
    `what other looks and margins would catch: noregret plan --noise ${Number(objective.paired.sd.toPrecision(3))}${objective.margin === undefined ? '' : ` --margin ${Number(objective.margin.toPrecision(3))}`}`,
  ]));
}

function roundsFlag(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= roundLimits.low && value <= roundLimits.high) return value;
  throw new UserError('flag-invalid', `--rounds ${text} is no number of rounds.`, { fix: `Give a whole number from ${roundLimits.low} to ${roundLimits.high}; each round is one seed, two or three runs.` });
}
