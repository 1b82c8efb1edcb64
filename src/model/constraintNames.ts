import { Environment, type ASTNode } from '@marcbachmann/cel-js';
import { childNodes } from './constraintNumbers.js';
import { kindOf } from './distribution.js';
import { treeOf } from './nesting.js';
import type { Params } from './params.js';
import type { Parameter } from './searchSpace.js';

const limits = { maxAstNodes: 2000, maxDepth: 50, maxListElements: 1000, maxMapEntries: 100, maxCallArguments: 16 };

/** A dotted or nested name is reached as `model.lr`; any name at all as `params["a/b"]`. */
export function constraintEnvironment(parameters: readonly Parameter[]): Environment {
  const env = new Environment({ homogeneousAggregateLiterals: false, limits });
  env.registerOperator('double % double', (a: number, b: number) => a - b * Math.floor(a / b));
  env.registerVariable('params', 'map<string, dyn>');
  const groups = new Set<string>();
  for (const { name, distribution } of parameters) {
    const [root, ...rest] = name.split('.');
    if (root === undefined || !isIdentifier(root)) continue;
    // CEL's own names (`int`, `type`, …) stay CEL's; such a parameter is reached through `params`.
    if (rest.length > 0) groups.add(root);
    else if (!env.hasVariable(root)) env.registerVariable(root, celType(distribution));
  }
  for (const group of groups) if (!env.hasVariable(group)) env.registerVariable(group, 'map<string, dyn>');
  return env;
}

export function constraintContext(params: Params): Record<string, unknown> {
  return { ...treeOf(Object.entries(params).map(([name, value]) => ({ path: name.split('.'), value }))), params: new Map(Object.entries(params)) };
}

/** A member of a group, or a key of `params`, that no parameter has: CEL itself would only notice at run time. */
export function unknownReference(ast: ASTNode, parameters: readonly Parameter[]): { readonly name: string; readonly offset: number } | undefined {
  const names = parameters.map(({ name }) => name);
  const isGroup = (name: string): boolean => names.some((known) => known.startsWith(`${name}.`));
  for (const node of walk(ast)) {
    const name = nameOf(node);
    if (name === undefined || names.includes(name) || isGroup(name)) continue;
    const outer = name.slice(0, name.lastIndexOf('.'));
    // Members of a value that is a map itself are the value's business.
    if (node.op === '[]' || isGroup(outer)) return { name, offset: node.start };
  }
  return undefined;
}

function* walk(node: ASTNode): Generator<ASTNode> {
  yield node;
  for (const child of childNodes(node.args)) yield* walk(child);
}

/** `a.b.c` as a name, and `params["a/b"]` as `a/b`; undefined for anything else. */
function nameOf(node: ASTNode): string | undefined {
  if (node.op === '[]') {
    const [map, key] = node.args;
    return map.op === 'id' && map.args === 'params' && key.op === 'value' && typeof key.args === 'string' ? key.args : undefined;
  }
  if (node.op !== '.') return undefined;
  const [object, member] = node.args;
  const prefix = object.op === 'id' ? object.args : nameOf(object);
  return prefix === undefined ? undefined : `${prefix}.${member}`;
}

function celType(distribution: Parameter['distribution']): string {
  const kind = kindOf(distribution);
  if (kind === 'int' || kind === 'float') return 'double';
  const choices = distribution.name === 'categorical' ? distribution.choices : distribution.name === 'constant' ? [distribution.value] : [];
  const types = new Set(choices.map((choice) => typeof choice));
  const [only] = types;
  if (types.size !== 1) return 'dyn';
  if (only === 'number') return 'double';
  if (only === 'string') return 'string';
  return only === 'boolean' ? 'bool' : 'dyn';
}

function isIdentifier(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name) && !reserved.has(name);
}

const reserved = new Set(['in', 'true', 'false', 'null', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while']);
