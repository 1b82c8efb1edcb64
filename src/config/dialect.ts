import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { shown, type Finding, type Findings, type Position } from './findings.js';
import { distributionKeys } from './distributionKeys.js';
import { fileSchema, wandbKeys, withoutEffect } from './schema.js';
import { own } from '../model/own.js';
import { child, type Entry, type MapTree, type Tree } from './yamlTree.js';

export type Dialect = 'noregret' | 'wandb';

const topKeys = Object.keys(fileSchema.shape);

/** Ours as soon as one key is ours: only a file that W&B would run as it stands gets W&B's leniency. */
export function dialectOf(root: MapTree): Dialect {
  const ours = root.entries.some(({ key }) => topKeys.includes(key) && key !== 'early_stopping' && !wandbKeys.has(key))
    || hasKey(child(root, 'metric'), ['margin', 'resolution'])
    || child(root, 'method')?.kind === 'map'
    || usesOurParameterKeys(child(root, 'parameters'));
  return ours ? 'noregret' : 'wandb';
}

function usesOurParameterKeys(parameters: Tree | undefined): boolean {
  return parameters?.kind === 'map' && parameters.entries.some(({ value }) => hasKey(value, ['default', 'when', 'shape', 'role']) || usesOurParameterKeys(child(value, 'parameters')));
}

function hasKey(tree: Tree | undefined, keys: readonly string[]): boolean {
  return tree?.kind === 'map' && tree.entries.some(({ key }) => keys.includes(key));
}

/** Names under which people look for a limit; one of these must not vanish with a warning. */
const limitWords: Readonly<Record<string, string>> = {
  count: 'budget: { trials: 20 }', max_runs: 'budget: { trials: 20 }', max_trials: 'budget: { trials: 20 }', n_trials: 'budget: { trials: 20 }', trials: 'budget: { trials: 20 }',
  timeout: 'budget: { time: 45m }', time: 'budget: { time: 45m }', trial_time: 'budget: { trial_time: 10m }', gpu_hours: 'budget: { gpu_hours: 4 }', failures: 'budget: { failures: 3 }',
};

/** An unknown key at the top of the file. */
export function reportUnknownTopKey({ key, keyAt, value }: Entry, dialect: Dialect, findings: Findings): void {
  const near = nearest(key, topKeys);
  const lost = topKeyThatMatters(key, value, near);
  if (lost !== undefined) {
    findings.error(keyAt, lost);
    return;
  }
  const lenient = dialect === 'wandb' && (near === undefined || wandbKeys.has(near));
  const otherwise = lenient ? 'remove it' : `keys: ${topKeys.filter((known) => !withoutEffect.includes(known)).join(', ')}`;
  const finding = { code: 'unknown-key', message: `unknown key ${shown(key)}${lenient ? ' has no effect' : ''}`, fix: near === undefined ? otherwise : `did you mean ${near}?`, ...exampleOf(near) };
  if (lenient) findings.warning(keyAt, finding);
  else findings.error(keyAt, finding);
}

/** What would change the study if it were passed over with a warning. */
function topKeyThatMatters(key: string, value: Tree, near: string | undefined): Finding | undefined {
  const limit = limitWords[key.replaceAll('-', '_')];
  const lost = `${shown(key)} is no key: this limit would have no effect`;
  if (limit !== undefined) return { code: 'misspelt-limit', message: lost, fix: `write ${limit}`, example: limit };
  if (near === 'run_cap' || near === 'budget') return { code: 'misspelt-limit', message: lost, fix: `did you mean ${near}?`, ...exampleOf(near) };
  if (looksLikeParameter(value)) return { code: 'stray-parameter', message: `${shown(key)} stands at the top of the file but looks like a parameter`, fix: 'indent it under `parameters:`', example: `parameters: { ${key}: { values: [1, 2] } }` };
  return /\s/.test(key) ? { code: 'unknown-key', message: `${shown(key)} is no setting`, fix: 'remove it if it is prose' } : undefined;
}

/** An unknown key anywhere else. */
export function reportUnknownKey(where: { readonly path: string; readonly key: string; readonly known: readonly string[]; readonly at: Position }, dialect: Dialect, findings: Findings): void {
  const { path, key, at } = where;
  const known = where.known.length > 0 ? where.known : keysOfMap(fileSchema.shape, path);
  const near = nearest(key, known) ?? (sameLetters(key, 'goal') ? 'goal' : undefined);
  // A direction that is not understood would turn every verdict round.
  const isFatal = dialect === 'noregret' || (path === 'metric' && near === 'goal');
  findings[isFatal ? 'error' : 'warning'](at, { code: 'unknown-key', message: `unknown key ${shown(key)} in ${path}`, fix: near !== undefined ? `did you mean ${near}?` : known.length === 0 ? 'remove it' : `keys here: ${known.join(', ')}` });
}

/** Keys of a setting that may be a map or something shorter, such as `results: PATH`. */
function keysOfMap(shape: Readonly<Record<string, z.core.$ZodType>>, name: string): readonly string[] {
  const schema = own(shape, name);
  const forms = schema instanceof z.ZodOptional ? [schema.unwrap()] : [];
  return forms.flatMap((form) => (form instanceof z.ZodUnion ? form.options : [])).flatMap((form) => (form instanceof z.ZodObject ? Object.keys(form.shape) : []));
}

function sameLetters(a: string, b: string): boolean {
  return Array.from(a).sort().join('') === Array.from(b).sort().join('');
}

export function nearest(word: string, known: readonly string[]): string | undefined {
  const clean = word.toLowerCase().replaceAll(/[-_ ]/g, '');
  const ranked = known.map((name) => ({ name, far: Math.min(distance(word, name), distance(clean, name.replaceAll('_', ''))) })).sort((a, b) => a.far - b.far);
  const [best] = ranked;
  const contained = known.find((name) => name.length > 4 && (word.endsWith(`_${name}`) || word.includes(name)));
  return best !== undefined && best.far <= Math.max(1, Math.floor(word.length / 3)) ? best.name : contained;
}

export function looksLikeParameter(tree: Tree): boolean {
  const telling = ['values', 'value', 'distribution', 'min', 'max', ...Object.values(distributionKeys).flatMap(({ needs }) => [...needs])];
  return hasKey(tree, telling);
}

function exampleOf(key: string | undefined): { readonly example?: string } {
  const field = key === undefined ? undefined : Object.entries(fileSchema.shape).find(([name]) => name === key)?.[1];
  const example = field?.meta()?.example;
  return example === undefined ? {} : { example };
}
