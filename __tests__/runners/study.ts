import { verdictPolicy } from '../verdictPolicy.js';
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { StudyConfig } from '../../src/model/config.js';
import type { OnReport, SlotLease, TrialJob } from '../../src/model/ports.js';
import type { TrialResult } from '../../src/model/trial.js';
import { createCommandRunner } from '../../src/runners/command.js';
import type { ProgramRunnerOptions } from '../../src/runners/attempt.js';

const commands = resolve('fixtures/commands');

export function configOf(argv: readonly string[], more: Partial<StudyConfig> = {}): StudyConfig {
  return {
    name: 's', path: 'noregret.yml', dialect: 'noregret', metric: { name: 'loss', goal: 'minimize', margin: { kind: 'auto' } }, also: [], method: { name: 'random', options: {} },
    space: { constraints: [], parameters: [{ name: 'lr', path: ['lr'], distribution: { name: 'uniform', low: 0, high: 1 } }] },
    program: { kind: 'command', argv }, metrics: { wandb: false }, reduce: 'last', budget: { trials: 20, trialsExplicit: false, failures: 3 }, parallel: 'auto', earlyTerminate: undefined,
    verdict: verdictPolicy, executor: 'local', stop: {}, gpus: 1, env: { pass: [], set: {}, isolateHome: false },
    setup: [], link: [], inputs: ['**'], data: [], mainSearchMs: 0, fingerprint: undefined, ...more,
  };
}

export const jobOf = (more: Partial<TrialJob> = {}): TrialJob => ({ study: 's', trial: 0, attempt: 1, side: 'head', stage: 'search', params: { lr: 0.5 }, seed: 7, cwd: commands, ...more });

export interface Ran { readonly result: TrialResult; readonly reports: readonly Parameters<OnReport>[0][]; readonly dir: string }

export interface RunOptions extends Partial<Omit<ProgramRunnerOptions, 'config'>> { readonly config?: Partial<StudyConfig>; readonly job?: Partial<TrialJob>; readonly onReport?: OnReport; readonly signal?: AbortSignal; readonly slot?: SlotLease }

/** One trial of one command; `dir` is the attempt's folder. */
export async function runCommand(argv: readonly string[], { config, job, onReport, signal, slot, ...options }: RunOptions = {}): Promise<Ran> {
  const stateDir = realpathSync(mkdtempSync(join(tmpdir(), 'noregret-')));
  const runner = createCommandRunner({ config: configOf(argv, config), stateDir, baseEnv: process.env, graceMs: { stop: 200, cancel: 200 }, pollMs: 10, ...options });
  const reports: Parameters<OnReport>[0][] = [];
  const result = await runner.run(jobOf(job), (report) => { reports.push(report); return onReport?.(report) ?? 'continue'; }, signal ?? new AbortController().signal, slot);
  return { result, reports, dir: join(stateDir, 'trials', '0-1') };
}

/** A shell line as a trial. */
export const sh = (script: string, options: RunOptions = {}): Promise<Ran> => runCommand(['sh', '-c', script], options);
