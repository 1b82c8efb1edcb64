import { paramsKey, type Params } from '../model/params.js';
import type { StudyView } from '../model/ports.js';

/** Params are never changed once made, so each is turned into text once, however often a study asks. */
const keys = new WeakMap<Params, string>();

/** Every point that a study has tried or is trying: the same set whatever order its trials finish in. */
export function triedPoints(view: StudyView): readonly Params[] {
  return [...view.finished, ...view.running].map((trial) => trial.params);
}

/** For one question: a set of all keys takes ten times as long to make. */
export function isAmong(points: readonly Params[], params: Params): boolean {
  const key = paramsKey(params);
  return points.some((point) => keyOf(point) === key);
}

export function pointKeys(points: readonly Params[]): ReadonlySet<string> {
  return new Set(points.map(keyOf));
}

export function keyOf(params: Params): string {
  const known = keys.get(params);
  if (known !== undefined) return known;
  const key = paramsKey(params);
  keys.set(params, key);
  return key;
}
