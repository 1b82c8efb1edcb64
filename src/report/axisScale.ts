import type { ChartAxis, ChartTrial } from '../model/blocks.js';
import type { Goal } from '../model/direction.js';
import type { ParamValue } from '../model/params.js';
import { toLoss } from '../model/direction.js';

/** Text of a choice, as a category's name; strings as they are, all else as JSON. */
export function choiceName(value: ParamValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Range of a numeric axis: as declared, else as seen; never empty. On a log axis only positive numbers count. */
export function axisRange(axis: ChartAxis, trials: readonly ChartTrial[]): { readonly low: number; readonly high: number } {
  const seen = trials.map(({ params }) => params[axis.name]).filter((v): v is number => typeof v === 'number' && (!axis.log || v > 0));
  const low = Math.min(...seen, axis.low ?? Infinity);
  const high = Math.max(...seen, axis.high ?? -Infinity);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return { low: axis.log ? 0.1 : 0, high: 1 };
  if (low < high) return { low, high };
  return axis.log ? { low: low / 2, high: low * 2 } : { low: low - 0.5, high: low + 0.5 };
}

/** 0…1 along the axis. */
export function along(value: number, range: { readonly low: number; readonly high: number }, log: boolean): number {
  const f = log ? Math.log : (x: number): number => x;
  const share = (f(value) - f(range.low)) / (f(range.high) - f(range.low));
  return Math.min(1, Math.max(0, share));
}

/** Completed trials, best first; ties: lowest trial number. */
export function ranked(trials: readonly ChartTrial[], goal: Goal): readonly (ChartTrial & { readonly value: number })[] {
  return trials.filter(hasValue).sort((a, b) => toLoss(a.value, goal) - toLoss(b.value, goal) || a.number - b.number);
}

export function hasValue(trial: ChartTrial): trial is ChartTrial & { readonly value: number } {
  return trial.value !== undefined;
}

/** Choices as declared, then whatever else the trials hold. */
export function axisChoices(axis: ChartAxis, trials: readonly ChartTrial[]): readonly string[] | undefined {
  const values = trials.map(({ params }) => params[axis.name]).filter((v) => v !== undefined);
  if (axis.choices === undefined && values.every((v) => typeof v === 'number')) return undefined;
  return [...new Set([...axis.choices ?? [], ...values.map(choiceName)])];
}
