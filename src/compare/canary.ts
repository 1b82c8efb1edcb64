/** One run as the canary sees it; `metrics` is empty for a run that failed. */
export interface CanaryRun {
  readonly metrics: Readonly<Record<string, number>>;
  /** Covers every reported metric at every step. */
  readonly streamSha256?: string;
}

export interface CanaryPair { readonly seed: number; readonly base: CanaryRun; readonly head: CanaryRun }

/** Two seeds: with one, a program that ignores its seed and a head that changes nothing look alike. */
const canarySeeds = 2;

/**
 * True when for at least two seeds head and base reported the very same numbers, every metric at every step.
 * One equal final value is not enough: a coarse metric may well repeat itself. A study that logs
 * times or rates never has an identical canary, and simply goes on to the gate.
 */
export function canaryIsIdentical(pairs: readonly CanaryPair[]): boolean {
  return new Set(pairs.map((pair) => pair.seed)).size >= canarySeeds && pairs.every(({ base, head }) => isSameRun(base, head));
}

function isSameRun(a: CanaryRun, b: CanaryRun): boolean {
  const names = Object.keys(a.metrics);
  return a.streamSha256 !== undefined && a.streamSha256 === b.streamSha256
    && names.length > 0 && names.length === Object.keys(b.metrics).length
    && names.every((name) => Object.is(a.metrics[name], b.metrics[name]));
}

export interface SeedRun { readonly seed: number; readonly value: number; readonly streamSha256?: string }

/**
 * Base runs of different seeds that gave the same numbers: the program ignores its seed, so that every "pair" is the
 * same measurement (decisions.md 21). Two runs suffice where whole streams can be compared, else three values.
 */
export function seedIgnoredWarning(runs: readonly SeedRun[]): string | undefined {
  const distinct = [...new Map(runs.map((run) => [run.seed, run])).values()];
  const [first] = distinct;
  if (first === undefined) return undefined;
  const hasStreams = distinct.every((run) => run.streamSha256 !== undefined);
  const isSame = distinct.every((run) => run.value === first.value && run.streamSha256 === first.streamSha256);
  if (!isSame || distinct.length < (hasStreams ? 2 : 3)) return undefined;
  return `${distinct.length} different seeds gave exactly the same result on main: the program seems to ignore NOREGRET_SEED. `
    + 'Derive the data split, the shuffling and the initialisation from it, or the noise of training cannot be told from a change.';
}
