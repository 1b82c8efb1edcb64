import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../model/errors.js';
import { liesIn } from './safeRead.js';

/** Where results that a study file names really lie; undefined where there is nothing. `within`: folders beside the side's own that a linked one may stand in. UserError `results-outside`. */
export function resultsPlace(folder: string, path: string, within: readonly string[]): string | undefined {
  const place = realPlace(resolve(folder, path));
  if (place === undefined) return undefined;
  if ([folder, ...within].some((root) => liesIn(place, realPlace(root) ?? root))) return place;
  throw new UserError('results-outside', `${path} leads out of the repository.`, { fix: 'Copy the results into the repository\'s folder before noregret runs.' });
}

/** A sentence where nothing lies there yet: no error, as the tuner may run later. */
export function resultsWarning(folder: string, path: string): string | undefined {
  return realPlace(resolve(folder, path)) === undefined ? `there is nothing at ${path} (results): before noregret compares or records, the tuner has to leave its results there` : undefined;
}

function realPlace(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
