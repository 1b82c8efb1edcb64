import { UserError } from '../model/errors.js';

/** The parts of octokit's RequestError that matter; anything may be missing. */
interface Failure {
  readonly status?: number;
  readonly message?: string;
  readonly response?: { readonly headers?: Readonly<Record<string, string | number | undefined>>; readonly data?: { readonly message?: string; readonly errors?: readonly unknown[] } };
}

/** Codes that callers tell apart; the rest is for people. */
export const missing = 'github-missing';
export const forbidden = 'github-permission';
const locked = 'github-locked';

const infrastructure = (code: string, message: string, fix: string, cause: unknown): UserError => new UserError(code, message, { fix, exitCode: 3, cause });

/**
 * `permissions:` lines out of X-Accepted-GitHub-Permissions, where `;` parts alternatives and `,` joins what is needed together.
 * Of alternatives the one about pull requests is preferred: it is the narrower one for what we write.
 */
export function permissionLines(accepted: string): readonly string[] {
  const alternatives = accepted.split(';').map((set) => set.split(',').map((part) => part.trim()).filter((part) => /^\w+=\w+$/.test(part))).filter((set) => set.length > 0);
  const chosen = alternatives.find((set) => set.some((part) => part.startsWith('pull_requests='))) ?? alternatives[0] ?? [];
  return chosen.map((part) => part.replaceAll('_', '-').replace('=', ': '));
}

function permissionError(what: string, failure: Failure, cause: unknown): UserError {
  const lines = permissionLines(String(failure.response?.headers?.['x-accepted-github-permissions'] ?? ''));
  const block = lines.length === 0 ? 'Give the job the permission it lacks.' : `Add to this job:\npermissions:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  return infrastructure(forbidden, `GitHub did not allow to ${what}: the token lacks a permission.`, block, cause);
}

function limitError(what: string, failure: Failure, cause: unknown): UserError {
  const reset = Number(failure.response?.headers?.['x-ratelimit-reset'] ?? NaN);
  const until = Number.isFinite(reset) && failure.response?.headers?.['x-ratelimit-remaining'] === '0' ? ` until ${new Date(reset * 1000).toISOString()}` : '';
  return infrastructure('github-limit', `GitHub's rate limit did not allow to ${what}${until}.`, 'Re-run the job later; what was measured is kept.', cause);
}

function forbiddenError(what: string, said: string, failure: Failure, cause: unknown): UserError {
  if (/secondary rate|abuse|rate limit/i.test(said) || failure.response?.headers?.['x-ratelimit-remaining'] === '0') return limitError(what, failure, cause);
  // Too old, still at work, or nothing of it failed.
  if (/re-?run|retr(y|ied)|re-?tried/i.test(said)) return infrastructure('github-rerun', `GitHub does not re-run it: ${said.slice(0, 200)}`, 'Push a commit, an empty one will do, for a run of its own.', cause);
  if (/locked/i.test(said)) return infrastructure(locked, `GitHub did not allow to ${what}: the conversation is locked.`, 'Unlock it, or read the report in the job summary.', cause);
  return permissionError(what, failure, cause);
}

function invalidError(what: string, failure: Failure, cause: unknown): UserError {
  const details = (failure.response?.data?.errors ?? []).map((error) => (typeof error === 'string' ? error : JSON.stringify(error))).join('; ');
  const said = [failure.response?.data?.message ?? '', details].filter((text) => text !== '').join(': ');
  return infrastructure('github-invalid', `GitHub refused to ${what}: ${said === '' ? 'it found the request invalid' : said}.`, 'This is probably a bug of noregret; the report is in the job summary.', cause);
}

/** A plain sentence and what to do, whatever went wrong between us and GitHub. `what` is an infinitive, e.g. `write the comment`. */
export function githubError(what: string, cause: unknown): UserError {
  if (cause instanceof UserError) return cause;
  const failure: Failure = typeof cause === 'object' && cause !== null ? cause : {};
  const said = failure.response?.data?.message ?? failure.message ?? '';
  if (failure.response === undefined) return infrastructure('github-network', `GitHub could not be reached to ${what}: ${said.slice(0, 300)}`, 'Check the network and the proxy of this runner (https_proxy, no_proxy).', cause);
  switch (failure.status) {
    case 401: return infrastructure('github-token', `GitHub did not accept the token to ${what}.`, 'Leave `github-token` to its default, or check that the token has not expired.', cause);
    case 403: return forbiddenError(what, said, failure, cause);
    case 404: case 410: return infrastructure(missing, `GitHub found nothing there to ${what}.`, 'It was deleted, or the token may not see this repository.', cause);
    case 422: return invalidError(what, failure, cause);
    case 429: return limitError(what, failure, cause);
    case undefined: default: return infrastructure('github-failing', `GitHub answered ${failure.status ?? 'nothing'} when asked to ${what}.`, 'See githubstatus.com and re-run the job; what was measured is kept.', cause);
  }
}
