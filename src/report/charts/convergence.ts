import type { ChartTrial, SearchChart } from '../../model/blocks.js';
import { toLoss } from '../../model/direction.js';
import { hasValue } from '../axisScale.js';
import { metricAxis, quietAxis, quietLegend, tick } from './axes.js';
import { palette } from './palette.js';
import { shownTip, tipOf, tooltipStyle } from './tooltip.js';
import type { ChartOption } from './chartOption.js';

/** Each trial as a dot, the best so far as a step line, main's best as a dashed line. */
export function convergenceOption(chart: SearchChart): ChartOption {
  const done = chart.trials.filter(hasValue);
  const incumbent = done.find(({ mark }) => mark === 'incumbent');
  const dot = (trial: ChartTrial & { value: number }): object => ({
    value: [trial.number, trial.value], ...tipOf(trial, chart.metric),
    ...(trial.mark === undefined ? {} : { symbol: trial.mark === 'best' ? 'diamond' : 'rect', symbolSize: trial.mark === 'best' ? 14 : 10, itemStyle: { color: trial.mark === 'best' ? palette.best : palette.incumbent, opacity: 1 } }),
  });
  return {
    grid: { left: 8, right: 24, top: 32, bottom: 34, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: quietLegend,
    tooltip: { ...tooltipStyle, trigger: 'item', formatter: shownTip },
    xAxis: { ...quietAxis, type: 'value', min: 0, max: Math.max(1, (chart.trials.at(-1)?.number ?? 1)), minInterval: 1, name: 'trial', nameLocation: 'middle', nameGap: 24, nameTextStyle: { color: palette.faint }, axisLabel: { color: palette.faint, fontSize: 11, hideOverlap: true, showMaxLabel: false }, splitLine: { show: false } },
    yAxis: { ...quietAxis, ...metricAxis(robust(done, chart)) },
    series: [
      { name: 'trial', type: 'scatter', data: done.map(dot), symbolSize: 7, itemStyle: { color: palette.ranks[2], opacity: 0.9 }, emphasis: { itemStyle: { color: palette.best } }, clip: true, z: 3 },
      {
        name: 'best so far', type: 'line', step: 'end', data: soFar(chart), showSymbol: false, silent: true, lineStyle: { color: palette.best, width: 2 }, itemStyle: { color: palette.best }, z: 2,
        ...(incumbent === undefined ? {} : { markLine: { silent: true, precision: -1, symbol: 'none', animation: false, data: [{ yAxis: incumbent.value }], lineStyle: { color: palette.incumbent, type: 'dashed' }, label: { position: 'insideEndTop', color: palette.faint, fontSize: 11, formatter: `main's best ${tick(incumbent.value)}` } } }),
      },
    ],
  };
}

function soFar({ trials, goal }: SearchChart): readonly (readonly [number, number])[] {
  const steps: [number, number][] = [];
  for (const { number, value } of trials) {
    const last = steps.at(-1)?.[1];
    const best = value === undefined || (last !== undefined && toLoss(last, goal) <= toLoss(value, goal)) ? last : value;
    if (best !== undefined) steps.push([number, best]);
  }
  return steps;
}

/** A diverged trial would press all others into one line: the worst tenth may lie outside. */
function robust(done: readonly { readonly value: number }[], { goal }: SearchChart): readonly number[] {
  const sorted = done.map(({ value }) => value).sort((a, b) => toLoss(a, goal) - toLoss(b, goal));
  return sorted.length < 10 ? sorted : sorted.slice(0, Math.ceil(sorted.length * 0.9));
}
