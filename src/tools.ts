import { createHash, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenedStudy, SideConfigs, Tools } from './app/tools.js';
import { createLocalExecutor, openSlots } from './executors/index.js';
import { createExternalOptimiser } from './external/optimiser.js';
import type { StudyConfig } from './model/config.js';
import type { OpenExternal } from './model/external.js';
import type { BaselineStore, Clock, Executor, Journal, Progress, TrialRunner } from './model/ports.js';
import { createCheckpoints } from './platform/checkpoints.js';
import { trialEnvironment } from './platform/environment.js';
import { createKeyProbe } from './platform/keyProbe.js';
import { endLeftovers, studyMark } from './platform/leftovers.js';
import { openRepository } from './platform/repository.js';
import { createWorkspace } from './platform/workspace.js';
import { createCommandRunner } from './runners/command.js';
import { createTfjsRunner } from './runners/tfjs.js';
import { withTfjsBackend } from './runners/tfjsProbe.js';
import { openJournalFile } from './stores/journalFile.js';
import { version } from './version.js';

export interface ToolOptions {
  /** Inside the repository; need not be its root. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Exists; logs, worktrees and trial folders go below it. */
  readonly stateDir: string;
  readonly store: BaselineStore;
  readonly progress: Progress;
  readonly clock: Clock;
  readonly secrets: string;
  /** `as-is`: without `setup`, head is the checked-out files whatever they hold. */
  readonly head: 'as-is' | 'commit';
  /** Folder of the study files inside the repository, where commands run. */
  readonly prefix: string;
  /** Reads what another tool left, in a tree or in the repository at `root`; each entry has its own way to the readers. */
  readonly readResults?: (root: string) => NonNullable<Tools['readResults']>;
}

/** The real adapters of one run. */
export async function createTools(options: ToolOptions): Promise<Tools> {
  const { env, stateDir, progress, clock } = options;
  const repository = await openRepository({ cwd: options.cwd, env });
  const trialEnv = trialEnvironment(env, { pass: [], set: {}, isolateHome: false });
  const image = env['ImageOS'] === undefined ? {} : { image: `${env['ImageOS']} ${env['ImageVersion'] ?? ''}`.trim() };
  return {
    repository, store: options.store, clock, progress, secrets: options.secrets, tool: `noregret ${version}`,
    keyProbe: withTfjsBackend(createKeyProbe({ env: trialEnv, version, ...image }), trialEnv),
    openWorkspace: (signal) => Promise.resolve(createWorkspace({ repository, stateDir, prefix: options.prefix, env: trialEnv, head: options.head, progress, signal })),
    findCheckpoint: async (digest) => await createCheckpoints(stateDir).find(digest),
    ...(options.readResults === undefined ? {} : { readResults: options.readResults(repository.root) }),
    openStudy: async (study, identity, configs) => {
      const folder = studyFolder(stateDir, study, identity);
      const opened = await openStudy({ env, clock, configs, progress, folder });
      return { ...opened, keepCheckpoint: async ({ number, attempt }, path) => await createCheckpoints(stateDir).keep(join(folder, 'trials', `${number}-${attempt}`, 'files'), path) };
    },
  };
}

export interface StudyOptions {
  /** Log and trial folders of this study; made if absent. */
  readonly folder: string;
  readonly env: ToolOptions['env'];
  readonly clock: Clock;
  readonly progress: Progress;
  readonly configs: SideConfigs;
  /** In place of the log in `folder`. */
  readonly openJournal?: () => Promise<Journal>;
}

/** Log and slots of one study. */
export async function openStudy({ folder, env, clock, configs, progress, openJournal = async () => await openJournalFile(join(folder, 'study.jsonl')) }: StudyOptions): Promise<OpenedStudy> {
  const slots = await studySlots({ folder, env, configs, progress });
  const journal = await openJournal();
  const mark = await freshStart(folder, progress);
  const runner = bySide(configs, (config) => createRunner(config, { env, folder, clock, mark }));
  const openExternal: OpenExternal = (request) => {
    const config = configs[request.side];
    return createExternalOptimiser({ ...request, env: trialEnvironment(env, config.env), marker: `${mark}-external-${randomUUID()}`, warn: (text) => { progress.warn(text); } });
  };
  return { journal, executor: createLocalExecutor({ runner, slots, clock, power: { env } }), openExternal };
}

/** Slots for runs that no log keeps; metrics are looked for often, as their times are what is asked for. */
export async function openProbes({ folder, env, clock, configs, progress }: Omit<StudyOptions, 'openJournal'>): Promise<Executor> {
  const slots = await studySlots({ folder, env, configs, progress });
  const mark = await freshStart(folder, progress);
  const runner = bySide(configs, (config) => createRunner(config, { env, folder, clock, mark, pollMs: 10 }));
  return createLocalExecutor({ runner, slots, clock });
}

async function studySlots({ folder, env, configs: { head }, progress }: Pick<StudyOptions, 'folder' | 'env' | 'configs' | 'progress'>): ReturnType<typeof openSlots> {
  await mkdir(folder, { recursive: true });
  const slots = await openSlots({ env, gpusPerTrial: head.gpus, parallel: head.parallel });
  for (const note of slots.notes) progress.line(note);
  return slots;
}

/** Trials of a run that was killed outright would hold the slots that this run takes, and write where it writes. */
async function freshStart(folder: string, progress: Progress): Promise<string> {
  const mark = studyMark(folder);
  const { found, survivors } = await endLeftovers(mark);
  if (found.length > 0) progress.line(`ended ${found.length} ${found.length === 1 ? 'process' : 'processes'} that trials of an earlier, killed run had left behind`);
  if (survivors.length > 0) progress.warn(`Of an earlier, killed run these processes could not be ended: ${survivors.join(', ')}.`);
  return mark.own;
}

/** One folder per identity, so that a log is continued only by the same commits, baseline and configuration. */
function studyFolder(stateDir: string, study: string, identity: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256').update(JSON.stringify(Object.entries(identity).sort())).digest('hex').slice(0, 12);
  return join(stateDir, study, hash);
}

/** Each side runs its own program from its own configuration (decisions.md 9). */
function bySide(configs: SideConfigs, create: (config: StudyConfig) => TrialRunner): TrialRunner {
  const runners = { head: create(configs.head), base: create(configs.base) };
  return { run: (job, ...rest) => runners[job.side].run(job, ...rest) };
}

interface RunnerParts { readonly env: ToolOptions['env']; readonly folder: string; readonly clock: Clock; readonly mark: string; readonly pollMs?: number }

function createRunner(config: StudyConfig, { folder, env, ...parts }: RunnerParts): TrialRunner {
  const options = { config, stateDir: folder, baseEnv: env, ...parts };
  return config.program?.kind === 'tfjs' ? createTfjsRunner(options) : createCommandRunner(options);
}
