import type { Text, Tone } from '../model/blocks.js';
import { logsSha, reseedEvent, type Comparison, type Report } from '../model/comparison.js';
import type { ParamValue } from '../model/params.js';
import type { VerdictKind } from '../model/verdict.js';
import { formatNumber } from '../model/numberFormat.js';
import { choiceName } from './axisScale.js';
import { clip } from './printable.js';
import { code, plain } from './spans.js';

interface VerdictWords { readonly mark: string; readonly label: string; readonly tone: Tone }

export const verdictWords: Readonly<Record<VerdictKind, VerdictWords>> = {
  PASS: { mark: '✅', label: 'No regression', tone: 'good' },
  IMPROVED: { mark: '🎉', label: 'Improved', tone: 'good' },
  NO_CHANGE: { mark: '✅', label: 'No change', tone: 'good' },
  RECOVERED_BY_RETUNING: { mark: '🔧', label: 'Different to tune', tone: 'good' },
  REGRESSION: { mark: '❌', label: 'Regression', tone: 'bad' },
  INCONCLUSIVE: { mark: '🟡', label: 'Inconclusive', tone: 'unsure' },
  NOT_CONFIRMED: { mark: '🟡', label: 'Not confirmed', tone: 'unsure' },
  NO_BASELINE: { mark: '🆕', label: 'No baseline', tone: 'neutral' },
  INCOMPLETE: { mark: '🚧', label: 'Incomplete', tone: 'unsure' },
};

/** Which configuration the gate ran on each side; two searches without pairs in common have only their bests. */
export function gateConfiguration(report: Report, { gate, metrics }: Pick<Comparison, 'gate' | 'metrics'>): string {
  if (isTwoSearches({ gate, metrics })) return 'best found';
  if (report.headSha === logsSha) return 'at a configuration that both ran';
  return isReseed(report) ? "at each side's winner" : "at main's best";
}

/** No pair was run: the bests are all there is to show. */
export function isTwoSearches({ gate, metrics }: Pick<Comparison, 'gate' | 'metrics'>): boolean {
  return gate === undefined && metrics.some(({ base }) => base !== undefined);
}

/** Two tunings' winners under one code: what differs is chosen, and nothing was retuned here. */
export function isReseed({ event }: Report): boolean {
  return event === reseedEvent;
}

/** Parameters that the search which is shown had; what only the other side's best has is none of its axes. */
export function searchedParameters({ search, parameters }: Pick<Comparison, 'search' | 'parameters'>): Comparison['parameters'] {
  return parameters.filter(({ name }) => search?.trials.some(({ params }) => Object.hasOwn(params, name)) === true);
}

/** What the two sides are called to people. */
export function sideWords(report: Report): { readonly base: string; readonly head: string } {
  switch (report.event) {
    case 'pull_request': case 'merge_group': case 'workflow_run': return { base: 'main', head: 'this PR' };
    case 'push': case 'schedule': case 'workflow_dispatch': return { base: 'previous record', head: 'this commit' };
    case reseedEvent: return { base: 'A', head: 'B' };
    default: return { base: 'base', head: 'head' };
  }
}

const nothing: Text = [plain('–')];

export function value(number: number | undefined): Text {
  return number === undefined ? nothing : [plain(formatNumber(number))];
}

export function paramText(param: ParamValue | undefined): Text {
  if (param === undefined) return nothing;
  return [code(typeof param === 'number' ? formatNumber(param) : clip(choiceName(param), 60))];
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}

/** Joules as `820 J`, `12 Wh`, `1.4 kWh`. */
export function energyWords(joules: number): string {
  const wattHours = joules / 3600;
  if (wattHours < 1) return `${formatNumber(joules, 2)} J`;
  return wattHours < 1000 ? `${formatNumber(wattHours, 2)} Wh` : `${formatNumber(wattHours / 1000, 2)} kWh`;
}

export function shortSha(sha: string): string {
  return sha.slice(0, 7);
}

const stops: Readonly<Record<string, string>> = {
  trials: 'all trials used', time: 'out of time', gpu_hours: 'GPU-hours used up', failures: 'too many failures in a row',
  threshold: 'threshold reached', no_progress: 'no more progress', delta_x: 'the last two points nearly the same', delta_y: 'the best values nearly the same', hollow: 'too little progress', regret_bound: 'little left to gain', exhausted: 'every point tried', optimiser_failed: 'the optimiser failed', cancelled: 'cancelled', disk: 'disk full',
};

/** Why a search ended; what is no reason of ours is shown as it is. Another program's own end is told by nobody else. */
export function stopWords(reason: string, method: string): string {
  return reason === 'exhausted' && method.startsWith('external') ? 'it had nothing more to try' : stops[reason] ?? reason;
}
