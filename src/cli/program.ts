import { Command, CommanderError, Option } from 'commander';
import type { Comparison } from '../model/comparison.js';
import { UserError } from '../model/errors.js';
import { refusedReason } from '../model/external.js';
import { addDoctor } from './doctorCommand.js';
import { addGuide } from './guideCommands.js';
import { addImport } from './importCommand.js';
import { addJudge, addPlan } from './judgeCommands.js';
import { printable, type Terminal } from './terminal.js';

/** Exit codes of every command (product.md §7). */
export const exitCodes = { ok: 0, verdict: 1, usage: 2, infrastructure: 3, interrupted: 130 } as const;

/** Of incomplete studies: 2 where the configuration of each was refused, else 3. */
export function incompleteCode(studies: readonly Pick<Comparison, 'verdict'>[]): number {
  return isRefused(studies) ? exitCodes.usage : exitCodes.infrastructure;
}

/** Whether a re-run of what is incomplete would end alike. */
export function isRefused(studies: readonly Pick<Comparison, 'verdict'>[]): boolean {
  const incomplete = studies.filter(({ verdict }) => verdict.kind === 'INCOMPLETE');
  return incomplete.length > 0 && incomplete.every(({ verdict }) => verdict.reason === refusedReason);
}

/** Commands for which a signal is one of the usual ends. */
const endsBySignal: ReadonlySet<string> = new Set(['ask-tell']);

/** Flags that every command takes. */
export interface CommonFlags { readonly json?: boolean; readonly quiet?: boolean }

type Load<F> = () => Promise<{ run: (terminal: Terminal, flags: F, args: readonly string[]) => Promise<number> }>;

/** Parses `argv` (without node and script), runs one command, and returns the exit code. Never throws for a user's error. */
export async function runCli(argv: readonly string[], terminal: Terminal, version: string): Promise<number> {
  let code: number = exitCodes.ok;
  const program = createProgram(terminal, version, (result) => { code = result; });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return (await wasInterrupted(terminal)) && !endsBySignal.has(argv[0] ?? '') ? exitCodes.interrupted : code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const failed = reportError(error, terminal, argv.includes('--json'));
    return (await wasInterrupted(terminal)) ? exitCodes.interrupted : failed;
  }
}

/** A signal that came while work held the thread is heard in the next turn. */
async function wasInterrupted({ signal }: Terminal): Promise<boolean> {
  await new Promise((resolve) => { setImmediate(resolve); });
  return signal.aborted;
}

