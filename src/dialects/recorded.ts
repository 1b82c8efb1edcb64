import type { Tree } from '../config/yamlTree.js';
import type { ParamValue } from '../model/params.js';
import type { DialectDocument } from './documents.js';

/** Where a map or list of a recorded document stands. */
export interface Seat { readonly file: string; readonly tree: Tree; readonly path: string; readonly children: readonly Child[] }

const seat = Symbol('seat');

export interface Recorded {
  readonly root: ParamValue;
  /** Names of what nobody has looked at, the outermost of each branch, below the map that `scope` is. */
  readonly unread: (scope: ParamValue) => readonly string[];
}

/**
 * A document whose values know where they stand and that they were read, so that what a reader does not look at can be
 * named. Keys are also found in camelCase: `MinValue` and `min_value` as `minValue`, as one API is written in several ways.
 */
export function recorded({ tree, file }: DialectDocument): Recorded {
  const read = new Set<Tree>();
  const opened = new Set<Tree>();
  const wrap = (node: Tree, path: string): ParamValue => {
    if (node.kind === 'scalar') return node.value;
    const target: object = node.kind === 'list' ? [] : {};
    const children = childrenOf(node, path);
    const known = new Set(children.map(({ key }) => key));
    Object.defineProperty(target, seat, { value: { file, tree: node, path, children } satisfies Seat });
    for (const { key, value, path: below } of children) {
      let made: ParamValue | undefined;
      const get = (): ParamValue => { read.add(value); return (made ??= wrap(value, below)); };
      Object.defineProperty(target, key, { enumerable: true, configurable: true, get });
      const alias = camelCase(key);
      if (node.kind === 'map' && !known.has(alias)) Object.defineProperty(target, alias, { enumerable: false, configurable: true, get });
    }
    if (node.kind === 'list') return target as ParamValue;
    return new Proxy(target, { get: (of, key): unknown => { if (typeof key === 'string') opened.add(node); return Reflect.get(of, key); } }) as ParamValue;
  };
  return { root: wrap(tree, ''), unread: (scope) => unreadBelow(seatOf(scope)?.tree ?? tree, seatOf(scope)?.path ?? '', { read, opened }) };
}

interface Child { readonly key: string; readonly value: Tree; readonly path: string }

function childrenOf(node: Tree, path: string): readonly Child[] {
  if (node.kind === 'scalar') return [];
  if (node.kind === 'list') return node.items.map((value, i) => ({ key: String(i), value, path: `${path}[${i}]` }));
  return node.entries.map(({ key, value }) => ({ key, value, path: path === '' ? key : `${path}.${key}` }));
}

function camelCase(key: string): string {
  return key.replace(/^[A-Z]/, (first) => first.toLowerCase()).replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Keys that describe the file to people and tools; nothing of the search is in them. */
const saysNothing: ReadonlySet<string> = new Set(['description', '$schema', 'apiVersion', 'kind', 'version']);

/** Values that were asked for, and maps that were asked for one of theirs. */
interface Looked { readonly read: ReadonlySet<Tree>; readonly opened: ReadonlySet<Tree> }

/** What was asked for and never looked into was taken as a whole. */
function unreadBelow(node: Tree, path: string, looked: Looked): readonly string[] {
  const children = childrenOf(node, path);
  if (!looked.opened.has(node) && !children.some(({ value }) => looked.read.has(value))) return [];
  return children.flatMap((child) => (looked.read.has(child.value) ? unreadBelow(child.value, child.path, looked) : saysNothing.has(child.key) ? [] : [child.path]));
}

/** What stands in a map under a key, or under the key that is this one in camelCase. */
export function childOf({ children }: Seat, key: string): { readonly tree: Tree; readonly path: string } | undefined {
  const found = children.find((child) => child.key === key) ?? children.find((child) => camelCase(child.key) === key);
  return found === undefined ? undefined : { tree: found.value, path: found.path };
}

export function seatOf(value: ParamValue | undefined): Seat | undefined {
  return typeof value === 'object' && value !== null ? (value as { readonly [seat]?: Seat })[seat] : undefined;
}
