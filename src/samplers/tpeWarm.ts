import { spearman } from '../math/rank.js';
import { logDensity } from './tpeDensity.js';
import { evidenceOf, observationsOf } from './tpeEvidence.js';
import { LOST, type Ledger } from './tpeLedger.js';
import { mixtureOf } from './tpeParzen.js';
import type { TpeSettings } from './tpePresets.js';

/** Weight of another commit's good trials, all together, before the study has trials of its own. */
const FIRST_WARMTH = 5;
/** Own trials after which half of it is left; twice as many leave a fifth, six times as many nothing to speak of. */
const HALF_LIFE = 15;
/** Own trials that it takes to say whether the other commit's hold here. */
const FEWEST_JUDGES = 5;
const MOST_JUDGES = 30;
/** Worth of the belief, before any evidence, that they do. */
const BENEFIT_OF_DOUBT = 4;

/**
 * Total weight of another commit's good trials: less with every own trial, and less the less the own losses follow
 * what the others foretell (rank correlation), so that misleading knowledge goes before it costs much.
 */
export function warmthOf(ledger: Ledger, own: number, groups: readonly (readonly number[])[], settings: TpeSettings): number {
  if (own === 0) return 0;
  const judges = ledger.byMerit.filter((row) => row >= own && (ledger.merits[row]?.tier ?? LOST) < LOST);
  const faded = FIRST_WARMTH / (1 + (judges.length / HALF_LIFE) ** 2);
  if (judges.length < FEWEST_JUDGES) return faded;
  const newest = judges.toSorted((a, b) => b - a).slice(0, MOST_JUDGES);
  const foretold = foretell(ledger, own, groups, settings);
  const agreement = spearman(newest.map(foretold), newest.map((row) => -judges.indexOf(row))) ?? 0;
  return faded * Math.max(0, (BENEFIT_OF_DOUBT + agreement * newest.length) / (BENEFIT_OF_DOUBT + newest.length));
}

/** How good the other commit's trials alone make a row look. */
function foretell(ledger: Ledger, own: number, groups: readonly (readonly number[])[], settings: TpeSettings): (row: number) => number {
  const all = evidenceOf(ledger, own, settings, Infinity);
  const evidence = { ...all, below: all.below.filter((row) => row < own), above: all.above.filter((row) => row < own) };
  const models = groups.map((dims) => ({
    dims,
    below: mixtureOf(observationsOf(evidence, 'below', dims, settings), settings.style),
    above: mixtureOf(observationsOf(evidence, 'above', dims, settings), settings.style),
  }));
  return (row) => models.reduce((sum, { dims, below, above }) => {
    const positions = Float64Array.from(dims, (dim) => ledger.columns[dim]?.[row] ?? NaN);
    return positions.some(Number.isNaN) ? sum : sum + logDensity(below, positions) - logDensity(above, positions);
  }, 0);
}
