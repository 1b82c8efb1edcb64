import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isNode, parseDocument, stringify, visit } from 'yaml';
import { commandsWorkflowText, configText, measuringWorkflow, workflowText, type ConfigAnswers } from '../app/initTemplates.js';
import { parseConfig } from '../config/parse.js';
import { detectDialect } from '../dialects/detect.js';
import { dialects } from '../dialects/index.js';
import { oneLine, parameterLines, parameterNotes } from '../dialects/lines.js';
import { settle } from '../dialects/settle.js';
import { UserError } from '../model/errors.js';
import { openRepository } from '../platform/repository.js';
import { pruners } from '../pruners/index.js';
import { samplers } from '../samplers/index.js';
import { exitCodes, type CommonFlags } from './program.js';
import type { Terminal } from './terminal.js';

interface Flags extends CommonFlags { readonly from?: string; readonly yes?: boolean; readonly force?: boolean }

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
  const suggested = sweep === undefined ? examples(cwd) : await fromFile(terminal, sweep);
  const answers = flags.yes === true || terminal.stdin.isTTY !== true ? suggested : await ask(suggested, terminal);
  const text = configText(answers);
  const parsed = parseConfig({ text, path: configPath, samplers, pruners });
  await writeFile(join(cwd, configPath), text);
  await mkdir(dirname(join(cwd, workflowPath)), { recursive: true });
  await writeFile(join(cwd, workflowPath), workflowText({ action, defaultBranch: await defaultBranch(terminal), runsOn: ['self-hosted', 'gpu'] }));
  await writeFile(join(cwd, commandsPath), commandsWorkflowText(action));
  const written = { written: [configPath, workflowPath, commandsPath], valid: parsed.config !== undefined, ...(sweep === undefined ? {} : { from: sweep }) };
  terminal.stdout.write(flags.json === true ? `${JSON.stringify(written)}\n` : [
    `wrote ${configPath}${sweep === undefined ? '' : ` from ${sweep}`}`, `wrote ${workflowPath}`, `wrote ${commandsPath}`,
    'next: read both, then', '  npx noregret check', '  npx noregret tune --trials 3', ''].join('\n'));
  return exitCodes.ok;
}

function examples(cwd: string): ConfigAnswers {
  return { name: basename(cwd), command: ['python', 'train.py', '--seed=${seed}', '${args}'], metric: 'val_accuracy', goal: 'maximize', parameters: [] };
}

/** Command, metric and parameters of a file as it stands; what it leaves open is taken from the examples. */
async function fromFile(terminal: Terminal, from: string): Promise<ConfigAnswers> {
  const { cwd } = terminal;
  const [path = from, part] = from.split('#');
  const text = await readFile(join(cwd, path), 'utf8').catch((cause: unknown) => {
    throw new UserError('file-unreadable', `Cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
  if (!/^["']?parameters["']?\s*:/m.test(text) && !isSweepFile(path)) return fromDialect({ text, path, part }, terminal);
  return fromSweep(cwd, text, path);
}

function isSweepFile(path: string): boolean {
  return sweepNames.includes(basename(path));
}

/** A file of another tool, told by its content; what was changed or left out is printed and stands above the parameters. */
function fromDialect({ text, path, part }: { readonly text: string; readonly path: string; readonly part: string | undefined }, { cwd, stderr }: Terminal): ConfigAnswers {
  const { reader, document } = detectDialect(text, path, dialects);
  const draft = settle(reader.read(document, { file: path, ...(part === undefined ? {} : { part }) }));
  if (!draft.parameters.some(({ form }) => form.said)) throw new UserError('dialect-empty', `${path} (${reader.tool}) has no parameter that can be said here: ${parameterNotes(draft.parameters).join('; ')}`, { fix: 'Write parameters by hand.' });
  for (const note of [...draft.notes, ...parameterNotes(draft.parameters)]) stderr.write(`note: ${oneLine(note)}\n`);
  const fallback = examples(cwd);
  return {
    name: draft.name ?? fallback.name, metric: draft.metric ?? fallback.metric, goal: draft.goal ?? fallback.goal,
    command: draft.command ?? (draft.argsMacro === undefined ? fallback.command : ['python', 'train.py', draft.argsMacro]),
    parameters: [`# From ${oneLine(path)} (${reader.tool}).`, ...draft.notes.map((note) => `# ${oneLine(note)}`), ...parameterLines(draft.parameters)],
    ...(draft.method === undefined ? {} : { method: draft.method }),
    ...(draft.trials === undefined ? {} : { trials: draft.trials }),
    ...(draft.threshold === undefined ? {} : { threshold: draft.threshold }),
    ...(draft.earlyTerminate === undefined ? {} : { earlyTerminate: draft.earlyTerminate }),
  };
}

function fromSweep(cwd: string, text: string, path: string): ConfigAnswers {
  const { config, diagnostics } = parseConfig({ text, path, samplers, pruners });
  const error = diagnostics.find(({ severity }) => severity === 'error');
  if (config === undefined) throw new UserError('sweep-invalid', `${path}:${error?.line ?? 1}:${error?.column ?? 1}: ${error?.message ?? 'not valid'}`, { fix: error?.fix ?? `See: npx noregret check --config ${path}` });
  const fallback = examples(cwd);
  const { budget, stop } = config;
  return {
    name: config.name === 'sweep' ? fallback.name : config.name,
    command: config.program?.kind === 'command' ? withProgram(config.program.argv, config.program.program) : fallback.command,
    metric: config.metric?.name ?? fallback.metric, goal: config.metric?.goal ?? fallback.goal,
    parameters: sweepLines(text), wandb: config.metrics.wandb,
    ...(config.method.name === 'random' ? {} : { method: config.method.name }),
    ...(budget.trialsExplicit ? { trials: budget.trials } : {}),
    ...(stop.threshold === undefined ? {} : { threshold: stop.threshold }),
  };
}

/** As written: 1.0 and 1 are a float and an integer, and make another space. */
function sweepLines(text: string): readonly string[] {
  const document = parseDocument(text);
  const parameters = document.get('parameters', true);
  if (!isNode(parameters)) return [];
  const aliases: unknown[] = [];
  visit(parameters, {
    Alias: (_, alias) => { aliases.push(alias); },
    Scalar: (_, scalar) => { if (typeof scalar.value === 'number' && scalar.source?.endsWith('.') === true) scalar.minFractionDigits = 1; },
  });
  return stringify(aliases.length > 0 ? parameters.toJS(document, { maxAliasCount: 100 }) : parameters).trimEnd().split('\n');
}

/** Our file names no `program:` key apart, so its macro is written out. */
function withProgram(argv: readonly string[], program: string | undefined): readonly string[] {
  return program === undefined ? argv : argv.map((item) => (item === '${program}' ? program : item));
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
