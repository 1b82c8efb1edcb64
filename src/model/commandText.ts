import { longestReason, morePairs } from './decision.js';

/** What people write to us, read by a strict grammar. Everything here is hostile text: bounded, never executed, never quoted raw. */
export type Command =
  | { readonly kind: 'accept'; readonly words: string; readonly until: string | undefined }
  | { readonly kind: 'retry' }
  | { readonly kind: 'more-seeds'; readonly pairs: number }
  /** `why` is a whole sentence. */
  | { readonly kind: 'wrong'; readonly why: string };

/** How each command is written, for an answer and for the documentation. */
export const commandForms = [
  '/noregret accept [metric] reason [until YYYY-MM-DD]', '/noregret retry', `/noregret more-seeds [number of pairs, ${morePairs.usual} if left out]`,
] as const;

const longestLine = 1000;
const mostTrailers = 20;
const wrong = (why: string): Command => ({ kind: 'wrong', why });

/** The first line of a comment, if it is meant for us; a command quoted or deeper in the text is none. */
export function parseCommand(body: string): Command | undefined {
  const line = (body.slice(0, longestLine + 1).split(/[\r\n]/, 1)[0] ?? '').trim();
  const [, verb, rest = ''] = /^\/noregret(?:[ \t]+(\S+)(?:[ \t]+(.*))?)?$/u.exec(line) ?? [];
  if (!/^\/noregret(?![^ \t])/u.test(line)) return undefined;
  if (line.length >= longestLine) return wrong(`The line has more than ${longestLine} characters.`);
  switch (verb) {
    case 'accept': return parseAccept(rest);
    case 'retry': return rest === '' ? { kind: 'retry' } : wrong('`retry` takes nothing after it.');
    case 'more-seeds': return parseMoreSeeds(rest);
    case undefined: return wrong('A command is missing.');
    default: return wrong('There is no such command.');
  }
}

function parseMoreSeeds(rest: string): Command {
  if (rest === '') return { kind: 'more-seeds', pairs: morePairs.usual };
  const pairs = /^\d{1,6}$/.test(rest) ? Number(rest) : 0;
  return pairs >= 1 && pairs <= morePairs.once ? { kind: 'more-seeds', pairs } : wrong(`The number of further pairs must be a whole number from 1 to ${morePairs.once}.`);
}

function parseAccept(rest: string): Command {
  const found = parseUntil(rest);
  return 'why' in found ? wrong(found.why) : { kind: 'accept', ...found };
}

/** Splits off a last `until YYYY-MM-DD`. The word anywhere else is refused: an expiry that nobody reads would last for ever. */
export function parseUntil(text: string): { readonly words: string; readonly until: string | undefined } | { readonly why: string } {
  const [words = '', date, ...more] = ` ${text.trim()} `.split(/\suntil\s/iu);
  if (date === undefined) return { words: words.trim(), until: undefined };
  if (more.length > 0 || !isDay(date.trim())) return { why: '`until` must be followed by a date such as 2026-12-31 and nothing else; to use the word in a reason, put it another way.' };
  return { words: words.trim(), until: date.trim() };
}

/** A day of the calendar, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return false;
  const [year = 0, month = 0, date = 0] = match.slice(1).map(Number);
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return date >= 1 && date <= days;
}

/** Which gated metrics `words` name, and why. No metric at its beginning: all, where there is only one or `anyway`. */
export function resolveAccept(words: string, gated: readonly string[], { metricRequired = false } = {}): { readonly metrics: readonly string[]; readonly reason: string } | { readonly why: string } {
  const named = ['all', ...gated].filter((name) => words === name || /^[\s:]/u.test(words.startsWith(name) ? words.slice(name.length) : '')).sort((a, b) => b.length - a.length)[0];
  const list = gated.join(', ');
  if (named === undefined && (metricRequired || gated.length !== 1)) return { why: `It must begin with one of the gated metrics (${list === '' ? 'there is none' : list}), or with \`all\`.` };
  const reason = (named === undefined ? words : words.slice(named.length).replace(/^[\s:]+/u, '')).trim();
  if (reason === '') return { why: 'A reason is missing.' };
  return { metrics: named === undefined || named === 'all' ? [] : [named], reason: reason.length > longestReason ? `${reason.slice(0, longestReason - 1)}…` : reason };
}

/** `Noregret-Accept:` lines of a commit message, without the key. */
export function acceptTrailers(message: string): readonly string[] {
  const found = message.split(/\r?\n/u).flatMap((line) => /^Noregret-Accept:[ \t]*(.*)$/iu.exec(line)?.[1] ?? []);
  return found.slice(0, mostTrailers).map((text) => text.slice(0, longestLine).trim());
}
