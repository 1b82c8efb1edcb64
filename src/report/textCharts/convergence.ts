import type { ChartTrial, SearchChart } from '../../model/blocks.js';
import { toLoss } from '../../model/direction.js';
import { formatNumber } from '../../model/numberFormat.js';
import { hasValue, ranked } from '../axisScale.js';

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const columns = 60;

/** Two rows of bars, the taller the better: the best so far, and each trial. */
export function drawConvergence(chart: SearchChart): string {
  const order = ranked(chart.trials, chart.goal);
  const best = order[0];
  if (best === undefined) return 'no trial completed';
  const goodness = (value: number): number => -toLoss(value, chart.goal);
  // A diverged trial would flatten all others: the worst tenth shares the lowest bar.
  const floor = goodness(order[Math.floor((order.length - 1) * 0.9)]?.value ?? best.value);
  const bar = (value: number | undefined): string => value === undefined ? '×' : bars[level(goodness(value), floor, goodness(best.value))] ?? '█';
  const groups = inColumns(chart.trials);
  let soFar: number | undefined;
  const running = groups.map((group) => (soFar = bestOf([soFar, ...group.map(({ value }) => value)], goodness)));
  const incumbent = chart.trials.find(({ mark }) => mark === 'incumbent');
  return [
    `best so far  ${running.map((v) => v === undefined ? ' ' : bar(v)).join('')}  ${formatNumber(best.value)} at trial ${String(best.number)}`,
    `each trial   ${groups.map((group) => bar(bestOf(group.map(({ value }) => value), goodness))).join('')}  the taller, the better${chart.trials.every(hasValue) ? '' : '; × = no value'}`,
    ...(incumbent?.value === undefined ? [] : [`main's best  ${bar(incumbent.value)}  ${formatNumber(incumbent.value)} at trial ${String(incumbent.number)}`]),
    ...(chart.trials.length > columns ? [`one column = up to ${String(Math.ceil(chart.trials.length / columns))} trials, the best of them`] : []),
  ].join('\n');
}

function level(value: number, low: number, high: number): number {
  return high > low ? Math.max(0, Math.round(((value - low) / (high - low)) * (bars.length - 1))) : bars.length - 1;
}

function inColumns(trials: readonly ChartTrial[]): readonly (readonly ChartTrial[])[] {
  const size = Math.ceil(trials.length / columns);
  return Array.from({ length: Math.ceil(trials.length / size) }, (_, i) => trials.slice(i * size, (i + 1) * size));
}

function bestOf(values: readonly (number | undefined)[], goodness: (value: number) => number): number | undefined {
  return values.reduce((a, b) => (a === undefined || (b !== undefined && goodness(b) > goodness(a)) ? b : a), undefined);
}
