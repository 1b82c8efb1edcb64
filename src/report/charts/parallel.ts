import type { ChartTrial, SearchChart } from '../../model/blocks.js';
import { ranked } from '../axisScale.js';
import { clip, printableLine } from '../printable.js';
import { metricAxis, scaledAxis } from './axes.js';
import { palette, rankColour } from './palette.js';
import { shownTip, tipOf, tooltipStyle } from './tooltip.js';
import type { ChartOption } from './chartOption.js';

/** Names stand centred below their axes, the first and the last one too: half of them needs room beside the picture. In pixels. */
function sideOf(name: string, room: number): number {
  return Math.max(40, Math.ceil(3.5 * clip(printableLine(name), room).length) + 4);
}

/** One line per trial through all its hyperparameters to its result; drag along an axis to keep a range. */
export function parallelOption(chart: SearchChart, width: number): ChartOption {
  const order = ranked(chart.trials, chart.goal);
  const axes = chart.axes.map((axis) => ({ name: axis.name, ...scaledAxis(axis, chart.trials) }));
  const room = Math.min(30, Math.max(8, Math.floor((width - 90) / Math.max(1, axes.length) / 7)));
  const look = { nameTextStyle: { color: palette.text, fontSize: 11 }, axisLine: { lineStyle: { color: palette.faint } }, axisTick: { show: false }, nameLocation: 'start', nameGap: 16, inverse: false };
  const line = (trial: ChartTrial & { value: number }, rank: number): object => ({
    value: [...axes.map(({ name, at }) => at(trial.params[name]) ?? '-'), trial.value], ...tipOf(trial, chart.metric),
    lineStyle: trial.mark === 'incumbent' ? { color: palette.incumbent, width: 2.5, type: 'dashed', opacity: 1 }
      : rank === 0 ? { color: palette.best, width: 3, opacity: 1 } : { color: rankColour(rank / order.length), width: 1.2, opacity: order.length > 60 ? 0.8 * (1 - rank / order.length) ** 2 + 0.08 : 0.75 },
  });
  return {
    tooltip: { ...tooltipStyle, formatter: shownTip },
    parallel: { left: sideOf(axes[0]?.name ?? '', room), right: Math.max(50, sideOf(chart.metric, room)), top: 16, bottom: 40, axisExpandable: false },
    parallelAxis: [
      ...axes.map(({ name, option }, dim) => ({ dim, name: clip(printableLine(name), room), ...look, areaSelectStyle: { width: 16, color: palette.best, borderColor: palette.best, opacity: 0.25 }, ...option })),
      { dim: axes.length, name: clip(printableLine(chart.metric), room), ...look, nameTextStyle: { ...look.nameTextStyle, fontWeight: 'bold' }, areaSelectStyle: { width: 16, color: palette.best, borderColor: palette.best, opacity: 0.25 }, ...metricAxis(order.map(({ value }) => value)) },
    ],
    // The best are drawn last, over the others.
    series: [{ type: 'parallel', data: order.map(line).reverse(), smooth: 0.15, inactiveOpacity: 0.05, activeOpacity: 1, emphasis: { lineStyle: { width: 3, opacity: 1, color: palette.best } } }],
  };
}
