import type { Block, Document, Text, Tone } from '../model/blocks.js';
import { breakCommands, printableBlock, printableLine } from './printable.js';
import { drawTextChart } from './textCharts/drawTextChart.js';
import { padTo, textWidth } from './textWidth.js';

export interface TextOptions { readonly colour: boolean }

const styles = { bold: '\u001B[1m', dim: '\u001B[2m', red: '\u001B[31m', green: '\u001B[32m', yellow: '\u001B[33m', reset: '\u001B[0m' } as const;
type Style = Exclude<keyof typeof styles, 'reset'>;
type Paint = (text: string, style: Style) => string;

/** For a terminal or a job's log: nothing in it is obeyed by either. */
export function renderText(doc: Document, options: TextOptions): string {
  const paint: Paint = (text, style) => (options.colour ? `${styles[style]}${text}${styles.reset}` : text);
  const parts = doc.sections.map(({ blocks }) => blocksToText(blocks, paint)).filter((text) => text !== '');
  // Over the whole, as a command could be put together from two strings.
  return `${breakCommands(parts.join('\n\n'))}\n`;
}

function blocksToText(blocks: readonly Block[], paint: Paint): string {
  return blocks.map((block) => blockToText(block, paint)).filter((text) => text !== '').join('\n\n');
}

function blockToText(block: Block, paint: Paint): string {
  switch (block.kind) {
    case 'heading': return paint(spans(block.text), 'bold');
    case 'headline': return `${block.mark} ${paint(spans(block.text), toneStyle(block.tone))}`;
    case 'paragraph': return spans(block.text, paint);
    case 'list': return block.items.map((item) => `  • ${spans(item, paint)}`).join('\n');
    case 'facts': return facts(block.items, paint);
    case 'table': return table(block, paint);
    case 'code': return indent(printableBlock(block.text));
    case 'chart': return chartToText(block.title, drawTextChart(block.chart), paint);
    case 'details': return `${paint(`── ${spans(block.summary)}`, 'bold')}\n\n${blocksToText(block.blocks, paint)}`;
  }
}

function chartToText(title: string, drawing: string, paint: Paint): string {
  return drawing === '' ? '' : `${paint(printableLine(title), 'bold')}\n${indent(drawing)}`;
}

function toneStyle(tone: Tone): Style {
  switch (tone) {
    case 'good': return 'green';
    case 'bad': return 'red';
    case 'unsure': return 'yellow';
    case 'neutral': return 'bold';
  }
}

function facts(items: readonly { readonly label: string; readonly value: Text }[], paint: Paint): string {
  const width = Math.max(...items.map(({ label }) => textWidth(printableLine(label))));
  return items.map(({ label, value }) => `  ${paint(padTo(printableLine(label), width, 'left'), 'dim')}  ${spans(value, paint)}`).join('\n');
}

function table(block: Extract<Block, { kind: 'table' }>, paint: Paint): string {
  const rows = [block.columns.map(({ label }) => printableLine(label)), ...block.rows.map((row) => row.map((cell) => spans(cell)))];
  const widths = block.columns.map((_, i) => Math.max(...rows.map((row) => textWidth(row[i] ?? ''))));
  const lines = rows.map((row) => row.map((cell, i) => padTo(cell, widths[i] ?? 0, block.columns[i]?.align ?? 'left')).join('  ').trimEnd());
  return lines.map((text, i) => `  ${i === 0 ? paint(text, 'dim') : text}`).join('\n');
}

function spans(text: Text, paint?: Paint): string {
  return text.map((span) => {
    switch (span.kind) {
      case 'plain': case 'code': return printableLine(span.text);
      case 'strong': return paint === undefined ? printableLine(span.text) : paint(printableLine(span.text), 'bold');
      case 'faint': return paint === undefined ? printableLine(span.text) : paint(printableLine(span.text), 'dim');
    }
  }).join('');
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gmu, '    ');
}
