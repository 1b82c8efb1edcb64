import { z } from 'zod';
import { fewestForReference, unchangedReference, type UnchangedReference } from '../compare/twoSearches.js';
import { mean } from '../math/describe.js';
import type { Comparison, SearchTrial } from '../model/comparison.js';
import type { Margin } from '../model/config.js';
import { toGain, type Goal } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import { formatNumber } from '../model/numberFormat.js';
import { canonicalJson, paramsKey, type Params } from '../model/params.js';
import { partValues } from '../model/parts.js';
import { shellWord } from '../model/shellWord.js';
import type { Study, StudyEvent, Trial } from '../model/study.js';
import { foldStudy, importNotesIn } from '../model/studyLog.js';
import { configIn, subjectOf } from '../model/studySubject.js';
import { judgedPairs, logPairs } from './logPairs.js';

/** `notes`: what could not be read. */
export interface StudyLogFile { readonly events: readonly StudyEvent[]; readonly notes: readonly string[] }
export interface NamedLog { readonly log: StudyLogFile; readonly path: string }
interface Metric { readonly name: string; readonly goal: Goal }
interface Best { readonly params: Params; readonly value: number; readonly rescored: boolean }
interface Searched { readonly path: string; readonly notes: readonly string[]; readonly study: Study; readonly metric: Metric; readonly trials: readonly Trial[]; readonly best: Best | undefined }

/** The part of a configuration that a log's identity carries and that says what its values are. */
const metricOwner = z.looseObject({ metric: z.looseObject({ name: z.string(), goal: z.enum(['minimize', 'maximize']) }) });
const configSchema = z.union([metricOwner, z.looseObject({ head: metricOwner }).transform(({ head }) => head)]);

const marginSchema = z.looseObject({ metric: z.looseObject({ margin: z.union([z.object({ kind: z.enum(['absolute', 'percent']), value: z.number().positive() }), z.object({ kind: z.literal('auto') })]) }) });
const marginOwner = z.union([marginSchema, z.looseObject({ head: marginSchema }).transform(({ head }) => head)]).transform(({ metric }): Margin => metric.margin);

/** Why another tool's search stopped is not in its files. */
export const leftAsItWas = 'as it was left';

/** Holds where nothing is run. */
export const noVerdictNote = 'No verdict on the code follows from two searches: that needs the same configuration on the same seeds, before and after. Which of the two winners is better under the code that is here, `--reseed` tells.';