/** A user's error is two lines; anything else is a bug of ours and keeps its stack. */
function reportError(error: unknown, terminal: Terminal, json: boolean): number {
  if (!(error instanceof UserError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    terminal.stderr.write(`noregret: this is a bug, please report it:\n${printable(stack)}\n`);
    return exitCodes.infrastructure;
  }
  if (json) terminal.stdout.write(`${JSON.stringify({ ok: false, error: { code: error.code, message: error.message, ...(error.fix === undefined ? {} : { fix: error.fix }) } })}\n`);
  terminal.stderr.write(`error: ${printable(error.message)}\n${error.fix === undefined ? '' : `  fix: ${printable(error.fix)}\n`}`);
  return error.exitCode;
}

function createProgram(terminal: Terminal, version: string, done: (code: number) => void): Command {
  const program = new Command('noregret')
    .description('Tells a pull request whether it made a model worse, better, or just different to tune.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(add --help for the flags)')
    .showSuggestionAfterError()
    .configureOutput({ writeOut: (text) => void terminal.stdout.write(text), writeErr: (text) => void terminal.stderr.write(text) });
  const add = <F extends CommonFlags>(name: string, description: string, load: Load<F>): Command =>
    program.command(name).description(description).exitOverride()
      .option('--json', 'print one JSON object on stdout')
      .option('-q, --quiet', 'no progress')
      .action(async (...input: unknown[]) => {
        const command = input.at(-1) as Command;
        done(await (await load()).run(terminal, command.opts<F>(), command.args));
      });
  addStudyCommands(add);
  addReadingCommands(add);
  addDoctor(add);
  return program;
}

export type Add = <F extends CommonFlags>(name: string, description: string, load: Load<F>) => Command;

function withStudyFlags(command: Command): Command {
  return command
    .option('-c, --config <file>', 'study file or glob (default: noregret.yml, .github/noregret.yml)')
    .option('--trials <n>', 'search trials')
    .option('--time <duration>', 'wall clock for everything, e.g. 45m')
    .option('--method <name>', 'sampler instead of the file\'s')
    .option('--metric <name>', 'objective, where the file names none')
    .addOption(new Option('--goal <goal>', 'direction of --metric').choices(['minimize', 'maximize']))
    .option('--command <command>', 'command of a trial, where the file names none')
    .option('--seed <n>', 'seed of the sampler');
}

function journalFormat(): Option {
  return new Option('--journal-format <format>', 'of the file of --study (default: as it is, else noregret)').choices(['noregret', 'optuna']);
}

function addStudyCommands(add: Add): void {
  add('demo', 'the main job on a small real model: main against a pull request, report opened as a file', () => import('./demo.js'))
    .option('--variant <name>', 'which pull request: moved, worse, better, equivalent, no-change', 'moved')
    .option('--keep', 'keep the temporary repository even when interrupted');
  add('init', 'write noregret.yml and a workflow, after asking or from an existing sweep file', () => import('./init.js'))
    .option('--from <file>', 'read command, metric and parameters from this file of W&B, Katib, Hydra, Ray Tune, NNI, Polyaxon, Determined, Guild, SageMaker, Azure ML, Vertex AI, Keras Tuner, Talos or Hyperopt; FILE#PART where it holds several')
    .option('--dialect <name>', 'whose file it is, where its content does not tell: wandb, katib, hydra, raytune, nni, polyaxon, determined, guild, sagemaker, azureml, vertex, kerasTuner, talos, hyperopt')
    .option('--trust', 'let your python3 run the file of --from, where that makes a Hyperopt space')
    .option('-y, --yes', 'take the defaults, ask nothing')
    .option('--force', 'overwrite existing files');
  withStudyFlags(add('tune', 'search the working tree; leaves a resumable study in .noregret/', () => import('./tune.js')))
    .option('--study <file>', 'keep the log in this file instead, and go on with it; may be an Optuna journal')
    .addOption(journalFormat())
    .option('--study-name <name>', 'which study of an Optuna journal (default: the name in the study file)')
    .option('--template <file...>', 'text files whose {{name}} is filled for each trial; in the command, ${template} is the (first) filled file')
    .option('--template-out <path>', 'what the filled file is called, below the trial\'s own folder (default: without .tpl)')
    .option('--new', 'set an existing log aside and start anew');
  withStudyFlags(add('compare', 'the whole pull-request job on two commits of this repository', () => import('./compare.js')))
    .argument('<base>', 'commit or branch; or a study log, a record file or another tool\'s results, if head is one too')
    .argument('<head>', 'as base')
    .option('--history <dir>', 'baselines in this directory instead of the git branch')
    .option('--study-name <name>', 'which study, where files hold several')
    .option('--reseed', 'of two tunings: run both winners here, under the last commit, on the same fresh seeds')
    .addOption(new Option('--fail-on <verdict>', 'which verdict exits with 1').choices(['regression', 'inconclusive', 'never']).default('regression'))
    .option('--more-seeds [n]', 'go on with n further pairs (default: 10) and judge all of them by intervals that hold at every number')
    .option('--out <dir>', 'where report.json, report.md and report.html go');
  addSelfTest(add);
  addGuide(add);
  addAskTell(add);
  add('resume', 'continue the study or comparison that was interrupted last', () => import('./resume.js'));
}

const aaExample = `
Each round is a seed: main's best configuration (else the declared defaults), the same again, and a neighbour of it a hundredth of the
range away where the program repeats itself bit by bit. The gate then judges these runs, in which nothing changed, in a thousand orders.
  noregret aa                    12 rounds, 27 to 36 runs; said before they begin
  noregret aa --rounds 30        sharper numbers; rounds that were measured before are taken over
  noregret aa --worktrees        builds each side in a tree of its own, as on a pull request`;

function addSelfTest(add: Add): void {
  withStudyFlags(add('aa', 'A/A self-test: the gate on unchanged code; false alarms, noise, what the seed drives, which margin and looks fit', () => import('./aa.js')))
    .option('--rounds <n>', 'seeds (default: two more than the last look, at least 12)')
    .option('--worktrees', 'each side in a worktree of its own instead of one tree twice')
    .option('--history <dir>', 'main\'s best configuration and noise from this directory instead of the git branch')
    .option('--out <dir>', 'where report.json, report.md and report.html go')
    .addHelpText('after', aaExample);
}

const askTellExample = `
Example, a line in and a line out:
  {"op":"ask","n":2}                          {"ok":true,"trials":[{"trial":0,"params":{"lr":0.01}},{"trial":1,"params":{"lr":0.2}}]}
  {"op":"report","trial":0,"step":3,"value":0.7}   {"ok":true,"prune":false}
  {"op":"tell","trial":0,"value":0.91}        {"ok":true}
  {"op":"tell","trial":1,"state":"failed"}    {"ok":true}      (or infeasible, pruned; "duration": seconds)
  {"op":"add","params":{"lr":0.05},"value":0.8}    {"ok":true,"trial":2}   (without a value: tried next)
  {"op":"best"}                               {"ok":true,"trial":0,"params":{"lr":0.01},"value":0.91}
  {"op":"importance"}, {"op":"running"}
Asking after the end gives {"ok":true,"trials":[],"done":true}. A bad line gets {"ok":false,"error":{"code","message"}} and changes nothing.`;

function addAskTell(add: Add): void {
  add('ask-tell', 'the search engine for any program: one JSON request per line in, one reply per line out', () => import('./askTell.js'))
    .option('-c, --config <file>', 'study file (default: noregret.yml, .github/noregret.yml); its command is not needed')
    .option('--study <file>', 'keep the study in this log, and go on with it; may be an Optuna journal')
    .addOption(journalFormat())
    .option('--study-name <name>', 'which study of an Optuna journal')
    .option('--trials <n>', 'trials after which asking ends')
    .option('--method <name>', 'sampler instead of the file\'s')
    .option('--metric <name>', 'objective, where the file names none')
    .addOption(new Option('--goal <goal>', 'direction of --metric').choices(['minimize', 'maximize']))
    .option('--seed <n>', 'seed of the sampler')
    .addHelpText('after', askTellExample);
}

function addReadingCommands(add: Add): void {
  add('check', 'validate the study file, run nothing', () => import('./check.js'))
    .option('-c, --config <file>', 'study file or glob')
    .option('--explain', 'print every default with its reason');
  addJudge(add);
  addPlan(add);
  add('report', 'render a report.json', () => import('./report.js'))
    .argument('[path]', 'report.json (default: the newest in .noregret/)')
    .addOption(new Option('-f, --format <format>', 'what to write').choices(['text', 'markdown', 'html']).default('text'))
    .option('-o, --out <file>', 'write to this file instead of stdout');
  addImport(add);
  add('export', 'a study for another tool', () => import('./export.js'))
    .argument('<study>', 'a study log, its folder, or the name of a study in .noregret/')
    .addOption(new Option('-f, --format <format>', 'what to write').choices(['optuna-journal', 'json', 'csv']).makeOptionMandatory())
    .option('--study-name <name>', 'which study, where the file holds several')
    .option('-o, --out <file>', 'write to this new file instead of stdout');
  addDrift(add);
  addAccept(add);
  add('history', 'records of the default branch, and what was accepted and proposed', () => import('./history.js'))
    .option('--study <name>', 'only this study')
    .option('--history <dir>', 'read this directory instead of the git branch')
    .option('--branch <name>', 'history branch', 'noregret');
}

const acceptExample = `
The words are those of the comment command: a metric (or all), a reason, and perhaps until when.
  noregret accept HEAD val_accuracy a quarter of the size until 2026-12-31
It is written to the history branch, which takes write access to the repository, and counts for this commit.`;

function addAccept(add: Add): void {
  add('accept', 'accept the decline of a commit, with a reason, for people without the comment command', () => import('./accept.js'))
    .argument('<commit>', 'commit of the default branch, or head of a pull request')
    .argument('<words...>', '[metric] reason… [until YYYY-MM-DD]')
    .option('-c, --config <file>', 'study file or glob (default: noregret.yml, .github/noregret.yml)')
    .option('--study <name>', 'only this study')
    .option('--history <dir>', 'write to this directory instead of the git branch')
    .option('--branch <name>', 'history branch', 'noregret')
    .addHelpText('after', acceptExample);
}

function addDrift(add: Add): void {
  add('drift', 'how results and best hyperparameters moved along the default branch', () => import('./drift.js'))
    .option('--study <name>', 'only this study')
    .option('--on <revision>', 'branch or commit whose line of first parents is followed', 'HEAD')
    .option('--since <tag>', 'release to compare with (default: the last tag)')
    .option('--html <file>', 'also write a page with charts to this file')
    .option('--history <dir>', 'read this directory instead of the git branch')
    .option('--branch <name>', 'history branch', 'noregret');
}
