import type { PairsChart } from '../../model/blocks.js';
import { toGain } from '../../model/direction.js';
import { formatInterval, formatNumber, formatSigned } from '../../model/numberFormat.js';
import { along } from '../axisScale.js';
import { padTo } from '../textWidth.js';

const columns = 41;

/** One row per seed: head - base, better to the right, with zero, the margin's edge, and the mean with its interval. */
export function drawPairs(chart: PairsChart): string {
  const gains = chart.pairs.map(({ base, head }) => toGain(head - base, chart.goal));
  const edges = chart.effect === undefined ? [] : [chart.effect.low, chart.effect.high].map((v) => toGain(v, chart.goal));
  const extent = Math.max(...[...gains, ...edges, chart.margin].map(Math.abs)) * 1.05;
  const range = { low: -extent, high: extent };
  const at = (gain: number): number => Math.round(along(gain, range, false) * (columns - 1));
  const ground = (): string[] => {
    const cells = Array.from({ length: columns }, () => ' ');
    cells[at(-chart.margin)] = '┊';
    cells[at(0)] = '│';
    return cells;
  };
  const rows = chart.pairs.map(({ seed, base, head }, i) => {
    const cells = ground();
    cells[at(gains[i] ?? 0)] = '●';
    return row(`seed ${String(seed)}`, cells, `${padTo(formatSigned(head - base), 9, 'left')}  ${formatNumber(base)} → ${formatNumber(head)}`);
  });
  const mean = chart.effect === undefined ? [] : [meanRow(chart.effect, ground(), (value) => at(toGain(value, chart.goal)))];
  const legend = `${' '.repeat(17)}${padTo('← worse', Math.floor(columns / 2), 'left')}│${padTo('better →', Math.floor(columns / 2), 'right')}`;
  return [legend, ...rows, ...mean, `${' '.repeat(17)}│ no difference, ┊ worse by the margin (${formatNumber(chart.margin)})`].join('\n');
}

function meanRow(effect: { readonly value: number; readonly low: number; readonly high: number }, cells: string[], at: (value: number) => number): string {
  const [from, to] = [Math.min(at(effect.low), at(effect.high)), Math.max(at(effect.low), at(effect.high))];
  for (let i = from; i <= to; i++) cells[i] = '─';
  cells[from] = '├';
  cells[to] = '┤';
  cells[at(effect.value)] = '◆';
  return row('mean', cells, formatInterval(effect.value, effect.low, effect.high));
}

function row(label: string, cells: readonly string[], value: string): string {
  return `${padTo(label, 15, 'left')}  ${cells.join('')}  ${value}`;
}
