import { describe, expect, test } from '@jest/globals';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { buildDocument } from '../../src/report/build.js';
import { checkTitle } from '../../src/report/headline.js';
import { checkMaxChars, commentMaxBytes, titleMaxChars } from '../../src/report/limits.js';
import { renderMarkdown } from '../../src/report/markdown.js';
import { samples } from './samples.js';

const marker = '<!-- noregret:main -->';
const bytes = (text: string): number => Buffer.byteLength(text);
const unbold = (text: string): string => text.replaceAll('**', '').replaceAll(/<\/?strong>/gu, '');
const render = (name: string, maxBytes: number): string => renderMarkdown(buildDocument(samples[name]!()), { maxBytes, marker });

describe('a comment within its limit', () => {
  test.each(Object.keys(samples))('%s: whole sections go, marker and headline stay', (name) => {
    const whole = render(name, 10_000_000);
    const headline = whole.split('\n')[1]!;
    for (let maxBytes = 400; maxBytes < bytes(whole) + 500; maxBytes = Math.ceil(maxBytes * 1.2)) {
      const markdown = render(name, maxBytes);
      expect(bytes(markdown)).toBeLessThanOrEqual(maxBytes);
      expect(markdown.startsWith(`${marker}\n`)).toBe(true);
      expect(unbold(markdown.split('\n')[1]!).slice(0, 20)).toBe(unbold(headline).slice(0, 20));
      const html = micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
      expect(html.match(/<details>/gu)?.length).toBe(html.match(/<\/details>/gu)?.length);
    }
    expect(render(name, bytes(whole))).toBe(whole);
  });

  test('says what it left out', () => {
    const markdown = render('big', 4000);
    expect(markdown).toContain('Left out to fit the size limit: ');
    expect(markdown).toContain('Search charts');
    expect(markdown).not.toContain('<summary>How the search went</summary>');
    expect(render('big', 1_000_000)).not.toContain('Left out');
  });

  test('drops the lowest priority first', () => {
    const section = (name: string, priority: number) => ({ name, title: name, priority, blocks: [{ kind: 'paragraph' as const, text: [{ kind: 'plain' as const, text: name.repeat(100) }] }] });
    const doc = { title: 't', sections: [section('high', 9), section('low', 1), section('mid', 5)] };
    const markdown = renderMarkdown(doc, { maxBytes: 950 });
    expect([markdown.includes('highhigh'), markdown.includes('midmid'), markdown.includes('lowlow')]).toEqual([true, true, false]);
  });

  test('a tiny budget still has the verdict, cut as text', () => {
    expect(render('regression', 80)).toMatch(/^<!-- noregret:main -->\n❌ Regression.*…\n$/u);
    expect(bytes(render('hostile', 60))).toBeLessThanOrEqual(60);
  });

  test('the large sample fits a comment and a check', () => {
    expect(bytes(render('big', commentMaxBytes))).toBeLessThanOrEqual(commentMaxBytes);
    expect(render('big', checkMaxChars).length).toBeLessThanOrEqual(checkMaxChars);
  });
});

test('a title is at most 255 characters', () => {
  const report = samples['pass']!();
  const long = { ...report, studies: report.studies.map((study) => ({ ...study, verdict: { ...study.verdict, sentence: '🎉'.repeat(400) } })) };
  expect(checkTitle(long).length).toBeLessThanOrEqual(titleMaxChars);
  expect(checkTitle(long)).toMatch(/^🎉+…$/u);
});
