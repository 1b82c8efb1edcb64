import { resolve } from 'node:path';
import { markdownTable } from 'markdown-table';
import { isExpired, type Decision } from '../model/decision.js';
import type { StudyRecord } from '../model/record.js';
import { formatNumber } from '../model/numberFormat.js';
import { createClock } from '../platform/clock.js';
import { findConfigFiles, readConfigFile } from '../platform/configFiles.js';
import { parseConfig } from '../config/parse.js';
import { pruners } from '../pruners/index.js';
import { samplers } from '../samplers/index.js';
import { readHistory } from './compare.js';
import { exitCodes, type CommonFlags } from './program.js';
import { openStateDir } from './state.js';
import { createProgress } from './progress.js';
import { printable, type Terminal } from './terminal.js';

interface Flags extends CommonFlags { readonly study?: string; readonly history?: string; readonly branch: string }

/** Records of the default branch, oldest first: what main's best configuration scored, commit by commit. */
export async function run(terminal: Terminal, flags: Flags): Promise<number> {
  const { cwd, env } = terminal;
  const clock = createClock();
  const progress = createProgress(terminal, { quiet: flags.quiet === true, now: () => clock.now() });
  const studies = flags.study === undefined ? await studyNames(cwd) : [flags.study];
  const store = readHistory({ cwd, env, stateDir: await openStateDir(cwd), progress, branch: flags.branch, ...(flags.history === undefined ? {} : { directory: resolve(cwd, flags.history) }) });
  const records = (await Promise.all(studies.map(async (study) => await store.read(study)))).flat();
  const decisions = (await Promise.all(studies.map(async (study) => await store.decisions(study)))).flat();
  const now = clock.utc();
  if (flags.json === true) terminal.stdout.write(`${JSON.stringify([...records, ...decisions])}\n`);
  else terminal.stdout.write(`${recordTable(records) ?? `no record of ${studies.join(', ')} in ${store.description}`}\n${decisionTable(decisions, now)}`);
  return exitCodes.ok;
}

async function studyNames(cwd: string): Promise<string[]> {
  const paths = await findConfigFiles(cwd, undefined);
  return await Promise.all(paths.map(async (path) => parseConfig({ path, text: await readConfigFile(cwd, path), samplers, pruners }).config?.name ?? path));
}

function recordTable(records: readonly StudyRecord[]): string | undefined {
  return records.length === 0 ? undefined : printable(markdownTable([['study', 'commit', 'finished', 'metric', 'mean', 'seeds', 'verdict', 'best configuration'], ...records.map(row)]));
}

/** What people decided, apart from what was measured. */
function decisionTable(decisions: readonly Decision[], now: string): string {
  if (decisions.length === 0) return '';
  const rows = decisions.map((one) => [one.study, one.sha.slice(0, 10), one.at.slice(0, 16), one.pullRequest === undefined ? '' : String(one.pullRequest), `${one.by} (${one.via})`, decisionWords(one, now)]);
  return `\n${printable(markdownTable([['study', 'commit', 'decided', 'pull request', 'by', 'what'], ...rows]))}\n`;
}

function decisionWords(decision: Decision, now: string): string {
  switch (decision.kind) {
    case 'accept': {
      const until = decision.until === undefined ? '' : isExpired(decision, now) ? `, expired on ${decision.until}` : ` until ${decision.until}`;
      return `accepts ${decision.metrics.length === 0 ? 'all gated metrics' : decision.metrics.join(', ')}${until}: ${decision.reason}`;
    }
    case 'more-seeds': return `asks for ${decision.pairs} more pairs`;
    case 'proposal': return `proposes ${JSON.stringify(decision.params)}${decision.recovered ? ', which made up for a decline' : ''}`;
  }
}

function row(record: StudyRecord): string[] {
  const values = record.canonical.flatMap((one) => one.metrics[record.metric.name] ?? []);
  const mean = values.length === 0 ? '' : formatNumber(values.reduce((sum, value) => sum + value, 0) / values.length);
  return [
    record.study, record.sha.slice(0, 10), record.finishedAt.slice(0, 16), record.metric.name, mean, String(values.length),
    record.verdict?.kind ?? '', JSON.stringify(record.incumbent.params),
  ];
}
