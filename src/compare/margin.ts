import { largestSize, mean, standardDeviation, sum, type Numbers } from '../math/describe.js';
import type { Comparison } from '../model/comparison.js';
import type { Margin } from '../model/config.js';
import { UserError } from '../model/errors.js';
import { formatNumber } from '../model/numberFormat.js';
import type { StudyRecord } from '../model/record.js';
import type { Pair } from '../model/verdict.js';

/** Spread of one paired difference, head − base at the same seed. */
export type PairedNoise = NonNullable<StudyRecord['noise']>;

export interface MarginRequest {
  readonly margin: Margin;
  readonly metric: string;
  /** Base values over the canonical seeds, in the metric's unit; measured before any head run (decisions.md 18). */
  readonly baseValues: Numbers;
  /** Pooled over the history on an equal key. */
  readonly history: PairedNoise | undefined;
  readonly resolution?: number;
}

/** The margin as frozen for a run. `note` says what a reader should know about where it came from. */
export interface ResolvedMargin { readonly margin: NonNullable<Comparison['margin']>; readonly note?: string }

/** A decline of 1.25 paired standard deviations is caught nine times in ten with 3 to 10 pairs (verdict.md 5.6). */
const autoFactor = 1.25;
/** Below this the pooled spread is itself too uncertain to set a margin by. */
const historyDegrees = 8;
/** For a deterministic trial, where no noise can set the scale. */
const deterministicShare = 0.005;

export function resolveMargin(request: MarginRequest): ResolvedMargin {
  const { margin } = request;
  const noise = trustedNoise(request.history);
  const known = noise === undefined ? {} : { noise };
  switch (margin.kind) {
    case 'absolute':
      return { margin: { value: margin.value, kind: 'absolute', provisional: false, ...known } };
    case 'percent':
      return { margin: { value: percentMargin(request, margin.value), kind: 'percent', provisional: false, ...known } };
    case 'auto':
      return noise !== undefined && noise > 0
        ? floored(request, { value: autoFactor * noise, kind: 'auto', provisional: false, noise })
        : provisionalMargin(request);
  }
}

/** What `auto` comes to once the history knows the noise; undefined before. */
export function settledMargin(history: PairedNoise | undefined, resolution = 0): number | undefined {
  const noise = trustedNoise(history);
  return noise === undefined || noise === 0 ? undefined : Math.max(autoFactor * noise, resolution);
}

/** `0.5%`, `0.004` or `auto`, as in the configuration; undefined for anything else. */
export function parseMargin(text: string): Margin | undefined {
  const trimmed = text.trim();
  if (trimmed === 'auto') return { kind: 'auto' };
  const found = /^(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)\s*(%?)$/i.exec(trimmed);
  const value = Number(found?.[1]);
  if (!(value > 0) || !Number.isFinite(value)) return undefined;
  return { kind: found?.[2] === '%' ? 'percent' : 'absolute', value };
}

/** One spread from several pushes, each weighted by its degrees of freedom; undefined without any. */
export function pooledNoise(parts: readonly (PairedNoise | undefined)[]): PairedNoise | undefined {
  const known = parts.filter((part) => part !== undefined).filter((part) => part.df > 0);
  const df = sum(known.map((part) => part.df));
  return df === 0 ? undefined : { sd: Math.sqrt(sum(known.map((part) => part.df * part.sd ** 2)) / df), df };
}

/** Spread of the differences of one set of pairs; undefined below two valid pairs. */
export function pairedNoise(pairs: readonly Pair[]): PairedNoise | undefined {
  const differences = pairs.flatMap(({ base, head }) => (base === undefined || head === undefined ? [] : [head - base]));
  const sd = standardDeviation(differences);
  return sd === undefined ? undefined : { sd, df: differences.length - 1 };
}

function trustedNoise(history: PairedNoise | undefined): number | undefined {
  return history !== undefined && history.df >= historyDegrees ? history.sd : undefined;
}

/** Expected spread of a difference of two independent runs; pairing can only make it smaller. */
function baseNoise(baseValues: Numbers): number | undefined {
  const sigma = standardDeviation(baseValues);
  return sigma === undefined ? undefined : Math.SQRT2 * sigma;
}

function percentMargin({ metric, baseValues, history }: MarginRequest, percent: number): number {
  const centre = mean(baseValues);
  const refuse = (why: string): never => {
    throw new UserError('margin-percent', `a margin of ${formatNumber(percent)} % of ${metric} has no stable meaning: ${why}`, {
      fix: `give the margin in the unit of ${metric}, e.g. \`margin: ${centre === undefined || centre === 0 ? '0.01' : String(Number(Math.abs((centre * percent) / 100).toPrecision(2)))}\`, or \`margin: auto\``,
    });
  };
  if (centre === undefined) return refuse('main has no value to take a share of');
  if (isOnBothSides(baseValues) || centre === 0) return refuse('its values on main are on both sides of zero, or zero');
  const noise = trustedNoise(history) ?? baseNoise(baseValues) ?? 0;
  if (Math.abs(centre) < 10 * noise) return refuse(`its mean on main, ${formatNumber(centre)}, is less than ten times its noise, ${formatNumber(noise, 2)}`);
  return (Math.abs(centre) * percent) / 100;
}

function isOnBothSides(values: Numbers): boolean {
  let negative = 0;
  for (const value of values) if (value < 0) negative += 1;
  return negative > 0 && negative < values.length;
}

function provisionalMargin(request: MarginRequest): ResolvedMargin {
  const { baseValues, resolution = 0, metric } = request;
  const noise = baseNoise(baseValues);
  const fix = `give a margin in the unit of ${metric}, e.g. \`margin: 0.01\``;
  if (noise === undefined) throw new UserError('margin-auto', `\`margin: auto\` needs at least two runs of main that gave ${metric}; there ${baseValues.length === 1 ? 'is one' : 'are none'}`, { fix });
  if (noise > 1e-12 * largestSize(baseValues)) return floored(request, { value: autoFactor * noise, kind: 'auto', provisional: true, noise });
  const value = Math.max(deterministicShare * Math.abs(mean(baseValues) ?? 0), resolution);
  if (value === 0) throw new UserError('margin-auto', `\`margin: auto\` has nothing to go by: ${metric} is exactly 0 in every run of main`, { fix });
  return {
    margin: { value, kind: 'auto', provisional: true, noise: 0 },
    note: `Every run of main gave the same ${metric}, so noise cannot set the margin: ${formatNumber(value)} is ${value === resolution ? 'its resolution' : '0.5 % of its value'}. Set \`margin:\` to what matters to you.`,
  };
}

/** A margin below the metric's own step would ask for differences that cannot be seen. */
function floored({ resolution = 0 }: MarginRequest, margin: ResolvedMargin['margin']): ResolvedMargin {
  const raised = margin.value < resolution ? { ...margin, value: resolution } : margin;
  if (!margin.provisional) return { margin: raised };
  return { margin: raised, note: `The margin is provisional: estimated from a few runs of main, until the history holds ${historyDegrees} or more paired differences.` };
}
