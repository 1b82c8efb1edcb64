import { rename, stat } from 'node:fs/promises';
import { join, parse, resolve } from 'node:path';
import { loadStudies } from '../app/loadStudies.js';
import { tuneStudy } from '../app/tuneStudy.js';
import { worstVerdict } from '../compare/verdict.js';
import type { Comparison, Report } from '../model/comparison.js';
import type { StudyConfig } from '../model/config.js';
import { UserError } from '../model/errors.js';
import type { CommitFacts, Journal } from '../model/ports.js';
import { createClock } from '../platform/clock.js';
import { findConfigFiles, readConfigFile } from '../platform/configFiles.js';
import { checkTemplates } from '../platform/templates.js';
import { secretsLevel, secretsLine } from '../platform/secrets.js';
import { openJournalFile } from '../stores/journalFile.js';
import { openStudy } from '../tools.js';
import { version } from '../version.js';
import { exitCodes, incompleteCode, isRefused } from './program.js';
import { rememberRun } from './resume.js';
import { standIn } from './standIn.js';
import { openStateDir } from './state.js';
import { checkJournalFlags, isOptunaJournal, openStudyJournal, type JournalFlags } from './studyJournal.js';
import { overridesOf, type StudyFlags } from './studyFlags.js';
import { createProgress, type TerminalProgress } from './progress.js';
import type { Terminal } from './terminal.js';
import { tellReport } from './writeReport.js';

interface TuneFlags extends StudyFlags, JournalFlags { readonly new?: boolean }

/** Searches the working tree as it is; the log (`--study`, else `.noregret/<study>/study.jsonl`) is continued by the next call. */
export async function run(terminal: Terminal, flags: TuneFlags): Promise<number> {
  const { cwd, env, signal } = terminal;
  const clock = createClock();
  const progress = createProgress(terminal, { quiet: flags.quiet === true, now: () => clock.now() });
  checkJournalFlags(flags);
  const paths = await findConfigFiles(cwd, flags.config);
  const files = await Promise.all(paths.map(async (path) => ({ path, text: await readConfigFile(cwd, path) })));
  const { repository, head } = await standIn(terminal);
  const runs = await loadStudies({ repository, head, base: undefined, baseWhy: 'tune compares nothing', files, overrides: overridesOf(flags), progress, signal, runs: 'tune' });
  const digests = new Map(runs.map(({ configs }) => [configs.head.name, templateDigest(cwd, configs.head, progress)]));
  const stateDir = await openStateDir(cwd);
  await rememberRun(stateDir, { command: 'tune', flags: { ...flags, new: false }, args: [] });
  const logs = await logsOf(cwd, stateDir, flags, runs.map(({ configs }) => configs.head.name));
  const comparisons: Comparison[] = [];
  for (const study of runs) {
    const { head: config } = study.configs;
    const { path, open } = logs(config.name);
    const model = await modelFor(config, terminal);
    if (flags.new === true) await setAside(path, clock.utc());
    const { journal, executor, openExternal } = await openStudy({ folder: join(stateDir, config.name), env, clock, progress, configs: study.configs, openJournal: open });
    try {
      comparisons.push(await tuneStudy({ run: study, dir: cwd, journal, executor, ...(openExternal === undefined ? {} : { openExternal }), ...(model === undefined ? {} : { baseCheckpoint: model }), identity: { ...identityOf(config), ...digests.get(config.name) }, tools: { clock, progress, tool: `noregret ${version}`, secrets: secretsLine(secretsLevel(env)) } }));
    } finally {
      await executor.close();
      await journal.close();
    }
  }
  return await tell({ terminal, flags, progress, stateDir }, { comparisons, head, createdAt: clock.utc() });
}

