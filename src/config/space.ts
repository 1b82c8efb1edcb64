import { orderByDependency, type WhenProblem } from '../model/activity.js';
import { compileConstraints } from '../model/constraint.js';
import { bounds, quantile } from '../model/distribution.js';
import { contains, gridValues } from '../model/distributionImage.js';
import type { ShapedLayers } from '../model/layerShape.js';
import type { ParamValue } from '../model/params.js';
import { roles, type Distribution, type Parameter, type SearchSpace } from '../model/searchSpace.js';
import { declaredDefaults } from '../model/validity.js';
import { nearest } from './dialect.js';
import { shown, type Findings, type Position } from './findings.js';
import { readDistribution } from './parameter.js';
import { readShape } from './shape.js';
import { child, descend, entry, plainValue, type Entry, type MapTree, type Tree } from './yamlTree.js';

/** The places of a template say where values go; what may stand there nobody can read from them. */
function howToDeclare(root: MapTree): string {
  return child(root, 'template') === undefined ? 'name what is to be searched' : 'a template says where values belong, not between which: declare each name in it, parameters: { lr: { distribution: log_uniform_values, min: 1.0e-5, max: 0.1 } } for {{lr}}';
}

/** Reads `parameters` and `constraints`; undefined when there is no space to search. */
export function readSpace(root: MapTree, findings: Findings): SearchSpace | undefined {
  const tree = child(root, 'parameters');
  if (tree?.kind !== 'map' || tree.entries.length === 0) {
    findings.error(entry(root, 'parameters')?.keyAt ?? root.at, { code: 'no-parameters', message: tree === undefined ? 'parameters is missing' : 'parameters is empty', fix: howToDeclare(root), example: 'parameters: { lr: { min: 0.001, max: 0.1 } }' });
    return undefined;
  }
  const read = readGroup(tree, [], findings);
  const named = uniqueNames(read, findings);
  const { ordered, problems } = orderByDependency(named.map(({ parameter }) => parameter));
  for (const problem of problems) reportWhen(problem, named, findings);
  for (const found of named) checkConditions(found, named, findings);
  const constraints = readConstraints(root);
  const shapes = named.flatMap(({ shape }) => shape ?? []);
  const space: SearchSpace = { parameters: ordered, constraints, ...(shapes.length === 0 ? {} : { shapes }) };
  checkConstraints(space, root, named.length === read.length && !findings.hasErrors(), findings);
  if (!findings.hasErrors()) checkDefaults(space, root, findings);
  return space;
}

interface Read { readonly parameter: Parameter; readonly at: Position; readonly tree: Tree; /** Of the first part of a `shape` parameter. */ readonly shape?: ShapedLayers }

/** W&B's order: sorted by key at each level. */
function readGroup(group: MapTree, path: readonly string[], findings: Findings): readonly Read[] {
  const entries = [...group.entries].sort((a, b) => (a.key < b.key ? -1 : 1));
  return entries.flatMap((item) => {
    checkName(item, findings);
    const nested = child(item.value, 'parameters');
    if (nested !== undefined) return readNested(item, nested, [...path, item.key], findings);
    if (child(item.value, 'shape') !== undefined) return readLayers(item, [...path, item.key], findings);
    const parameter = readParameter(item, [...path, item.key], findings);
    return parameter === undefined ? [] : [{ parameter, at: item.keyAt, tree: item.value }];
  });
}

function readLayers(item: Entry, path: readonly string[], findings: Findings): readonly Read[] {
  const when = readWhen(path.join('.'), child(item.value, 'when'), findings);
  const read = readShape(item, path, { when, findings, readOne: (part, partPath) => readParameter(part, partPath, findings) });
  return read?.parts.map((part, i) => (i === 0 ? { ...part, shape: read.shape } : part)) ?? [];
}

