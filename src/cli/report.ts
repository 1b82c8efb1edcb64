import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { reportSchema, type Report } from '../model/comparison.js';
import { UserError } from '../model/errors.js';
import { renderReport, type ReportFormat } from './renderReport.js';
import { exitCodes, type CommonFlags } from './program.js';
import { stateDirName } from './state.js';
import type { Terminal } from './terminal.js';

interface Flags extends CommonFlags { readonly format: ReportFormat; readonly out?: string }

/** Renders a report.json; without a path, the newest one below `.noregret/`. */
export async function run(terminal: Terminal, flags: Flags, args: readonly string[]): Promise<number> {
  const path = args[0] === undefined ? await newestReport(terminal.cwd) : resolve(terminal.cwd, args[0]);
  const report = await readReport(path);
  const text = flags.json === true ? `${JSON.stringify(report, null, 2)}\n` : await renderReport(report, { format: flags.format, colour: flags.out === undefined && terminal.stdout.isTTY === true });
  if (flags.out === undefined) terminal.stdout.write(text);
  else await writeFile(resolve(terminal.cwd, flags.out), text);
  return exitCodes.ok;
}

/** A report from disk, parsed by its schema. UserError `report-unreadable`. */
export async function readReport(path: string): Promise<Report> {
  const fail = (why: string, cause?: unknown): never => {
    throw new UserError('report-unreadable', `${path} is no report: ${why}.`, { fix: 'Give the report.json that `noregret compare` wrote.', cause });
  };
  const text = await readFile(path, 'utf8').catch((error: unknown) => fail(error instanceof Error ? error.message : String(error), error));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return fail('it is not JSON', error);
  }
  const parsed = reportSchema.safeParse(json);
  const [issue] = parsed.error?.issues ?? [];
  return parsed.data ?? fail(issue === undefined ? 'unknown shape' : `${issue.path.join('.') || 'top level'}: ${issue.message}`);
}

async function newestReport(cwd: string): Promise<string> {
  const root = join(cwd, stateDirName);
  const names = await readdir(root, { recursive: true }).catch(() => [] as string[]);
  const found = await Promise.all(names.filter((name) => name.endsWith('report.json')).map(async (name) => ({ path: join(root, name), at: (await stat(join(root, name))).mtimeMs })));
  const newest = found.toSorted((a, b) => b.at - a.at)[0];
  if (newest === undefined) throw new UserError('report-missing', `No report below ${root}.`, { fix: 'Make one: noregret compare main HEAD' });
  return newest.path;
}
