import { relative } from 'node:path';
import type { StudyRun } from '../app/findings.js';
import { loadStudies } from '../app/loadStudies.js';
import { reseedStudy } from '../app/reseed.js';
import { reportOf } from '../app/runStudies.js';
import { reseedEvent, type Comparison } from '../model/comparison.js';
import { UserError } from '../model/errors.js';
import { shellWord } from '../model/shellWord.js';
import { createClock } from '../platform/clock.js';
import { openRepository } from '../platform/repository.js';
import { secretsLevel, secretsLine } from '../platform/secrets.js';
import { createTools } from '../tools.js';
import { committedFiles } from './committedFiles.js';
import { choiceOfCompared, morePairsOf, openHistory, tellCompared, type CompareFlags } from './compare.js';
import { readTunings } from './compareFiles.js';
import { noVerdictNote } from '../app/searchesNotes.js';
import { winnersOf } from '../app/twoLogs.js';
import type { TerminalProgress } from './progress.js';
import { rememberRun } from './resume.js';
import { openStateDir } from './state.js';
import { overridesOf } from './studyFlags.js';
import { withBusyLine } from './studyFile.js';
import type { Terminal } from './terminal.js';

interface Setup { readonly terminal: Terminal; readonly flags: CompareFlags; readonly progress: TerminalProgress }

/** `compare A B --reseed`: the winners of two tunings on the same fresh seeds, under the last commit. Files are read and checked before anything is written or run. */
export async function run({ terminal, flags, progress }: Setup, base: string, head: string): Promise<number> {
  const { cwd, env } = terminal;
  const clock = createClock();
  const tunings = winnersOf(...await withBusyLine(terminal, flags, async (desk) => await readTunings({ desk, base, head, choice: choiceOfCompared(flags) })));
  const study = await studyHere({ terminal, flags, progress });
  checkMetric(study, tunings.searches, [base, head]);
  const more = morePairsOf(flags.moreSeeds);
  const stateDir = await openStateDir(cwd);
  await rememberRun(stateDir, { command: 'compare', flags, args: [base, head] });
  const { root } = await openRepository({ cwd, env });
  const tools = await createTools({
    cwd, env, stateDir, progress, clock, head: 'commit', prefix: relative(root, cwd), secrets: secretsLine(secretsLevel(env)),
    store: openHistory({ cwd, env, stateDir, progress }),
  });
  const extended = more === undefined ? study : { ...study, extension: { pairs: more, by: 'the command line' } };
  const measured = withSearches(await reseedStudy(extended, tools, tunings), tunings.searches);
  const whole = { ...measured, reproduce: reproduceOf(study, flags, tunings.searches) };
  const report = reportOf([whole], tools, { event: reseedEvent, headSha: study.head.sha, headTree: study.head.tree, failOn: flags.failOn });
  return await tellCompared(report, { terminal, flags, progress, stateDir });
}

/** The one study of the working directory, as its last commit has it. UserError `reseed-study` where there are several. */
async function studyHere({ terminal, flags, progress }: Setup): Promise<StudyRun> {
  const { cwd, env, signal } = terminal;
  const repository = await openRepository({ cwd, env });
  const head = await repository.resolve('HEAD');
  if (await repository.isDirty()) progress.warn('Files differ from the last commit: the winners are run by the commit as it is stored.');
  const prefix = relative(repository.root, cwd);
  const files = await committedFiles(repository, head.sha, { cwd, prefix, config: flags.config });
  const [only, ...others] = await loadStudies({ repository, head, base: undefined, baseWhy: 'two tunings are compared, under one commit', files, overrides: overridesOf(flags), progress, signal, runs: '--reseed' });
  if (only !== undefined && others.length === 0) return only;
  throw new UserError('reseed-study', `--reseed runs two winners by one study, and there are ${others.length + 1}: ${files.map(({ path }) => path).join(', ')}.`, { fix: `Name the one that is meant: --config ${relative(prefix, files[0]?.path ?? '')}` });
}

/** A winner by another metric, or in the other direction, is nobody's winner here. */
function checkMetric({ objective, configs }: StudyRun, { metric }: Comparison, paths: readonly string[]): void {
  if (metric.name === objective.name && metric.goal === objective.goal) return;
  throw new UserError('reseed-metric', `${paths.join(' and ')} were searched for ${metric.goal} ${metric.name}, and ${configs.head.path} is about ${objective.goal} ${objective.name}.`, {
    fix: metric.name === objective.name ? 'One of the directions is wrong: correct the study file, or read the tunings with --goal.' : `If the metric is the same, give it the same name in the study file; if the tunings hold ${objective.name} too, read it with --metric ${objective.name}.`,
  });
}

/** The searches' own part beside what was measured here; their bests are on their own seeds, so they stay words. */
function withSearches(measured: Comparison, searches: Comparison): Comparison {
  const found = searches.verdict.sentence.replace(/^Inconclusive: /, '');
  return {
    ...measured,
    ...(searches.search === undefined ? {} : { search: searches.search }),
    parameters: searches.parameters,
    warnings: [...searches.warnings, ...measured.warnings],
    notes: [...measured.notes, `What the searches themselves found: ${found}.`, ...searches.notes.filter((note) => note !== noVerdictNote)],
  };
}

/** To be typed in the same folder: its files are named from there. */
function reproduceOf({ head }: StudyRun, flags: CompareFlags, { reproduce: [command = ''] }: Comparison): string[] {
  const named = Object.entries({ '--config': flags.config, '--metric': flags.metric, '--goal': flags.goal, '--study-name': flags.studyName }).flatMap(([flag, value]) => (value === undefined ? [] : [` ${flag} ${shellWord(value)}`]));
  return [`git checkout ${head.sha} && ${command} --reseed${named.join('')}`];
}
