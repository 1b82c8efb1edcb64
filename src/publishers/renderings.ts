import { readFile } from 'node:fs/promises';
import type { Report } from '../model/comparison.js';
import { assetPath } from '../platform/assets.js';
import { buildDocument } from '../report/build.js';
import { checkTitle } from '../report/headline.js';
import { renderMarkdown, type MarkdownOptions } from '../report/markdown.js';

/** A report as the sinks need it; each sink gives its own limit. */
export interface Renderings {
  title(report: Report): string;
  markdown(report: Report, options: MarkdownOptions): string;
  html(report: Report): Promise<string>;
}

/** The charts of the HTML are loaded when first drawn: they are most of the bundle. */
export const reportRenderings: Renderings = {
  title: checkTitle,
  markdown: (report, options) => renderMarkdown(buildDocument(report), options),
  html: async (report) => {
    const [{ renderHtml }, browserScript] = await Promise.all([import('../report/html.js'), readFile(assetPath('echarts.browser.js'), 'utf8')]);
    return renderHtml(buildDocument(report), { browserScript });
  },
};