function readNested(item: Entry, nested: Tree, path: readonly string[], findings: Findings): readonly Read[] {
  const strays = item.value.kind === 'map' ? item.value.entries.filter(({ key }) => key !== 'parameters') : [];
  for (const { key, keyAt } of strays) findings.error(keyAt, { code: 'stray-keys', message: `${path.join('.')} has nested parameters and cannot have ${shown(key)} too`, fix: 'move it into the nested parameters, or remove it' });
  if (nested.kind === 'map' && nested.entries.length > 0) return readGroup(nested, path, findings);
  findings.error(nested.at, { code: 'no-parameters', message: `parameters of ${path.join('.')} is ${shown(plainValue(nested))}, must be a map of parameters`, fix: 'name what is to be searched', example: `${item.key}: { parameters: { lr: { min: 0.001, max: 0.1 } } }` });
  return [];
}

function readParameter({ value }: Entry, path: readonly string[], findings: Findings): Parameter | undefined {
  const name = path.join('.');
  const distribution = readDistribution(name, value, findings);
  if (distribution === undefined) return undefined;
  noteImage(name, distribution, value.at, findings);
  const declared = readDefault(name, distribution, child(value, 'default'), findings);
  const when = readWhen(name, child(value, 'when'), findings);
  const role = readRole(name, child(value, 'role'), findings);
  return { name, path, distribution, ...(declared === undefined ? {} : { default: declared }), ...(when === undefined ? {} : { when }), ...(role === undefined ? {} : { role }) };
}

function readRole(name: string, tree: Tree | undefined, findings: Findings): Parameter['role'] {
  if (tree === undefined) return undefined;
  const text = plainValue(tree);
  const role = roles.find((one) => one === text);
  const near = typeof text === 'string' ? nearest(text, roles) : undefined;
  if (role === undefined) findings.error(tree.at, { code: 'unknown-role', message: `role of ${name} is ${shown(text)}; there are ${roles.join(', ')}`, fix: near === undefined ? 'write one of them, or remove it' : `did you mean ${near}?`, example: 'role: batch_size' });
  return role;
}

function checkName({ key, keyAt }: Entry, findings: Findings): void {
  if (key === '') findings.error(keyAt, { code: 'reserved-name', message: 'a parameter has an empty name', fix: 'name it' });
  else if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(key)) findings.note(keyAt, { code: 'odd-name', message: `${shown(key)} is accepted; W&B warns about names with other characters than letters, digits, "_", "." and "-"` });
}

function noteImage(name: string, distribution: Distribution, at: Position, findings: Findings): void {
  if (distribution.name === 'categorical') {
    const distinct = gridValues({ name: 'categorical', choices: distribution.choices })?.length ?? 0;
    if (distinct < distribution.choices.length) findings.note(at, { code: 'repeated-values', message: `values of ${name} holds ${distribution.choices.length - distinct} value(s) more than once; a repeated value is drawn more often` });
  }
  const image = bounds(distribution);
  if (image === undefined || !('q' in distribution) || !('low' in distribution) || distribution.name === 'q_log_uniform') return;
  if (image.low < distribution.low || image.high > distribution.high) {
    findings.note(at, { code: 'rounded-beyond', message: `${name} is rounded to multiples of ${distribution.q} after drawing, so it samples ${image.low}…${image.high} (as W&B does)` });
  }
}

function readDefault(name: string, distribution: Distribution, tree: Tree | undefined, findings: Findings): ParamValue | undefined {
  if (tree === undefined) return undefined;
  const value = plainValue(tree);
  if (contains(distribution, value)) return value;
  const middle = distribution.name === 'categorical' ? distribution.choices[0] : quantile(distribution, 0.5);
  findings.error(tree.at, { code: 'default-outside', message: `default of ${name} is ${shown(value)}, which it can never be`, fix: `write a value of its space, such as ${shown(middle)}`, example: `default: ${shown(middle)}` });
  return undefined;
}

function readWhen(name: string, tree: Tree | undefined, findings: Findings): Parameter['when'] {
  if (tree === undefined) return undefined;
  if (tree.kind === 'map' && tree.entries.length > 0) {
    return Object.fromEntries(tree.entries.map(({ key, value }) => [key, value.kind === 'list' ? value.items.map(plainValue) : [plainValue(value)]]));
  }
  findings.error(tree.at, { code: 'wrong-type', message: `when of ${name} is ${shown(plainValue(tree))}, must be a map of parameters and their values`, fix: 'name the parameter and its value', example: 'when: { optimizer: sgd }' });
  return undefined;
}

