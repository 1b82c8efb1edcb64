import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Report } from '../model/comparison.js';
import { UserError } from '../model/errors.js';
import { renderReport } from './renderReport.js';
import { writeWhole, writing } from './state.js';
import type { TerminalProgress } from './progress.js';
import type { Terminal } from './terminal.js';

export interface Telling { readonly terminal: Terminal; readonly json: boolean; readonly progress: TerminalProgress; readonly folder: string }

/** Prints the report, then writes its files: a full disk must not swallow it. False when they could not be written. */
export async function tellReport(report: Report, { terminal, json, progress, folder }: Telling): Promise<boolean> {
  progress.end();
  terminal.stdout.write(json ? `${JSON.stringify(report)}\n` : await renderReport(report, { format: 'text', colour: terminal.stdout.isTTY === true }));
  try {
    const paths = await writeReport(report, folder);
    progress.line(`report: ${relative(terminal.cwd, paths.html)} (also .md, .json)`);
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    progress.warn(`${error.message}\n  fix: ${error.fix ?? ''}`);
    return false;
  }
}

interface ReportPaths { readonly json: string; readonly markdown: string; readonly html: string }

/** Writes report.json, report.md and report.html into a folder, each whole or not at all. UserError `state-unwritable`. */
export async function writeReport(report: Report, folder: string): Promise<ReportPaths> {
  return await writing(folder, async () => await writeAll(report, folder));
}

async function writeAll(report: Report, folder: string): Promise<ReportPaths> {
  await mkdir(folder, { recursive: true });
  const paths = { json: join(folder, 'report.json'), markdown: join(folder, 'report.md'), html: join(folder, 'report.html') };
  await writeWhole(paths.json, `${JSON.stringify(report, null, 2)}\n`);
  await writeWhole(paths.markdown, await renderReport(report, { format: 'markdown', colour: false }));
  await writeWhole(paths.html, await renderReport(report, { format: 'html', colour: false }));
  return paths;
}
