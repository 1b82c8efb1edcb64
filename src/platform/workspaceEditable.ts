import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, delimiter, isAbsolute, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { StudyConfig } from '../model/config.js';
import { UserError } from '../model/errors.js';
import { parseJson } from '../model/json.js';
import type { Side } from '../model/trial.js';
import { findPython, isNodeProgram, type Python } from './workspacePython.js';

export interface EditableQuestion {
  readonly side: Side;
  /** Where its commands run: a worktree. */
  readonly dir: string;
  /** The user's checkout: what points in here is the code of neither worktree. */
  readonly root: string;
  readonly stateDir: string;
  readonly config: StudyConfig;
  readonly env: Readonly<Record<string, string>>;
}

interface Trap { readonly what: string; readonly target: string }

const directUrlSchema = z.object({ url: z.string(), dir_info: z.object({ editable: z.literal(true) }) });

/** With a package installed in editable mode from the checkout, base would import head's code and always look equal (decisions.md 12). */
export async function refuseEditableInstall(question: EditableQuestion): Promise<void> {
  const python = await findPython({ config: question.config, cwd: question.dir, env: question.env });
  const trap = [...pythonTraps(python), ...pathTraps(question), ...nodeTraps(question)].find(({ target }) => isCheckout(target, python, question));
  if (trap === undefined) return;
  throw new UserError('editable-install', `${trap.what} points into this checkout (${trap.target}), so ${question.side} would run the code that is checked out, not its own`, {
    fix: 'Give each side packages of its own with `setup:`, for example `setup: [[uv, sync]]` with `command: [uv, run, python, train.py]`, or install the package without -e (npm: without a link).',
  });
}

/** In the checkout, but neither in an environment that lies there nor in a worktree of ours. */
function isCheckout(target: string, python: Python | undefined, { root, stateDir }: EditableQuestion): boolean {
  const real = realOf(target);
  const inside = (folder: string | undefined) => folder !== undefined && (real === realOf(folder) || real.startsWith(`${realOf(folder)}${sep}`));
  return inside(root) && !inside(python?.prefix) && !inside(stateDir);
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function pythonTraps(python: Python | undefined): readonly Trap[] {
  return (python?.sitePackages ?? []).flatMap((folder) => readdirSync(folder).flatMap((name): readonly Trap[] => {
    const path = join(folder, name);
    if (name.endsWith('.pth') || name.endsWith('.egg-link')) return readText(path).split('\n').map((line) => line.trim()).filter((line) => isAbsolute(line)).map((target) => ({ what: path, target }));
    if (name.startsWith('__editable__') && name.endsWith('.py')) return [...readText(path).matchAll(/['"](\/[^'"\n]+)['"]/g)].map(([, target = '']) => ({ what: path, target }));
    return name.endsWith('.dist-info') ? directUrl(join(path, 'direct_url.json')) : [];
  }));
}

function directUrl(path: string): readonly Trap[] {
  if (!existsSync(path)) return [];
  const parsed = directUrlSchema.safeParse(parseJson(readText(path)));
  return parsed.success && parsed.data.url.startsWith('file:') ? [{ what: path, target: fileURLToPath(parsed.data.url) }] : [];
}

function pathTraps({ env }: EditableQuestion): readonly Trap[] {
  return ['PYTHONPATH', 'NODE_PATH'].flatMap((name) => (env[name] ?? '').split(delimiter).filter((path) => isAbsolute(path)).map((target) => ({ what: name, target })));
}

/** Links in the node_modules that base will see: its own, or, walking up or through `link:`, the checkout's. */
function nodeTraps({ dir, root, config }: EditableQuestion): readonly Trap[] {
  const linked = config.link.some((entry) => basename(entry) === 'node_modules');
  if (!isNodeProgram(config) && !linked) return [];
  const modules = [join(dir, 'node_modules'), join(root, 'node_modules')].find((path) => existsSync(path));
  if (modules === undefined) return [];
  const scopes = readdirSync(modules, { withFileTypes: true }).filter((entry) => entry.name.startsWith('@') && entry.isDirectory());
  return [modules, ...scopes.map((scope) => join(modules, scope.name))].flatMap((folder) => readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => ({ what: join(folder, entry.name), target: realOf(join(folder, entry.name)) }))
    .filter(({ target }) => !target.startsWith(`${realOf(modules)}${sep}`)));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
