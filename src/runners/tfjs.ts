import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TfjsBackend, TrialProgram } from '../model/config.js';
import type { TrialRunner } from '../model/ports.js';
import type { TrialResult } from '../model/trial.js';
import { assetPath } from '../platform/assets.js';
import { launch } from '../platform/process.js';
import { readHostile } from '../platform/safeRead.js';
import { tfjsInfoSchema, tfjsInfoVariable, type TfjsInfo } from './tfjsInfo.js';

/** A tfjs trial as a command: the workspace's own `node` runs our trial script, which runs the user's module (decisions.md 27). */
export function tfjsArgv({ module, backend }: Extract<TrialProgram, { kind: 'tfjs' }>, objective: string): readonly string[] {
  return ['node', assetPath('tfjs-trial.mjs'), module, backend, objective];
}

/** Adds to a runner of `tfjsArgv` what the trial said about its backend: which one ran, or why none could. */
export function tfjsRunner(command: TrialRunner): TrialRunner {
  return {
    run: (job, onReport, signal, slot) => withInfoFile(async (file, read) => {
      const result = await command.run(job, onReport, signal, { device: slot?.device, env: { ...slot?.env, [tfjsInfoVariable]: file } });
      return withBackend(result, read());
    }),
  };
}

/** Loads the backend that trials in `cwd` would get, trains nothing. `env` is what a trial would see; takes 0.2–0.5 s. */
export async function probeTfjs({ cwd, backend, env }: { readonly cwd: string; readonly backend: TfjsBackend; readonly env: Readonly<Record<string, string>> }): Promise<TfjsInfo> {
  return withInfoFile(async (file, read) => {
    const log: string[] = [];
    const running = launch({
      argv: ['node', assetPath('tfjs-trial.mjs'), '-', backend], cwd, env: { ...env, [tfjsInfoVariable]: file }, marker: `tfjs-probe-${process.pid}-${file.slice(-6)}`,
      onOutput: (_stream, chunk) => { if (log.length < 20) log.push(chunk.toString('utf8')); },
    });
    const timer = setTimeout(() => running.stop(0), 60_000);
    const ending = await running.ended;
    clearTimeout(timer);
    const message = ending.kind === 'not-started' ? ending.message : `the tfjs probe ended early: ${log.join('').slice(-500)}`;
    return read() ?? { ok: false, reason: 'spawn', message };
  });
}

async function withInfoFile<T>(use: (file: string, read: () => TfjsInfo | undefined) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'noregret-tfjs-'));
  const file = join(dir, 'backend.json');
  try {
    return await use(file, () => readInfo(file, dir));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function readInfo(path: string, within: string): TfjsInfo | undefined {
  const read = readHostile({ path, within, maxBytes: 16_384 });
  if ('refused' in read) return undefined;
  try {
    return tfjsInfoSchema.safeParse(JSON.parse(read.bytes.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

function withBackend(result: TrialResult, info: TfjsInfo | undefined): TrialResult {
  if (info === undefined) return result;
  if (info.ok) return { ...result, backend: info.backend };
  const { outcome } = result;
  return outcome.state === 'failed' && outcome.reason === 'exit-code' ? { ...result, outcome: { state: 'failed', reason: info.reason, message: info.message } } : result;
}
