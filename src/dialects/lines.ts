import type { ParamValue } from '../model/params.js';
import { yamlText, yamlValue } from '../model/yamlText.js';
import type { DraftParameter } from './dialect.js';
import type { Keys } from './form.js';
import { nameOf } from './settle.js';

/** The YAML under `parameters:`, a parameter a line, what was changed or left out in comments above. */
export function parameterLines(parameters: readonly DraftParameter[]): readonly string[] {
  return groupLines(parameters, 0);
}

/** What was changed or left out, a parameter a line. */
export function parameterNotes(parameters: readonly DraftParameter[]): readonly string[] {
  return parameters.flatMap((parameter) => noteOf(parameter) ?? []);
}

function groupLines(parameters: readonly DraftParameter[], depth: number): readonly string[] {
  const groups = new Map<string, DraftParameter[]>();
  for (const parameter of parameters) {
    const key = parameter.path[depth] ?? '';
    // A leaf and a map of one name never share a group: the leaf is written, the rest stands in comments.
    groups.set(key, [...(groups.get(key) ?? []), parameter]);
  }
  return [...groups].flatMap(([key, group]) => {
    const comments = group.filter(({ path }) => path.length === depth + 1).flatMap((leaf) => noteOf(leaf) ?? []).map((text) => `# ${oneLine(text)}`);
    const leaf = group.find(({ path, form }) => path.length === depth + 1 && form.said);
    const inner = group.filter(({ path }) => path.length > depth + 1);
    if (leaf !== undefined) return [...comments, `${yamlText(key)}: ${leafText(leaf)}`];
    const nested = groupLines(inner, depth + 1);
    const isEmpty = nested.every((line) => line.trimStart().startsWith('#'));
    return [...comments, ...(isEmpty ? nested : [`${yamlText(key)}:`, '  parameters:', ...nested.map((line) => `    ${line}`)])];
  });
}

function noteOf({ form, note, ...parameter }: DraftParameter): string | undefined {
  if (!form.said) return `${nameOf(parameter)}: left out: ${form.why}`;
  const notes = [note, form.note].filter((text) => text !== undefined);
  return notes.length === 0 ? undefined : `${nameOf(parameter)}: ${notes.join('; ')}`;
}

function leafText({ form, when, default: declared }: DraftParameter): string {
  const entries = [
    ...(form.said ? keyTexts(form.keys) : []),
    ...(declared === undefined ? [] : [`default: ${yamlValue(declared)}`]),
    ...(when === undefined ? [] : [`when: { ${Object.entries(when).map(([parent, values]) => `${yamlText(parent)}: ${condition(values)}`).join(', ')} }`]),
  ];
  return `{ ${entries.join(', ')} }`;
}

function condition(values: readonly ParamValue[]): string {
  const [only] = values;
  return values.length === 1 && only !== undefined && !Array.isArray(only) ? yamlValue(only) : yamlValue(values);
}

function keyTexts({ float = false, ...keys }: Keys): readonly string[] {
  return Object.entries(keys).map(([key, value]) => `${key}: ${yamlValue(value, key === 'q' && float)}`);
}

/** A note quotes the file, whose text must not end the comment. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ');
}
