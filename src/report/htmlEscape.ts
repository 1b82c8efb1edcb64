import { printableBlock, printableLine } from './printable.js';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** One line of text, for element content and quoted attributes. */
export function escapeHtml(text: string): string {
  return printableLine(text).replace(/[&<>"']/gu, (c) => entities[c] ?? c);
}

/** Many lines, for `<pre>`. */
export function escapeHtmlBlock(text: string): string {
  return printableBlock(text).replace(/[&<>"']/gu, (c) => entities[c] ?? c);
}

/** JSON for a `<script type="application/json">`: nothing in it can end the element. */
export function embeddedJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
