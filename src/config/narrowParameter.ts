import { isMap, isScalar, isSeq, parseDocument, type Document } from 'yaml';
import type { Distribution, Parameter } from '../model/searchSpace.js';

export interface Narrower { readonly low: number; readonly high: number; /** In place of a declared default that lies outside. */ readonly suggested: number }
/** `text` is the whole file with nothing but the values changed; `snippet` the parameter as it stands then. */
export type Narrowed = { readonly text: string; readonly snippet: string } | { readonly why: string };

/** Where a parameter of this path stands in a study file. */
export function parameterPlace(path: readonly string[]): readonly string[] {
  return ['parameters', ...path.flatMap((key, i) => (i === 0 ? [key] : ['parameters', key]))];
}

/** Cuts a parameter's range to what it has in common with another; never widens it, never leaves a single value. */
export function narrowParameter(text: string, { name, path, distribution, default: declared }: Parameter, wanted: Narrower): Narrowed {
  const where = parameterPlace(path);
  const document = parseDocument(text);
  const node = document.getIn(where, true);
  if (!isMap(node)) return { why: `${name} does not stand in the file as a map` };
  const cut = distribution.name === 'categorical' ? choicesLeft(distribution, wanted) : endsLeft(distribution, wanted);
  if ('why' in cut) return { why: `${name} ${cut.why}` };
  const outside = typeof declared === 'number' && !cut.contains(declared);
  const edits = { ...cut.edits, ...(outside ? { default: cut.nearest(wanted.suggested) } : {}) };
  const changed = edit({ text, document, where }, edits);
  if (changed === undefined) return { why: `${name} is written in a way that cannot be changed in place` };
  const leaf = path.at(-1) ?? name;
  const now = (parseDocument(changed).getIn(where) as { toJSON(): Readonly<Record<string, unknown>> }).toJSON();
  return { text: changed, snippet: `${leaf}: { ${Object.entries(now).map(([key, value]) => `${key}: ${shown(value)}`).join(', ')} }` };
}

type Cut = { readonly edits: Readonly<Record<string, number | readonly unknown[]>>; readonly contains: (value: number) => boolean; readonly nearest: (value: number) => number } | { readonly why: string };

function choicesLeft({ choices, probabilities }: Extract<Distribution, { name: 'categorical' }>, { low, high, suggested }: Narrower): Cut {
  if (probabilities !== undefined) return { why: 'has probabilities, which would have to be dealt out anew' };
  const left = choices.filter((choice): choice is number => typeof choice === 'number' && choice >= low && choice <= high);
  if (left.length === choices.length) return { why: 'lies inside of it already' };
  const where = low === -Infinity ? `up to ${high}` : `between ${low} and ${high}`;
  if (left.length < 2) return { why: `has ${left.length === 0 ? 'no value' : 'only one value'} ${where}` };
  const nearest = (value: number): number => left.reduce((best, one) => (Math.abs(Math.log(one / value)) < Math.abs(Math.log(best / value)) ? one : best), left[0] ?? suggested);
  return { edits: { values: left }, contains: (value) => left.includes(value), nearest };
}

function endsLeft(distribution: Distribution, { low, high }: Narrower): Cut {
  const ends = declaredEnds(distribution);
  if (ends === undefined) return { why: `(${distribution.name}) has no ends that could be narrowed` };
  const [from, to] = [Math.max(ends.low, low), Math.min(ends.high, high)];
  if (from === ends.low && to === ends.high) return { why: 'lies inside of it already' };
  if (!(from < to)) return { why: `is searched from ${shown(ends.low)} to ${shown(ends.high)}, which has nothing in common with it` };
  return {
    edits: { ...(from === ends.low ? {} : { min: ends.written(from) }), ...(to === ends.high ? {} : { max: ends.written(to) }) },
    contains: (value) => value >= from && value <= to, nearest: (value) => Math.min(to, Math.max(from, value)),
  };
}

function declaredEnds(d: Distribution): { readonly low: number; readonly high: number; readonly written: (value: number) => number } | undefined {
  switch (d.name) {
    case 'log_uniform': case 'q_log_uniform':
      return { low: Math.exp(d.low), high: Math.exp(d.high), written: (value) => Number(Math.log(value).toPrecision(4)) };
    case 'uniform': case 'log_uniform_values': case 'inv_log_uniform_values': case 'reverse_log_uniform_values': case 'q_reverse_log_uniform_values': case 'q_uniform': case 'q_log_uniform_values': case 'int_uniform':
      return { low: d.low, high: d.high, written: (value) => value };
    case 'constant': case 'categorical': case 'inv_log_uniform': case 'normal': case 'log_normal': case 'q_normal': case 'q_log_normal': case 'beta': case 'q_beta':
      return undefined;
  }
}

interface Place { readonly text: string; readonly document: Document; readonly where: readonly string[] }

/** From the back, so that places in front stay where they are. Undefined where one of them is not written out there (an alias). */
function edit({ text, document, where }: Place, edits: Readonly<Record<string, number | readonly unknown[]>>): string | undefined {
  const found = Object.entries(edits).map(([key, value]) => {
    const node = document.getIn([...where, key], true);
    return (isScalar(node) || isSeq(node)) && node.range ? { from: node.range[0], to: node.range[1], value: shown(value) } : undefined;
  });
  if (found.some((one) => one === undefined)) return undefined;
  return found.flatMap((one) => one ?? []).sort((a, b) => b.from - a.from).reduce((now, { from, to, value }) => `${now.slice(0, from)}${value}${now.slice(from, to).endsWith('\n') ? '\n' : ''}${now.slice(to)}`, text);
}

/** As YAML reads it back; small numbers with a point, since YAML 1.1 takes 1e-5 for a text. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (typeof value !== 'number') return JSON.stringify(value);
  const text = String(value);
  return /^-?\d+e/.test(text) ? text.replace('e', '.0e') : text;
}
