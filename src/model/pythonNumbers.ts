import { own } from './own.js';

/** Quoted text, or one of the numbers that Python's json writes bare though JSON has none. */
const token = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|-?Infinity|NaN/g;
const mark = '\u0001number ';
const numbers: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY, '-Infinity': Number.NEGATIVE_INFINITY };

/** JSON as Python's `json` reads it: NaN, Infinity and -Infinity are numbers. Throws SyntaxError. */
export function parsePythonJson(text: string): unknown {
  // Alone it is no surprise, and an error that is thrown costs as much as parsing a page.
  const alone = text.length <= '-Infinity'.length ? own(numbers, text) : undefined;
  if (alone !== undefined) return alone;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text) || text.includes(mark)) throw error;
    const quoted = text.replace(token, (found) => (found.startsWith('"') ? found : JSON.stringify(`${mark}${found}`)));
    return JSON.parse(quoted, (_, value: unknown) => (typeof value === 'string' && value.startsWith(mark) ? numbers[value.slice(mark.length)] : value));
  }
}

/** JSON without blanks as Python's `json` writes it: numbers that JSON lacks stand bare. `undefined` members are left out. */
export function writePythonJson(value: unknown): string {
  if (typeof value === 'number') return Number.isNaN(value) ? 'NaN' : String(value);
  if (Array.isArray(value)) return `[${value.map(writePythonJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${writePythonJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}
