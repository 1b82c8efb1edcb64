import type { TableColumn, Text } from '../../model/blocks.js';
import type { Comparison } from '../../model/comparison.js';
import { formatInterval, formatSigned } from '../../model/numberFormat.js';
import type { SectionBuilder } from '../index.js';
import { faint, plain, strong } from '../spans.js';
import { gateConfiguration, isReseed, isTwoSearches, sideWords, value } from '../words.js';
import { pairMeans, searchBest } from './summaries.js';

interface Row {
  readonly label: Text;
  readonly base?: number | undefined; readonly head?: number | undefined;
  readonly effect?: number | undefined; readonly low?: number | undefined; readonly high?: number | undefined;
  readonly margin?: number | undefined;
}

/** Each metric at main's best hyperparameters, then the main metric after tuning. */
export const metrics: SectionBuilder = {
  title: 'Metrics',
  priority: 85,
  build(comparison, report) {
    const rows = [...atIncumbent(comparison, gateConfiguration(report, comparison)), ...(isReseed(report) || isTwoSearches(comparison) ? [] : afterTuning(comparison))];
    if (rows.length === 0) return [];
    const words = sideWords(report);
    const columns: readonly (TableColumn & { readonly cell: (row: Row) => Text })[] = [
      { label: 'metric', align: 'left', cell: (row) => row.label },
      ...(rows.some((row) => row.base !== undefined) ? [{ label: words.base, align: 'right' as const, cell: (row: Row) => value(row.base) }] : []),
      { label: words.head, align: 'right', cell: (row) => value(row.head) },
      ...(rows.some((row) => row.effect !== undefined) ? [{ label: 'change', align: 'left' as const, cell: change }] : []),
      ...(rows.some((row) => row.margin !== undefined) ? [{ label: 'margin', align: 'right' as const, cell: (row: Row) => value(row.margin) }] : []),
    ];
    return [{ kind: 'table', columns: columns.map(({ label, align }) => ({ label, align })), rows: rows.map((row) => columns.map(({ cell }) => cell(row))) }];
  },
};

function atIncumbent({ metrics: rows, metric }: Comparison, where: string): readonly Row[] {
  return rows.filter(({ base, head }) => base !== undefined || head !== undefined).map(({ name, goal, base, head, effect, low, high, margin }) => ({
    label: [plain(`${name} ${goal === 'maximize' ? '↑' : '↓'}`), ...(name === metric.name ? [faint(` ${where}`)] : [])],
    base, head, effect, low, high, margin,
  }));
}

function afterTuning(comparison: Comparison): readonly Row[] {
  const { metric, retune } = comparison;
  const arrow = metric.goal === 'maximize' ? '↑' : '↓';
  const means = retune === undefined ? undefined : pairMeans(retune, metric.goal);
  const best = searchBest(comparison);
  if (means !== undefined) return [{ label: [plain(`${metric.name} ${arrow}`), faint(' after tuning')], ...means }];
  if (best === undefined) return [];
  return [{ label: [plain(`${metric.name} ${arrow}`), faint(` best found, ${best.from}`)], head: best.value }];
}

function change(row: Row): Text {
  if (row.effect === undefined) return value(undefined);
  const clear = row.low !== undefined && row.high !== undefined && (row.low > 0 || row.high < 0);
  const text = row.low === undefined || row.high === undefined ? formatSigned(row.effect) : formatInterval(row.effect, row.low, row.high);
  return [clear ? strong(text) : plain(text)];
}
