import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const cache = resolve('.cache');

/** A Node 24, as `using: node24` promises: ourselves if new enough, else the binary that the npm package `node` holds. */
export function node24(): string {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const binary = join(cache, 'node24/node_modules/node/bin/node');
  if (existsSync(binary)) return binary;
  // Two test files may come here at once: each installs for itself, one of them wins.
  const own = join(cache, `node24-${process.pid}`);
  mkdirSync(own, { recursive: true });
  execFileSync('npm', ['install', '--prefix', own, '--no-audit', '--no-fund', '--no-save', 'node@24'], { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    renameSync(own, join(cache, 'node24'));
  } catch {
    rmSync(own, { recursive: true, force: true });
  }
  return binary;
}
