import { randomBytes } from 'node:crypto';
import type { StudyConfig } from '../model/config.js';
import { UserError } from '../model/errors.js';
import type { Clock, OnReport, SlotLease, TrialJob, TrialRunner } from '../model/ports.js';
import { pythonJson } from '../model/pythonText.js';
import { trialArguments, type TrialArguments } from '../model/trialArguments.js';
import type { TrialResult } from '../model/trial.js';
import { createClock } from '../platform/clock.js';
import { trialEnvironment, type Environment } from '../platform/environment.js';
import { createTmpPool } from './tmpPool.js';
import { createUnusedDirs } from './unusedDirs.js';
import { createAttemptDir, type AttemptDir } from './attemptDir.js';
import { createTemplateFiller } from './filledTemplates.js';
import { createMetricSources } from './metricSources.js';
import { outcomeOf } from './outcome.js';
import { createTrialLog, readableTail } from './trialLog.js';
import { setUpWandb, type WandbSetup } from './wandbEnvironment.js';
import { watchProgram, type Watched } from './watch.js';

export interface ProgramRunnerOptions {
  readonly config: StudyConfig;
  /** The study's own folder; each attempt gets `trials/<trial>-<attempt>/` in it, with `files/` (NOREGRET_TRIAL_DIR), params.json, metrics.jsonl, log.txt. */
  readonly stateDir: string;
  /** Our own environment; the allow-list is applied here. */
  readonly baseEnv: Environment;
  /** Between SIGTERM and SIGKILL; by default 10 s after a prune or time limit, 2 s after a cancel (decisions.md 29). */
  readonly graceMs?: { readonly stop: number; readonly cancel: number };
  /** How often metric files are looked at while a trial runs; 100 by default. */
  readonly pollMs?: number;
  /** What the markers of its attempts begin with, so that a later run finds what a killed one left; a random name by default. */
  readonly mark?: string;
  readonly clock?: Clock;
}

/** What is known when a program is planned. `env` is complete but for what the plan adds. */
export interface Attempt {
  readonly job: TrialJob;
  readonly dir: AttemptDir;
  readonly args: TrialArguments;
  readonly env: Readonly<Record<string, string>>;
  /** Paths of filled templates, by name. */
  readonly templates: ReadonlyMap<string, string>;
}

/** What to start for one attempt. A UserError makes the attempt a `spawn` failure with that text. */
export type PlanProgram = (attempt: Attempt) => { readonly argv: readonly string[]; readonly env?: Readonly<Record<string, string>> };

/** Runs programs that speak the trial contract (product.md §3): environment in, metrics and exit code out. */
export function createProgramRunner(options: ProgramRunnerOptions, plan: PlanProgram): TrialRunner {
  const { config, stateDir, baseEnv } = options;
  const runnerName = `${options.mark === undefined ? '' : `${options.mark}-`}${randomBytes(6).toString('hex')}`;
  const allowedEnv = trialEnvironment(baseEnv, { ...config.env, set: {} });
  const tmp = createTmpPool(stateDir);
  const unused = createUnusedDirs();
  const fill = createTemplateFiller(config);
  return {
    run: async (job, onReport, signal, slot) => {
      if (signal.aborted) return cancelled;
      const args = trialArguments(config.space, job.params);
      const name = job.probe?.folder ?? `${job.trial}-${job.attempt}${job.part === undefined ? '' : `-${job.part.index}`}`;
      const earlier = job.probe?.goesOnIn ?? (job.continues === undefined ? undefined : `${job.trial}-${job.continues}`);
      const goesOnIn = earlier === undefined ? {} : { goesOnIn: earlier };
      const dir = await createAttemptDir({ stateDir, name, isolateHome: config.env.isolateHome, paramsText: pythonJson(args), tmp, unused, ...goesOnIn });
      try {
        return await runAttempt({ ...options, plan, fill, job, dir, args, onReport, signal, slot, marker: `${runnerName}-${name}`, allowedEnv });
      } finally {
        // The result need not wait for it: nothing is lost if the process ends first.
        void dir.tidy();
      }
    },
  };
}

const cancelled: TrialResult = { outcome: { state: 'failed', reason: 'cancelled', message: 'the run was cancelled' }, metrics: {}, seconds: 0 };

interface Run extends ProgramRunnerOptions {
  readonly plan: PlanProgram;
  readonly fill: ReturnType<typeof createTemplateFiller>;
  readonly job: TrialJob;
  readonly dir: AttemptDir;
  readonly args: TrialArguments;
  readonly onReport: OnReport;
  readonly signal: AbortSignal;
  readonly slot: SlotLease | undefined;
  readonly marker: string;
  readonly allowedEnv: Readonly<Record<string, string>>;
}

