import type { PairsChart } from '../../model/blocks.js';
import { formatNumber, formatInterval, formatSigned } from '../../model/numberFormat.js';
import { quietAxis, tick } from './axes.js';
import { palette } from './palette.js';
import { tooltipStyle } from './tooltip.js';
import type { ChartOption } from './chartOption.js';

export function pairsHeight({ pairs }: PairsChart): number {
  return 78 + (pairs.length + 1) * 24;
}

/** head - base per seed, and their mean with its interval, against zero and the margin. */
export function pairsOption(chart: PairsChart, width: number): ChartOption {
  const rows = chart.pairs.map(({ seed, base, head }, i) => ({ label: `pair ${String(i + 1)}`, seed, base, head, difference: head - base }));
  const worseEdge = chart.goal === 'maximize' ? -chart.margin : chart.margin;
  const isGood = (difference: number): boolean => (chart.goal === 'maximize' ? difference >= 0 : difference <= 0);
  const all = [...rows.map(({ difference }) => difference), 0, worseEdge, ...(chart.effect === undefined ? [] : [chart.effect.low, chart.effect.high])];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const [min, end] = [low - (high - low) * 0.08, high + (high - low) * 0.08];
  const [marginSide, zeroSide] = labelSides({ apart: (Math.abs(worseEdge) / (end - min)) * (width - 80), isMarginLeft: worseEdge < 0 });
  const max = zeroSide === 'left' ? Math.max(end, endWithRoom(min, width)) : end;
  return {
    grid: { left: 8, right: 24, top: 26, bottom: 34, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: { ...tooltipStyle, formatter: ({ data }: { data: { tip?: string } }) => data.tip ?? '' },
    xAxis: { ...quietAxis, type: 'value', min, max, splitNumber: width < 500 ? 2 : 5, name: chart.goal === 'maximize' ? '← worse · difference · better →' : '← better · difference · worse →', nameLocation: 'middle', nameGap: 24, nameTextStyle: { color: palette.faint, fontSize: 11 }, axisLabel: { color: palette.faint, fontSize: 11, formatter: tick, showMinLabel: false, showMaxLabel: false, hideOverlap: true } },
    yAxis: { ...quietAxis, type: 'category', inverse: true, data: [...rows.map(({ label }) => label), ...(chart.effect === undefined ? [] : ['mean'])], axisLabel: { color: palette.faint, fontSize: 11 }, splitLine: { show: false } },
    series: [
      {
        type: 'scatter', symbolSize: 10, z: 3,
        data: rows.map(({ label, seed, base, head, difference }) => ({
          value: [difference, label], itemStyle: { color: isGood(difference) ? palette.good : palette.bad }, symbol: isGood(difference) ? 'circle' : 'rect',
          tip: `<b>${label}</b>, seed ${String(seed)}<br>${formatNumber(base)} → ${formatNumber(head)}<br><b>${formatSigned(difference)}</b>`,
        })),
        markLine: { silent: true, precision: -1, symbol: 'none', animation: false, data: [
          { xAxis: 0, lineStyle: { color: palette.text, type: 'solid' }, label: { position: 'start', align: zeroSide, formatter: 'no change', color: palette.faint, fontSize: 11 } },
          { xAxis: worseEdge, lineStyle: { color: palette.bad, type: 'dashed' }, label: { position: 'start', align: marginSide, formatter: 'margin', color: palette.faint, fontSize: 11 } },
        ] },
        markArea: { silent: true, animation: false, itemStyle: { color: palette.band }, data: [chart.goal === 'maximize' ? [{ xAxis: min }, { xAxis: worseEdge }] : [{ xAxis: worseEdge }, { xAxis: max }]] },
      },
      ...(chart.effect === undefined ? [] : meanSeries(chart.effect, rows.length)),
    ],
  };
}

/** Where the axis has to end so that the label of zero, which leans to the right, is not cut off. */
function endWithRoom(min: number, width: number): number {
  const share = Math.min(0.4, 62 / (width - 80));
  return (-Math.min(min, 0) * share) / (1 - share);
}

/** Two labels of lines that stand close lean away from each other; `apart` in pixels. */
function labelSides({ apart, isMarginLeft }: { apart: number; isMarginLeft: boolean }): readonly ['left' | 'center' | 'right', 'left' | 'center' | 'right'] {
  if (apart > 60) return ['center', 'center'];
  return isMarginLeft ? ['right', 'left'] : ['left', 'right'];
}

function meanSeries(effect: { readonly value: number; readonly low: number; readonly high: number }, row: number): readonly object[] {
  const tip = `<b>mean</b><br>${formatInterval(effect.value, effect.low, effect.high)}`;
  return [
    { type: 'line', symbol: 'rect', symbolSize: [2, 14], silent: true, z: 2, lineStyle: { color: palette.text, width: 2 }, itemStyle: { color: palette.text }, data: [[effect.low, row], [effect.high, row]] },
    { type: 'scatter', symbol: 'diamond', symbolSize: 15, z: 4, itemStyle: { color: palette.text }, data: [{ value: [effect.value, row], tip }] },
  ];
}
