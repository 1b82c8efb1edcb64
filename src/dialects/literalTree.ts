import { shown, type Findings, type Position } from '../config/findings.js';
import type { Limits } from '../config/readYaml.js';
import type { Entry, Tree } from '../config/yamlTree.js';
import { reservedName } from '../model/params.js';
import { readLiteral, type LiteralParts, type ReadLiteral } from '../model/pythonLiteral.js';

/** How a tuple stands in our trees: as Talos 2 writes it into JSON. */
export const tupleKey = '__talos_type__';

/** What JSON and Python's json call constants. */
const constants = new Map<string, number | boolean | null>([['true', true], ['false', false], ['null', null], ['NaN', NaN], ['Infinity', Infinity], ['-Infinity', -Infinity]]);

interface Builder {
  readonly limits: Limits;
  readonly findings: Findings;
  /** `positions` of the text. */
  readonly at: (offset: number) => Position;
  readonly words: boolean;
  nodes: number;
}

/** A word that is no constant, in a text that may have none. */
class StrayWord extends Error {}

/**
 * JSON (as Python writes it, NaN included), or a Python literal, as a tree with positions. With `words`, names and calls
 * (`relu`, `Adam()`) are texts without quotes; without, a text that has any is none of ours.
 */
export function literalTree(text: string, from: number, reading: Omit<Builder, 'nodes'>): ReadLiteral<Tree> {
  const builder: Builder = { ...reading, nodes: 0 };
  try {
    return readLiteral(text, from, partsFor(builder));
  } catch (error) {
    if (error instanceof StrayWord) return { failedAt: from };
    throw error;
  }
}

function partsFor(builder: Builder): LiteralParts<Tree> {
  const counted = <T extends Tree>(tree: T): T => {
    builder.nodes += 1;
    if (builder.nodes === builder.limits.nodes) builder.findings.error(tree.at, { code: 'too-many-values', message: `more than ${builder.limits.nodes} values`, fix: 'give the file that holds the search space alone' });
    return tree;
  };
  const word = (source: string, at: Position): Tree => {
    const value = constants.get(source);
    if (value !== undefined) return counted({ kind: 'scalar', value, source, quoted: false, float: typeof value === 'number', at });
    if (!builder.words) throw new StrayWord();
    return counted({ kind: 'scalar', value: source, source, quoted: false, float: false, at });
  };
  const list = (items: readonly Tree[], at: Position): Tree => counted({ kind: 'list', items, at });
  return {
    scalar: (value, { source, quoted, at }) => counted({ kind: 'scalar', value, source, quoted, float: typeof value === 'number' && /[.eE]/.test(source), at: builder.at(at) }),
    word: (source, at) => word(source, builder.at(at)),
    list: (items, at) => list(items, builder.at(at)),
    tuple: (items, offset) => {
      const at = builder.at(offset);
      const entry = (key: string, value: Tree): Entry => ({ key, keyAt: at, value });
      return counted({ kind: 'map', at, entries: [entry(tupleKey, { kind: 'scalar', value: 'tuple', source: 'tuple', quoted: true, float: false, at }), entry('items', list(items, at))] });
    },
    map: (entries, at) => counted({ kind: 'map', at: builder.at(at), entries: entriesOf(entries, builder) }),
    call: (_name, _args, printed) => word(printed, builder.at(0)),
  };
}

function entriesOf(found: readonly { readonly key: Tree; readonly keyAt: number; readonly value: Tree }[], { at, findings }: Builder): readonly Entry[] {
  const lines = new Map<string, number>();
  return found.map(({ key, keyAt, value }) => {
    const name = key.kind === 'scalar' ? String(key.value) : JSON.stringify(key);
    const here = at(keyAt);
    const before = lines.get(name);
    if (before !== undefined) findings.error(here, { code: 'duplicate-key', message: `${shown(name)} stands on line ${before} and again on line ${here.line}`, fix: 'remove one (other readers silently take the last)' });
    if (name === reservedName) findings.error(here, { code: 'reserved-name', message: `"${reservedName}" cannot be a name`, fix: 'rename it' });
    lines.set(name, here.line);
    return { key: name, keyAt: here, value };
  });
}

/** Line and column of a character, both from 1. */
export function positions(text: string): (offset: number) => Position {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
