import type { Params } from '../model/params.js';
import type { CanonicalRun } from '../model/record.js';
import { seedFor } from '../model/seeds.js';
import type { Side, Stage } from '../model/trial.js';
import { wasCut } from '../model/studyLog.js';
import { inParallel } from './inParallel.js';
import type { Lab } from './lab.js';
import type { SharedExecutor } from './sharedSlots.js';

/** One side of a pair. `metrics` is empty when the run failed; `run` says why. */
export interface PairSide {
  readonly complete: boolean;
  /** It was ended from outside, by a cancellation or the end of the time: it says nothing about the code. */
  readonly cut?: true;
  readonly metrics: Readonly<Record<string, number>>;
  readonly streamSha256?: string;
  readonly seconds: number;
  /** Taken from the history, not from this run's log. */
  readonly stored: boolean;
  readonly message?: string;
}

/** The same seed on both sides. */
export interface MeasuredPair {
  readonly seed: number;
  readonly base: PairSide;
  readonly head: PairSide;
}

export interface PairsRequest {
  readonly lab: Lab;
  readonly executor: SharedExecutor;
  readonly stage: Stage;
  /** Seeds are `seedFor(label, 1…)`. */
  readonly label: string;
  readonly params: Readonly<Record<Side, Params>>;
  /** Base values measured earlier on an equal key, by seed. */
  readonly stored: ReadonlyMap<number, CanonicalRun>;
  /** A metric that depends on load: one run at a time. */
  readonly alone: boolean;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
  /** Told after each run. */
  readonly onDone?: () => void;
}

/** Pairs `from`…`to` (counted from 1, both included). Order within a pair alternates; both runs share a device (decisions.md 28). */
export async function measurePairs(request: PairsRequest, from: number, to: number): Promise<MeasuredPair[]> {
  const { executor, stored } = request;
  const runs = Array.from({ length: Math.max(0, to - from + 1) }, (_, k) => from + k).flatMap((i) => {
    const seed = seedFor(request.label, i);
    const device = executor.devices.length === 0 ? undefined : executor.devices[i % executor.devices.length];
    const order: Side[] = i % 2 === 1 ? ['head', 'base'] : ['base', 'head'];
    return order.map((side) => ({ side, seed, device }));
  });
  const limit = request.alone ? 1 : executor.capacity;
  const ended = executor.claim(runs.map(({ device }) => device));
  const measured = await inParallel([...runs.entries()], limit, async ([index, { side, seed, device }]) => {
    const known = side === 'base' ? stored.get(seed) : undefined;
    const run = known === undefined ? await measureSide(request, { side, seed, device }).finally(() => { ended(index); }) : storedSide(known);
    if (known !== undefined) ended(index);
    request.onDone?.();
    return { side, seed, run };
  });
  return [...new Set(runs.map((run) => run.seed))].map((seed) => {
    const of = (side: Side): PairSide => measured.find((m) => m.seed === seed && m.side === side)?.run ?? { complete: false, metrics: {}, seconds: 0, stored: false };
    return { seed, base: of('base'), head: of('head') };
  });
}

async function measureSide(request: PairsRequest, run: { side: Side; seed: number; device: string | undefined }): Promise<PairSide> {
  const { lab, stage, params, timeoutMs, signal } = request;
  const { trial } = await lab.measure({
    side: run.side, stage, params: params[run.side], seed: run.seed, signal,
    ...(run.device === undefined ? {} : { device: run.device }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const result = trial.result;
  if (result === undefined) return { complete: false, metrics: {}, seconds: 0, stored: false };
  const { outcome } = result;
  const complete = outcome.state === 'complete';
  return {
    complete, stored: false, seconds: result.seconds, metrics: complete ? result.metrics : {},
    ...(result.streamSha256 === undefined ? {} : { streamSha256: result.streamSha256 }),
    ...(wasCut(result) ? { cut: true } : {}),
    ...(outcome.state === 'failed' || outcome.state === 'infeasible' ? { message: outcome.message } : {}),
  };
}

function storedSide(run: CanonicalRun): PairSide {
  return {
    complete: run.state === 'complete', metrics: run.metrics, seconds: run.seconds, stored: true,
    ...(run.streamSha256 === undefined ? {} : { streamSha256: run.streamSha256 }),
  };
}

/** How many runs pairs `from`…`to` still need: what is stored or in the log is not run again. */
export function missingRuns({ lab, label, params, stored }: Pick<PairsRequest, 'lab' | 'label' | 'params' | 'stored'>, from: number, to: number): number {
  const seeds = Array.from({ length: Math.max(0, to - from + 1) }, (_, k) => seedFor(label, from + k));
  return seeds.filter((seed) => !stored.has(seed) && lab.find('base', params.base, seed) === undefined).length
    + seeds.filter((seed) => lab.find('head', params.head, seed) === undefined).length;
}
