import type { CurveChart } from '../model/blocks.js';

export interface CurveScale {
  /** Points of each line that can be shown; x in decades where its axis is logarithmic. */
  readonly lines: readonly { readonly name: string; readonly look: 'dots' | 'line' | 'both'; readonly points: readonly (readonly [number, number])[] }[];
  readonly x: { readonly low: number; readonly high: number };
  /** Wide enough for every line, and for all but the farthest of the dots. */
  readonly y: { readonly low: number; readonly high: number };
  readonly toX: (value: number) => number;
}

/** Of single measurements the farthest twentieth may lie outside: one that ran away would press all others into one line. */
const shownShare = 0.95;

/** The axes of a curve, the same on every surface that draws it; undefined when no point can be shown. */
export function curveScale({ x, yTop, lines, marks, band }: CurveChart): CurveScale | undefined {
  const toX = scaled(x.log);
  const shown = lines.map(({ name, look, points }) => ({ name, look, points: points.map(([a, b]): [number, number] => [toX(a), b]).filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b)) }));
  const all = shown.flatMap(({ points }) => points);
  if (all.length === 0) return undefined;
  const xs = [...all.map(([a]) => a), ...marks.map((mark) => toX(mark.x)), ...(band === undefined ? [] : [toX(band.low), toX(band.high)])].filter(Number.isFinite);
  const firm = shown.flatMap(({ look, points }) => (look === 'dots' ? middle(points.map(([, b]) => b)) : points.map(([, b]) => b)));
  const y = range(firm);
  return { lines: shown, x: widened(range(xs)), y: widened(yTop === undefined ? y : { low: y.low, high: Math.min(y.high, yTop) }), toX };
}

function scaled(log: boolean): (value: number) => number {
  return log ? (value) => (value > 0 ? Math.log10(value) : Number.NaN) : (value) => value;
}

function middle(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor((sorted.length * (1 - shownShare)) / 2);
  return sorted.slice(cut, sorted.length - cut);
}

/** Without spreading: there may be a hundred thousand points. */
function range(values: readonly number[]): { readonly low: number; readonly high: number } {
  return values.reduce(({ low, high }, value) => ({ low: Math.min(low, value), high: Math.max(high, value) }), { low: Infinity, high: -Infinity });
}

function widened({ low, high }: { readonly low: number; readonly high: number }): { readonly low: number; readonly high: number } {
  return low < high ? { low, high } : { low: low - (Math.abs(low) * 0.05 || 0.5), high: high + (Math.abs(high) * 0.05 || 0.5) };
}
