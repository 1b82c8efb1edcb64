import type { Chart } from '../../model/blocks.js';
import { engineBase, init } from './engine.js';
import { chartHeight, chartOption } from './chartOption.js';

/** The chart as an SVG element, for where no script runs. */
export function chartSvg(chart: Chart, width: number): string {
  const engine = init(null, null, { renderer: 'svg', ssr: true, width, height: chartHeight(chart, width) });
  try {
    engine.setOption({ ...engineBase, ...chartOption(chart, width) });
    return engine.renderToSVGString();
  } finally {
    engine.dispose();
  }
}
