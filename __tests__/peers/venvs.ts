import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const hasPython = spawnSync('python3', ['--version']).status === 0;

/** Folder of the programs of an environment with just these packages from PyPI; later runs find it again as long as the pins are the same. */
export function venvWith(name: string, pins: readonly string[]): string {
  const venv = resolve('.cache', name);
  const [bin, marker] = [join(venv, 'bin'), join(venv, 'pins.txt')];
  if (existsSync(marker) && readFileSync(marker, 'utf8') === pins.join('\n')) return bin;
  rmSync(venv, { recursive: true, force: true });
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
  if (pins.length > 0) execFileSync(join(bin, 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...pins], { stdio: ['ignore', 'ignore', 'inherit'] });
  writeFileSync(marker, pins.join('\n'));
  return bin;
}
