import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface TestRepository {
  readonly dir: string;
  git(...args: readonly string[]): string;
  write(path: string, text: string): void;
  /** Writes, adds and commits; answers the new sha. */
  commit(message: string, files?: Readonly<Record<string, string>>): string;
}

export function temporaryFolder(name: string): { readonly path: string; remove(): void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), `noregret-${name}-`)));
  return { path, remove: () => { rmSync(path, { recursive: true, force: true }); } };
}

/** Nothing of the machine's own git configuration may decide a test. */
export function gitTestEnv(home: string): Record<string, string> {
  const entries = ['protocol.file.allow', 'always', 'init.defaultBranch', 'main'];
  return {
    PATH: process.env['PATH'] ?? '', HOME: home, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@invalid', GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@invalid',
    GIT_CONFIG_COUNT: '2', GIT_CONFIG_KEY_0: entries[0]!, GIT_CONFIG_VALUE_0: entries[1]!, GIT_CONFIG_KEY_1: entries[2]!, GIT_CONFIG_VALUE_1: entries[3]!,
  };
}

export function createRepository(dir: string, ...initArguments: readonly string[]): TestRepository {
  mkdirSync(dir, { recursive: true });
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: dir, env: gitTestEnv(dir), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  git('init', '--quiet', ...initArguments);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  return {
    dir,
    git,
    write,
    commit(message, files = {}) {
      for (const [path, text] of Object.entries(files)) write(path, text);
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD');
    },
  };
}
