/**
 * What a pull request can put into a string, made visible. Every renderer starts here and adds its own escaping.
 * Invisible, bidirectional and control characters become escapes such as `\u{202E}`; nothing else changes.
 */
const invisible = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFE00-\uFE0D\uFEFF\uFFA0\uFFF0-\uFFFB\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}]|\p{Surrogate}/gu;
/** Colours of a terminal, written by a trial. */
const ansi = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?)/gu;

const zeroWidthSpace = '\u200B';

/** One line: breaks and tabs are shown as `\n` and `\t`. */
export function printableLine(text: string): string {
  return printableBlock(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** Many lines: `\n` and tabs stay; `\r\n` is one break; terminal colours vanish. */
export function printableBlock(text: string): string {
  return text.replace(ansi, '').replace(/\r\n?/gu, '\n').replace(invisible, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`);
}

/** The runner obeys `::name` at the start of a line and `##[name` anywhere: neither survives this. */
export function breakCommands(text: string): string {
  return text.replace(/:(?=:)/gu, `:${zeroWidthSpace}`).replace(/##(?=\[)/gu, `##${zeroWidthSpace}`);
}

/** At most `max` characters, cut between code points, with an ellipsis that says so. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  const points = Array.from(text.slice(0, max));
  return `${points.slice(0, -1).join('')}…`;
}
