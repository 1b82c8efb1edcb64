import { percentile } from '../math/percentile.js';
import type { PruningReport } from '../model/comparison.js';
import type { Pruner, StudyView } from '../model/ports.js';
import type { Trial, TrialReport } from '../model/study.js';
import { isCounted, wentOn } from '../model/studyView.js';

interface Cost { readonly amount: number; readonly length: number; readonly takenUp: number; readonly restarted: number; readonly seconds: number }

/** What early stopping did to a search, from its log; undefined where the pruner never stops anything. Trials that failed are on neither side of the account. */
export function pruningReport(pruner: Pruner, view: StudyView, trials: readonly Trial[]): PruningReport | undefined {
  if (pruner.name === 'never') return undefined;
  const complete = trials.filter(({ result }) => result?.outcome.state === 'complete');
  const stopped = trials.filter(({ result }) => result?.outcome.state === 'pruned');
  const costs = [...complete, ...stopped].map(costOf);
  const ended = costs.slice(0, complete.length);
  const seconds = { spent: total(costs, 'seconds'), full: costs.length * median(ended.filter(({ restarted }) => restarted === 0).map((cost) => cost.seconds)) };
  const amount = pruner.resource === 'seconds' ? seconds : { spent: total(costs, 'amount'), full: costs.length * median(ended.map(({ length }) => length)) };
  return {
    pruner: pruner.name, counts: pruner.resource ?? 'step',
    brackets: (pruner.rungs?.(view) ?? []).map(({ name, rungs }) => ({ name, rungs: [...rungs] })),
    stopped: stopped.length, complete: complete.length,
    takenUp: total(costs, 'takenUp'), restarted: total(costs, 'restarted'),
    ...(ended.length === 0 ? {} : {
      ...(amount.full === 0 || notCounted(pruner, trials) !== undefined ? {} : { amount }),
      seconds,
    }),
  };
}

/** What people have to know whose program or budget does not go with the rule. `trials` of one search, in order. */
export function pruningNotes(pruner: Pruner, trials: readonly Trial[]): readonly string[] {
  return [...fractionNote(pruner, trials), ...waitingNote(pruner, trials)];
}

/** Rungs at which all wait for the last one: a budget that ends there has paid for nothing. */
function waitingNote(pruner: Pruner, trials: readonly Trial[]): readonly string[] {
  const waiting = trials.filter(({ result }) => result?.outcome.state === 'pruned').length;
  if (pruner.next === undefined || waiting === 0 || trials.some(({ result }) => result?.outcome.state === 'complete')) return [];
  return [`No trial ran to its end: ${waiting} ${waiting === 1 ? 'waits' : 'wait'} at a rung of ${pruner.name}, and the search ended before the best of them went on. A larger budget, smaller brackets, or \`asha\`, which lets nobody wait, leave a result.`];
}

function fractionNote(pruner: Pruner, trials: readonly Trial[]): readonly string[] {
  const odd = notCounted(pruner, trials);
  if (odd === undefined) return [];
  return [`Early stopping counts fractions, steps from 0 to 1, but trial ${odd.trial} reported step ${odd.step}: such reports stop nothing. Report the part of the data or of the training that is done, or write \`resource: step\`.`];
}

function notCounted(pruner: Pruner, trials: readonly Trial[]): { readonly trial: number; readonly step: number } | undefined {
  for (const [number, { reports }] of trials.entries()) {
    const odd = reports.find((report) => !isCounted(report, pruner));
    if (odd !== undefined) return { trial: number, step: odd.step };
  }
  return undefined;
}

/** Each attempt from where it began to its last step; one that began anew is charged from the start. */
function costOf({ reports, rests, result }: Trial): Cost {
  const starts = [0, ...rests].filter((start, i, all) => start < reports.length && all.indexOf(start) === i);
  const anew = starts.filter((start) => start > 0 && !wentOn(reports, start));
  const amount = starts.reduce((sum, start, i) => {
    const from = start === 0 || anew.includes(start) ? 0 : furthest(reports.slice(0, start));
    return sum + Math.max(0, furthest(reports.slice(start, starts[i + 1])) - from);
  }, 0);
  return { amount, length: furthest(reports), takenUp: starts.length - 1, restarted: anew.length, seconds: result?.seconds ?? 0 };
}

function furthest(reports: readonly TrialReport[]): number {
  return reports.reduce((most, { step }) => Math.max(most, step), 0);
}

function median(values: readonly number[]): number {
  return values.length === 0 ? 0 : percentile(values, 50);
}

function total(costs: readonly Cost[], key: keyof Cost): number {
  return costs.reduce((sum, cost) => sum + cost[key], 0);
}
