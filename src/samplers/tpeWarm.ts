import { spearman } from '../math/rank.js';
import type { Axis } from './tpeAxis.js';
import { LOST, type Ledger } from './tpeLedger.js';

/** Weight of another commit's good trials, all together, before the study has trials of its own. */
const FIRST_WARMTH = 5;
/** Own trials after which half of it is left; twice as many leave a fifth, six times as many nothing to speak of. */
const HALF_LIFE = 15;
/** Own trials that it takes to say whether the other commit's hold here. */
const FEWEST_JUDGES = 5;
const MOST_JUDGES = 30;
/** Worth of the belief, before any evidence, that they do. */
const BENEFIT_OF_DOUBT = 8;
/** How far a trial's word reaches, as a share of a range (of four deviations of an unbounded parameter). */
const REACH = 0.2;
const UNBOUNDED_RANGE = 4;

/**
 * Total weight of another commit's good trials: less with every own trial, and less the less the own losses follow
 * what the others foretell (rank correlation), so that misleading knowledge goes before it costs much.
 */
export function warmthOf(ledger: Ledger, own: number): number {
  if (own === 0) return 0;
  const usable = Array.from(ledger.byMerit).filter((row) => (ledger.merits[row]?.tier ?? LOST) < LOST);
  const witnesses = usable.filter((row) => row < own);
  const judges = usable.filter((row) => row >= own);
  const faded = FIRST_WARMTH / (1 + (judges.length / HALF_LIFE) ** 2);
  if (judges.length < FEWEST_JUDGES) return faded;
  const newest = judges.map((row, place) => ({ row, place })).toSorted((a, b) => b.row - a.row).slice(0, MOST_JUDGES);
  const agreement = spearman(newest.map(({ row }) => foretoldPlace(ledger, witnesses, row)), newest.map(({ place }) => place)) ?? 0;
  return faded * Math.max(0, (BENEFIT_OF_DOUBT + agreement * newest.length) / (BENEFIT_OF_DOUBT + newest.length));
}

/** Mean place, the best 0, of the other commit's trials around a row: each counts by how near it is. */
function foretoldPlace({ axes, columns }: Ledger, witnesses: readonly number[], row: number): number {
  const logs = witnesses.map((witness) => -0.5 * axes.reduce((sum, axis, i) => sum + distance(axis, columns[i]?.[row] ?? NaN, columns[i]?.[witness] ?? NaN) ** 2, 0));
  const top = logs.reduce((most, log) => Math.max(most, log), -Infinity);
  let total = 0;
  let places = 0;
  for (const [place, log] of logs.entries()) {
    const weight = Math.exp(log - top);
    total += weight;
    places += weight * place;
  }
  return places / total;
}

/** In units of the reach; another choice, or a value where the other has none, is one and a half of it away. */
function distance(axis: Axis, a: number, b: number): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  if (axis.kind === 'categorical' || Number.isNaN(a) || Number.isNaN(b)) return 1.5;
  const range = Number.isFinite(axis.low) ? axis.high - axis.low : UNBOUNDED_RANGE;
  return (a - b) / (REACH * range);
}
