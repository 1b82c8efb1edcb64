import type { Block, Text } from '../../model/blocks.js';
import type { Comparison, SearchTrial } from '../../model/comparison.js';
import { standardDeviation } from '../../math/describe.js';
import { toLoss } from '../../model/direction.js';
import { durationWords } from '../../model/durationWords.js';
import { formatNumber } from '../../model/numberFormat.js';
import type { SectionBuilder } from '../index.js';
import { code, faint, plain, strong } from '../spans.js';
import { energyWords, paramText, plural, searchedParameters, value } from '../words.js';

const shownTrials = 10;
const shownParams = 6;

/** The best of the search, with what they got on fresh seeds. */
export const topTrials: SectionBuilder = {
  title: 'Top trials',
  priority: 45,
  build(comparison) {
    const { search, metric } = comparison;
    const done = search?.trials.filter((trial) => trial.value !== undefined) ?? [];
    if (search === undefined || done.length === 0) return [];
    const top = [...done].sort((a, b) => toLoss(a.value ?? 0, metric.goal) - toLoss(b.value ?? 0, metric.goal) || a.number - b.number).slice(0, shownTrials);
    const summary = done.length > top.length ? `Top ${String(top.length)} of ${plural(search.trials.length, 'trial')}` : plural(search.trials.length, 'trial');
    return [{ kind: 'details', summary: [plain(summary)], open: false, blocks: [table(top, comparison), ...without(comparison)] }];
  },
};

function table(top: readonly SearchTrial[], comparison: Comparison): Block {
  const { search, metric } = comparison;
  const fresh = new Map(search?.rescore.map((each) => [each.trial, each]) ?? []);
  const names = byImportance(comparison).slice(0, shownParams);
  const seeds = Math.max(0, ...[...fresh.values()].map(({ values }) => values.length));
  const rescored = top.some(({ number }) => (fresh.get(number)?.values.length ?? 0) > 0);
  const metered = top.some(({ joules }) => joules !== undefined);
  const stepped = top.some(({ steps }) => steps !== undefined);
  return {
    kind: 'table',
    columns: [
      { label: 'trial', align: 'right' }, { label: metric.name, align: 'right' },
      ...(rescored ? [{ label: 'on fresh seeds', align: 'right' as const }] : []),
      ...names.map((name) => ({ label: name, align: 'right' as const })),
      ...(stepped ? [{ label: 'best step', align: 'right' as const }] : []),
      { label: 'time', align: 'right' },
      ...(metered ? [{ label: 'energy', align: 'right' as const }] : []),
    ],
    rows: top.map((trial): Text[] => {
      const again = fresh.get(trial.number);
      return [
        label(trial), valueText(trial),
        ...(rescored ? [freshText(again, seeds)] : []),
        ...names.map((name) => paramText(trial.params[name])),
        ...(stepped ? [stepText(trial)] : []),
        trial.seconds === undefined ? value(undefined) : [plain(durationWords(trial.seconds))],
        ...(metered ? [trial.joules === undefined ? value(undefined) : [plain(energyWords(trial.joules))]] : []),
      ];
    }),
  };
}

function stepText({ steps }: SearchTrial): Text {
  return steps === undefined ? value(undefined) : [plain(formatNumber(steps.best)), faint(` of ${formatNumber(steps.last)}`)];
}

/** With the standard deviation of its runs, where it has several. */
function valueText({ value: own, parts = [] }: SearchTrial): Text {
  const spread = standardDeviation(parts);
  return spread === undefined ? value(own) : [...value(own), faint(` ± ${formatNumber(spread, 2)}`)];
}

type Rescored = NonNullable<Comparison['search']>['rescore'][number];

/** What dropped out of the race has its mean with the number of seeds that it saw. */
function freshText(again: Rescored | undefined, seeds: number): Text {
  if (again === undefined || again.values.length === 0) return value(undefined);
  const mean = formatNumber(again.values.reduce((sum, each) => sum + each, 0) / again.values.length);
  const shown = again.winner ? strong(mean) : plain(mean);
  return again.values.length === seeds ? [shown] : [shown, faint(` (${String(again.values.length)} of ${String(seeds)})`)];
}

function label({ number, anchor }: SearchTrial): Text {
  return anchor === undefined ? [plain(String(number))] : [plain(String(number)), faint(anchor === 'incumbent' ? " main's best" : ' defaults')];
}

function without(comparison: Comparison): readonly Block[] {
  const { search } = comparison;
  const runs = Math.max(0, ...search?.trials.map(({ parts = [] }) => parts.length) ?? []);
  const spread: readonly Block[] = runs < 2 ? [] : [{ kind: 'paragraph', text: [faint(`± is the standard deviation of a trial's ${String(runs)} runs: how much they differ, not how sure their mean is.`)] }];
  const rest = byImportance(comparison).slice(shownParams, shownParams + 12);
  if (rest.length === 0) return spread;
  return [...spread, { kind: 'paragraph', text: [faint('Columns left out: '), ...rest.flatMap((name, i) => [plain(i === 0 ? '' : ', '), code(name)]), plain('.')] }];
}

function byImportance(comparison: Comparison): readonly string[] {
  return [...searchedParameters(comparison)].sort((a, b) => (b.importance ?? 0) - (a.importance ?? 0)).map(({ name }) => name);
}
