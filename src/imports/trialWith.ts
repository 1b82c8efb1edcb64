import type { ShelvedTrial } from './shelf.js';

type Known = { readonly [key in keyof ShelvedTrial]: ShelvedTrial[key] | undefined } & Pick<ShelvedTrial, 'params' | 'state' | 'values'>;

/**
 * A trial of what is known. Set one by one: an object that is put together from others (`...`) gets a layout of its own from V8, which costs a
 * hundred thousand trials 50 MB and a second.
 */
export function trialWith({ params, state, values, curves, message, start, seconds, seed, facts }: Known): ShelvedTrial {
  const trial: { -readonly [key in keyof ShelvedTrial]: ShelvedTrial[key] } = { params, state, values, start };
  if (curves !== undefined) trial.curves = curves;
  if (message !== undefined) trial.message = message;
  if (seconds !== undefined) trial.seconds = seconds;
  if (seed !== undefined) trial.seed = seed;
  if (facts !== undefined) trial.facts = facts;
  return trial;
}
