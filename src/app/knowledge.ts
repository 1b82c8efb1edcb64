import { standardDeviation } from '../math/describe.js';
import { toLoss, type Goal } from '../model/direction.js';
import type { Params } from '../model/params.js';
import type { LossTrial } from '../model/ports.js';
import type { StudyRecord } from '../model/record.js';
import type { SearchSpace } from '../model/searchSpace.js';
import { isVoid } from '../model/studyLog.js';
import type { TrialResult } from '../model/trial.js';
import { projectOnto } from '../model/validity.js';

/** What a search of main left, as far as it is of use in a space. */
export interface Knowledge {
  /** Numbered from 0, in main's order; losses are on main's level, which may differ from this commit's. */
  readonly prior: readonly LossTrial[];
  /** Says what was reused and what was left out, and why; absent where main was never searched. */
  readonly note?: string;
  /** Standard deviation of the objective from seed to seed at main's best configuration. */
  readonly noise?: number;
}

export interface KnowledgeSources {
  /** Newest record on main's line with a search. */
  readonly searched: StudyRecord | undefined;
  /** Newest record on main's line. */
  readonly nearest: StudyRecord | undefined;
}

/** Reasons told in full; the others are counted. */
const MOST_REASONS = 3;
/** Below this many runs a spread is a guess. */
const FEWEST_RUNS = 3;

/** Main's finished trials as points of this space: values by value, what is new at its default, what does not fit left out. */
export function knowledgeFor(space: SearchSpace, objective: { readonly name: string; readonly goal: Goal }, { searched, nearest }: KnowledgeSources): Knowledge {
  const noise = nearest === undefined || !isSameMetric(nearest, objective) ? undefined : seedNoise(nearest, objective.name);
  const known = noise === undefined ? {} : { noise };
  if (searched?.search === undefined) return { prior: [], ...known };
  const { trials } = searched.search;
  const from = `main's ${trials.length} ${trials.length === 1 ? 'trial' : 'trials'} of ${searched.sha.slice(0, 10)}`;
  if (!isSameMetric(searched, objective)) return { prior: [], ...known, note: `Warm start: none of ${from} serves, because main was searched for ${searched.metric.name} (${searched.metric.goal}).` };
  const prior: LossTrial[] = [];
  const reasons: string[] = [];
  const changed = { filled: new Set<string>(), dropped: new Set<string>() };
  for (const { params, result } of trials) {
    const mapped = isVoid(result) ? 'it was cut' : mapTrial(space, { params, result, number: prior.length, goal: objective.goal });
    if (typeof mapped === 'string') reasons.push(mapped);
    else {
      prior.push(mapped.trial);
      for (const name of mapped.filled) changed.filled.add(name);
      for (const name of mapped.dropped) changed.dropped.add(name);
    }
  }
  return { prior, ...known, note: `Warm start: ${prior.length} of ${from} ${prior.length === 1 ? 'serves' : 'serve'} as prior knowledge${changedWords(changed)}${leftOut(reasons)}.` };
}

function isSameMetric({ metric }: StudyRecord, objective: { readonly name: string; readonly goal: Goal }): boolean {
  return metric.name === objective.name && metric.goal === objective.goal;
}

function seedNoise({ canonical }: StudyRecord, name: string): number | undefined {
  const values = canonical.flatMap(({ state, metrics }) => (state === 'complete' && metrics[name] !== undefined ? [metrics[name]] : []));
  return values.length < FEWEST_RUNS ? undefined : standardDeviation(values);
}

interface Mapped { readonly trial: LossTrial; readonly filled: readonly string[]; readonly dropped: readonly string[] }

/** The trial here, or why there is none. */
function mapTrial(space: SearchSpace, { params, result, number, goal }: { params: Params; result: TrialResult; number: number; goal: Goal }): Mapped | string {
  const here = projectOnto(space, params);
  if (here.params === undefined) return here.reason;
  const { filled, dropped } = here;
  const { outcome, seconds } = result;
  const value = 'value' in outcome ? outcome.value : undefined;
  return { filled, dropped, trial: { number, params: here.params, state: outcome.state, intermediate: [], seconds, ...(value === undefined ? {} : { loss: toLoss(value, goal) }) } };
}

/** A renamed parameter is a new one and one that is gone: what its values did is then unknown here, and people should see that. */
function changedWords({ filled, dropped }: { readonly filled: ReadonlySet<string>; readonly dropped: ReadonlySet<string> }): string {
  const are = (names: ReadonlySet<string>, rest: string): string => (names.size === 0 ? '' : `; ${[...names].join(', ')} ${names.size === 1 ? 'is' : 'are'} ${rest}`);
  return `${are(filled, `new here and taken at ${filled.size === 1 ? 'its default' : 'their defaults'} in them`)}${are(dropped, `no longer there, so that what came from ${dropped.size === 1 ? 'it' : 'them'} is not told apart`)}`;
}

/** "; 8 are left out: lr = 0.5 is outside its space (5), momentum has no value (3)". */
function leftOut(reasons: readonly string[]): string {
  if (reasons.length === 0) return '';
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const told = [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_REASONS);
  const others = reasons.length - told.reduce((sum, [, count]) => sum + count, 0);
  const named = told.map(([reason, count]) => (count === 1 ? reason : `${reason} (${count})`)).join(', ');
  return `; ${reasons.length} ${reasons.length === 1 ? 'is' : 'are'} left out: ${named}${others === 0 ? '' : `, and ${others} more`}`;
}