/** A working tree has no main whose model could be meant, so the person names one. UserError `no-base-checkpoint`. */
async function modelFor({ name, transfer }: StudyConfig, { cwd, env }: Terminal): Promise<string | undefined> {
  if (transfer === undefined) return undefined;
  const given = env['NOREGRET_BASE_CHECKPOINT'];
  const path = given === undefined || given === '' ? undefined : resolve(cwd, given);
  if (path !== undefined && await stat(path).then(() => true, () => false)) return path;
  throw new UserError('no-base-checkpoint', `${name} trains on from a model of ${transfer}, and NOREGRET_BASE_CHECKPOINT ${path === undefined ? 'is not set' : `names ${path}, which is not there`}.`, { fix: `NOREGRET_BASE_CHECKPOINT=path/to/model noregret tune` });
}

interface StudyLog { readonly path: string; readonly open: () => Promise<Journal> }

/** Where each study's log is. An Optuna journal holds any number of studies and is never set aside; a log of ours holds one. UserError `flag-invalid`. */
async function logsOf(cwd: string, stateDir: string, flags: TuneFlags, names: readonly string[]): Promise<(name: string) => StudyLog> {
  if (flags.study === undefined) {
    return (name) => {
      const path = join(stateDir, name, 'study.jsonl');
      return { path, open: async () => await openJournalFile(path) };
    };
  }
  const path = resolve(cwd, flags.study);
  const isOptuna = await isOptunaJournal(path, flags);
  if (flags.new === true && isOptuna) throw new UserError('flag-invalid', `--new sets a log aside, and ${flags.study} may hold other studies and be in use.`, { fix: 'Begin another study in it: --study-name NAME' });
  if (names.length > 1 && (!isOptuna || flags.studyName !== undefined)) throw new UserError('flag-invalid', `${names.length} studies (${names.join(', ')}) cannot be kept in one log.`, { fix: isOptuna ? 'Leave out --study-name: each goes by its own name.' : 'Name one study file by --config, or add --journal-format optuna.' });
  return (name) => ({ path, open: async () => await openStudyJournal(path, { ...flags, ...(names.length > 1 ? { studyName: name } : {}) }, name) });
}

/** What a value depends on: limits may be raised, and the log goes on. An evenly spread grid depends on its size too. */
function identityOf({ metric, method, space, program, metrics, reduce, earlyStopping, transfer, parts, templates, gpus, env, seed, budget }: StudyConfig): Readonly<Record<string, string>> {
  const gridTrials = method.name === 'grid' ? budget.trials : undefined;
  return { command: 'tune', config: JSON.stringify({ metric: { name: metric?.name, goal: metric?.goal }, method, space, program, metrics, reduce, earlyStopping, transfer, parts, templates, gpus, env, seed, gridTrials }) };
}

/** A template is part of what is measured: its text, as the parameters that it takes. Refused before anything is run. */
function templateDigest(cwd: string, config: StudyConfig, progress: TerminalProgress): Readonly<Record<string, string>> {
  const { warnings, digest } = checkTemplates(cwd, config);
  for (const text of warnings) progress.warn(text);
  return digest === undefined ? {} : { template: digest };
}

interface Told { readonly terminal: Terminal; readonly flags: TuneFlags; readonly progress: TerminalProgress; readonly stateDir: string }

async function tell({ terminal, flags, progress, stateDir }: Told, result: { comparisons: Comparison[]; head: CommitFacts; createdAt: string }): Promise<number> {
  const { comparisons, head, createdAt } = result;
  const verdict = worstVerdict(comparisons.map((one) => one.verdict.kind));
  const report: Report = {
    schema: 1, tool: `noregret ${version}`, createdAt, verdict, event: 'tune', headSha: head.sha, incomplete: verdict === 'INCOMPLETE' && !isRefused(comparisons), failOn: 'never', studies: comparisons,
  };
  const isWritten = await tellReport(report, { terminal, json: flags.json === true, progress, folder: join(stateDir, 'report') });
  const hasBest = comparisons.every((one) => one.search?.bestTrial !== undefined);
  if (verdict === 'INCOMPLETE' && isWritten) return incompleteCode(comparisons);
  return hasBest && isWritten ? exitCodes.ok : exitCodes.infrastructure;
}

async function setAside(path: string, at: string): Promise<void> {
  const { dir, name, ext } = parse(path);
  await rename(path, join(dir, `${name}-${at.replace(/\D/g, '').slice(0, 14)}${ext}`)).catch(() => undefined);
}
