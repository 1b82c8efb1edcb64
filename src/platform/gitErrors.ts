import { UserError } from '../model/errors.js';

const CLASSES: readonly { readonly pattern: RegExp; readonly code: string; readonly says: string; readonly fix: (cwd: string, command: string) => string; readonly exitCode: 2 | 3 }[] = [
  {
    pattern: /detected dubious ownership/, code: 'dubious-ownership', exitCode: 3,
    says: 'git refuses this repository because another user owns its folder',
    fix: (cwd) => `Run: git config --global --add safe.directory ${cwd}`,
  },
  {
    pattern: /not a git repository/, code: 'not-a-repository', exitCode: 2, says: 'this folder is not a git repository',
    fix: () => 'Run noregret inside a clone; in a workflow, put actions/checkout before it (and git into the container, or checkout downloads files only).',
  },
  {
    pattern: /No space left on device|Disk quota exceeded/i, code: 'disk-full', exitCode: 3, says: 'the disk is full',
    fix: () => 'Free some space and run again; what was measured is kept.',
  },
  {
    pattern: /\b403\b|Permission (to \S+ )?denied|write access to repository not granted|GH006|protected branch|pre-receive hook declined/i, code: 'git-permission', exitCode: 3,
    says: 'the server refused: the token lacks the permission',
    fix: (_, command) => `Give the job the permission:\npermissions:\n  contents: ${command === 'push' ? 'write' : 'read'}`,
  },
  {
    pattern: /Authentication failed|could not read (Username|Password)|terminal prompts disabled|\b401\b|Repository not found|Permission denied \(publickey/i,
    code: 'git-auth', exitCode: 3, says: 'the server did not accept the credentials',
    fix: () => 'Pass `github-token:` (a token with `contents: read`), or log in with your git credential helper.',
  },
  {
    pattern: /Could not resolve host|unable to access|Connection (refused|reset|timed out)|early EOF|RPC failed|the remote end hung up|HTTP\/?\S* 5\d\d|error: 5\d\d|Operation too slow|does not appear to be a git repository/i,
    code: 'git-network', exitCode: 3, says: 'the git server could not be reached or broke off', fix: () => 'Check the network and the remote (`git remote -v`), then run again.',
  },
];

/** A failed git call as text for people: what happened, git's own last line, what to do. */
export function gitError(args: readonly string[], result: { readonly code: number; readonly stderr: string }, cwd: string): UserError {
  const known = CLASSES.find(({ pattern }) => pattern.test(result.stderr));
  const last = result.stderr.split('\n').filter((line) => line.trim() !== '').at(-1) ?? `exit code ${result.code}`;
  const command = `git ${args[0] ?? ''}`;
  if (known === undefined) {
    return new UserError('git-failed', `${command} failed: ${last}`, { fix: `Run it by hand in ${cwd} to see more.`, exitCode: 3 });
  }
  return new UserError(known.code, `${command}: ${known.says} (${last})`, { fix: known.fix(cwd, args[0] ?? ''), exitCode: known.exitCode });
}

/** True when a message (of `gitError` too) tells of something that waiting may mend: the network, another git's lock. */
export function isTransient(message: string): boolean {
  return CLASSES.find(({ pattern }) => pattern.test(message))?.code === 'git-network' || /\.lock': File exists|shallow file has changed/.test(message);
}
