import { checkReport, checkText, explainDefaults } from '../config/checkReport.js';
import { parseConfig } from '../config/parse.js';
import type { StudyConfig } from '../model/config.js';
import { findConfigFiles, readConfigFile } from '../platform/configFiles.js';
import { resultsWarning } from '../platform/resultsPlace.js';
import { checkTemplates } from '../platform/templates.js';
import { pruners } from '../pruners/index.js';
import { samplers } from '../samplers/index.js';
import { exitCodes, type CommonFlags } from './program.js';
import { printable, type Terminal } from './terminal.js';

interface Flags extends CommonFlags { readonly config?: string; readonly explain?: boolean }

/** Validates study files, runs nothing. With several files `--json` prints one object with a `files` map. */
export async function run(terminal: Terminal, flags: Flags): Promise<number> {
  if (flags.explain === true) {
    terminal.stdout.write(`${explainDefaults()}\n`);
    return exitCodes.ok;
  }
  const paths = await findConfigFiles(terminal.cwd, flags.config);
  const results = await Promise.all(paths.map(async (path) => parseConfig({ path, text: await readConfigFile(terminal.cwd, path), samplers, pruners })));
  for (const { config } of results) for (const text of config === undefined ? [] : filesWarnings(terminal.cwd, config)) terminal.stderr.write(`warning: ${printable(text)}\n`);
  const reports = results.map(checkReport);
  const [only] = reports;
  if (flags.json !== true) terminal.stdout.write(`${results.map((result) => printable(checkText(result))).join('\n\n')}\n`);
  else if (reports.length === 1) terminal.stdout.write(`${JSON.stringify(only, null, 2)}\n`);
  else terminal.stdout.write(`${JSON.stringify({ ok: reports.every(({ ok }) => ok), files: Object.fromEntries(results.map(({ path }, i) => [path, reports[i]])) }, null, 2)}\n`);
  return reports.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.usage;
}

/** Of what lies beside a study file. */
function filesWarnings(folder: string, config: StudyConfig): readonly string[] {
  return [...checkTemplates(folder, config).warnings, ...(config.results === undefined ? [] : [resultsWarning(folder, config.results.path) ?? []].flat())];
}
