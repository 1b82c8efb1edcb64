import type { ChartAxis, ChartTrial, SearchChart } from '../../model/blocks.js';
import { formatNumber } from '../../model/numberFormat.js';
import { along, axisChoices, axisRange, choiceName, ranked } from '../axisScale.js';
import { clip, printableLine } from '../printable.js';
import { padTo, textWidth } from '../textWidth.js';

const columns = 36;
const topCount = 5;
/** What is drawn over what: the later wins a shared column. */
const symbols = ['·', '●', '◆', '★'] as const;

/** One row per hyperparameter: where on its axis the trials lie, and which of them did best. */
export function drawDotRows(chart: SearchChart): string {
  const order = ranked(chart.trials, chart.goal);
  if (order.length === 0) return 'no trial completed';
  const rank = new Map(order.map((trial, index) => [trial.number, index]));
  const marks = order.map((trial) => ({ trial, level: levelOf(trial, rank.get(trial.number) ?? 0) }));
  const labels = chart.axes.map((axis) => clip(printableLine(axis.name), 24) + (axis.log ? ' (log)' : ''));
  const labelWidth = Math.max(...labels.map(textWidth));
  const tracks = chart.axes.map((axis) => track(axis, marks));
  const lowWidth = Math.max(...tracks.map(({ low }) => textWidth(low)));
  const rows = tracks.map(({ low, cells, high }, i) =>
    high === undefined ? `${padTo(labels[i] ?? '', labelWidth, 'left')}  ${cells}` : `${padTo(labels[i] ?? '', labelWidth, 'left')}  ${padTo(low, lowWidth, 'right')} │${cells}│ ${high}`);
  const incumbent = order.some(({ mark }) => mark === 'incumbent') ? `, ${symbols[2]} main's best` : '';
  return [...rows, '', `${symbols[3]} best${incumbent}, ${symbols[1]} top ${String(Math.min(topCount, order.length))}, ${symbols[0]} other trials`].join('\n');
}

function levelOf(trial: ChartTrial, rank: number): number {
  if (rank === 0) return 3;
  if (trial.mark === 'incumbent') return 2;
  return rank < topCount ? 1 : 0;
}

interface Mark { readonly trial: ChartTrial; readonly level: number }
interface Track { readonly low: string; readonly cells: string; readonly high?: string }

function track(axis: ChartAxis, marks: readonly Mark[]): Track {
  const trials = marks.map(({ trial }) => trial);
  const choices = axisChoices(axis, trials);
  if (choices !== undefined) return { low: '', cells: choiceCounts(axis, choices, marks) };
  const range = axisRange(axis, trials);
  const cells = Array.from({ length: columns }, () => -1);
  for (const { trial, level } of marks) {
    const value = trial.params[axis.name];
    if (typeof value !== 'number') continue;
    const column = Math.round(along(value, range, axis.log) * (columns - 1));
    cells[column] = Math.max(cells[column] ?? -1, level);
  }
  return { low: formatNumber(range.low), cells: cells.map((level) => symbols[level] ?? ' ').join(''), high: formatNumber(range.high) };
}

/** Each choice with its trials as symbols, best ones last: `adam ···●●★  sgd ····`. */
function choiceCounts(axis: ChartAxis, choices: readonly string[], marks: readonly Mark[]): string {
  const shown = choices.slice(0, 6).map((choice) => {
    const levels = marks.filter(({ trial }) => axis.name in trial.params && choiceName(trial.params[axis.name] ?? null) === choice).map(({ level }) => level).sort((a, b) => a - b);
    const plainDots = levels.filter((level) => level === 0).length;
    const dots = plainDots > 8 ? `${String(plainDots)}×${symbols[0]}` : symbols[0].repeat(plainDots);
    return `${clip(printableLine(choice), 16)} ${dots}${levels.filter((level) => level > 0).map((level) => symbols[level]).join('')}`.trimEnd();
  });
  return shown.join('   ') + (choices.length > 6 ? `   … ${String(choices.length - 6)} more` : '');
}
