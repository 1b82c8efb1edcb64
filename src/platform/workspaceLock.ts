import { createHash } from 'node:crypto';
import type { Git } from './git.js';

/** Files that say what an environment holds. */
const lockfile = /[/\t](uv\.lock|poetry\.lock|pdm\.lock|Pipfile(\.lock)?|requirements[\w.-]*\.(txt|in)|constraints[\w.-]*\.txt|pyproject\.toml|setup\.(py|cfg)|environment[\w.-]*\.ya?ml|conda-lock\.yml|pixi\.lock|package(-lock)?\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|Cargo\.lock|go\.sum|Gemfile\.lock|Manifest\.toml)$/;

/** One string for all lockfiles of a commit; equal strings, equal environments to install. Empty where there is none. */
export async function lockfilesAt(git: Git, sha: string): Promise<string> {
  const listed = (await git.text(['ls-tree', '-r', '-z', sha])).split('\0').filter((line) => lockfile.test(line));
  return listed.length === 0 ? '' : createHash('sha256').update(listed.sort().join('\0')).digest('hex');
}
