import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { basename, delimiter, join, resolve } from 'node:path';
import { z } from 'zod';
import type { StudyConfig } from '../model/config.js';
import { parseJson } from '../model/json.js';

export interface Python {
  readonly executable: string;
  readonly version: string;
  readonly prefix: string;
  /** Folders of installed packages, the user's own included. */
  readonly sitePackages: readonly string[];
}

interface Asked { readonly config: Pick<StudyConfig, 'program'>; readonly cwd: string; readonly env: Readonly<Record<string, string>> }

const PYTHON = /^python(\d+(\.\d+)*)?(\.exe)?$/;
const LAUNCHERS = new Set(['uv', 'uvx', 'poetry', 'pdm', 'hatch', 'pixi', 'rye', 'pipenv']);
const NOT_PYTHON = new Set(['node', 'npm', 'npx', 'pnpm', 'yarn', 'bun', 'deno', 'tsx']);
/** `-I`: nothing of the current folder is imported, so no file of a pull request runs. */
const PROBE = 'import json,platform,site,sys;print(json.dumps({"version":platform.python_version(),"prefix":sys.prefix,"sitePackages":site.getsitepackages()+[site.getusersitepackages()]}))';
const probeSchema = z.object({ version: z.string(), prefix: z.string(), sitePackages: z.array(z.string()) });

/** True when the study's program cannot be Python. */
export function isNodeProgram({ program }: Pick<StudyConfig, 'program'>): boolean {
  if (program === undefined) return false;
  return program.kind === 'tfjs' || NOT_PYTHON.has(basename(program.argv[0] ?? ''));
}

/** The interpreter that the study's command will use, as far as its words tell; the active one otherwise. */
export async function findPython(asked: Asked): Promise<Python | undefined> {
  if (isNodeProgram(asked.config)) return undefined;
  for (const candidate of candidates(asked)) {
    const found = await probe(candidate, asked);
    if (found !== undefined) return found;
  }
  return undefined;
}

function candidates({ config: { program }, cwd, env }: Asked): readonly string[] {
  const argv = program?.kind === 'command' ? program.argv : [];
  const own = join(cwd, '.venv', 'bin', 'python');
  const named = argv.find((word) => PYTHON.test(basename(word)));
  return [
    ...(LAUNCHERS.has(basename(argv[0] ?? '')) ? [own] : []),
    ...(named?.includes('/') === true ? [resolve(cwd, named)] : []),
    ...(named === undefined || named.includes('/') ? [] : [named]),
    ...[env['VIRTUAL_ENV'], env['CONDA_PREFIX']].flatMap((prefix) => (prefix === undefined ? [] : [join(prefix, 'bin', 'python')])),
    'python3', 'python',
  ];
}

function probe(executable: string, { cwd, env }: Asked): Promise<Python | undefined> {
  if (executable.includes('/') && !existsSync(executable)) return Promise.resolve(undefined);
  return new Promise((done) => {
    execFile(executable, ['-I', '-c', PROBE], { cwd, env, timeout: 20_000, maxBuffer: 1024 * 1024, encoding: 'utf8' }, (error, stdout) => {
      const parsed = error === null ? probeSchema.safeParse(parseJson(stdout)) : undefined;
      done(parsed?.success === true ? { executable, ...parsed.data, sitePackages: parsed.data.sitePackages.filter((path) => existsSync(path)) } : undefined);
    });
  });
}

/** Where a program is found on PATH, links resolved. */
export function onPath(name: string, env: Readonly<Record<string, string>>): string | undefined {
  const found = (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)).find((path) => existsSync(path));
  return found === undefined ? undefined : realpathSync(found);
}
