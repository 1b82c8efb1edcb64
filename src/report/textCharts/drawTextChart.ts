import type { Chart } from '../../model/blocks.js';
import { drawConvergence } from './convergence.js';
import { drawCurve } from './curve.js';
import { drawDotRows } from './dotRows.js';
import { drawPairs } from './pairs.js';
import { drawSeries } from './series.js';

/** A chart in characters, at most about 80 columns wide. Slices say nothing here that the dot rows do not. */
export function drawTextChart(chart: Chart): string {
  switch (chart.kind) {
    case 'convergence': return drawConvergence(chart);
    case 'parallel': return drawDotRows(chart);
    case 'pairs': return drawPairs(chart);
    case 'series': return drawSeries(chart);
    case 'curve': return drawCurve(chart);
    case 'slices': return '';
  }
}
