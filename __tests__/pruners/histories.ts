import { pruners } from '../../src/pruners/index.js';
import type { LossTrial, Pruner, StudyView } from '../../src/model/ports.js';
import { ints, spaceOf } from '../contracts/spaces.js';

export const space = spaceOf({ x: ints(0, 1000) });

/** By its line in the map, defaults filled in as the configuration reader does. */
export function prunerOf(type: string, options: Readonly<Record<string, unknown>> = {}): Pruner {
  const plugged = pruners[type];
  if (plugged === undefined) throw new Error(`no pruner ${type}`);
  return plugged.create(options);
}

export type Curve = readonly (readonly [step: number, loss: number])[];

export function trialOf(number: number, state: LossTrial['state'], curve: Curve, more: Partial<LossTrial> = {}): LossTrial {
  return { number, params: { x: number }, state, intermediate: curve.map(([step, loss]) => ({ step, loss })), ...more };
}

/** Losses at steps 1, 2, 3, … */
export function steps(...losses: readonly number[]): Curve {
  return losses.map((loss, i) => [i + 1, loss]);
}

export function viewOf(trials: readonly LossTrial[], budget = trials.length): StudyView {
  return { space, budget, finished: trials.filter(({ state }) => state !== 'running'), running: trials.filter(({ state }) => state === 'running') };
}
