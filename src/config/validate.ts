import { z } from 'zod';
import { reportUnknownKey, reportUnknownTopKey, type Dialect } from './dialect.js';
import { shown, type Finding, type Findings, type Position } from './findings.js';
import { requirement } from './requirement.js';
import { fileSchema, type FileConfig } from './schema.js';
import { descend, entry, plainValue, type MapTree, type Tree } from './yamlTree.js';
import type { ParamValue } from '../model/params.js';

/** Places that hold text, whatever it looks like: `128` in a command is "128", with the digits as written. */
const textPaths = ['name', 'program', 'checkpoint', 'transfer', 'metric.name', 'also.*.name', 'command.*', 'setup.*.*', 'link.*', 'inputs.*', 'data.*', 'fingerprint.*', 'env.set.*', 'template', 'template.*', 'template.*.*', 'constraints.*', 'metric.impute_while_running'];
const textPattern = new RegExp(`^(${textPaths.map((path) => path.replaceAll('.', '\\.').replaceAll('*', '[^.]+')).join('|')})$`);

export function isTextPath(path: readonly PropertyKey[]): boolean {
  return textPattern.test(path.map((step) => String(step).replaceAll('.', '_')).join('.'));
}

/** Shapes of everything but `parameters`, which the space builder checks against the source. */
export function validate(root: MapTree, dialect: Dialect, findings: Findings): FileConfig | undefined {
  const result = fileSchema.safeParse(valueOf(root, []));
  if (result.success) return result.data;
  const seen = new Set<string>();
  for (const issue of result.error.issues) {
    // The second complaint about one value says no more than the first.
    if (isBelowParameters(issue.path) || seen.has(pathText(issue.path))) continue;
    if (issue.code !== 'unrecognized_keys') seen.add(pathText(issue.path));
    reportIssue(issue, root, dialect, findings);
  }
  const failed = new Set(result.error.issues.map(({ path }) => String(path[0])));
  const rest = root.entries.filter(({ key }) => !failed.has(key) && key in fileSchema.shape);
  // What is sound is read on, so that one run shows every error.
  return fileSchema.safeParse(valueOf({ ...root, entries: rest }, [])).data;
}

function isBelowParameters(path: readonly PropertyKey[]): boolean {
  return path[0] === 'parameters' && path.length > 1;
}

function valueOf(tree: Tree, path: readonly PropertyKey[]): ParamValue {
  if (tree.kind === 'list') return tree.items.map((item, i) => valueOf(item, [...path, i]));
  if (tree.kind === 'map') {
    const entries = path.length === 0 ? tree.entries.filter(({ key }) => key !== 'parameters') : tree.entries;
    return Object.fromEntries(entries.map(({ key, value }) => [key, valueOf(value, [...path, key])]));
  }
  if (!isTextPath(path) || typeof tree.value === 'string') return tree.value;
  if (tree.value !== null) return tree.source;
  // W&B hands str(None) to the program.
  return path[0] === 'command' ? 'None' : null;
}

function reportIssue(issue: z.core.$ZodIssue, root: MapTree, dialect: Dialect, findings: Findings): void {
  const { path } = issue;
  const tree = descend(root, path);
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) {
      const found = entry(tree, key);
      if (found === undefined) continue;
      if (path.length === 0) reportUnknownTopKey(found, dialect, findings);
      else reportUnknownKey({ path: pathText(path), key, known: keysAt(path), at: found.keyAt }, dialect, findings);
    }
    return;
  }
  findings.error(tree?.at ?? parentPosition(root, path), describeIssue(issue, path, tree));
}

function describeIssue(issue: z.core.$ZodIssue, path: readonly PropertyKey[], tree: Tree | undefined): Finding {
  const name = pathText(path);
  const example = fieldAt(path)?.meta()?.example;
  const help = example === undefined ? {} : { example };
  if (tree === undefined) return { code: 'missing-key', message: `${name} is missing`, fix: example === undefined ? `add ${name}` : `add \`${example}\``, ...help };
  const value = plainValue(tree);
  if (path.at(-1) === 'goal') return { code: 'wrong-goal', message: `${name} is ${shown(value)}, must be minimize or maximize`, fix: goalFix(value), ...help };
  if (name === 'executor') return executorFinding(value);
  if (name === 'command' && typeof value === 'string') return { code: 'wrong-type', message: `command is the text ${shown(value)}, must be a list`, fix: `command: [${value.split(/\s+/).map((word) => (/[${},:[\]]/.test(word) ? JSON.stringify(word) : word)).join(', ')}]`, ...help };
  const must = requirement(issue);
  return { code: 'wrong-value', message: `${name} is ${shown(value)}, ${must}`, fix: example === undefined ? `write a value that ${must.replace(/^must/, 'can')}` : `write for example \`${example}\``, ...help };
}

/** `maximum`, `Max`, `maximise`: what was meant is plain. */
function goalFix(value: ParamValue): string {
  const start = typeof value === 'string' ? value.toLowerCase().slice(0, 3) : '';
  return start === 'max' ? 'write maximize' : start === 'min' ? 'write minimize' : 'write minimize or maximize';
}

function executorFinding(value: ParamValue): Finding {
  const planned = ['slurm', 'ray', 'shards'].some((name) => name === value);
  return { code: planned ? 'not-yet' : 'wrong-value', message: `executor is ${shown(value)}${planned ? ', which is not available yet' : ', must be local'}`, fix: 'write `executor: local`', example: 'executor: local' };
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? String(step) : `${text}.${String(step)}`), '');
}

function parentPosition(root: MapTree, path: readonly PropertyKey[]): Position {
  return descend(root, path.slice(0, -1))?.at ?? root.at;
}

function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const schema = unwrapped(fieldAt(path));
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function fieldAt(path: readonly PropertyKey[]): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((field, step) => {
    const schema = unwrapped(field);
    const next: unknown = schema instanceof z.ZodObject ? (schema.shape as Record<string, unknown>)[String(step)] : schema instanceof z.ZodArray ? schema.element : undefined;
    return next instanceof z.ZodType ? next : undefined;
  }, fileSchema);
}

function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? unwrapped(schema.unwrap()) : schema;
}
