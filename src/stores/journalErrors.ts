import { UserError } from '../model/errors.js';

export function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

export function diskFull(path: string): UserError {
  return new UserError('disk-full', `The disk of ${path} is full: no further trial is started. What was measured is kept.`, {
    fix: 'Free some space (or set the state directory to another disk) and run again: it resumes.', exitCode: 3,
  });
}

export function unsafe(path: string): UserError {
  return new UserError('journal-unsafe', `${path} is a link, a pipe or a device, not a file: refused.`, {
    fix: 'Remove it, or name another state directory.', exitCode: 3,
  });
}

export function unwritable(path: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (isFull(error)) return diskFull(path);
  if (code === 'ELOOP' || code === 'ENXIO') return unsafe(path);
  return new UserError('journal-unwritable', `${path} cannot be written: ${message}`, {
    fix: 'Make its directory writable, or name another state directory.', exitCode: 3, cause: error,
  });
}
