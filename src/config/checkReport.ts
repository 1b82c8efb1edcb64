import { bounds, isLog, kindOf, type ParameterKind } from '../model/distribution.js';
import type { ParamValue } from '../model/params.js';
import type { Parameter } from '../model/searchSpace.js';
import { defaults } from './defaults.js';
import type { Diagnostic } from './findings.js';
import type { ParseResult } from './parse.js';

type Problem = Pick<Diagnostic, 'code' | 'message' | 'line' | 'column' | 'fix' | 'example'>;

/** `kind`, `low`, `high`, `log`, `step` and `choices` say what is sampled; the rest are the distribution's own numbers. */
export interface SpaceEntry {
  readonly kind: ParameterKind;
  readonly distribution: string;
  readonly log: boolean;
  /** Smallest and largest value sampled; absent where there is no order or no bound. */
  readonly low?: number;
  readonly high?: number;
  readonly step?: number;
  readonly choices?: readonly ParamValue[];
  readonly value?: ParamValue;
  readonly probabilities?: readonly number[];
  readonly min?: number; readonly max?: number; readonly q?: number;
  readonly mu?: number; readonly sigma?: number; readonly a?: number; readonly b?: number;
  readonly default?: ParamValue;
  readonly when?: Parameter['when'];
}

/** What `noregret check --json` prints. */
export interface CheckReport {
  readonly ok: boolean;
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly notes: readonly Problem[];
  readonly space: Readonly<Record<string, SpaceEntry>>;
}

export function checkReport({ diagnostics, config, space }: ParseResult): CheckReport {
  const of = (severity: Diagnostic['severity']): readonly Problem[] => diagnostics.filter((d) => d.severity === severity)
    .map(({ code, message, line, column, fix, example }) => ({ code, message, line, column, ...(fix === undefined ? {} : { fix }), ...(example === undefined ? {} : { example }) }));
  return {
    ok: config !== undefined, errors: of('error'), warnings: of('warning'), notes: of('note'),
    space: Object.fromEntries((space?.parameters ?? []).map((parameter) => [parameter.name, spaceEntry(parameter)])),
  };
}

/** One parameter in terms that every language can read; external optimisers get the same. */
export function spaceEntry({ distribution: d, default: declared, when }: Parameter): SpaceEntry {
  const range = bounds(d);
  const step = d.name === 'int_uniform' ? 1 : 'q' in d ? d.q : undefined;
  return {
    kind: kindOf(d), distribution: d.name, log: isLog(d),
    ...(range !== undefined && Number.isFinite(range.low) ? { low: range.low } : {}),
    ...(range !== undefined && Number.isFinite(range.high) ? { high: range.high } : {}),
    ...(step === undefined ? {} : { step }),
    ...(d.name === 'categorical' ? { choices: d.choices } : {}),
    ...(d.name === 'categorical' && d.probabilities !== undefined ? { probabilities: d.probabilities } : {}),
    ...(d.name === 'constant' ? { value: d.value } : {}),
    ...('low' in d ? { min: d.low, max: d.high } : {}),
    ...('mu' in d ? { mu: d.mu, sigma: d.sigma } : {}),
    ...('a' in d ? { a: d.a, b: d.b } : {}),
    ...('q' in d ? { q: d.q } : {}),
    ...(declared === undefined ? {} : { default: declared }),
    ...(when === undefined ? {} : { when }),
  };
}

/** For people: every problem with its place, the line itself, the fix and a correct example. */
export function checkText(result: ParseResult): string {
  const blocks = result.diagnostics.map((diagnostic) => problemText(diagnostic, result));
  const counts = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const n = result.diagnostics.filter((d) => d.severity === severity).length;
    return n === 0 ? [] : [`${n} ${severity}${n === 1 ? '' : 's'}`];
  });
  const verdict = `${result.path}: ${result.config === undefined ? 'not valid' : 'valid'}${counts.length === 0 ? '' : `, ${counts.join(', ')}`}`;
  return [...blocks, verdict].join('\n');
}

function problemText({ severity, code, message, line, column, flag, fix, example }: Diagnostic, { path, text }: ParseResult): string {
  const where = flag === undefined ? `${path}:${line}:${column}` : path;
  const lines = [`${where} ${severity} ${code}: ${harmless(message)}`];
  const source = line === 0 ? undefined : text.split(/\r?\n/)[line - 1];
  if (source !== undefined && severity !== 'note') lines.push(...excerpt(source, line, column));
  if (fix !== undefined) lines.push(`  fix: ${harmless(fix)}`);
  if (example !== undefined && severity === 'error') lines.push(`  example: ${harmless(example)}`);
  return lines.join('\n');
}

function excerpt(source: string, line: number, column: number): readonly string[] {
  const from = Math.max(0, column - 60);
  const shownSource = harmless(source.slice(from, from + 100));
  const gutter = `  ${line} | `;
  return [`${gutter}${shownSource}`, `${' '.repeat(gutter.length - 2)}| ${' '.repeat(Math.max(0, column - 1 - from))}^`];
}

/** Text of the file may end in a job's log, where control characters act and `##[` is a command. */
function harmless(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\u00b7').replaceAll('##[', '## [');
}

/** What `noregret check --explain` prints. */
export function explainDefaults(): string {
  return defaults.map(({ key, value, reason }) => `${key} = ${typeof value === 'string' ? value : JSON.stringify(value)}\n    ${reason}`).join('\n');
}
