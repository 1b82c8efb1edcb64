import { readFile } from 'node:fs/promises';
import type { Document } from '../model/blocks.js';
import { assetPath } from '../platform/assets.js';

/** A page whose charts come alive; the chart library is loaded only for this. */
export async function htmlPage(document: Document): Promise<string> {
  const { renderHtml } = await import('../report/html.js');
  return renderHtml(document, { browserScript: await readFile(assetPath('echarts.browser.js'), 'utf8') });
}
