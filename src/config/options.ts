import type { z } from 'zod';
import type { Catalog } from '../model/plugin.js';
import { nearest } from './dialect.js';
import { shown, type Findings } from './findings.js';
import { requirement } from './requirement.js';
import { descend, entry, plainValue, type MapTree, type Tree } from './yamlTree.js';

/** A map with the name of something pluggable and its options, e.g. `method: { name: tpe, preset: hyperopt }`. */
interface Choice {
  /** The map as written, or undefined where only a name was given. */
  readonly tree: MapTree | undefined;
  /** Key of the name inside the map. */
  readonly nameKey: string;
  /** How the map is called in messages, e.g. `method`. */
  readonly called: string;
  readonly name: string;
}

/** The options with their defaults filled in; every one that is wrong is reported at its place. */
export function readOptions({ tree, nameKey, called, name }: Choice, catalog: Catalog, findings: Findings): Readonly<Record<string, unknown>> {
  const schema = catalog[name]?.options;
  const given = tree?.entries.filter(({ key }) => key !== nameKey) ?? [];
  const result = schema?.safeParse(Object.fromEntries(given.map(({ key, value }) => [key, plainValue(value)])));
  if (result === undefined) return {};
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const inner = issue.path.length === 0 ? tree : descend(tree, issue.path);
    if (issue.code === 'unrecognized_keys' && inner === tree) reportUnknown(issue.keys, { tree, called, name }, Object.keys(schema?.shape ?? {}), findings);
    else if (issue.code === 'unrecognized_keys') reportUnknownInside(issue, { inner, called }, findings);
    else reportWrong(issue, { tree, called, name }, findings);
  }
  return {};
}

type Where = Pick<Choice, 'tree' | 'called' | 'name'>;

function reportUnknown(keys: readonly string[], { tree, called, name }: Where, known: readonly string[], findings: Findings): void {
  for (const key of keys) {
    const near = nearest(key, known);
    const there = known.length === 0 ? `${name} has no options` : `${name} has ${known.join(', ')}`;
    findings.error(entry(tree, key)?.keyAt ?? { line: 0, column: 0 }, { code: 'unknown-key', message: `${called}.${key} is unknown; ${there}`, fix: near === undefined ? 'remove it' : `did you mean ${near}?` });
  }
}

function reportUnknownInside({ keys, path }: z.core.$ZodIssueUnrecognizedKeys, { inner, called }: { readonly inner: Tree | undefined; readonly called: string }, findings: Findings): void {
  for (const key of keys) findings.error(entry(inner, key)?.keyAt ?? inner?.at ?? { line: 0, column: 0 }, { code: 'unknown-key', message: `${[called, ...path.map(String), key].join('.')} is unknown`, fix: 'remove it' });
}

function reportWrong(issue: z.core.$ZodIssue, { tree, called }: Where, findings: Findings): void {
  const found = descend(tree, issue.path);
  const path = [called, ...issue.path.map(String)].join('.');
  if (found === undefined) findings.error(tree?.at ?? { line: 0, column: 0 }, { code: 'missing-key', message: `${path} is missing${issue.code === 'custom' ? `: it ${issue.message}` : ''}`, fix: `add ${String(issue.path.at(-1))}` });
  else findings.error(found.at, { code: 'wrong-value', message: `${path} is ${shown(plainValue(found))}, ${issue.code === 'custom' ? issue.message : requirement(issue)}`, fix: fixOf(issue, plainValue(found)) });
}

function fixOf(issue: z.core.$ZodIssue, value: unknown): string {
  const near = issue.code === 'invalid_value' ? nearest(String(value), issue.values.map(String)) : undefined;
  return near === undefined ? 'write a value that can be used' : `did you mean ${near}?`;
}