/** The bests of two searches beside each other: never a verdict by themselves. Where both ran one configuration on the same seeds, these pairs are judged. */
export function compareLogs(base: NamedLog, head: NamedLog): Comparison {
  const [there, here] = [searchedOf(base), searchedOf(head)];
  const { metric } = here;
  if (there.metric.name !== metric.name || there.metric.goal !== metric.goal) {
    throw new UserError('studies-differ', `${there.path} searched for ${there.metric.goal} ${there.metric.name}, ${here.path} for ${metric.goal} ${metric.name}.`, { fix: 'Give two tunings for one objective. What an imported one was for can be said anew: noregret import PATH --metric NAME --goal minimize|maximize --out FILE' });
  }
  const pairs = logPairs(there.study, here.study);
  const searches: Comparison = {
    ...frameOf(here, [there, here]), verdict: verdictOf(there, here),
    metrics: [metricRow(there, here)], parameters: parameterRows(there, here), budget: budgetOf([...there.trials, ...here.trials]), notes: searchNotes(there, here),
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

function frameOf(here: Searched, logs: readonly Searched[]): Omit<Comparison, 'verdict' | 'metrics' | 'parameters' | 'budget' | 'notes'> {
  return {
    study: here.study.name, configPath: here.path, metric: { ...here.metric }, search: searchOf(here), failures: [], environment: {}, policyChanges: [], secrets: '',
    warnings: logs.flatMap(({ notes, path }) => notes.map((note) => `${note.includes(path) ? '' : `${path}: `}${note}.`)),
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

/** What two searches can say, and what they cannot. */
function searchNotes(there: Searched, here: Searched): string[] {
  const [from, to] = [there, here].map(({ trials, metric }) => trials.flatMap((trial) => { const value = valueOf(trial); return value === undefined ? [] : [toGain(value, metric.goal)]; }));
  const reference = unchangedReference(from ?? [], to ?? []);
  return [
    ...(there.study.name === here.study.name ? [] : [`The logs are of two studies: ${there.study.name} and ${here.study.name}.`]),
    ...(reference === undefined ? tooFewNote([there, from ?? []], [here, to ?? []]) : [referenceNote(reference, here.metric)]),
    ...namesNote(there, here),
    noVerdictNote,
  ];
}

/** A search without any value is the verdict's own sentence. */
function tooFewNote(...sides: readonly (readonly [Searched, readonly number[]])[]): string[] {
  const [few] = sides.filter(([, gains]) => gains.length < fewestForReference);
  if (few === undefined || sides.some(([, gains]) => gains.length === 0)) return [];
  const [{ path }, { length }] = few;
  return [`How far two searches lie apart when nothing changed is not said: that takes ${fewestForReference} trials with a value on each side, and ${path} has ${length}.`];
}

function referenceNote({ median, high, share, leading }: UnchangedReference, { name }: Metric): string {
  const scale = `If nothing had changed, the best ${name} of two searches of these sizes would differ by ${formatNumber(median)} (median), and by up to ${formatNumber(high)} in 95 of 100.`;
  if (share >= 0.995) return `${scale} The one found is no larger than luck makes it.`;
  const often = share < 0.01 ? 'in less than 1 of 100' : `in ${Math.round(100 * share)} of 100`;
  return `${scale} A difference as large as the one found comes about ${often}: the ${leading === 1 ? 'best trial of both is' : `${leading} best trials of both are`} one search's. This counts trials as independent; those of an adaptive search come in flocks, so it is more often than that.`;
}

/** Parameters that one side alone has; one with the same distribution on both sides was probably renamed. */
function namesNote(there: Searched, here: Searched): string[] {
  const [base, head] = [there, here].map(distributionsOf);
  const only = (a: ReadonlyMap<string, string> | undefined, b: ReadonlyMap<string, string> | undefined): string[] => [...(a?.keys() ?? [])].filter((name) => b?.has(name) !== true);
  const [gone, added] = [only(base, head), only(head, base)];
  if (gone.length === 0 && added.length === 0) return [];
  const renamed = gone.flatMap((name) => { const twins = added.filter((other) => head?.get(other) === base?.get(name)); return twins.length === 1 ? [`${name} → ${twins[0] ?? ''}`] : []; });
  return [`The searches were over different parameters: ${[...(gone.length === 0 ? [] : [`only base has ${gone.join(', ')}`]), ...(added.length === 0 ? [] : [`only head has ${added.join(', ')}`])].join('; ')}.${renamed.length === 0 ? '' : ` Probably renamed: ${renamed.join(', ')}.`}`];
}

/** By name; where nobody wrote down what was searched, what was tried, with nothing to compare a new name by. */
function distributionsOf({ study, trials }: Searched): ReadonlyMap<string, string> {
  const space = subjectOf(study.identity)?.space;
  return space === undefined ? new Map(trials.flatMap(({ params }) => Object.keys(params).map((name) => [name, `tried as ${name}`]))) : new Map(space.parameters.map(({ name, distribution }) => [name, canonicalJson(distribution)]));
}

function searchedOf({ log, path }: NamedLog): Searched {
  const study = foldStudy(log.events)?.study;
  const metric = study && metricOf(study);
  if (study === undefined || metric === undefined) throw new UserError('log-without-metric', `${path} does not say which metric it was searched for.`, { fix: 'Give the study.jsonl of `noregret tune` or `noregret compare`.' });
  const head = study.trials.filter(({ side }) => side === 'head');
  const trials = head.filter(({ stage }) => stage === 'search');
  // A reader that has just made the log has told them as well.
  const notes = [...new Set([...log.notes, ...importNotesIn(study)])];
  return { path, notes, study, metric, trials, best: bestOf(trials, head.filter(({ stage }) => stage === 'rescore'), metric.goal) };
}

/** What a log's values are values of. */
export function metricOf({ identity }: Pick<Study, 'identity'>): Metric | undefined {
  return configIn(identity, configSchema)?.metric;
}

/** By the mean on fresh seeds where a re-score was run, of those that ran on the most of them; else by the search's own values. */
function bestOf(trials: readonly Trial[], rescored: readonly Trial[], goal: Goal): Best | undefined {
  const measured = rescored.filter((trial) => valueOf(trial) !== undefined);
  const groups = [...new Set(measured.map(({ params }) => paramsKey(params)))].map((key) => measured.filter(({ params }) => paramsKey(params) === key));
  const most = Math.max(0, ...groups.map(({ length }) => length));
  const means = groups.filter(({ length }) => length === most).flatMap((group) => candidate(group, true));
  const candidates = means.length > 0 ? means : trials.flatMap((trial) => candidate([trial], false));
  return candidates.toSorted((a, b) => toGain(b.value, goal) - toGain(a.value, goal))[0];
}

function candidate(trials: readonly Trial[], rescored: boolean): Best[] {
  const [first] = trials;
  const value = mean(trials.flatMap((trial) => valueOf(trial) ?? []));
  return first === undefined || value === undefined ? [] : [{ params: first.params, value, rescored }];
}

function valueOf({ result }: Trial): number | undefined {
  return result?.outcome.state === 'complete' ? result.outcome.value : undefined;
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
    sentence: `Inconclusive: best ${here.metric.name} ${formatNumber(here.best.value)} in ${count(here)} against ${formatNumber(there.best.value)} in ${count(there)} (${signed}); these are two searches, no seed was repeated, so the luck of the search is not excluded`,
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

function parameterRows(there: Searched, here: Searched): Comparison['parameters'] {
  const [from, to] = [there.best?.params ?? {}, here.best?.params ?? {}];
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].sort().map((name) => ({
    name, log: false,
    ...(from[name] === undefined ? {} : { base: from[name] }), ...(to[name] === undefined ? {} : { head: to[name] }),
    moved: canonicalJson(from[name] ?? null) === canonicalJson(to[name] ?? null) ? 'same' : 'not-distinguishable',
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

function budgetOf(trials: readonly Trial[]): Comparison['budget'] {
  const of = (state: string): number => trials.filter(({ result }) => result?.outcome.state === state).length;
  return {
    complete: of('complete'), pruned: of('pruned'), failed: of('failed'), infeasible: of('infeasible'), reused: trials.length, wallSeconds: 0,
    trialSeconds: trials.reduce((total, { result }) => total + (result?.seconds ?? 0), 0), gpuMinutes: 0,
  };
}
