import type { SeriesChart } from '../../model/blocks.js';
import { formatNumber } from '../../model/numberFormat.js';

const columns = 64;
const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** One bar per commit or per group of neighbours, higher values higher, with the alarms below. */
export function drawSeries({ points, marks }: SeriesChart): string {
  const width = Math.min(columns, points.length);
  const column = (index: number): number => Math.floor((index * width) / points.length);
  const groups = Array.from({ length: width }, (): number[] => []);
  points.forEach(({ value }, i) => groups[column(i)]?.push(value));
  const means = groups.map((group) => group.reduce((sum, value) => sum + value, 0) / group.length);
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const bars = means.map((value) => levels[high === low ? 3 : Math.round(((value - low) / (high - low)) * (levels.length - 1))] ?? '').join('');
  const below = Array.from({ length: width }, () => ' ');
  for (const { index, better } of marks) below[column(index)] = better ? '▲' : '▼';
  return [bars, ...(marks.length === 0 ? [] : [below.join('').trimEnd()]), `${formatNumber(low)} … ${formatNumber(high)}${marks.length === 0 ? '' : '   ▲ better, ▼ worse from here on'}`].join('\n');
}
