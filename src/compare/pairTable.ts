import type { Numbers } from '../math/describe.js';
import { numberColumn, type NumberArray, type NumberColumn } from '../math/numberColumn.js';
import { UserError } from '../model/errors.js';
import { rowLines, type RowLines } from './rowLines.js';
import { refusal, rowReader, seedOf, valueOf, type TableRow } from './tableRows.js';

/** Values of one metric, NaN = that run failed. With `seeds` the sides are pairs in the order of the rows; without, two sets of runs. */
export interface MetricColumns {
  /** Absent where the file does not name it. */
  readonly metric?: string;
  readonly seeds?: Numbers;
  readonly base: Numbers;
  readonly head: Numbers;
}

/** `ignored` = columns that mean nothing here. */
export interface PairTable { readonly metrics: readonly MetricColumns[]; readonly ignored: readonly string[] }

export interface TableReader { push(text: string): void; end(): PairTable }

const example = 'seed,base,head\n1,0.912,0.915';

interface Growing { readonly metric: string; readonly seeds: NumberColumn; readonly lines: RowLines; readonly base: NumberColumn; readonly head: NumberColumn }
interface SideColumns { readonly metric: string; readonly base: number; readonly head: number }
interface Layout { readonly width: number; readonly seed: number; readonly metric: number; readonly sides: readonly SideColumns[] }

/**
 * One file of both sides. Columns: `base` and `head`; `seed` where the runs are pairs; a `metric` column, or
 * `base.<metric>` and `head.<metric>`, where there are several. An empty value means that the run failed; without
 * seeds, that this side had fewer runs.
 */
export function pairTableReader(): TableReader {
  const found = new Map<string, Growing>();
  let layout: Layout | undefined;
  let names: readonly string[] = [];
  const reader = rowReader((row) => {
    if (layout?.width !== row.names.length) layout = layoutOf(row, layout);
    names = row.names;
    takeRow(row, layout, found);
  });
  return {
    push: (text) => { reader.push(text); },
    end: () => {
      if (reader.end() === 0) throw new UserError('judge-empty', 'the file holds no rows', { fix: `write one row per seed, e.g.\n${example}` });
      const isPaired = layout !== undefined && layout.seed >= 0;
      return { metrics: [...found.values()].map((columns) => finished(columns, isPaired)), ignored: names.filter((name) => !isKnown(name, layout, names)) };
    },
  };
}

/** The whole text of a file at once. */
export function parsePairs(text: string): PairTable {
  const reader = pairTableReader();
  reader.push(text);
  return reader.end();
}

function layoutOf({ names, line, header }: TableRow, before: Layout | undefined): Layout {
  const at = (name: string): number => names.indexOf(name);
  const plain = at('base') >= 0 || at('head') >= 0;
  const dotted = [...new Set(names.flatMap((name) => /^(?:base|head)\.(.+)$/.exec(name)?.[1] ?? []))];
  const absent = [...(plain || dotted.length === 0 ? ['base', 'head'] : []), ...dotted.flatMap((metric) => [`base.${metric}`, `head.${metric}`])].filter((name) => at(name) < 0);
  if (absent.length > 0 && before === undefined) {
    if (header === undefined) throw refusal(line, `no ${absent.join(', ')} in this row`, 'a row needs seed, base and head; write null for a run that failed');
    throw refusal(header, `no column ${absent.join(', ')} among: ${names.join(', ')}`, `name the columns seed, base and head (one row per seed, both sides in it), e.g.\n${example}\nleave seed out where the sides have none in common; for several metrics add a column metric, or name the columns base.NAME and head.NAME`);
  }
  const sides = [...(plain ? [{ metric: '', base: at('base'), head: at('head') }] : []), ...dotted.map((metric) => ({ metric, base: at(`base.${metric}`), head: at(`head.${metric}`) }))];
  return { width: names.length, seed: before === undefined ? at('seed') : before.seed, metric: at('metric'), sides: before?.sides ?? sides };
}

function takeRow({ line, cells }: TableRow, { seed, metric, sides }: Layout, found: Map<string, Growing>): void {
  const named = metric < 0 ? undefined : cells[metric];
  if (metric >= 0 && (typeof named !== 'string' || named === '')) throw refusal(line, 'this row names no metric', 'write the name of the metric into the column metric');
  for (const side of sides) {
    const name = side.metric === '' && typeof named === 'string' ? named : side.metric;
    const columns = found.get(name) ?? { metric: name, seeds: numberColumn(), lines: rowLines(), base: numberColumn(), head: numberColumn() };
    found.set(name, columns);
    const [base, head] = [cells[side.base], cells[side.head]];
    if (seed >= 0) {
      const absent = [...(cells[seed] === undefined ? ['seed'] : []), ...(base === undefined ? ['base'] : []), ...(head === undefined ? ['head'] : [])];
      if (absent.length > 0) throw refusal(line, `no ${absent.join(', ')} in this row`, 'a row needs seed, base and head; write null for a run that failed');
      columns.seeds.push(seedOf(cells[seed], line));
      columns.lines.push(line);
    }
    if (seed >= 0 || isThere(base)) columns.base.push(valueOf(base, side.metric === '' ? 'base' : `base.${name}`, line));
    if (seed >= 0 || isThere(head)) columns.head.push(valueOf(head, side.metric === '' ? 'head' : `head.${name}`, line));
  }
}

function isThere(cell: unknown): boolean {
  return cell !== undefined && cell !== '';
}

function finished({ metric, seeds, lines, base, head }: Growing, isPaired: boolean): MetricColumns {
  const values = { ...(metric === '' ? {} : { metric }), base: base.values(), head: head.values() };
  if (!isPaired) return values;
  checkSeeds(seeds.values(), lines);
  return { ...values, seeds: seeds.values() };
}

/** Seeds that grow cannot repeat; others are sorted first, which needs less room than a set of a million. */
export function checkSeeds(seeds: NumberArray, lines: RowLines): void {
  if (seeds.every((seed, i) => i === 0 || seed > (seeds[i - 1] ?? 0))) return;
  const sorted = seeds.toSorted();
  const repeated = new Set(sorted.filter((seed, i) => i > 0 && seed === sorted[i - 1]));
  if (repeated.size === 0) return;
  const firstRows = new Map<number, number>();
  const here = seeds.findIndex((seed, i) => {
    if (!repeated.has(seed)) return false;
    if (firstRows.has(seed)) return true;
    firstRows.set(seed, i);
    return false;
  });
  const seed = seeds[here] ?? 0;
  const before = firstRows.get(seed) ?? 0;
  throw refusal(lines.at(here) ?? here + 1, `seed ${seed} again (first on line ${lines.at(before) ?? before + 1})`, 'keep one row per seed: a repeated seed is the same measurement, not a new one');
}

function isKnown(name: string, layout: Layout | undefined, names: readonly string[]): boolean {
  if (name === 'seed' || name === 'metric') return true;
  const place = names.indexOf(name);
  return layout?.sides.some(({ base, head }) => base === place || head === place) === true;
}
