import type { Report } from '../model/comparison.js';
import { buildDocument } from '../report/build.js';
import { commentMaxBytes } from '../report/limits.js';
import { renderMarkdown } from '../report/markdown.js';
import { renderText } from '../report/text.js';
import { htmlPage } from './htmlPage.js';

export type ReportFormat = 'text' | 'markdown' | 'html';

/** One report as a person reads it. HTML comes alive through the chart library beside the bundle. */
export async function renderReport(report: Report, options: { format: ReportFormat; colour: boolean }): Promise<string> {
  const document = buildDocument(report);
  switch (options.format) {
    case 'text':
      return renderText(document, { colour: options.colour });
    case 'markdown':
      return renderMarkdown(document, { maxBytes: commentMaxBytes });
    case 'html':
      return await htmlPage(document);
  }
}
