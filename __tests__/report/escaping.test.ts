import { describe, expect, test } from '@jest/globals';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { parse, type DefaultTreeAdapterTypes } from 'parse5';
import type { Block, Document, Text } from '../../src/model/blocks.js';
import { buildDocument } from '../../src/report/build.js';
import { checkTitle, summaryLine } from '../../src/report/headline.js';
import { renderHtml } from '../../src/report/html.js';
import { renderMarkdown } from '../../src/report/markdown.js';
import { printableBlock, printableLine } from '../../src/report/printable.js';
import { renderText } from '../../src/report/text.js';
import { corpus, randomStrings } from './corpus.js';
import { samples } from './samples.js';

const hostile = [...corpus, ...randomStrings(250)];
const one = (...blocks: Block[]): Document => ({ title: 't', sections: [{ name: 's', title: 'S', priority: 1, blocks }] });
const span = (kind: Text[number]['kind'], text: string): Text => [{ kind, text }];

/** Every place of a document where a string can stand. */
const places: Readonly<Record<string, (text: string) => Block>> = {
  paragraph: (text) => ({ kind: 'paragraph', text: span('plain', text) }),
  'within a sentence': (text) => ({ kind: 'paragraph', text: [...span('plain', 'before '), ...span('strong', text), ...span('plain', ' '), ...span('code', text), ...span('faint', text)] }),
  'halves of a sentence': (text) => ({ kind: 'paragraph', text: [...span('plain', text), ...span('plain', text)] }),
  heading: (text) => ({ kind: 'heading', level: 3, text: span('plain', text) }),
  headline: (text) => ({ kind: 'headline', tone: 'good', mark: '✅', text: span('strong', text) }),
  list: (text) => ({ kind: 'list', items: [span('plain', text), span('code', text)] }),
  facts: (text) => ({ kind: 'facts', items: [{ label: text, value: span('plain', text) }] }),
  table: (text) => ({ kind: 'table', columns: [{ label: text, align: 'left' }, { label: 'x', align: 'right' }], rows: [[span('plain', text), span('code', text)], [span('strong', text), span('faint', text)]] }),
  code: (text) => ({ kind: 'code', language: 'text', text }),
  details: (text) => ({ kind: 'details', summary: [...span('plain', text), ...span('code', text)], open: false, blocks: [{ kind: 'paragraph', text: span('plain', text) }] }),
};

const allowed = new Set(['html', 'head', 'body', 'p', 'strong', 'code', 'sub', 'span', 'h3', 'ul', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'pre', 'details', 'summary', 'b']);
const allowedAttributes = new Set(['align', 'class']);
/** What GitHub makes live within a text node outside code. */
const live = /@[\p{L}\p{N}]|#\d|\bGH-\d|https?:\/\/\S|www\.\S|(?<![\p{L}\p{N}_])(?=[0-9]*[a-f])[0-9a-f]{7,40}(?![\p{L}\p{N}_])|:[a-z0-9_+-]+:|\$/iu;

interface Found { tags: string[]; attributes: string[]; comments: number; texts: { text: string; code: boolean; dollar: boolean }[] }

function walk(node: DefaultTreeAdapterTypes.Node, found: Found, inCode = false, inSpan = false): Found {
  if (node.nodeName === '#comment') found.comments++;
  if ('value' in node) found.texts.push({ text: node.value, code: inCode, dollar: inSpan });
  if ('tagName' in node) {
    found.tags.push(node.tagName);
    found.attributes.push(...node.attrs.map(({ name }) => name));
  }
  const tag = 'tagName' in node ? node.tagName : '';
  if ('childNodes' in node) for (const child of node.childNodes) walk(child, found, inCode || tag === 'code' || tag === 'pre', tag === 'span');
  return found;
}

function readMarkdown(markdown: string): Found {
  const html = micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true, allowDangerousProtocol: true });
  return walk(parse(html), { tags: [], attributes: [], comments: 0, texts: [] });
}

