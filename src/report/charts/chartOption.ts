import type { Chart } from '../../model/blocks.js';
import { convergenceOption } from './convergence.js';
import { curveOption } from './curve.js';
import { pairsHeight, pairsOption } from './pairs.js';
import { parallelOption } from './parallel.js';
import { seriesOption } from './series.js';
import { slicesHeight, slicesOption } from './slices.js';

/** What ECharts is told to draw. */
export type ChartOption = Readonly<Record<string, unknown>>;

/** Least width at which labels do not collide; narrower places scroll. */
export function chartMinWidth(chart: Chart): number {
  return chart.kind === 'parallel' ? Math.max(300, (chart.axes.length + 1) * 84) : 280;
}

export function chartHeight(chart: Chart, width: number): number {
  switch (chart.kind) {
    case 'convergence': case 'series': return 280;
    case 'curve': return 320;
    case 'parallel': return 300;
    case 'slices': return slicesHeight(chart, width);
    case 'pairs': return pairsHeight(chart);
  }
}

export function chartOption(chart: Chart, width: number): ChartOption {
  switch (chart.kind) {
    case 'convergence': return convergenceOption(chart);
    case 'parallel': return parallelOption(chart, width);
    case 'slices': return slicesOption(chart, width);
    case 'pairs': return pairsOption(chart, width);
    case 'series': return seriesOption(chart);
    case 'curve': return curveOption(chart, width);
  }
}
