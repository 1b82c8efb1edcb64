import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { markdownTable } from 'markdown-table';
import { driftOf } from '../compare/drift/drift.js';
import { searchLine, type SearchLine } from '../compare/drift/searchLine.js';
import { parseConfig } from '../config/parse.js';
import type { AlsoMetric } from '../model/config.js';
import type { DriftReport } from '../model/drift.js';
import { formatNumber } from '../model/numberFormat.js';
import { canonicalJson } from '../model/params.js';
import type { Repository } from '../model/ports.js';
import { createClock } from '../platform/clock.js';
import { findConfigFiles, readConfigFile } from '../platform/configFiles.js';
import { openRepository } from '../platform/repository.js';
import { pruners } from '../pruners/index.js';
import { driftDocument, type SuggestedPatch } from '../report/drift.js';
import { renderText } from '../report/text.js';
import { samplers } from '../samplers/index.js';
import { readHistory } from './compare.js';
import { suggestedPatch } from './driftPatch.js';
import { htmlPage } from './htmlPage.js';
import { exitCodes, type CommonFlags } from './program.js';
import { createProgress } from './progress.js';
import { openStateDir, writing } from './state.js';
import { printable, type Terminal } from './terminal.js';

interface Flags extends CommonFlags { readonly study?: string; readonly history?: string; readonly branch: string; readonly on: string; readonly since?: string; readonly html?: string }

/** Commits of the branch that are asked for; git lists as many in a tenth of a second. */
const mostCommits = 100_000;

/** How results and best configuration moved along the default branch. Findings are no failure: the exit code is 0. */
export async function run(terminal: Terminal, flags: Flags): Promise<number> {
  const { cwd, env } = terminal;
  const clock = createClock();
  const progress = createProgress(terminal, { quiet: flags.quiet === true, now: () => clock.now() });
  const repository = await openRepository({ cwd, env });
  const store = readHistory({ cwd, env, stateDir: await openStateDir(cwd), progress, branch: flags.branch, ...(flags.history === undefined ? {} : { directory: resolve(cwd, flags.history) }) });
  const firstParents = await repository.firstParents(flags.on, mostCommits);
  const release = await lastRelease(repository, flags);
  const reports: DriftReport[] = [];
  const patches: SuggestedPatch[] = [];
  const searches: SearchLine[] = [];
  const studies = (await studyFiles(cwd)).filter(({ name }) => flags.study === undefined || name === flags.study);
  // A study whose file is gone still has a history.
  const asked = studies.length === 0 && flags.study !== undefined ? [{ name: flags.study, path: '', text: '', space: undefined, also: [] }] : studies;
  for (const { name, path, text, space, also } of asked) {
    const records = await store.read(name);
    const report = driftOf({ study: name, records, firstParents, space, also, ...(release === undefined ? {} : { release }) });
    if (report === undefined) {
      const line = searchLine(name, records, firstParents);
      if (line !== undefined) searches.push(line);
      continue;
    }
    reports.push(report);
    const diff = suggestedPatch({ path, text, stale: report.staleDefaults });
    if (diff !== undefined) patches.push({ study: name, path, diff });
  }
  progress.end();
  await tell(terminal, flags, { reports, patches, searches, nothing: `no complete run of ${asked.map(({ name }) => name).join(', ') || 'any study'} in ${store.description}` });
  return exitCodes.ok;
}

interface Findings { readonly reports: readonly DriftReport[]; readonly patches: readonly SuggestedPatch[]; readonly searches: readonly SearchLine[]; readonly nothing: string }

async function tell(terminal: Terminal, flags: Flags, { reports, patches, searches, nothing }: Findings): Promise<void> {
  const document = driftDocument(reports, patches);
  if (flags.json === true) terminal.stdout.write(`${JSON.stringify({ studies: reports, patches, searches })}\n`);
  else terminal.stdout.write(`${reports.length > 0 ? renderText(document, { colour: terminal.stdout.isTTY === true }) : searches.length > 0 ? '' : `${printable(nothing)}\n`}${searches.map(searchText).join('\n')}`);
  if (flags.html === undefined || reports.length === 0) return;
  const path = resolve(terminal.cwd, flags.html);
  const html = await htmlPage(document);
  await writing(path, async () => { await writeFile(path, html); });
}

/** Of a study that reads another tool's results. */
function searchText({ study, metric, commits }: SearchLine): string {
  const rows = commits.map(({ sha, finishedAt, value, trials, params }) => [sha.slice(0, 10), finishedAt.slice(0, 16), formatNumber(value), String(trials), canonicalJson(params)]);
  const title = `${study}: best ${metric.name} of each search (${metric.goal})`;
  const words = 'No configuration was run on the same seeds from commit to commit: what differs may be the luck of the search, and no step is judged.';
  return `${printable(`${title}\n${words}\n\n${markdownTable([['commit', 'finished', 'best', 'trials', 'configuration'], ...rows])}`)}\n`;
}

async function studyFiles(cwd: string): Promise<readonly { name: string; path: string; text: string; space: ReturnType<typeof parseConfig>['space']; also: readonly AlsoMetric[] }[]> {
  const paths = await findConfigFiles(cwd, undefined).catch(() => []);
  return await Promise.all(paths.map(async (path) => {
    const text = await readConfigFile(cwd, path);
    const { config, space } = parseConfig({ path, text, samplers, pruners });
    return { name: config?.name ?? path, path, text, space, also: config?.also ?? [] };
  }));
}

/** The tag that was asked for, else the nearest one on the branch; none in a repository without tags. */
async function lastRelease(repository: Repository, { since, on }: Flags): Promise<{ readonly tag: string; readonly sha: string } | undefined> {
  return since === undefined ? await repository.lastTag(on) : { tag: since, sha: (await repository.resolve(since)).sha };
}