const bare = (text: string): string => text.replaceAll('\u200B', '').replace(/\s+/gu, ' ').trim();

describe.each(Object.entries(places))('a hostile string as %s', (_, place) => {
  test('is only text in markdown, and all of it', () => {
    for (const text of hostile) {
      const markdown = renderMarkdown(one(place(text)), { maxBytes: 60_000 });
      const found = readMarkdown(markdown);
      const where = JSON.stringify({ text, markdown });
      expect([where, found.tags.filter((tag) => !allowed.has(tag)), found.attributes.filter((name) => !allowedAttributes.has(name)), found.comments]).toEqual([where, [], [], 0]);
      expect([where, found.texts.filter((node) => !node.code && !node.dollar && live.test(node.text))]).toEqual([where, []]);
      expect([where, found.texts.filter((node) => node.code && /(?<![\p{L}\p{N}_])@[\p{L}\p{N}]/u.test(node.text))]).toEqual([where, []]);
      expect([where, markdown.includes('<!--'), /^\s*::/mu.test(markdown), markdown.includes('##[')]).toEqual([where, false, false, false]);
      const shown = bare(found.texts.map((node) => node.text).join(''));
      expect([where, shown.includes(bare(printableLine(text))) || shown.includes(bare(printableBlock(text)))]).toEqual([where, true]);
    }
  });

  test('has the same structure as a harmless one', () => {
    const shape = (text: string): string => readMarkdown(renderMarkdown(one(place(text)), { maxBytes: 60_000 })).tags.filter((tag) => tag !== 'span').join();
    const plainShape = shape('word').replaceAll('b,', '');
    for (const text of hostile.filter((each) => printableLine(each).trim() !== '')) expect([text, shape(text).replaceAll('b,', '')]).toEqual([text, plainShape]);
  });

  test('is only text in HTML', () => {
    const page = (text: string): Found => walk(parse(renderHtml(one(place(text)), { browserScript: '' })), { tags: [], attributes: [], comments: 0, texts: [] });
    const harmless = page('word');
    for (const text of hostile) {
      const found = page(text);
      expect([text, found.tags, found.attributes.length, found.comments]).toEqual([text, harmless.tags, harmless.attributes.length, 0]);
      const shown = bare(found.texts.map((node) => node.text).join(''));
      expect([text, shown.includes(bare(printableLine(text))) || shown.includes(bare(printableBlock(text)))]).toEqual([text, true]);
    }
  });

  test('gives no command and no control to a terminal or a log', () => {
    for (const text of hostile) {
      const shown = renderText(one(place(text)), { colour: false });
      expect([text, /^\s*::/mu.test(shown), shown.includes('##['), /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E]/u.test(shown)]).toEqual([text, false, false, false]);
    }
  });
});

test.each(['hostile', 'hostile-self-test'])('a whole report (%s) is only text in a comment and in a page', (name) => {
  const doc = buildDocument(samples[name]!());
  const comment = readMarkdown(renderMarkdown(doc, { maxBytes: 1_000_000 }));
  expect(comment.tags.filter((tag) => !allowed.has(tag))).toEqual([]);
  expect(comment.texts.filter((node) => !node.code && !node.dollar && live.test(node.text))).toEqual([]);
  const page = walk(parse(renderHtml(doc, { browserScript: '' })), { tags: [], attributes: [], comments: 0, texts: [] });
  expect(page.tags.filter((tag) => ['img', 'a', 'iframe', 'b'].includes(tag))).toEqual([]);
  expect(page.attributes.filter((name) => name.startsWith('on') || name === 'href' || name === 'src')).toEqual([]);
});

test('titles and log lines are one line and give no command', () => {
  for (const text of hostile) {
    const report = samples['pass']!();
    const changed = { ...report, studies: report.studies.map((study) => ({ ...study, verdict: { ...study.verdict, sentence: text } })) };
    expect(checkTitle(changed)).not.toMatch(/\n/u);
    expect(summaryLine(changed)).not.toMatch(/\n|##\[|::/u);
  }
});
