import { access, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { commandsWorkflowText, configText, measuringWorkflow, workflowText, type ConfigAnswers } from '../app/initTemplates.js';
import { parseConfig } from '../config/parse.js';
import { UserError } from '../model/errors.js';
import { openRepository } from '../platform/repository.js';
import { pruners } from '../pruners/index.js';
import { samplers } from '../samplers/index.js';
import { exampleMetric } from './initExamples.js';
import { answersFrom } from './initFrom.js';
import { exitCodes, type CommonFlags } from './program.js';
import { printable, type Terminal } from './terminal.js';

interface Flags extends CommonFlags { readonly from?: string; readonly dialect?: string; readonly trust?: boolean; readonly yes?: boolean; readonly force?: boolean }

const configPath = 'noregret.yml';
const workflowPath = join('.github', 'workflows', measuringWorkflow);
const commandsPath = join('.github', 'workflows', 'noregret-commands.yml');
const action = 'your-org/noregret@v1';
const sweepNames = ['sweep.yaml', 'sweep.yml'];

/** Writes noregret.yml and the workflow, from an existing sweep file, from answers, or from sensible examples. */
export async function run(terminal: Terminal, flags: Flags): Promise<number> {
  const { cwd } = terminal;
  for (const path of [configPath, workflowPath, commandsPath]) {
    if (flags.force !== true && (await exists(join(cwd, path)))) throw new UserError('init-exists', `${path} exists already.`, { fix: 'Edit it, or overwrite it with --force.' });
  }
  const sweep = flags.from ?? (await firstExisting(cwd, sweepNames));
  if (sweep === undefined && flags.dialect !== undefined) throw new UserError('dialect-without-file', '--dialect says how to read the file of --from, and there is none.', { fix: 'Add --from FILE.' });
  const read = sweep === undefined ? undefined : await answersFrom({ ...flags, from: sweep }, examples(cwd), terminal);
  for (const note of read?.notes ?? []) terminal.stderr.write(`note: ${printable(note)}\n`);
  const suggested = read?.answers ?? examples(cwd);
  const answers = flags.yes === true || terminal.stdin.isTTY !== true ? suggested : await ask(suggested, terminal);
  const text = configText(answers);
  refuseInvalid(text, sweep);
  await writeFile(join(cwd, configPath), text);
  await mkdir(dirname(join(cwd, workflowPath)), { recursive: true });
  await writeFile(join(cwd, workflowPath), workflowText({ action, defaultBranch: await defaultBranch(terminal), runsOn: ['self-hosted', 'gpu'] }));
  await writeFile(join(cwd, commandsPath), commandsWorkflowText(action));
  const written = { written: [configPath, workflowPath, commandsPath], valid: true, ...(sweep === undefined || read === undefined ? {} : { from: sweep, tool: read.tool, notes: read.notes }) };
  terminal.stdout.write(flags.json === true ? `${JSON.stringify(written)}\n` : [
    `wrote ${configPath}${sweep === undefined ? '' : ` from ${sweep}`}${read === undefined ? '' : ` (${read.tool})`}`, `wrote ${workflowPath}`, `wrote ${commandsPath}`,
    'next: read both, then', '  npx noregret check', '  npx noregret tune --trials 3', ''].join('\n'));
  return exitCodes.ok;
}

/** UserError `init-invalid`: nothing is written that `check` would refuse. */
function refuseInvalid(text: string, from: string | undefined): void {
  const { config, diagnostics } = parseConfig({ text, path: configPath, samplers, pruners });
  if (config !== undefined) return;
  const error = diagnostics.find(({ severity }) => severity === 'error');
  const line = text.split('\n')[(error?.line ?? 1) - 1]?.trim() ?? '';
  throw new UserError('init-invalid', `${from === undefined ? 'These answers make' : `${from} makes`} no valid ${configPath}: ${error?.message ?? 'unknown'} (${line}). Nothing was written.`, { fix: error?.fix ?? 'Correct it there.' });
}

function examples(cwd: string): ConfigAnswers {
  return { name: basename(cwd), command: ['python', 'train.py', '--seed=${seed}', '${args}'], metric: exampleMetric('maximize'), goal: 'maximize', parameters: [] };
}

async function ask(suggested: ConfigAnswers, terminal: Terminal): Promise<ConfigAnswers> {
  const lines = linesOf(terminal.stdin);
  const question = async (what: string, fallback: string): Promise<string> => {
    terminal.stderr.write(`${what} [${fallback}]: `);
    return (await firstOf(lines, terminal.signal)).trim() || fallback;
  };
  const command = 'tfjs' in suggested.command ? suggested.command.tfjs : suggested.command.join(' ');
  const answered = await question('Command that trains once', command);
  const metric = await question('Metric to optimise', suggested.metric);
  const goal = await question('Is larger or smaller better (maximize, minimize)', suggested.goal);
  const isSmaller = /^(?:min|small|low)/i.test(goal);
  return { ...suggested, metric, goal: isSmaller ? 'minimize' : 'maximize', command: answered === command ? suggested.command : answered.split(/\s+/) };
}

/** The next line, empty at the end of the input. UserError `interrupted` on Ctrl-C: nothing was written yet. */
async function firstOf(lines: AsyncGenerator<string>, signal: AbortSignal): Promise<string> {
  const interrupted = new Promise<never>((_, reject) => {
    const stop = (): void => { reject(new UserError('interrupted', 'Interrupted: nothing was written.')); };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  const next = await Promise.race([lines.next(), interrupted]);
  return next.done === true ? '' : next.value;
}

async function* linesOf(input: Terminal['stdin']): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of input) {
    const lines = `${rest}${Buffer.from(chunk).toString('utf8')}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

async function defaultBranch({ cwd, env }: Terminal): Promise<string> {
  const repository = await openRepository({ cwd, env }).catch(() => undefined);
  const found = await repository?.git.text(['symbolic-ref', '--short', 'refs/remotes/origin/HEAD']).catch(() => '');
  const name = found?.trim().replace(/^origin\//, '');
  return name === undefined || name === '' ? 'main' : name;
}

async function firstExisting(cwd: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if (await exists(join(cwd, name))) return name;
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(() => true, () => false);
}