/** A dotted name and a nested one can meet. */
function uniqueNames(read: readonly Read[], findings: Findings): readonly Read[] {
  const seen = new Map<string, Read>();
  for (const found of read) {
    const earlier = seen.get(found.parameter.name);
    if (earlier === undefined) seen.set(found.parameter.name, found);
    else findings.error(found.at, { code: 'duplicate-key', message: `parameter ${found.parameter.name} stands on line ${earlier.at.line} and again on line ${found.at.line}`, fix: 'rename one' });
  }
  return [...seen.values()];
}

function reportWhen(problem: WhenProblem, all: readonly Read[], findings: Findings): void {
  const found = all.find(({ parameter }) => parameter.name === problem.parameter);
  const at = entry(found?.tree, 'when')?.keyAt ?? found?.at ?? { line: 1, column: 1 };
  const [parent = ''] = problem.names;
  if (problem.kind === 'cycle') { findings.error(at, { code: 'when-cycle', message: `when goes round in a circle: ${problem.names.join(' → ')}`, fix: 'remove one of these conditions' }); return; }
  const near = nearest(parent, all.map(({ parameter }) => parameter.name));
  findings.error(at, { code: 'when-unknown', message: `when of ${problem.parameter} names ${shown(parent)}, which is no parameter`, fix: near === undefined ? `parameters: ${all.map(({ parameter }) => parameter.name).join(', ')}` : `did you mean ${near}?` });
}

function checkConditions({ parameter, tree }: Read, all: readonly Read[], findings: Findings): void {
  for (const [parent, values] of Object.entries(parameter.when ?? {})) {
    const found = all.find((candidate) => candidate.parameter.name === parent);
    const impossible = found === undefined ? [] : values.filter((value) => !contains(found.parameter.distribution, value));
    if (impossible.length === 0) continue;
    findings.error(descend(tree, ['when', parent])?.at ?? tree.at, { code: 'when-never', message: `${parent} is never ${impossible.map(shown).join(' or ')}, so ${parameter.name} would not exist`, fix: `write a value of ${parent}` });
  }
}

function readConstraints(root: MapTree): readonly string[] {
  const tree = child(root, 'constraints');
  return tree?.kind === 'list' ? tree.items.flatMap((item) => (item.kind === 'scalar' ? [item.source] : [])) : [];
}

function checkConstraints(space: SearchSpace, root: MapTree, complete: boolean, findings: Findings): void {
  for (const { index, offset, message } of compileConstraints(space).problems) {
    // A parameter that failed to read would only be reported a second time.
    if (!complete && message.startsWith('Unknown variable')) continue;
    const source = space.constraints[index] ?? '';
    const tree = descend(root, ['constraints', index]);
    const at = tree?.at ?? root.at;
    const quoted = tree?.kind === 'scalar' && tree.quoted ? 1 : 0;
    const unknown = /^Unknown variable: (.*)$/.exec(message)?.[1];
    const near = unknown === undefined ? undefined : nearest(unknown, space.parameters.map(({ name }) => name));
    findings.error({ ...at, column: at.column + offset + quoted }, { code: 'constraint', message: `constraint ${shown(source)}: ${message}`, fix: near === undefined ? 'write a CEL expression over parameter names that is true or false' : `did you mean ${near}?`, example: 'constraints: ["units * layers <= 512"]' });
  }
}

function checkDefaults(space: SearchSpace, root: MapTree, findings: Findings): void {
  const declared = declaredDefaults(space);
  if (declared === undefined) return;
  const at = entry(root, 'parameters')?.keyAt ?? root.at;
  if (declared.params === undefined) findings.warning(at, { code: 'defaults-invalid', message: `the declared defaults are no point of the space: ${declared.reason}; they are not used as a first trial`, fix: 'change a default or the constraint' });
  else if (declared.filled.length > 0) findings.note(at, { code: 'defaults-filled', message: `no default for ${declared.filled.join(', ')}: the first trial takes their first choice or the middle of their range` });
}
