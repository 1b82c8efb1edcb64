import type { StopPolicy } from '../model/config.js';
import { canonicalJson, type Params, type ParamValue } from '../model/params.js';
import type { LossTrial } from '../model/ports.js';
import { own } from '../model/own.js';

/** Why a search no longer gets anywhere. */
export type StandingStill = 'no_progress' | 'delta_x' | 'delta_y' | 'hollow';

/** The first rule that says so. `finished` is in order of number. */
export function standingStill(policy: StopPolicy, { finished }: { readonly finished: readonly LossTrial[] }): StandingStill | undefined {
  const complete = finished.filter(({ state, loss }) => state === 'complete' && loss !== undefined && Number.isFinite(loss));
  const losses = complete.map(({ loss }) => loss ?? 0);
  if (policy.noProgress !== undefined && sinceProgress(finished, policy.noProgress.percent) >= policy.noProgress.trials) return 'no_progress';
  const [before, last] = complete.slice(-2);
  if (policy.deltaX !== undefined && before !== undefined && last !== undefined && distance(before.params, last.params) < policy.deltaX) return 'delta_x';
  if (policy.deltaY !== undefined && areNear(losses, policy.deltaY)) return 'delta_y';
  return policy.hollow !== undefined && isHollow(losses, policy.hollow) ? 'hollow' : undefined;
}

/** Finished trials since the last one that was better by more than `percent` (Hyperopt's no_progress_loss); 0 before the first value. */
function sinceProgress(finished: readonly LossTrial[], percent: number): number {
  let best: number | undefined;
  let since = 0;
  for (const { state, loss } of finished) {
    const isBetter = state === 'complete' && loss !== undefined && (best === undefined || loss < best - Math.abs(best) * (percent / 100));
    if (isBetter) best = loss;
    since = best === undefined || isBetter ? 0 : since + 1;
  }
  return since;
}

/** Differences of numbers summed, 1 for each other difference, one side lacking the parameter included. */
function distance(a: Params, b: Params): number {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].reduce((sum, name) => sum + difference(own(a, name), own(b, name)), 0);
}

function difference(a: ParamValue | undefined, b: ParamValue | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b);
  return canonicalJson(a) === canonicalJson(b) ? 0 : 1;
}

function areNear(losses: readonly number[], { delta, best }: NonNullable<StopPolicy['deltaY']>): boolean {
  const sorted = [...losses].sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted[best - 1]];
  return first !== undefined && last !== undefined && last - first < delta;
}

function isHollow(losses: readonly number[], { trials, threshold }: NonNullable<StopPolicy['hollow']>): boolean {
  if (losses.length <= trials) return false;
  const lowest = (part: readonly number[]): number => part.reduce((a, b) => Math.min(a, b));
  return lowest(losses.slice(0, -trials)) - lowest(losses) <= threshold;
}
