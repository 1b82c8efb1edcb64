import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../model/comparison.js';
import { renderReport } from './renderReport.js';

/** Writes report.json, report.md and report.html into a folder, each whole or not at all. */
export async function writeReport(report: Report, folder: string): Promise<{ readonly json: string; readonly markdown: string; readonly html: string }> {
  await mkdir(folder, { recursive: true });
  const paths = { json: join(folder, 'report.json'), markdown: join(folder, 'report.md'), html: join(folder, 'report.html') };
  await writeWhole(paths.json, `${JSON.stringify(report, null, 2)}\n`);
  await writeWhole(paths.markdown, await renderReport(report, { format: 'markdown', colour: false }));
  await writeWhole(paths.html, await renderReport(report, { format: 'html', colour: false }));
  return paths;
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.tmp`, text);
  await rename(`${path}.tmp`, path);
}
