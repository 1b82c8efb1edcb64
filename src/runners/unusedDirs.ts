import { lstatSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** Attempt folders in which a program left nothing: the next attempt takes one over by its new name, one call instead of three. */
export interface UnusedDirs {
  /** Puts an unused folder at `dir`; false when there is none, or something stands there. */
  moveTo(dir: string): boolean;
  /** Keeps `dir` for a later attempt if it is as it was handed out. */
  offer(dir: string): void;
}

export function createUnusedDirs(): UnusedDirs {
  const unused: string[] = [];
  return {
    moveTo: (dir) => {
      const from = unused.pop();
      if (from === undefined) return false;
      try {
        renameSync(from, dir);
        return true;
      } catch {
        return false;
      }
    },
    offer: (dir) => {
      if (isUntouched(dir)) unused.push(dir);
    },
  };
}

/** Nothing but an empty `files` and our own `params.json`: real ones, writable, and the text not linked from elsewhere. */
function isUntouched(dir: string): boolean {
  try {
    const names = readdirSync(dir).sort();
    const [self, files, params] = [lstatSync(dir), lstatSync(join(dir, 'files')), lstatSync(join(dir, 'params.json'))];
    return names.join() === 'files,params.json' && params.isFile() && params.nlink === 1 && (params.mode & 0o600) === 0o600
      && [self, files].every((facts) => facts.isDirectory() && (facts.mode & 0o700) === 0o700) && readdirSync(join(dir, 'files')).length === 0;
  } catch {
    return false;
  }
}
