import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Clock } from '../model/ports.js';
import type { GpuProbe } from './gpus.js';

/** What GPUs drew while trials held them. A GPU that others use too is measured whole; MIG slices have no reading of their own. */
export interface PowerMeter {
  /** Begins to count for these devices. The answer ends it: joules, or `undefined` where half of the time or more was not seen. */
  begin(devices: readonly string[]): () => number | undefined;
  close(): void;
}

/** How often nvidia-smi is asked to look: a reading is the driver's own mean over about a second. */
const periodMs = 1_000;
/** A reading stands for no longer than this; then the meter is taken to be blind. */
const longestGapMs = 5 * periodMs;

/** Watts over time of one GPU, as a total that only grows. */
interface Tally { watts: number; at: number; joules: number; coveredMs: number }
interface Reading { readonly joules: number; readonly coveredMs: number }

/**
 * One `nvidia-smi --loop-ms` for all trials, begun with the first and ended with the executor; where it is missing or
 * knows no power, nothing is measured and nothing is said.
 */
export function createPowerMeter({ env, command = 'nvidia-smi' }: GpuProbe, clock: Clock): PowerMeter {
  const tallies = new Map<string, Tally>();
  let meter: ChildProcess | undefined;
  const start = (): ChildProcess => {
    const child = spawn(command, ['--query-gpu=uuid,power.draw', '--format=csv,noheader,nounits', `--loop-ms=${String(periodMs)}`], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    child.on('error', () => undefined);
    child.unref();
    createInterface({ input: child.stdout }).on('line', (line) => { note(tallies, line, clock.now()); });
    return child;
  };
  return {
    begin: (devices) => {
      const begunAt = clock.now();
      meter ??= start();
      const before = new Map(devices.map((uuid) => [uuid, readingAt(tallies.get(uuid), begunAt)]));
      return () => {
        const now = clock.now();
        const each = devices.map((uuid) => energyOf(before.get(uuid), readingAt(tallies.get(uuid), now), now - begunAt));
        return each.reduce<number | undefined>((sum, joules) => (sum === undefined || joules === undefined ? undefined : sum + joules), 0);
      };
    },
    close: () => { meter?.kill('SIGKILL'); },
  };
}

/** `GPU-…, 61.38`; anything else, such as `[N/A]`, is no reading. */
function note(tallies: Map<string, Tally>, line: string, now: number): void {
  const [, uuid, watts] = /^\s*(GPU-[\w-]+)\s*,\s*(\d+(?:\.\d+)?)\s*$/.exec(line) ?? [];
  if (uuid === undefined) return;
  const { joules, coveredMs } = readingAt(tallies.get(uuid), now);
  tallies.set(uuid, { watts: Number(watts), at: now, joules, coveredMs });
}

function readingAt(tally: Tally | undefined, now: number): Reading {
  if (tally === undefined) return { joules: 0, coveredMs: 0 };
  const ms = Math.min(now - tally.at, longestGapMs);
  return { joules: tally.joules + tally.watts * (ms / 1000), coveredMs: tally.coveredMs + ms };
}

/** Mean power where it was seen, for the whole time. */
function energyOf(before: Reading = { joules: 0, coveredMs: 0 }, after: Reading, ms: number): number | undefined {
  const coveredMs = after.coveredMs - before.coveredMs;
  if (coveredMs <= 0 || coveredMs < ms / 2) return undefined;
  return ((after.joules - before.joules) * ms) / coveredMs;
}
