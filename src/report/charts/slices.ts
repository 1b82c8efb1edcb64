import type { ChartAxis, ChartTrial, SearchChart } from '../../model/blocks.js';
import { ranked } from '../axisScale.js';
import { clip, printableLine } from '../printable.js';
import { metricAxis, quietAxis, scaledAxis, type ScaledAxis } from './axes.js';
import { palette } from './palette.js';
import { shownTip, tipOf, tooltipStyle, type Tip } from './tooltip.js';
import type { ChartOption } from './chartOption.js';

const cell = { width: 250, height: 190 };

export function slicesHeight({ axes }: SearchChart, width: number): number {
  return Math.ceil(axes.length / columnsIn(width, axes.length)) * cell.height;
}

/** Small multiples: the metric against each hyperparameter alone, and what a forest of the trials takes its mean to be. */
export function slicesOption(chart: SearchChart, width: number): ChartOption {
  const order = ranked(chart.trials, chart.goal);
  const columns = columnsIn(width, chart.axes.length);
  const cellWidth = width / columns;
  const axes = chart.axes.map((axis) => ({ name: axis.name, ...(axis.curve === undefined ? {} : { curve: axis.curve }), ...scaledAxis(axis, chart.trials) }));
  const values = order.map(({ value }) => value);
  const shown = [...values.slice(0, Math.max(10, Math.ceil(values.length * 0.9))), ...axes.flatMap((axis) => meansToShow(axis, chart.goal))];
  return {
    tooltip: { ...tooltipStyle, formatter: shownTip },
    grid: axes.map((_, i) => ({ left: (i % columns) * cellWidth + 52, width: cellWidth - 72, top: Math.floor(i / columns) * cell.height + 14, height: cell.height - 66 })),
    xAxis: axes.map(({ name, option }, gridIndex) => ({
      ...quietAxis, ...option, gridIndex, name: clip(printableLine(name), 30), nameLocation: 'middle', nameGap: 26, nameTextStyle: { color: palette.text, fontSize: 12 }, splitLine: { show: false },
    })),
    yAxis: axes.map((_, gridIndex) => ({ ...quietAxis, ...metricAxis(shown), gridIndex })),
    series: [...axes.flatMap((axis, i) => curveSeries(axis, i)), ...axes.map(({ name, at }, i) => ({
      type: 'scatter', xAxisIndex: i, yAxisIndex: i, clip: true, symbolSize: 6, itemStyle: { color: palette.ranks[2], opacity: 0.85 }, emphasis: { itemStyle: { color: palette.best } },
      data: [...order].reverse().flatMap((trial) => point(trial, at(trial.params[name]), { isBest: trial.number === order[0]?.number, tip: tipOf(trial, chart.metric) })),
    }))],
  };
}

/** A mean over all else lies below most trials that a search went on to: its better half is kept in sight, and of choices all. */
function meansToShow({ curve = [], option }: ScaledAxis & Pick<ChartAxis, 'curve'>, goal: SearchChart['goal']): readonly number[] {
  const means = curve.map(({ mean }) => mean).sort((a, b) => (goal === 'maximize' ? b - a : a - b));
  return option['type'] === 'category' ? means : means.slice(0, Math.ceil(means.length / 2));
}

/** Beneath the points; silent, as it is no trial. */
function curveSeries({ curve, at, option }: ScaledAxis & Pick<ChartAxis, 'curve'>, i: number): readonly object[] {
  if (curve === undefined) return [];
  const isOrdered = option['type'] !== 'category';
  return [{
    type: 'line', xAxisIndex: i, yAxisIndex: i, clip: true, silent: true, smooth: false, symbol: isOrdered ? 'none' : 'rect', symbolSize: [22, 3],
    lineStyle: { color: palette.faint, width: isOrdered ? 2 : 0 }, itemStyle: { color: palette.faint },
    data: curve.flatMap(({ value, mean }) => {
      const x = at(value);
      return x === undefined ? [] : [[x, mean]];
    }),
  }];
}

function point(trial: ChartTrial & { value: number }, x: number | string | undefined, { isBest, tip }: { readonly isBest: boolean; readonly tip: Tip }): readonly object[] {
  if (x === undefined) return [];
  const mark = isBest ? { symbol: 'diamond', symbolSize: 13, itemStyle: { color: palette.best, opacity: 1 } }
    : trial.mark === 'incumbent' ? { symbol: 'rect', symbolSize: 9, itemStyle: { color: palette.incumbent, opacity: 1 } } : {};
  return [{ value: [x, trial.value], ...tip, ...mark }];
}

function columnsIn(width: number, count: number): number {
  return Math.max(1, Math.min(count, Math.floor(width / cell.width)));
}