async function runAttempt(run: Run): Promise<TrialResult> {
  const { config, job, dir, args, clock = createClock() } = run;
  const wandb = config.metrics.wandb || config.dialect === 'wandb' ? setUpWandb(dir.dir, args) : undefined;
  const env = attemptEnvironment(run, wandb);
  const program = planned(run, env);
  if (program instanceof UserError) return { outcome: { state: 'failed', reason: 'spawn', message: `${program.message}${program.fix === undefined ? '' : `; ${program.fix}`}` }, metrics: {}, seconds: 0 };
  await job.mayStart;
  if (run.signal.aborted) return cancelled;
  const log = createTrialLog(dir.logFile);
  const startedAt = clock.now();
  const watched = await watchProgram({
    program: { argv: program.argv, env: { ...env, ...program.env }, cwd: job.cwd, marker: run.marker },
    sources: (onLive) => createMetricSources(config, { ...places(run), wandbFile: wandb?.metricsFile }, onLive),
    log, onReport: (report) => run.onReport({ ...report, seconds: (clock.now() - startedAt) / 1_000 }), signal: run.signal, objective: config.metric?.name, timeoutMs: job.timeoutMs,
    graceMs: run.graceMs ?? { stop: 10_000, cancel: 2_000 }, pollMs: run.pollMs ?? 100, clock,
  });
  // Another program's answer may come long after: that is not this one's time.
  const seconds = (watched.endedAt - startedAt) / 1_000;
  log.close();
  return resultOf(run, { watched, seconds, outputTail: log.tail() });
}

function planned(run: Run, env: Readonly<Record<string, string>>): ReturnType<PlanProgram> | UserError {
  try {
    const { paths, env: own } = run.fill(run.job, run.dir);
    const program = run.plan({ job: run.job, dir: run.dir, args: run.args, env, templates: paths });
    return { ...program, env: { ...own, ...program.env } };
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function places({ config, job, dir }: Run): { readonly cwd: string; readonly attemptDir: string; readonly trialDir: string; readonly metricsFile: string; readonly namedFile: string | undefined; readonly eventFolder: string | undefined } {
  const expand = (path: string | undefined): string | undefined => path?.replaceAll('${trial_dir}', dir.trialDir).replaceAll('${seed}', String(job.seed));
  return { cwd: job.cwd, attemptDir: dir.dir, trialDir: dir.trialDir, metricsFile: dir.metricsFile, namedFile: expand(config.metrics.file), eventFolder: expand(config.metrics.tensorboard) };
}

/** Ours < `env.set` < the slot's devices < the trial contract, with what a probe adds to it. */
function attemptEnvironment({ config, allowedEnv, dir, job, slot }: Run, wandb: WandbSetup | undefined): Record<string, string> {
  const env: Record<string, string> = {
    // Python buffers what it prints into a pipe: values would come too late to prune on.
    PYTHONUNBUFFERED: '1',
    ...allowedEnv,
    TMPDIR: dir.tmpDir,
    ...(dir.homeDir === undefined ? {} : { HOME: dir.homeDir }),
    ...wandb?.env, ...config.env.set, ...slot?.env,
    NOREGRET_SEED: String(job.seed), NOREGRET_PARAMS: dir.paramsFile, NOREGRET_TRIAL_DIR: dir.trialDir, NOREGRET_METRICS: dir.metricsFile,
    ...(job.baseCheckpoint === undefined ? {} : { NOREGRET_BASE_CHECKPOINT: job.baseCheckpoint }),
    ...(job.until === undefined ? {} : { NOREGRET_RESOURCE: String(job.until) }),
    ...(job.part?.fold === undefined ? {} : { NOREGRET_FOLD: String(job.part.fold.index), NOREGRET_FOLDS: String(job.part.fold.of) }),
    ...job.probe?.env,
  };
  if (wandb === undefined) return env;
  return { ...env, PYTHONPATH: [wandb.pythonDir, ...(env['PYTHONPATH'] === undefined ? [] : [env['PYTHONPATH']])].join(':') };
}

interface Ended { readonly watched: Watched; readonly seconds: number; readonly outputTail: string }

function resultOf({ config, slot }: Run, { watched: { ending, stopped, findings }, seconds, outputTail }: Ended): TrialResult {
  const outcome = outcomeOf({ ending, stopped, findings, outputTail }, config);
  const logTail = outcome.state === 'failed' || outcome.state === 'infeasible' ? readableTail(outputTail) : '';
  return {
    outcome, metrics: findings.metrics, seconds,
    ...(findings.streamSha256 === undefined ? {} : { streamSha256: findings.streamSha256 }),
    ...(slot?.device === undefined ? {} : { device: slot.device }),
    ...(logTail === '' ? {} : { logTail }),
  };
}
