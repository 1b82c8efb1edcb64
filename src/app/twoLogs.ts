import { z } from 'zod';
import { axisOf } from '../compare/moved.js';
import type { Comparison, SearchTrial } from '../model/comparison.js';
import type { Margin } from '../model/config.js';
import { toGain } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import { formatNumber } from '../model/numberFormat.js';
import { canonicalJson, paramsKey, type Params } from '../model/params.js';
import { partValues } from '../model/parts.js';
import { shellWord } from '../model/shellWord.js';
import type { Study, Trial } from '../model/study.js';
import { configIn, subjectOf } from '../model/studySubject.js';
import { judgedPairs, logPairs } from './logPairs.js';
import { searchedOf, type NamedLog, type Searched } from './searched.js';
import { noVerdictNote, searchesNotes, searchesWarnings, triedTheSame, type Relation } from './searchesNotes.js';

const marginSchema = z.looseObject({ metric: z.looseObject({ margin: z.union([z.object({ kind: z.enum(['absolute', 'percent']), value: z.number().positive() }), z.object({ kind: z.literal('auto') })]) }) });
const marginOwner = z.union([marginSchema, z.looseObject({ head: marginSchema }).transform(({ head }) => head)]).transform(({ metric }): Margin => metric.margin);

/** Why another tool's search stopped is not in its files. */
export const leftAsItWas = 'as it was left';

/** The bests of two searches beside each other: never a verdict by themselves. Where both ran one configuration on the same seeds, these pairs are judged. */
export function compareLogs(base: NamedLog, head: NamedLog, relation: Relation = {}): Comparison {
  const [there, here] = [searchedOf(base), searchedOf(head)];
  const { metric } = here;
  if (there.metric.name !== metric.name || there.metric.goal !== metric.goal) {
    throw new UserError('studies-differ', `${there.path} searched for ${there.metric.goal} ${there.metric.name}, ${here.path} for ${metric.goal} ${metric.name}.`, { fix: 'Give two tunings for one objective. What an imported one was for can be said anew: noregret import PATH --metric NAME --goal minimize|maximize --out FILE' });
  }
  const pairs = logPairs(there.study, here.study);
  const frame = frameOf(here, [there, here]);
  const searches: Comparison = {
    ...frame, warnings: [...searchesWarnings(there, here, relation), ...frame.warnings], verdict: verdictOf(there, here),
    metrics: [metricRow(there, here)], parameters: parameterRows(there, here), budget: budgetOf([...there.trials, ...here.trials]), notes: searchesNotes(there, here, relation),
  };
  if (pairs === undefined) return searches;
  const judged = judgedPairs(pairs, { ...metric, margin: marginIn(there.study) });
  const found = searches.verdict.sentence.replace(/^\w+: /, '').replace(/; these are two searches, .*/, '');
  return { ...searches, ...judged, notes: [...judged.notes, `What the searches found: ${found}.`, ...searches.notes.filter((note) => note !== noVerdictNote)] };
}

/** Of the base's own study file, where its log holds it; frozen before either was run. */
function marginIn({ identity }: Study): Margin | undefined {
  return configIn(identity, marginOwner);
}

/** One search by itself, where there is none to put beside it. */
export function searchAlone(head: NamedLog, verdict: Comparison['verdict']): Comparison {
  const here = searchedOf(head);
  const none = { ...here, best: undefined };
  return {
    ...frameOf(here, [here]), verdict: here.best === undefined ? verdictOf(here, here) : verdict,
    metrics: [metricRow(none, here)], parameters: parameterRows(none, here), budget: budgetOf(here.trials), notes: [],
  };
}

/** What readers told, each note once with all logs that it is about. */
function toldOnce(logs: readonly Searched[]): string[] {
  const about = new Map<string, Set<string>>();
  for (const { notes, path } of logs) for (const note of notes) about.set(note, (about.get(note) ?? new Set()).add(path));
  return [...about].map(([note, paths]) => `${[...paths].some((path) => note.includes(path)) ? '' : `${[...paths].join(' and ')}: `}${note}.`);
}

function frameOf(here: Searched, logs: readonly Searched[]): Omit<Comparison, 'verdict' | 'metrics' | 'parameters' | 'budget' | 'notes'> {
  return {
    study: here.study.name, configPath: here.path, metric: { ...here.metric }, search: searchOf(here), failures: [], environment: {}, policyChanges: [], secrets: '',
    warnings: toldOnce(logs),
    reproduce: [`npx noregret compare ${logs.map(({ path }) => shellWord(path)).join(' ')}`],
  };
}

/** The configuration that the log itself shows to be its best. */
export function winnerOf(log: NamedLog): { readonly params: Params; readonly value: number } | undefined {
  return searchedOf(log).best;
}

/** The best configuration of a search. `value`: as its own log has it, on its own seeds and under its own code. */
export interface Winner { readonly path: string; readonly params: Params; readonly value: number }

