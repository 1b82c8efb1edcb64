import { breakCommands, printableBlock, printableLine } from './printable.js';

const zeroWidthSpace = '\u200B';

/**
 * Plain text as one line of GitHub markdown that renders as itself: no markup, HTML, mention, reference, link, emoji
 * code or formula. A zero-width space stands where only that stops an autolink (GitHub resolves `\#1` and `&#64;x`).
 */
export function escapeMarkdown(text: string): string {
  return breakReferences(printableLine(text))
    .replace(/[\\`*_[\]~#|]/gu, '\\$&')
    .replace(/[&<>$]/gu, entity);
}

/** For the few places where GitHub reads HTML and no markdown, such as `<summary>`. */
export function escapeInlineHtml(text: string): string {
  return breakReferences(printableLine(text)).replace(/[&<>$]/gu, entity);
}

function entity(character: string): string {
  switch (character) {
    case '&': return '&amp;';
    case '<': return '&lt;';
    case '>': return '&gt;';
    // GitHub's own advice for a dollar sign that shares its line with another; a backslash does not stop a formula.
    default: return '<span>$</span>';
  }
}

/** A code span whose fence is longer than any run of backticks inside. `inTable`: pipes end cells even in code. */
export function codeSpan(text: string, inTable: boolean): string {
  const shown = breakInCode(printableLine(text));
  if (shown === '') return '` `';
  // A row is cut at `\\|` even in code; tags leave the escapes to markdown.
  if (inTable && shown.includes('|')) return `<code>${escapeMarkdown(text)}</code>`;
  const fence = '`'.repeat(longestRun(shown) + 1);
  const pad = /^[` ]|[` ]$/u.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

export function codeFence(text: string, language: string): string {
  const shown = breakInCode(printableBlock(text)).replace(/\n+$/u, '');
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1));
  return `${fence}${language}\n${shown}\n${fence}`;
}

/** Text that starts a line must not start a list, a heading or a rule. */
export function escapeLineStart(line: string): string {
  return line.trim().replace(/^[-+=]/u, '\\$&').replace(/^(\d{1,9})([.)])/u, '$1\\$2');
}

function longestRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`+/gu), (m) => m[0].length));
}

/** Mails carry the source, where a code span protects nothing: mentions and our own marker are broken there too. */
function breakInCode(text: string): string {
  return breakCommands(text)
    .replace(/(?<![\p{L}\p{N}_])@(?=[\p{L}\p{N}])/gu, `@${zeroWidthSpace}`)
    .replaceAll('<!--', `<!${zeroWidthSpace}--`);
}

function breakReferences(text: string): string {
  return text
    .replaceAll('@', `@${zeroWidthSpace}`)
    .replace(/#(?=\S)/gu, `#${zeroWidthSpace}`)
    .replace(/:(?=\S)/gu, `:${zeroWidthSpace}`)
    .replace(/\b(GH-)(?=\d)/giu, `$1${zeroWidthSpace}`)
    .replace(/www(?=\.)/giu, `$&${zeroWidthSpace}`)
    // Commits are linked by seven digits or more; a plain number stays whole, so that it can be copied.
    .replace(/(?<![0-9a-z])(?=[0-9]*[a-f]|[0-9]{20})[0-9a-f]{7,}(?![0-9a-z])/giu, (sha) => sha.replace(/.{6}(?=.)/gu, `$&${zeroWidthSpace}`));
}
