import type { CurveChart } from '../../model/blocks.js';
import { formatNumber } from '../../model/numberFormat.js';
import { curveScale } from '../curveScale.js';
import { clip, printableLine } from '../printable.js';
import { padTo, textWidth } from '../textWidth.js';

const columns = 60;
const rows = 12;
/** Letters stand under the axis for the marks, as a label would not fit. */
const letters = 'abcdefgh';

/** A plot of characters: `·` single measurements, `●` what is made of them, the band as `▔` and marks as letters below. */
export function drawCurve(chart: CurveChart): string {
  const scale = curveScale(chart);
  if (scale === undefined) return 'nothing that could be drawn';
  const at = (value: number, { low, high }: { readonly low: number; readonly high: number }, cells: number): number => Math.round(((value - low) / (high - low)) * (cells - 1));
  const cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => ' '));
  const order = [...scale.lines].sort((a, b) => Number(b.look === 'dots') - Number(a.look === 'dots'));
  for (const { look, points } of order) {
    for (const [x, y] of points) {
      const row = cells[rows - 1 - at(y, scale.y, rows)];
      // Outside of the picture there is no row.
      if (row !== undefined) row[at(x, scale.x, columns)] = look === 'dots' ? '·' : '●';
    }
  }
  const column = (value: number): number => at(scale.toX(value), scale.x, columns);
  const label = (value: number): string => formatNumber(value, 3);
  const [top, bottom] = [label(scale.y.high), label(scale.y.low)];
  const width = Math.max(textWidth(top), textWidth(bottom));
  const side = (i: number): string => padTo(i === 0 ? top : i === rows - 1 ? bottom : '', width, 'right');
  return [
    `${' '.repeat(width)} ${clip(printableLine(chart.metric), 60)}`,
    ...cells.map((row, i) => `${side(i)} │${row.join('').trimEnd()}`),
    `${' '.repeat(width)} └${axisLine(chart, column)}`,
    `${' '.repeat(width)}  ${ends(chart, scale.x)}`,
    ...chart.marks.map(({ label: text }, i) => `${' '.repeat(width)}  ${letters[i % letters.length] ?? ''} = ${clip(printableLine(text), 60)}`),
    ...(chart.band === undefined ? [] : [`${' '.repeat(width)}  ▔ = ${clip(printableLine(chart.band.label), 60)}`]),
  ].join('\n');
}

function axisLine({ marks, band }: CurveChart, column: (value: number) => number): string {
  const line = Array.from({ length: columns }, (_, i): string => (band !== undefined && i >= column(band.low) && i <= column(band.high) ? '▔' : '─'));
  marks.forEach(({ x }, i) => { line[column(x)] = letters[i % letters.length] ?? '|'; });
  return line.join('');
}

function ends({ x }: CurveChart, { low, high }: { readonly low: number; readonly high: number }): string {
  const value = (at: number): string => {
    // The largest batch that was tried is 2048, not 2050; a power of ten is not exact.
    const exact = Number((x.log ? 10 ** at : at).toPrecision(12));
    return Number.isInteger(exact) && Math.abs(exact) < 1e6 ? String(exact) : formatNumber(exact, 3);
  };
  const [left, right] = [value(low), value(high)];
  const name = `${clip(printableLine(x.name), 30)}${x.log ? ' (log)' : ''}`;
  const gap = Math.max(2, columns - left.length - right.length - textWidth(name));
  return `${left}${' '.repeat(Math.floor(gap / 2))}${name}${' '.repeat(Math.ceil(gap / 2))}${right}`;
}
