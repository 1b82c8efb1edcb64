const wide = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u;
const none = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Columns a text takes in a terminal or a monospaced block; an estimate, as terminals differ. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += none.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

export function padTo(text: string, width: number, align: 'left' | 'right' | 'center'): string {
  const gap = Math.max(0, width - textWidth(text));
  const before = align === 'right' ? gap : align === 'center' ? Math.floor(gap / 2) : 0;
  return ' '.repeat(before) + text + ' '.repeat(gap - before);
}
