import type { Numbers } from '../math/describe.js';
import { numberColumn, type NumberArray, type NumberColumn } from '../math/numberColumn.js';
import { UserError } from '../model/errors.js';
import { checkSeeds, type MetricColumns, type PairTable } from './pairTable.js';
import { rowLines, type RowLines } from './rowLines.js';
import { isMeasured, refusal, rowReader, seedOf, valueOf, type TableRow } from './tableRows.js';

/** Runs of one side: per metric the values in the order of the rows, NaN = that run failed, and their seeds where the file has them. */
export interface SideTable { readonly metrics: ReadonlyMap<string, SideRuns>; readonly rows: number }

interface SideRuns { readonly seeds: NumberArray | undefined; readonly values: Numbers }

interface Growing { readonly seeds: NumberColumn; readonly lines: RowLines; readonly values: NumberColumn }

export interface SideReader { push(text: string): void; end(): SideTable }

/**
 * A file with the runs of one side: every column of numbers is a metric, `seed` the seeds; or the columns `metric` and
 * `value`; or nothing but one number per line. Columns of words are left out.
 */
export function sideTableReader(): SideReader {
  const found = new Map<string, Growing>();
  const words = new Set<string>();
  const reader = rowReader((row) => { takeRun(row, found, words); }, (cells) => (cells.length === 1 && isMeasured(cells[0]) ? ['value'] : undefined));
  return {
    push: (text) => { reader.push(text); },
    end: () => {
      const rows = reader.end();
      if (rows === 0) throw new UserError('judge-empty', 'the file holds no rows', { fix: 'write one run per line, e.g.\nseed,accuracy\n1,0.912' });
      const metrics = [...found].filter(([name]) => !words.has(name)).map(([name, runs]) => {
        const seeds = runs.seeds.values();
        checkSeeds(seeds, runs.lines);
        return [name, { seeds: seeds.length === 0 ? undefined : seeds, values: runs.values.values() }] as const;
      });
      return { metrics: new Map(metrics), rows };
    },
  };
}

function takeRun({ line, names, cells }: TableRow, found: Map<string, Growing>, words: Set<string>): void {
  const seedAt = names.indexOf('seed');
  const metricAt = names.indexOf('metric');
  const valueAt = names.indexOf('value');
  const isLong = metricAt >= 0 && valueAt >= 0;
  names.forEach((name, i) => {
    if (i === seedAt || (isLong && i !== valueAt) || words.has(name)) return;
    const metric = isLong ? String(cells[metricAt]) : name;
    const runs = found.get(metric) ?? { seeds: numberColumn(), lines: rowLines(), values: numberColumn() };
    if (!found.has(metric) && !isMeasured(cells[i]) && !isLong && names.length > 1) {
      words.add(name);
      return;
    }
    found.set(metric, runs);
    if (seedAt >= 0) {
      if (cells[seedAt] === undefined) throw refusal(line, 'no seed in this row', 'give every row its seed, or none');
      runs.seeds.push(seedOf(cells[seedAt], line));
      runs.lines.push(line);
    }
    runs.values.push(valueOf(cells[i] ?? null, metric, line));
  });
}

/** Metrics that both files have, as pairs where both have seeds. UserError where nothing matches, or a seed is on one side only. */
export function joinSides(base: SideTable, head: SideTable, isUnpaired: boolean): PairTable {
  const names = [...base.metrics.keys()].filter((name) => head.metrics.has(name));
  if (names.length === 0) {
    throw new UserError('judge-input', `the files have no metric in common: base has ${[...base.metrics.keys()].join(', ')}, head ${[...head.metrics.keys()].join(', ')}`, { fix: 'give the column of a metric the same name in both files' });
  }
  const metrics = names.flatMap((name) => {
    const [b, h] = [base.metrics.get(name), head.metrics.get(name)];
    return b === undefined || h === undefined ? [] : [joined(name, b, h, isUnpaired)];
  });
  const all = new Set([...base.metrics.keys(), ...head.metrics.keys()]);
  return { metrics, ignored: [...all].filter((name) => !names.includes(name)) };
}

function joined(metric: string, base: SideRuns, head: SideRuns, isUnpaired: boolean): MetricColumns {
  const name = metric === 'value' ? {} : { metric };
  if (isUnpaired || base.seeds === undefined || head.seeds === undefined) return { ...name, base: base.values, head: head.values };
  if (base.seeds.length === head.seeds.length && base.seeds.every((seed, i) => seed === head.seeds?.[i])) return { ...name, seeds: base.seeds, base: base.values, head: head.values };
  const there = new Map(Array.from(head.seeds, (seed, i) => [seed, head.values[i] ?? Number.NaN]));
  const here = new Set(base.seeds);
  const alone = [...Array.from(base.seeds.filter((seed) => !there.has(seed)), (seed) => `${seed} (base)`), ...Array.from(head.seeds.filter((seed) => !here.has(seed)), (seed) => `${seed} (head)`)];
  if (alone.length > 0) {
    throw new UserError('judge-seeds-differ', `${alone.length} ${alone.length === 1 ? 'seed of' : 'seeds of'} ${metric} ${alone.length === 1 ? 'is' : 'are'} on one side only: ${alone.slice(0, 5).join(', ')}${alone.length > 5 ? ', …' : ''}`, {
      fix: 'measure these seeds on the other side too, write an empty value where a run failed, or compare without pairs: --unpaired',
    });
  }
  return { ...name, seeds: base.seeds, base: base.values, head: Float64Array.from(base.seeds, (seed) => there.get(seed) ?? Number.NaN) };
}
