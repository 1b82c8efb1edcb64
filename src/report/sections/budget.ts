import type { Text } from '../../model/blocks.js';
import type { Comparison } from '../../model/comparison.js';
import type { SectionBuilder } from '../index.js';
import { formatNumber } from '../../model/numberFormat.js';
import { durationWords } from '../../model/durationWords.js';
import { code, plain } from '../spans.js';
import { energyWords, plural, shortSha, stopWords } from '../words.js';

/** What was spent, what ended the search, and what it was compared with. */
export const budget: SectionBuilder = {
  title: 'Budget and baseline',
  priority: 70,
  build(comparison) {
    const baseline = baselineText(comparison);
    return [{ kind: 'facts', items: [
      { label: 'Runs', value: [plain(spent(comparison))] },
      ...bestTrial(comparison),
      ...(baseline.length === 0 ? [] : [{ label: 'Baseline', value: baseline }]),
    ] }];
  },
};

function spent({ budget: b, search }: Comparison): string {
  const counts = [
    `${String(b.complete)}${b.runs === undefined ? '' : ' trials'} ok`, ...some(b.pruned, 'pruned'), ...some(b.failed, 'failed'), ...some(b.infeasible, 'infeasible'), ...some(b.reused, 'reused'),
  ].join(' · ');
  const gpu = b.gpuMinutes > 0 ? `, ${b.gpuMinutes < 0.05 ? 'under 0.1' : formatNumber(Math.round(b.gpuMinutes * 10) / 10)} GPU-minutes${b.joules === undefined ? '' : ` (${energyWords(b.joules)})`}` : '';
  const stop = search === undefined ? '' : `. Search (${search.method}, ${plural(search.trials.length, 'trial')}): ${stopWords(search.stopReason, search.method)}`;
  // Two logs are read: nothing ran.
  const time = b.wallSeconds === 0 ? 'none run here' : `in ${durationWords(b.wallSeconds)}`;
  return `${counts}${b.runs === undefined ? '' : `, ${plural(b.runs, 'run')}`}, ${time}${gpu}${stop}.`;
}

/** Training longer than to its best step was of no use, shorter would have lost something. */
function bestTrial({ search }: Comparison): readonly { readonly label: string; readonly value: Text }[] {
  const best = search?.trials.find(({ number }) => number === search.bestTrial);
  if (best?.steps === undefined) return [];
  const { best: at, bestValue, last, lastValue } = best.steps;
  const end = at === last ? ', its last' : ` of ${formatNumber(last)}; ${formatNumber(lastValue)} at the last`;
  return [{ label: 'Best step', value: [plain(`${formatNumber(bestValue)} at step ${formatNumber(at)}${end} (trial ${String(best.number)}, the best of the search on its one seed).`)] }];
}

function some(count: number, word: string): readonly string[] {
  return count > 0 ? [`${String(count)} ${word}`] : [];
}

function baselineText({ baseline }: Comparison): Text {
  if (baseline === undefined) return [];
  if (baseline.source === 'none') return [plain(`none. ${baseline.why}`)];
  const age = [
    ...(baseline.ageCommits === undefined || baseline.ageCommits === 0 ? [] : [`${plural(baseline.ageCommits, 'commit')} back`]),
    ...(baseline.ageDays === undefined ? [] : [baseline.ageDays < 1 ? 'measured today' : `measured ${plural(Math.round(baseline.ageDays), 'day')} ago`]),
  ].join(', ');
  const how = baseline.source === 'stored' ? 'stored values of ' : 'run again here at ';
  return [plain(how), code(shortSha(baseline.measuredSha)), plain(`${age === '' ? '' : ` (${age})`}. ${baseline.why}`)];
}
