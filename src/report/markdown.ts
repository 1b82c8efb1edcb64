import { markdownTable } from 'markdown-table';
import type { Block, Document, Section, Span, Text } from '../model/blocks.js';
import { codeFence, codeSpan, escapeInlineHtml, escapeLineStart, escapeMarkdown } from './markdownEscape.js';
import { clip, printableLine } from './printable.js';
import { mergePlain } from './spans.js';
import { drawTextChart } from './textCharts/drawTextChart.js';

/** `marker` is an HTML comment of ours; it comes first and always survives. */
export interface MarkdownOptions { readonly maxBytes: number; readonly marker?: string }

interface Rendered { readonly section: Section; readonly text: string; readonly bytes: number }

/**
 * GitHub-flavoured markdown of at most `maxBytes` UTF-8 bytes. Whole sections are left out, lowest priority first and
 * the last of equals first; the report then names them. The section with the highest priority always survives.
 */
export function renderMarkdown(doc: Document, options: MarkdownOptions): string {
  const rendered = doc.sections.map((section) => {
    const text = blocksToMarkdown(section.blocks);
    return { section, text, bytes: utf8Bytes(text) + 2 };
  }).filter(({ text }) => text !== '');
  const marker = options.marker === undefined ? '' : `${options.marker}\n`;
  const kept = new Set(rendered);
  const dropped: Rendered[] = [];
  let size = utf8Bytes(marker) + rendered.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const next of dropOrder(rendered)) {
    if (size + endBytes(dropped) <= options.maxBytes) break;
    kept.delete(next);
    dropped.push(next);
    size -= next.bytes;
  }
  const texts = rendered.filter((each) => kept.has(each)).map(({ text }) => text);
  const candidates = [[...texts, ...notice(dropped)], texts].map((parts) => `${marker}${parts.join('\n\n')}\n`);
  return candidates.find((text) => utf8Bytes(text) <= options.maxBytes) ?? `${marker}${shortest(doc, options.maxBytes - utf8Bytes(marker))}`;
}

function dropOrder(rendered: readonly Rendered[]): readonly Rendered[] {
  const sorted = rendered.map((each, index) => ({ each, index }))
    .sort((a, b) => a.each.section.priority - b.each.section.priority || b.index - a.index);
  return sorted.slice(0, -1).map(({ each }) => each);
}

function notice(dropped: readonly Rendered[]): readonly string[] {
  if (dropped.length === 0) return [];
  const titles = [...new Set(dropped.map(({ section }) => section.title))];
  const named = titles.slice(0, 12).map(escapeMarkdown).join(', ');
  const more = titles.length > 12 ? ` and ${String(titles.length - 12)} more` : '';
  return [`<sub>Left out to fit the size limit: ${named}${more}. The whole report is in the run's files (\`report.html\`, \`report.json\`).</sub>`];
}

/** What the end of the text adds to the sections, each of which was counted with the blank line after it. */
function endBytes(dropped: readonly Rendered[]): number {
  return notice(dropped).reduce((sum, text) => sum + utf8Bytes(text) + 2, -1);
}

/** When even the most important section is too big: its headline, cut as text, so that no markup is ever cut. */
function shortest(doc: Document, maxBytes: number): string {
  const blocks = doc.sections.flatMap((section) => section.blocks);
  const headline = blocks.find((block) => block.kind === 'headline');
  const text = headline === undefined ? doc.title : `${headline.mark} ${plain(headline.text)}`;
  for (let length = Math.min(text.length, maxBytes); length > 1; length = Math.floor(length * 0.9)) {
    const line = `${escapeLineStart(escapeMarkdown(clip(text, length)))}\n`;
    if (utf8Bytes(line) <= maxBytes) return line;
  }
  return '';
}

function blocksToMarkdown(blocks: readonly Block[]): string {
  return blocks.map(blockToMarkdown).filter((text) => text !== '').join('\n\n');
}

function blockToMarkdown(block: Block): string {
  switch (block.kind) {
    case 'heading': return `${'#'.repeat(block.level)} ${inline(block.text)}`;
    case 'headline': return `${block.mark} ${inline(block.text)}`;
    case 'paragraph': return escapeLineStart(inline(block.text));
    case 'list': return block.items.map((item) => `- ${escapeLineStart(inline(item))}`).join('\n');
    case 'facts': return block.items.map(({ label, value }) => `- ${factLabel(label)} ${inline(value)}`).join('\n');
    case 'table': return markdownTable(
      [block.columns.map(({ label }) => escapeMarkdown(label)), ...block.rows.map((row) => row.map((cell) => inline(cell, true)))],
      { align: block.columns.map(({ align }) => align), alignDelimiters: false },
    );
    case 'code': return codeFence(block.text, block.language);
    case 'chart': return chartToMarkdown(block.title, drawTextChart(block.chart));
    case 'details': return `<details>\n<summary>${block.summary.map(summarySpan).join('')}</summary>\n\n${blocksToMarkdown(block.blocks)}\n\n</details>`;
  }
}

function chartToMarkdown(title: string, drawing: string): string {
  return drawing === '' ? '' : `**${escapeMarkdown(title)}**\n\n${codeFence(drawing, 'text')}`;
}

function inline(text: Text, inTable = false): string {
  return mergePlain(text).map((span) => {
    switch (span.kind) {
      case 'plain': return escapeMarkdown(span.text);
      case 'code': return codeSpan(span.text, inTable);
      case 'strong': return wrap(span, 'strong');
      case 'faint': return wrap(span, 'sub');
    }
  }).join('');
}

/** Closes for sure, as a blank follows it. */
function factLabel(label: string): string {
  const text = printableLine(label);
  return /^[\p{L}\p{N}]/u.test(text) ? `**${escapeMarkdown(text)}:**` : `<strong>${escapeMarkdown(text)}:</strong>`;
}

/** `**` needs letters or digits on its inner sides to be sure to open and close; tags always do. */
function wrap(span: Span, tag: 'strong' | 'sub'): string {
  const [, before = '', text = '', after = ''] = /^(\s*)(.*?)(\s*)$/su.exec(printableLine(span.text)) ?? [];
  if (text === '') return escapeMarkdown(span.text);
  const safe = tag === 'strong' && /^[\p{L}\p{N}]/u.test(text) && /[\p{L}\p{N}]$/u.test(text);
  return safe ? `${before}**${escapeMarkdown(text)}**${after}` : `${before}<${tag}>${escapeMarkdown(text)}</${tag}>${after}`;
}

function summarySpan(span: Span): string {
  const text = escapeInlineHtml(span.text);
  switch (span.kind) {
    case 'plain': return text;
    case 'code': return `<code>${text}</code>`;
    case 'strong': return `<b>${text}</b>`;
    case 'faint': return `<sub>${text}</sub>`;
  }
}

function plain(text: Text): string {
  return text.map((span) => span.text).join('');
}

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
