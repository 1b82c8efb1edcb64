import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Block, Chart, Document, Span, Text, Tone } from '../model/blocks.js';
import { chartMinWidth } from './charts/chartOption.js';
import { chartSvg } from './charts/svg.js';
import { embeddedJson, escapeHtml, escapeHtmlBlock } from './htmlEscape.js';
import { style } from './htmlStyle.js';
import { drawTextChart } from './textCharts/drawTextChart.js';

/** `browserScript`: text of `echarts.browser.js`, which brings the charts to life; without it they stay drawings. */
export interface HtmlOptions { readonly browserScript: string }

/** Width of the charts that are drawn here, in CSS pixels; the live ones take the reader's. */
const drawnWidth = 900;

/** One file that needs nothing else: no network, and by its own policy no script but ours. */
export function renderHtml(doc: Document, { browserScript }: HtmlOptions): string {
  const script = browserScript.replace(/<\/(?=script)/giu, '<\\/').replaceAll('<!--', '<\\!--').trim();
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src ${script === '' ? "'none'" : `'sha256-${digest(script)}'`}`;
  const body = doc.sections.map(({ blocks }) => `<section>\n${blocks.map(blockToHtml).join('\n')}\n</section>`).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(doc.title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<p class="brand">noregret report</p>
${body}
</main>
${script === '' ? '' : `<script>${script}</script>\n`}</body>
</html>
`;
}

function digest(script: string): string {
  return btoa(String.fromCharCode(...sha256(utf8ToBytes(script))));
}

function blockToHtml(block: Block): string {
  switch (block.kind) {
    case 'heading': return `<h${String(block.level)}>${inline(block.text)}</h${String(block.level)}>`;
    case 'headline': return `<h1 class="headline ${block.tone}">${icons[block.tone]}<span>${inline(block.text)}</span></h1>`;
    case 'paragraph': return `<p>${inline(block.text)}</p>`;
    case 'list': return `<ul>${block.items.map((item) => `<li>${inline(item)}</li>`).join('')}</ul>`;
    case 'facts': return `<dl>${block.items.map(({ label, value }) => `<dt>${escapeHtml(label)}</dt><dd>${inline(value)}</dd>`).join('')}</dl>`;
    case 'table': return table(block);
    case 'code': return `<pre tabindex="0">${escapeHtmlBlock(block.text)}</pre>`;
    case 'chart': return figure(block.title, block.chart);
    case 'details': return `<details${block.open ? ' open' : ''}>\n<summary>${inline(block.summary)}</summary>\n${block.blocks.map(blockToHtml).join('\n')}\n</details>`;
  }
}

/** Long texts may wrap, numbers and names stay whole. */
const wrapsFrom = 28;

function table({ columns, rows }: Extract<Block, { kind: 'table' }>): string {
  const head = columns.map(({ label, align }) => `<th scope="col" class="${align}">${escapeHtml(label)}</th>`).join('');
  const cell = (text: Text, i: number): string => {
    const long = text.reduce((sum, span) => sum + span.text.length, 0) > wrapsFrom ? ' wrap' : '';
    return `<td class="${columns[i]?.align ?? 'left'}${long}">${inline(text)}</td>`;
  };
  return `<div class="scroll" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')}</tbody></table></div>`;
}

function figure(title: string, chart: Chart): string {
  const asText = drawTextChart(chart);
  const hint = chart.kind === 'parallel' ? ' <span class="hint">· drag along an axis to keep a range, tap it to let go</span>' : '';
  const fallback = asText === '' ? '' : `<details><summary>As text</summary><pre tabindex="0">${escapeHtmlBlock(asText)}</pre></details>`;
  return `<figure class="chart ${chart.kind}"><figcaption>${escapeHtml(title)}${hint}</figcaption>
<div class="drawbox" tabindex="0"><div class="drawing" role="img" aria-label="${escapeHtml(`${title}: ${chart.metric}`)}" style="min-width:${String(chartMinWidth(chart))}px">${chartSvg(chart, drawnWidth)}</div></div>
${fallback}<script type="application/json">${embeddedJson(chart)}</script></figure>`;
}

function inline(text: Text): string {
  return text.map(span).join('');
}

function span({ kind, text }: Span): string {
  switch (kind) {
    case 'plain': return escapeHtml(text);
    case 'strong': return `<strong>${escapeHtml(text)}</strong>`;
    case 'code': return `<code>${escapeHtml(text)}</code>`;
    case 'faint': return `<span class="faint">${escapeHtml(text)}</span>`;
  }
}

const icon = (path: string): string => `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="12" cy="12" r="10"/>${path}</svg>`;
const icons: Readonly<Record<Tone, string>> = {
  good: icon('<path d="M7.5 12.5l3 3 6-6.5"/>'),
  bad: icon('<path d="M8.5 8.5l7 7m0-7l-7 7"/>'),
  unsure: icon('<path d="M9.3 9.3a2.8 2.8 0 1 1 4 2.6c-.9.4-1.3 1-1.3 1.9M12 17v.1"/>'),
  neutral: icon('<path d="M12 11v5.5M12 7.5v.1"/>'),
};
