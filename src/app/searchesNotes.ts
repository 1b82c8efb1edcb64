import { fewestForReference, unchangedReference, type UnchangedReference } from '../compare/twoSearches.js';
import { formatNumber } from '../model/numberFormat.js';
import { canonicalJson, paramsKey } from '../model/params.js';
import { subjectOf } from '../model/studySubject.js';
import { valueOf, type Configurations, type Metric, type Searched } from './searched.js';

/** Holds where nothing is run. */
export const noVerdictNote = 'No verdict on the code follows from two searches: that needs the same configuration on the same seeds, before and after. Which of the two winners is better under the code that is here, `--reseed` tells.';

/** `oneStudyFile` says what both sides' values are, and where they lie: they are the same metric, and the same files where nobody tuned in between. */
export interface Relation { readonly oneStudyFile?: boolean }

/** What two searches can say, and what they cannot. */
export function searchesNotes(there: Searched, here: Searched, { oneStudyFile = false }: Relation = {}): string[] {
  return [
    ...(there.study.name === here.study.name ? [] : [`The logs are of two studies: ${there.study.name} and ${here.study.name}.`]),
    ...(oneStudyFile && isSame(there, here) ? [`${here.path} holds the trials of ${there.path}, value for value: nothing was tuned in between.`] : triedTheSame(there, here) ? [sameConfigurationsNote(there.configurations, here.configurations)] : luckNotes(there, here)),
    ...namesNote(there, here),
    ...(!oneStudyFile && saysNothing(there, here) && !liesApart(there, here) ? [sameMetricNote(here.metric)] : []),
    noVerdictNote,
  ];
}

/** What puts the whole comparison in doubt. */
export function searchesWarnings(there: Searched, here: Searched, { oneStudyFile = false }: Relation = {}): string[] {
  const running = (there.path === here.path ? [here] : [there, here]).flatMap(runningWarning);
  if (oneStudyFile) return running;
  return [
    ...running,
    ...(isSame(there, here) ? [there.path === here.path ? `Both sides are ${here.path}.` : `${there.path} and ${here.path} hold the same trials, value for value: is one a copy of the other?`] : []),
    ...(saysNothing(there, here) && liesApart(there, here) ? [`${sameMetricNote(here.metric)} The values speak against it: ${[there, here].map((side) => `${rangeText(side)} in ${side.path}`).join(', ')}.`] : []),
  ];
}

/** The best of a search that goes on is not its best yet. */
function runningWarning({ path, trials }: Searched): string[] {
  const running = trials.filter(({ result }) => result === undefined).length;
  return running === 0 ? [] : [`${running} of the ${trials.length} trials of ${path} ${running === 1 ? 'has' : 'have'} no end: if its tuner still runs, this search is not whole yet.`];
}

/** Then nothing was drawn: dealing the trials out anew would tell of searches that nobody ran. */
export function triedTheSame({ configurations: from }: Searched, { configurations: to }: Searched): boolean {
  return from.size > 1 && from.size === to.size && [...from.keys()].every((key) => to.has(key));
}

function sameConfigurationsNote(from: Configurations, to: Configurations): string {
  const signs = [...from].map(([key, gain]) => Math.sign((to.get(key) ?? gain) - gain));
  const [worse, better] = [-1, 1].map((sign) => signs.filter((one) => one === sign).length);
  return `Both searches tried the same ${from.size} configurations, as grids or equal seeds do: the luck of a search plays no part, and what is left is that of single runs. Head is better at ${better ?? 0} of them, base at ${worse ?? 0}.`;
}

function luckNotes(there: Searched, here: Searched): string[] {
  const [from, to] = [there.configurations, here.configurations];
  const reference = unchangedReference([...from.values()], [...to.values()]);
  if (reference === undefined) return tooFewNote(there, here);
  return [referenceNote(reference, here.metric), ...repeatsNote(there, here), ...sharedNote(from, to)];
}

function valuesOf({ trials }: Searched): number[] {
  return trials.flatMap((trial) => valueOf(trial) ?? []);
}

/** A search without any value is the verdict's own sentence. */
function tooFewNote(...sides: readonly Searched[]): string[] {
  const few = sides.find(({ configurations: { size } }) => size < fewestForReference);
  if (few === undefined || sides.some(({ configurations: { size } }) => size === 0)) return [];
  const { path, configurations: { size } } = few;
  const unit = valuesOf(few).length === size ? 'trials' : 'configurations';
  return [`How far two searches lie apart when nothing changed is not said: that takes ${fewestForReference} ${unit} with a value on each side, and ${path} has ${size}.`];
}

function referenceNote({ median, high, share, leading }: UnchangedReference, { name }: Metric): string {
  const scale = `If nothing had changed, the best ${name} of two searches of these sizes would differ by ${formatNumber(median)} (median), and by up to ${formatNumber(high)} in 95 of 100.`;
  if (share >= 0.995) return `${scale} The one found is no larger than luck makes it.`;
  const often = share < 0.01 ? 'in less than 1 of 100' : `in ${Math.round(100 * share)} of 100`;
  return `${scale} A difference as large as the one found comes about ${often}: the ${leading === 1 ? 'best trial of both is' : `${leading} best trials of both are`} one search's. This counts trials as independent; those of an adaptive search come in flocks, so it is more often than that.`;
}

