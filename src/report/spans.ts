import type { Span, Text } from '../model/blocks.js';

export const plain = (text: string): Span => ({ kind: 'plain', text });
export const strong = (text: string): Span => ({ kind: 'strong', text });
export const code = (text: string): Span => ({ kind: 'code', text });
export const faint = (text: string): Span => ({ kind: 'faint', text });

/** A sentence with what stands between backticks as code, as the notes of this program write it. */
export function worded(text: string): Text {
  return text.split(/`([^`\n]+)`/).flatMap((part, i): Span[] => (part === '' ? [] : [i % 2 === 1 ? code(part) : plain(part)]));
}

/** Neighbouring plain spans as one, so that `#` and `26` cannot meet behind an escaper's back. */
export function mergePlain(text: Text): Text {
  const merged: Span[] = [];
  for (const span of text) {
    const last = merged.at(-1);
    if (last?.kind === 'plain' && span.kind === 'plain') merged[merged.length - 1] = plain(last.text + span.text);
    else merged.push(span);
  }
  return merged;
}
