import type { SeriesChart } from '../../model/blocks.js';
import { formatNumber } from '../../model/numberFormat.js';
import { escapeHtml } from '../htmlEscape.js';
import { metricAxis, quietAxis } from './axes.js';
import { palette } from './palette.js';
import { tooltipStyle } from './tooltip.js';
import type { ChartOption } from './chartOption.js';

/** More dots than this run into each other. */
const mostDots = 150;
/** Of many cuts only the newest get a line, or there is nothing but lines. */
const mostCuts = 12;

/** A line over the commits, broken where what is measured changed; alarms as triangles up (better) or down. */
export function seriesOption({ points, marks, cuts, metric }: SeriesChart): ChartOption {
  const values = points.map(({ value }) => value);
  const tooltip = (at: number): string => `<code>${escapeHtml(points[at]?.label ?? '')}</code><br>${escapeHtml(metric)}: <b>${formatNumber(values[at] ?? Number.NaN)}</b>`;
  const bounds = [0, ...cuts.map(({ index }) => index), points.length];
  const lines = bounds.slice(1).map((end, i) => values.slice(bounds[i] ?? 0, end).map((value, k) => [k + (bounds[i] ?? 0), value])).filter((line) => line.length > 0);
  const data = lines.flatMap((line, i) => (i === 0 ? line : [[line[0]?.[0], null], ...line]));
  return {
    grid: { left: 8, right: 24, top: 16, bottom: 34, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: { ...tooltipStyle, trigger: 'item', formatter: ({ value }: { value: readonly number[] }) => tooltip(value[0] ?? 0) },
    xAxis: { ...quietAxis, type: 'value', min: 0, max: Math.max(1, points.length - 1), minInterval: 1, name: 'commit', nameLocation: 'middle', nameGap: 24, nameTextStyle: { color: palette.faint }, splitLine: { show: false }, axisLabel: { color: palette.faint, fontSize: 11, hideOverlap: true, formatter: (at: number) => points[at]?.label.slice(0, 7) ?? '' } },
    yAxis: { ...quietAxis, ...metricAxis(range(values)) },
    series: [
      {
        name: metric, type: 'line', data, connectNulls: false, showSymbol: points.length <= mostDots, symbol: 'circle', symbolSize: 6, lineStyle: { color: palette.best, width: 1.5 }, itemStyle: { color: palette.best }, z: 2,
        markLine: { silent: true, symbol: 'none', animation: false, lineStyle: { color: palette.faint, type: 'dashed' }, label: { show: false }, data: cuts.slice(-mostCuts).map(({ index }) => ({ xAxis: index - 0.5 })) },
      },
      {
        name: 'alarm', type: 'scatter', z: 3,
        data: marks.map(({ index, better }) => ({ value: [index, values[index]], symbol: 'triangle', symbolRotate: better ? 0 : 180, symbolSize: 13, itemStyle: { color: better ? palette.good : palette.bad } })),
      },
    ],
  };
}

/** Both ends; a spread over ten thousand arguments would overflow the stack. */
function range(values: readonly number[]): readonly number[] {
  return [values.reduce((a, b) => Math.min(a, b), Infinity), values.reduce((a, b) => Math.max(a, b), -Infinity)];
}
