import type { CurveChart } from '../../model/blocks.js';
import { formatNumber } from '../../model/numberFormat.js';
import { curveScale, type CurveScale } from '../curveScale.js';
import { escapeHtml } from '../htmlEscape.js';
import { clip, printableLine } from '../printable.js';
import { quietAxis, quietLegend, tick } from './axes.js';
import type { ChartOption } from './chartOption.js';
import { palette } from './palette.js';
import { tooltipStyle } from './tooltip.js';

type Line = CurveChart['lines'][number];
const tones = { good: palette.good, bad: palette.bad, neutral: palette.faint } as const;
/** Labels of neighbouring marks would meet: they take turns at three heights above the picture. */
const heights = 3;
const lineHeight = 14;
const decadesForPowers = 3;
/** Of a number below a tick with some air, in pixels: `hideOverlap` lets labels touch. */
const labelWidth = 60;
/** From here on a label that is centred on its line would leave the picture. */
const nearEdge = 0.88;

/** Measurements as dots, what is made of them as a line, marks and a band across. */
export function curveOption(chart: CurveChart, width: number): ChartOption {
  const scale = curveScale(chart);
  const [x, y] = [scale?.x ?? { low: 0, high: 1 }, scale?.y ?? { low: 0, high: 1 }];
  const isNarrow = width < 480;
  const values = measuredAt(chart, scale, width);
  const air = (y.high - y.low) * 0.08;
  // Whole numbers that were measured are shown whole: 1024 is no 1020.
  const asX = (value: number): string => formatNumber(chart.x.log ? 10 ** value : value, values === undefined ? 3 : 5);
  return {
    grid: { left: 8, right: 44, top: 44 + lineHeight * (Math.min(heights, Math.max(1, chart.marks.length)) - 1), bottom: 34, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: quietLegend,
    tooltip: { ...tooltipStyle, trigger: 'item', formatter: ({ value, seriesName }: { value: readonly number[]; seriesName: string }) => `${escapeHtml(printableLine(chart.x.name))} <b>${asX(value[0] ?? NaN)}</b><br>${escapeHtml(printableLine(seriesName))}: <b>${tick(value[1] ?? NaN)}</b>` },
    xAxis: { ...quietAxis, ...(values === undefined ? {} : { splitLine: { show: false } }), type: 'value', min: x.low, max: x.high, ...ticksOf(chart, scale, isNarrow), name: clip(printableLine(chart.x.name), 40), nameLocation: 'middle', nameGap: 24, nameTextStyle: { color: palette.faint }, axisLabel: { color: palette.faint, fontSize: 11, hideOverlap: true, formatter: asX, ...(values === undefined ? {} : { customValues: values }) } },
    yAxis: { ...quietAxis, type: 'value', min: y.low - air, max: y.high + air, splitNumber: 4, axisLabel: { color: palette.faint, fontSize: 11, formatter: tick, showMinLabel: false, showMaxLabel: false } },
    series: (scale?.lines ?? []).map((line, i) => series(line, i, i === (scale?.lines.length ?? 0) - 1 ? { chart, along: (value) => ((scale?.toX(value) ?? 0) - x.low) / (x.high - x.low), toX: scale?.toX ?? ((value) => value), isNarrow } : undefined)),
  };
}

/** Whole powers of ten, where the axis is long enough to hold some. */
function ticksOf({ x: { log } }: CurveChart, scale: CurveScale | undefined, isNarrow: boolean): object {
  const decades = scale === undefined ? 0 : scale.x.high - scale.x.low;
  return log && decades >= decadesForPowers ? { interval: isNarrow && decades > 4 ? 2 : 1 } : { splitNumber: isNarrow ? 3 : 6 };
}

/** On a shorter logarithmic axis the ticks are where something was measured, as far as there is room: anything else would be a broken number. */
function measuredAt({ x: { log } }: CurveChart, scale: CurveScale | undefined, width: number): readonly number[] | undefined {
  if (scale === undefined || !log || scale.x.high - scale.x.low >= decadesForPowers) return undefined;
  const apart = ((scale.x.high - scale.x.low) * labelWidth) / width;
  const values = scale.lines.flatMap(({ points }) => points.map(([x]) => x)).sort((a, b) => a - b);
  return values.reduce<readonly number[]>((kept, value) => (value - (kept.at(-1) ?? -Infinity) >= apart ? [...kept, value] : kept), []);
}

interface Drawn { readonly chart: CurveChart; readonly toX: (value: number) => number; /** 0 … 1 from left to right. */ readonly along: (value: number) => number; readonly isNarrow: boolean }

/** Marks and band belong to the last line, so that they are drawn once. */
function series({ name, look, points }: Line, index: number, drawn: Drawn | undefined): object {
  const colour = look === 'dots' ? palette.ranks[2] : index % 2 === 0 ? palette.incumbent : palette.best;
  const kind = look === 'dots'
    ? { type: 'scatter', symbolSize: 4, itemStyle: { color: colour, opacity: 0.7 }, z: 2 }
    : { type: 'line', showSymbol: look === 'both', symbol: 'circle', symbolSize: 7, lineStyle: { color: colour, width: 2 }, itemStyle: { color: colour }, z: 3 };
  return { name: clip(printableLine(name), 40), data: points, clip: true, ...kind, ...(drawn === undefined ? {} : marksOf(drawn)) };
}

function marksOf({ chart: { marks, band }, toX, along, isNarrow }: Drawn): object {
  const lines = [...marks].sort((a, b) => a.x - b.x).map(({ x, label, tone }, i) => ({
    xAxis: toX(x), lineStyle: { color: tones[tone], type: tone === 'good' ? 'solid' : 'dashed', width: tone === 'good' ? 2 : 1.2 },
    label: { formatter: `${clip(printableLine(label), isNarrow ? 24 : 40)}${'\n '.repeat(i % heights)}`, position: 'end', ...(along(x) > nearEdge ? { align: 'right' } : along(x) < 1 - nearEdge ? { align: 'left' } : {}), color: tones[tone], fontSize: 11, lineHeight },
  }));
  return {
    ...(lines.length === 0 ? {} : { markLine: { silent: true, precision: -1, symbol: 'none', animation: false, data: lines } }),
    ...(band === undefined ? {} : { markArea: { silent: true, itemStyle: { color: palette.best, opacity: 0.1 }, data: [[{ xAxis: toX(band.low) }, { xAxis: toX(band.high) }]] } }),
  };
}
