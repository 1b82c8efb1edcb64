import type { ChartAxis, ChartTrial } from '../../model/blocks.js';
import type { ParamValue } from '../../model/params.js';
import { formatNumber } from '../../model/numberFormat.js';
import { axisChoices, axisRange, choiceName } from '../axisScale.js';
import { clip, printableLine } from '../printable.js';
import { palette } from './palette.js';

/** A parameter's axis as ECharts wants it. Logs are taken here, so that its ticks are whole powers of ten. */
export interface ScaledAxis {
  readonly option: Readonly<Record<string, unknown>>;
  /** `undefined` where the parameter was inactive. */
  readonly at: (value: ParamValue | undefined) => number | string | undefined;
}

export function scaledAxis(axis: ChartAxis, trials: readonly ChartTrial[]): ScaledAxis {
  const choices = axisChoices(axis, trials);
  if (choices !== undefined) {
    const names = choices.map((choice) => clip(printableLine(choice), 40));
    return { option: { type: 'category', data: names, ...labels((name: string) => clip(name, 12)) }, at: (value) => value === undefined ? undefined : clip(printableLine(choiceName(value)), 40) };
  }
  const range = axisRange(axis, trials);
  if (!axis.log) return { option: { type: 'value', min: range.low, max: range.high, splitNumber: 4, ...(isWhole(axis, trials) ? { minInterval: 1 } : {}), ...labels(tick) }, at: numberOnly };
  const [min, max] = [Math.log10(range.low), Math.log10(range.high)];
  return {
    option: { type: 'value', min, max, splitNumber: 4, ...(max - min >= 2 ? { minInterval: 1 } : {}), ...labels((power: number) => tick(10 ** power)) },
    at: (value) => typeof value === 'number' && value > 0 ? Math.log10(value) : undefined,
  };
}

/** A metric's axis: as wide as the values, a little air, no zero forced. */
export function metricAxis(values: readonly number[]): Readonly<Record<string, unknown>> {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const air = low === high ? Math.abs(low) * 0.05 || 0.5 : (high - low) * 0.06;
  return { type: 'value', min: low - air, max: high + air, splitNumber: 4, axisLabel: { ...labels(tick).axisLabel, showMinLabel: false, showMaxLabel: false } };
}

export const quietAxis = {
  axisLine: { lineStyle: { color: palette.line } }, axisTick: { show: false }, splitLine: { lineStyle: { color: palette.line, opacity: 0.6 } },
};

/** Above the chart, on its left; a gap wide enough that no symbol touches the name before it. */
export const quietLegend = { top: 0, left: 8, itemWidth: 14, itemHeight: 9, itemGap: 28, textStyle: { color: palette.faint, fontSize: 12 } };

/** Short enough for an axis: three significant digits. */
export function tick(value: number): string {
  return formatNumber(value, 3);
}

function labels(formatter: ((value: number) => string) | ((name: string) => string)): { readonly axisLabel: object } {
  return { axisLabel: { color: palette.faint, fontSize: 11, formatter, textBorderColor: palette.panel, textBorderWidth: 3, showMinLabel: true, showMaxLabel: true, hideOverlap: true } };
}

function isWhole(axis: ChartAxis, trials: readonly ChartTrial[]): boolean {
  return [axis.low, axis.high, ...trials.map(({ params }) => params[axis.name])].every((value) => value === undefined || Number.isInteger(value));
}

function numberOnly(value: ParamValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