/** What `compareLogs` says, and the two configurations that it is about. UserError `reseed-no-winner` where a search has none. */
export function winnersOf(base: NamedLog, head: NamedLog): { readonly searches: Comparison; readonly base: Winner; readonly head: Winner } {
  const searches = compareLogs(base, head);
  const [there, here] = [base, head].map((named) => {
    const { path, best } = searchedOf(named);
    if (best !== undefined) return { path, params: best.params, value: best.value };
    throw new UserError('reseed-no-winner', `No search trial of ${path} ended with a value, so it has no winner to run.`, { fix: 'Give a tuning with at least one finished trial.' });
  });
  if (there === undefined || here === undefined) throw new Error('two logs have two winners');
  return { searches, base: there, head: here };
}

function verdictOf(there: Searched, here: Searched): Comparison['verdict'] {
  if (there.best === undefined || here.best === undefined) {
    const empty = there.best === undefined ? there : here;
    return { kind: 'INCOMPLETE', reason: 'nothing-complete', sentence: `Incomplete: no search trial of ${empty.path} ended with a value` };
  }
  const difference = here.best.value - there.best.value;
  const signed = `${difference < 0 ? '−' : '+'}${formatNumber(Math.abs(difference))}`;
  return {
    kind: 'INCONCLUSIVE', reason: 'no-pairs',
    sentence: `Inconclusive: best ${here.metric.name} ${formatNumber(here.best.value)} in ${count(here)} against ${formatNumber(there.best.value)} in ${count(there)} (${signed}); these are two searches, no seed was repeated, so the luck of the ${triedTheSame(there, here) ? 'runs' : 'search'} is not excluded`,
  };
}

function count({ trials }: Searched): string {
  return `${trials.length} ${trials.length === 1 ? 'trial' : 'trials'}`;
}

/** No interval and no margin: the difference of two bests has none that would mean anything. */
function metricRow(there: Searched, here: Searched): Comparison['metrics'][number] {
  const [base, head] = [there.best?.value, here.best?.value];
  const known = base === undefined || head === undefined ? {} : { effect: head - base, better: toGain(head - base, here.metric.goal) > 0 };
  return { ...here.metric, gate: false, ...(base === undefined ? {} : { base }), ...(head === undefined ? {} : { head }), ...known };
}

/** With the axes of the search that is shown, which is the head's. Choices are what was tried: a few numbers in a file of results are no categories. */
function parameterRows(there: Searched, here: Searched): Comparison['parameters'] {
  const [from, to] = [there.best?.params ?? {}, here.best?.params ?? {}];
  const axes = new Map(subjectOf(here.study.identity)?.space.parameters.flatMap(({ name, distribution }) => (distribution.name === 'categorical' ? [] : [[name, axisOf(distribution)] as const])));
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].sort().map((name) => ({
    name, ...(axes.get(name) ?? { log: false }),
    ...(from[name] === undefined ? {} : { base: from[name] }), ...(to[name] === undefined ? {} : { head: to[name] }),
    moved: from[name] !== undefined && to[name] !== undefined && canonicalJson(from[name]) === canonicalJson(to[name]) ? 'same' : 'not-distinguishable',
  }));
}

function searchOf({ study, trials, best, metric }: Searched): NonNullable<Comparison['search']> {
  const rows = trials.map((trial, number) => searchRow(trial, number, metric.name));
  const top = rows.filter(({ value }) => value !== undefined).toSorted((a, b) => toGain(b.value ?? 0, metric.goal) - toGain(a.value ?? 0, metric.goal))[0];
  const shown = best?.rescored === true ? rows.find(({ params }) => paramsKey(params) === paramsKey(best.params)) ?? top : top;
  return {
    side: 'head', method: 'as logged', seed: trials[0]?.seed ?? 0, trials: rows, rescore: [],
    stopReason: study.ended.findLast(({ stage }) => stage === 'search')?.reason ?? (study.identity['command'] === 'import' ? leftAsItWas : 'not ended'),
    ...(shown === undefined ? {} : { bestTrial: shown.number }),
  };
}

function searchRow({ params, result, reports }: Trial, number: number, metric: string): SearchTrial {
  const outcome = result?.outcome;
  const parts = partValues({ reports }, metric);
  // Tools that keep no times leave 0 in an imported log.
  const time = { ...(result === undefined || result.seconds === 0 ? {} : { seconds: result.seconds }), ...(parts.length === 0 ? {} : { parts: [...parts] }) };
  if (outcome === undefined) return { number, params, state: 'running' };
  switch (outcome.state) {
    case 'complete':
      return { number, params, state: 'complete', value: outcome.value, ...time };
    case 'pruned':
      return { number, params, state: 'pruned', ...time };
    case 'infeasible':
      return { number, params, state: 'infeasible', message: outcome.message, ...time };
    case 'failed':
      return { number, params, state: 'failed', reason: outcome.reason, message: outcome.message, ...time };
  }
}

/** Nothing was run, and nothing of ours was reused. */
function budgetOf(trials: readonly Trial[]): Comparison['budget'] {
  const of = (state: string): number => trials.filter(({ result }) => result?.outcome.state === state).length;
  return {
    complete: of('complete'), pruned: of('pruned'), failed: of('failed'), infeasible: of('infeasible'), reused: 0, wallSeconds: 0,
    trialSeconds: trials.reduce((total, { result }) => total + (result?.seconds ?? 0), 0), gpuMinutes: 0,
  };
}
