import { mean, variance } from '../../math/describe.js';

/** A stretch of a series that one level or one straight line describes. */
export interface Piece {
  readonly start: number;
  /** One past its last value. */
  readonly end: number;
  /** Mean of its values. */
  readonly level: number;
  /** Change per value along the line; 0 for a level. */
  readonly slope: number;
}

/**
 * What one more piece costs, in log(length) as in the Bayesian information criterion: its level, its spread, and its place,
 * which counts double as it was searched for (Zhang and Siegmund, "A modified Bayes information criterion…", 2007).
 */
const pieceParameters = 4;
/** A slope is one more. */
const slopeParameters = 1;
/** No piece explains more than 95 % of the series' variance: below that it follows single points. */
const floor = 0.05;
const shortest = 5;
/** Longer series are first averaged in bins, as the work grows with the square. */
const longest = 1000;

/**
 * A series as the likeliest chain of pieces, each a level or a straight line with a spread of its own: exact minimum of
 * minus twice the log-likelihood plus the penalty above, by dynamic programming (Jackson et al., "An algorithm for
 * optimal partitioning of data on an interval", 2005). Nothing in it is tuned to a series. Values must be finite.
 */
export function pieces(values: readonly number[]): readonly Piece[] {
  const bin = Math.ceil(values.length / longest);
  const binned = bin <= 1 ? values : Array.from({ length: Math.floor(values.length / bin) }, (_, i) => mean(values.slice(i * bin, (i + 1) * bin)) ?? 0);
  const cuts = [0, ...bestCuts(binned).map((cut) => cut * bin), values.length];
  return cuts.slice(1).map((end, i) => pieceOf(values, cuts[i] ?? 0, end));
}

function bestCuts(values: readonly number[]): readonly number[] {
  const n = values.length;
  const total = variance(values) ?? 0;
  if (n < 2 * shortest || total <= values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) ** 2 * 1e-24) return [];
  const spreadOf = spreads(values, total);
  const piece = pieceParameters * Math.log(n);
  const best = new Float64Array(n + 1).fill(Infinity);
  const from = new Int32Array(n + 1);
  best[0] = -piece;
  for (let end = shortest; end <= n; end++) {
    for (let start = 0; start <= end - shortest; start++) {
      const spread = spreadOf(start, end);
      const paid = (best[start] ?? 0) + piece;
      // log x >= 1 - 1/x, close to it where a piece explains little: most starts are ruled out without a logarithm.
      if (paid + (end - start) * (1 - 1 / spread) >= (best[end] ?? 0)) continue;
      const value = paid + (end - start) * Math.log(spread);
      if (value >= (best[end] ?? 0)) continue;
      best[end] = value;
      from[end] = start;
    }
  }
  const cuts: number[] = [];
  for (let cut = from[n] ?? 0; cut > 0; cut = from[cut] ?? 0) cuts.unshift(cut);
  return cuts;
}

/** Spread of a stretch about its level, or about its line with the penalty as a factor, whichever is less; from running sums. */
function spreads(values: readonly number[], total: number): (start: number, end: number) => number {
  const n = values.length;
  const centre = mean(values) ?? 0;
  const scale = Math.sqrt(total);
  const sums = new Float64Array(n + 1);
  const squares = new Float64Array(n + 1);
  const products = new Float64Array(n + 1);
  values.forEach((value, i) => {
    const y = (value - centre) / scale;
    sums[i + 1] = (sums[i] ?? 0) + y;
    squares[i + 1] = (squares[i] ?? 0) + y * y;
    products[i + 1] = (products[i] ?? 0) + y * i;
  });
  const slopeFactor = Float64Array.from({ length: n + 1 }, (_, k) => Math.exp((slopeParameters * Math.log(n)) / k));
  return (start, end) => {
    const k = end - start;
    const y = (sums[end] ?? 0) - (sums[start] ?? 0);
    const level = (squares[end] ?? 0) - (squares[start] ?? 0) - (y * y) / k;
    const along = (products[end] ?? 0) - (products[start] ?? 0) - ((start + end - 1) / 2) * y;
    const line = level - (12 * along * along) / (k * (k * k - 1));
    return Math.min(Math.max(0, level) / k + floor, (Math.max(0, line) / k + floor) * (slopeFactor[k] ?? 1));
  };
}

function pieceOf(values: readonly number[], start: number, end: number): Piece {
  const part = values.slice(start, end);
  const k = part.length;
  const level = mean(part) ?? Number.NaN;
  if (k < shortest) return { start, end, level, slope: 0 };
  const slope = (12 * part.reduce((sum, value, i) => sum + (i - (k - 1) / 2) * (value - level), 0)) / (k * (k * k - 1));
  const flat = part.reduce((sum, value) => sum + (value - level) ** 2, 0);
  const line = flat - (slope * slope * k * (k * k - 1)) / 12;
  return { start, end, level, slope: k * Math.log(flat / Math.max(line, flat * 1e-12)) > slopeParameters * Math.log(values.length) ? slope : 0 };
}
