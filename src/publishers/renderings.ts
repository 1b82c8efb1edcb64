import type { Document } from '../model/blocks.js';
import type { Report } from '../model/comparison.js';
import { buildDocument } from '../report/build.js';
import { checkTitle } from '../report/headline.js';
import { renderMarkdown, type MarkdownOptions } from '../report/markdown.js';

/** A report as the sinks need it; each sink gives its own limit. */
export interface Renderings {
  title(report: Report): string;
  markdown(report: Report, options: MarkdownOptions): string;
  html(report: Report): Promise<string>;
}

/** A report without studies says what happened instead. */
function documentOf(report: Report): Document {
  const document = buildDocument(report);
  if (report.problem === undefined) return document;
  const { sentence, fix } = report.problem;
  const words = (text: string) => text.split('\n').filter((line) => line.trim() !== '').map((line) => [{ kind: 'plain' as const, text: line.trim() }]);
  const said: Document['sections'][number] = {
    name: 'problem', title: 'Problem', priority: 120, blocks: [
      { kind: 'headline', tone: 'unsure', mark: '🚧', text: [{ kind: 'strong', text: sentence }] },
      ...(fix === undefined ? [] : words(fix).map((text) => ({ kind: 'paragraph' as const, text }))),
    ],
  };
  return { title: report.studies.length === 0 ? sentence : document.title, sections: [said, ...document.sections] };
}

export const reportRenderings: Renderings = {
  title: (report) => (report.problem !== undefined && report.studies.length === 0 ? checkTitle({ ...report, studies: [] }).concat(`: ${report.problem.sentence}`) : checkTitle(report)),
  markdown: (report, options) => renderMarkdown(documentOf(report), options),
  html: async (report) => (await import('../report/html.js')).renderHtml(documentOf(report)),
};
