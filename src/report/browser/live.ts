/// <reference lib="dom" />
import type { Chart } from '../../model/blocks.js';
import { engineBase, init } from '../charts/engine.js';
import { chartHeight, chartOption } from '../charts/chartOption.js';

/** Runs in the reader's browser: each drawing made on the server is replaced by a live one from the data beside it. */
for (const figure of document.querySelectorAll<HTMLElement>('figure.chart')) {
  const data = figure.querySelector('script')?.textContent;
  const drawing = figure.querySelector<HTMLElement>('.drawing');
  // Our own renderer wrote it, from a report that was parsed.
  if (data && drawing) enliven(drawing, JSON.parse(data) as Chart);
}

function enliven(drawing: HTMLElement, chart: Chart): void {
  let engine: ReturnType<typeof init> | undefined;
  let drawnWidth = 0;
  // Fires at first, when a fold opens, and when the window changes; a folded chart has no width yet.
  new ResizeObserver(() => {
    const width = drawing.clientWidth;
    if (width === 0 || width === drawnWidth) return;
    drawnWidth = width;
    const height = chartHeight(chart, width);
    if (engine === undefined) {
      drawing.replaceChildren();
      drawing.style.height = `${String(height)}px`;
      engine = init(drawing, null, { renderer: 'svg', width, height });
      drawing.dataset['live'] = 'true';
    } else {
      drawing.style.height = `${String(height)}px`;
      engine.resize({ width, height });
    }
    engine.setOption({ ...engineBase, ...chartOption(chart, width) }, true);
  }).observe(drawing);
}
