import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildDocument } from '../../src/report/build.js';
import { checkTitle, summaryLine } from '../../src/report/headline.js';
import { commentMaxBytes } from '../../src/report/limits.js';
import { renderMarkdown } from '../../src/report/markdown.js';
import { renderHtml } from '../../src/report/html.js';
import { renderText } from '../../src/report/text.js';
import { reportSchema } from '../../src/model/comparison.js';
import { samples } from './samples.js';

const folder = join(import.meta.dirname, '../../fixtures/reports');

function expectGolden(name: string, actual: string): void {
  const path = join(folder, name);
  if (process.env['UPDATE_GOLDENS'] === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, actual);
  }
  expect(existsSync(path) ? readFileSync(path, 'utf8') : undefined).toBe(actual);
}

describe.each(Object.entries(samples))('report %s', (name, make) => {
  test('is a valid report', () => {
    expect(reportSchema.safeParse(JSON.parse(JSON.stringify(make())))).toMatchObject({ success: true });
  });

  test('as a comment', () => {
    const markdown = renderMarkdown(buildDocument(make()), { maxBytes: commentMaxBytes, marker: '<!-- noregret -->' });
    expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(commentMaxBytes);
    expectGolden(`${name}.md`, markdown);
  });

  test('on a terminal, with its one-line forms', () => {
    const report = make();
    expectGolden(`${name}.txt`, `${checkTitle(report)}\n${summaryLine(report)}\n\n${renderText(buildDocument(report), { colour: false })}`);
  });
});

/** Charts as drawn on the server make a page large; these show every block there is. */
test.each(['regression', 'no-baseline', 'all-failed', 'hostile', 'pruned', 'drift-moved', 'self-test', 'hostile-self-test'])('report %s as a page', (name) => {
  // The engine numbers its drawings through the whole process.
  expectGolden(`${name}.html`, renderHtml(buildDocument(samples[name]!()), { browserScript: '' }).replace(/zr\d+-/gu, 'zr-'));
});
