import type { Bracket } from '../math/brackets.js';
import type { LossTrial, Pruner, StudyView } from '../model/ports.js';
import type { PrunerBracket } from '../model/prunerBracket.js';
import { curveOf, firstFrom } from './curve.js';

/** Where a bracket stands. `members[k]` = trials that rung k is or was open to. */
interface Standing { readonly bracket: Bracket; readonly from: number; readonly members: readonly (readonly LossTrial[])[] }

/**
 * Synchronous successive halving over brackets, one after the other, again from the first while there are trials: at a
 * rung all wait for the last one, then the best are taken up again. A resting trial is one that was stopped: state
 * `pruned`, `rests` = the number of rungs it has done.
 */
export function halving(name: string, brackets: (view: StudyView) => readonly Bracket[], more: Pick<Pruner, 'resource'>): Pruner {
  // A view changes only when a trial starts or ends; between two reports nothing moves up.
  const known = new WeakMap<StudyView, readonly Standing[]>();
  const standingsOf = (view: StudyView): readonly Standing[] => {
    const found = known.get(view) ?? standings(view, brackets(view));
    known.set(view, found);
    return found;
  };
  const standingOf = (view: StudyView, trial: number): Standing | undefined => standingsOf(view).find(({ from, bracket }) => trial >= from && trial < from + sizeOf(bracket));
  const until = (view: StudyView, trial: number): number | undefined => {
    const standing = standingOf(view, trial);
    return standing?.bracket.rungs[standing.members.findLastIndex((members) => members.some(({ number }) => number === trial))]?.resource;
  };
  return {
    name, ...more, until,
    decide: (view, trial) => ((curveOf(trial).at(-1)?.step ?? -Infinity) >= (until(view, trial.number) ?? Infinity) ? 'stop' : 'continue'),
    next: (view) => standingsOf(view).map(waiting).find((number) => number !== undefined),
    rungs: (view) => standingsOf(view).map(tableOf),
  };
}

function sizeOf({ rungs }: Bracket): number {
  return Math.max(1, rungs[0]?.keep ?? 1);
}

function standings(view: StudyView, brackets: readonly Bracket[]): readonly Standing[] {
  const trials = [...view.finished, ...view.running].sort((a, b) => a.number - b.number);
  const found: Standing[] = [];
  for (let from = 0, i = 0; from < trials.length; i++) {
    const bracket = brackets[i % Math.max(1, brackets.length)];
    if (bracket === undefined) break;
    const to = from + sizeOf(bracket);
    const own = trials.filter(({ number }) => number >= from && number < to);
    // A bracket that the budget cuts short is full with fewer.
    found.push({ bracket, from, members: climb(bracket, own, Math.min(to, view.budget) - from) });
    from = to;
  }
  return found;
}

function climb({ rungs }: Bracket, begun: readonly LossTrial[], size: number): readonly (readonly LossTrial[])[] {
  const members = [begun];
  if (begun.length < size) return members;
  let keep = size;
  for (const [k, rung] of rungs.entries()) {
    const [here, above] = [members[k] ?? [], rungs[k + 1]];
    if (above === undefined || rung.resource === undefined || here.some((trial) => !isDone(trial, k))) break;
    // Cut short, each rung keeps the same share of what there is.
    keep = size >= (rungs[0]?.keep ?? size) ? above.keep : Math.max(1, Math.floor((size * above.keep) / (rungs[0]?.keep ?? size)));
    members.push(best(here, rung.resource).slice(0, keep));
  }
  return members;
}

function isDone({ state, rests = 0 }: LossTrial, rung: number): boolean {
  return rests > rung || (state !== 'running' && state !== 'pruned');
}

/** By loss at the rung, then by number; who has no finite one is out. */
function best(trials: readonly LossTrial[], rung: number): readonly LossTrial[] {
  const valued = trials.flatMap((trial) => {
    const loss = lossAt(trial, rung);
    return loss !== undefined && Number.isFinite(loss) && trial.state !== 'failed' && trial.state !== 'infeasible' ? [{ trial, loss }] : [];
  });
  return valued.sort((a, b) => a.loss - b.loss || a.trial.number - b.trial.number).map(({ trial }) => trial);
}

/** A trial that ends by itself before the rung, or rests a little short of it, has its last value there. */
function lossAt(trial: LossTrial, rung: number): number | undefined {
  const points = curveOf(trial);
  return (firstFrom(points, rung) ?? points.at(-1))?.loss ?? trial.loss;
}

/** The first trial of the topmost rung that rests below it. */
function waiting({ members }: Standing): number | undefined {
  const top = members.length - 1;
  return members[top]?.find(({ state, rests = 0 }) => top > 0 && state === 'pruned' && rests === top)?.number;
}

function tableOf({ bracket, members }: Standing): PrunerBracket {
  return { name: bracket.name, rungs: bracket.rungs.map(({ resource, keep }, k) => {
    const [here, above] = [members[k] ?? [], members[k + 1]];
    const stopped = above === undefined ? here.filter(({ state, rests = 0 }) => state === 'pruned' && rests > k).length : here.filter((trial) => trial.state === 'pruned' && !above.includes(trial)).length;
    return { ...(resource === undefined ? {} : { resource }), planned: keep, trials: here.length, stopped };
  }) };
}
