import type { ParamValue } from '../model/params.js';
import type { Position } from './findings.js';

/** A value of the file together with where it stands and, for scalars, how it was written. */
export type Tree = ScalarTree | ListTree | MapTree;

export interface ScalarTree {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly source: string;
  readonly quoted: boolean;
  /** The number was written with a point or an exponent: Python's float. */
  readonly float: boolean;
  /** What PyYAML (YAML 1.1), and so W&B, reads instead, in words; absent where both agree. */
  readonly elsewhere?: string;
  readonly at: Position;
}

interface ListTree { readonly kind: 'list'; readonly items: readonly Tree[]; readonly at: Position }
export interface MapTree { readonly kind: 'map'; readonly entries: readonly Entry[]; readonly at: Position }
export interface Entry { readonly key: string; readonly keyAt: Position; readonly value: Tree }

type Resolved = Pick<ScalarTree, 'value' | 'float' | 'elsewhere'>;

const integer = /^[-+]?\d+$/;
const spacedInteger = /^[-+]?\d[\d_]*$/;
const radix = /^[-+]?0(x[\da-fA-F_]+|o[0-7_]+|b[01_]+)$/;
const decimal = /^[-+]?(\.\d[\d_]*|\d[\d_]*(\.[\d_]*)?)([eE][-+]?\d+)?$/;
/** PyYAML wants a point in every float, and a sign in every exponent. */
const pythonFloat = /^[-+]?(\d[\d_]*\.[\d_]*|\.\d[\d_]*)([eE][-+]\d+)?$/;

/** A plain scalar by YAML 1.2's core schema with the extensions of the README ("deliberate extensions"). */
export function resolvePlain(source: string): Resolved {
  if (/^(~|null|Null|NULL|)$/.test(source)) return { value: null, float: false };
  if (/^(true|True|TRUE|false|False|FALSE)$/.test(source)) return { value: source.toLowerCase() === 'true', float: false };
  if (/^(yes|Yes|YES|on|On|ON)$/.test(source)) return { value: true, float: false, elsewhere: 'text in YAML 1.2; true here and in W&B' };
  if (/^(no|No|NO|off|Off|OFF)$/.test(source)) return { value: false, float: false, elsewhere: 'text in YAML 1.2; false here and in W&B' };
  return resolveNumber(source) ?? { value: source, float: false };
}

function resolveNumber(source: string): Resolved | undefined {
  if (integer.test(source) && /^[-+]?0\d/.test(source)) return { value: Number(source), float: false, elsewhere: `${Number(source)} here; octal in W&B` };
  if (spacedInteger.test(source)) return { value: Number(source.replaceAll('_', '')), float: false };
  if (radix.test(source)) return { value: radixValue(source), float: false };
  if (/^[-+]?\.(inf|Inf|INF)$/.test(source)) return { value: source.startsWith('-') ? -Infinity : Infinity, float: true };
  if (/^\.(nan|NaN|NAN)$/.test(source)) return { value: NaN, float: true };
  if (!decimal.test(source)) return undefined;
  const value = Number(source.replaceAll('_', ''));
  return pythonFloat.test(source) ? { value, float: true } : { value, float: true, elsewhere: `the number ${value} here; W&B reads text` };
}

function radixValue(source: string): number {
  const digits = source.replaceAll('_', '').replace(/^[-+]/, '');
  return source.startsWith('-') ? -Number(digits) : Number(digits);
}

export function child(tree: Tree | undefined, key: string): Tree | undefined {
  return entry(tree, key)?.value;
}

export function entry(tree: Tree | undefined, key: string): Entry | undefined {
  return tree?.kind === 'map' ? tree.entries.find((candidate) => candidate.key === key) : undefined;
}

/** The tree at a path; undefined where the file has nothing there. */
export function descend(tree: Tree | undefined, path: readonly PropertyKey[]): Tree | undefined {
  return path.reduce<Tree | undefined>((at, step) => (at?.kind === 'list' ? at.items[Number(step)] : child(at, String(step))), tree);
}

/** Plain values. Map keys become own keys, whatever their name. */
export function plainValue(tree: Tree): ParamValue {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(plainValue);
  return Object.fromEntries(tree.entries.map(({ key, value }) => [key, plainValue(value)]));
}

export function isNumber(tree: Tree | undefined): tree is ScalarTree & { readonly value: number } {
  return tree?.kind === 'scalar' && typeof tree.value === 'number';
}
