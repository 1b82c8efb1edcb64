import type { Block, Text } from '../../model/blocks.js';
import type { Comparison, PairedStage } from '../../model/comparison.js';
import { toGain } from '../../model/direction.js';
import { formatInterval, formatNumber, formatSigned } from '../../model/numberFormat.js';
import type { SectionBuilder } from '../index.js';
import { plain } from '../spans.js';
import { gateConfiguration, plural } from '../words.js';
import { pairMeans, stageInterval, wholePairs } from './summaries.js';

type Fact = { readonly label: string; readonly value: Text };

/** The evidence, for whoever doubts the verdict (verdict.md §8). */
export const certainty: SectionBuilder = {
  title: 'How sure is this',
  priority: 65,
  build(comparison, report) {
    const facts = [...stageFacts(comparison, gateConfiguration(report, comparison)), ...errorFacts(comparison), ...noiseFacts(comparison), ...canaryFacts(comparison)];
    const charts = [
      ...pairsChart('Pairs of the same seed', comparison, comparison.gate),
      ...pairsChart('Confirmation, on fresh seeds', comparison, comparison.confirmation),
      ...pairsChart('After retuning, on fresh seeds', comparison, comparison.retune),
    ];
    if (facts.length === 0 && charts.length === 0) return [];
    const list: readonly Block[] = facts.length === 0 ? [] : [{ kind: 'facts', items: facts }];
    return [{ kind: 'details', summary: [plain('How sure is this?')], open: true, blocks: [...list, ...charts] }];
  },
};

function stageFacts(comparison: Comparison, where: string): readonly Fact[] {
  return [
    ...(comparison.canary?.identical === true ? [] : stageFact(`Effect ${where}`, comparison.gate, comparison)),
    ...stageFact('Again on fresh seeds', comparison.confirmation, comparison),
    ...stageFact("After retuning, against main's best", comparison.retune, comparison),
  ];
}

function stageFact(label: string, stage: PairedStage | undefined, { metric }: Comparison): readonly Fact[] {
  const means = stage === undefined ? undefined : pairMeans(stage);
  if (stage === undefined || means === undefined) return [];
  const range = stageInterval(stage, metric.goal);
  const effect = stage.result.effect === undefined ? means.effect : toGain(stage.result.effect, metric.goal) + 0;
  const { headOnlyFailures, baseOnlyFailures } = stage.result;
  const failed = headOnlyFailures + baseOnlyFailures === 0 ? '' : `; failed on this side alone ${String(headOnlyFailures)}, on the other alone ${String(baseOnlyFailures)}`;
  return [{ label, value: [plain(`${range === undefined ? formatSigned(effect) : formatInterval(effect, range.low, range.high)}, ${plural(stage.result.pairs, 'pair')}${failed}`)] }];
}

/** What an interval promises: without it a reader takes it for the usual one of a single look. */
function errorFacts({ gate, canary, metrics }: Comparison): readonly Fact[] {
  if (gate?.result.effect === undefined || canary?.identical === true) return [];
  const gated = metrics.filter((metric) => metric.gate).length;
  const shared = gated > 1 ? `; "worse" and "better" share it among ${String(gated)} gated metrics` : '';
  return [{ label: 'Error rate', value: [plain(`at most ${formatNumber(100 * gate.result.alpha)} % for each of the claims "worse", "better" and "not worse by the margin", over all looks together${shared}`)] }];
}

function noiseFacts({ gate, margin, metric, power }: Comparison): readonly Fact[] {
  const sd = gate?.result.looks.at(-1)?.sd ?? margin?.noise;
  const limit = margin?.value ?? gate?.result.margin;
  if (sd === undefined || limit === undefined) return [];
  const pairs = gate === undefined ? [] : wholePairs(gate);
  const better = pairs.reduce((sum, { base, head }) => sum + wins(toGain(head - base, metric.goal)), 0);
  const kind = margin === undefined ? '' : margin.kind === 'auto' ? ` (auto${margin.provisional ? ', provisional' : ''})` : margin.kind === 'percent' ? ' (from a percentage)' : '';
  return [
    { label: 'Margin', value: [plain(`${formatNumber(limit)}${kind}${sd > 0 ? `, ${ratio(limit / sd)} × the noise between paired seeds (sd ${formatNumber(sd, 2)})` : '; paired seeds did not differ'}`)] },
    ...powerFacts(power),
    ...priorFacts(gate),
    ...(pairs.length === 0 ? [] : [{ label: 'Better on the same seed', value: [plain(`${String(better)} of ${plural(pairs.length, 'pair')}${Number.isInteger(better) ? '' : ' (a tie counts half)'}`)] }]),
  ];
}

function powerFacts(power: Comparison['power']): readonly Fact[] {
  if (power === undefined) return [];
  const decline = power.decline === undefined ? 'none, however large' : formatNumber(power.decline, 3);
  return [{ label: 'Smallest decline the gate catches 9 times in 10', value: [plain(`${decline} (looks after ${power.looks.join(', ')} pairs, ${formatNumber(100 * power.alpha)} % for a false "worse")`)] }];
}

/** Whether `variance: moderated` had a say at the deciding look (verdict.md 6.8). */
function priorFacts(gate: PairedStage | undefined): readonly Fact[] {
  const { prior, looks } = gate?.result ?? {};
  const last = looks?.at(-1);
  if (prior === undefined || last === undefined) return [];
  const use = last.moderated === true ? 'it has a say in the interval' : last.sd > prior.sd ? 'dropped: these pairs vary far more' : 'dropped: these pairs do not vary';
  return [{ label: 'Noise known before', value: [plain(`sd ${formatNumber(prior.sd, 2)}, ${plural(prior.df, 'degree')} of freedom; ${use}`)] }];
}

function wins(gain: number): number {
  return gain > 0 ? 1 : gain === 0 ? 0.5 : 0;
}

function ratio(x: number): string {
  return x >= 10 ? x.toFixed(0) : x.toFixed(1);
}

function canaryFacts({ canary }: Comparison): readonly Fact[] {
  if (canary === undefined) return [];
  const seeds = `${plural(canary.seeds.length, 'seed')} run on both sides`;
  return [{ label: 'Canary', value: [plain(canary.identical ? `${seeds}: every metric at every step identical` : `${seeds}: results differ, so the gate ran`)] }];
}

function pairsChart(title: string, { metric, margin }: Comparison, stage: PairedStage | undefined): readonly Block[] {
  const pairs = stage === undefined ? [] : wholePairs(stage);
  if (stage === undefined || pairs.length < 2) return [];
  const range = stageInterval(stage, metric.goal);
  const value = pairMeans(stage)?.effect;
  return [{ kind: 'chart', title, chart: {
    kind: 'pairs', metric: metric.name, goal: metric.goal, margin: margin?.value ?? Math.abs(stage.result.margin), pairs,
    ...(range === undefined || value === undefined ? {} : { effect: { value: stage.result.effect === undefined ? value : toGain(stage.result.effect, metric.goal), ...range } }),
  } }];
}