/** Where trials and configurations are not as many. */
function repeatsNote(...sides: readonly Searched[]): string[] {
  const repeated = sides.filter((side) => valuesOf(side).length > side.configurations.size);
  if (repeated.length === 0) return [];
  return [`Repeats of one configuration count there as one trial, its best: ${repeated.map((side) => `${valuesOf(side).length} trials of ${side.path} are ${side.configurations.size}`).join(', ')}.`];
}

/** What both tried is no draw of either. */
function sharedNote(from: Configurations, to: Configurations): string[] {
  const shared = [...from.keys()].filter((key) => to.has(key)).length;
  if (shared === 0) return [];
  const many = shared === 1 ? 'One configuration was' : `${shared} configurations were`;
  return [`${many} tried by both searches. Where they tried the same, luck is only that of the runs: it makes less than this.`];
}

/** Words of a metric's name that say that there is one, and words that say on which data. */
const anyMetric: ReadonlySet<string> = new Set(['score', 'value', 'values', 'loss', 'objective', 'metric', 'result', 'target', 'cost', 'fitness']);
const anyData: ReadonlySet<string> = new Set(['mean', 'test', 'train', 'val', 'valid', 'validation', 'eval', 'cv', 'best', 'final']);

/** Whether the two may have measured different things under one name. A study file of ours names its metric for both. */
function saysNothing(there: Searched, here: Searched): boolean {
  const words = here.metric.name.toLowerCase().split(/[^a-z]+/).filter((word) => word !== '');
  const isGeneric = words.some((word) => anyMetric.has(word)) && words.every((word) => anyMetric.has(word) || anyData.has(word));
  return isGeneric && !isSame(there, here) && [there, here].some(({ study }) => study.identity['command'] === 'import');
}

function sameMetricNote({ name }: Metric): string {
  return `"${name}" does not say what was measured: it is assumed to be the same on both sides.`;
}

/** So much larger are values of another scale. */
const otherScale = 10;

/** All of one side on another side of zero, or of another order, than all of the other. */
function liesApart(there: Searched, here: Searched): boolean {
  const [a, b] = [there, here].map(rangeOf);
  if (a === undefined || b === undefined) return false;
  const [lower, upper] = a.high < b.low ? [a, b] : [b, a];
  if (lower.high >= upper.low) return false;
  const [small, large] = [Math.abs(lower.high), Math.abs(upper.low)].toSorted((x, y) => x - y);
  return (lower.high < 0 && upper.low > 0) || (small ?? 0) * otherScale < (large ?? 0);
}

function rangeOf(side: Searched): { readonly low: number; readonly high: number } | undefined {
  const values = valuesOf(side);
  const [first] = values;
  return first === undefined ? undefined : values.reduce(({ low, high }, value) => ({ low: Math.min(low, value), high: Math.max(high, value) }), { low: first, high: first });
}

function rangeText(side: Searched): string {
  const { low, high } = rangeOf(side) ?? { low: Number.NaN, high: Number.NaN };
  return low === high ? formatNumber(low) : `${formatNumber(low)} to ${formatNumber(high)}`;
}

/** The same finished trials in the same order. */
function isSame(there: Searched, here: Searched): boolean {
  const [from, to] = [there, here].map(({ trials }) => trials.filter(({ result }) => result !== undefined));
  if (from === undefined || from.length === 0 || from.length !== to?.length) return false;
  return from.every(({ params, result }, i) => canonicalJson(result?.outcome) === canonicalJson(to[i]?.result?.outcome) && paramsKey(params) === paramsKey(to[i]?.params ?? {}));
}

/** Parameters that one side alone has, and which of them were probably renamed. */
function namesNote(there: Searched, here: Searched): string[] {
  const [base, head] = [distributionsOf(there), distributionsOf(here)];
  const [gone, added] = [[...base.keys()].filter((name) => !head.has(name)), [...head.keys()].filter((name) => !base.has(name))];
  if (gone.length === 0 && added.length === 0) return [];
  const isTwin = (was: string, is: string): boolean => base.get(was) === head.get(is) || lastPart(was) === lastPart(is);
  const renamed = gone.flatMap((was) => {
    const [is, other] = added.filter((name) => isTwin(was, name));
    return is === undefined || other !== undefined || gone.some((name) => name !== was && isTwin(name, is)) ? [] : [`${was} → ${is}`];
  });
  return [`The searches were over different parameters: ${[...(gone.length === 0 ? [] : [`only base has ${gone.join(', ')}`]), ...(added.length === 0 ? [] : [`only head has ${added.join(', ')}`])].join('; ')}.${renamed.length === 0 ? '' : ` Probably renamed: ${renamed.join(', ')}.`}`];
}

/** Of a name with the steps of a pipeline or groups before it: `clf__alpha`, `model.lr`, `opt/lr`. */
function lastPart(name: string): string {
  return name.split(/__|[./]/).at(-1) ?? name;
}

/** By name; where nobody wrote down what was searched, what was tried, with nothing to compare a new name by. */
function distributionsOf({ study, trials }: Searched): ReadonlyMap<string, string> {
  const space = subjectOf(study.identity)?.space;
  return space === undefined ? new Map(trials.flatMap(({ params }) => Object.keys(params).map((name) => [name, `tried as ${name}`]))) : new Map(space.parameters.map(({ name, distribution }) => [name, canonicalJson(distribution)]));
}
