import { readdirSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { onPath, type Python } from './workspacePython.js';

interface Prefixes { readonly python: Python | undefined; readonly env: Readonly<Record<string, string>>; readonly root: string; readonly within: string }

/** Folder → entry → when it last changed. Top-level names only: every installer adds or touches one of them. */
export type PrefixSnapshot = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What tells an installed Python package: its metadata and what makes it importable. The rest (`__pycache__`) changes by mere use. */
const PYTHON_ENTRY = /\.(dist-info|egg-info|pth|egg-link)$|^__editable__/;

/** State of the package folders that both sides would share; those inside the side's own worktree do not count. */
export function snapshotPrefixes({ python, env, root, within }: Prefixes): PrefixSnapshot {
  const node = onPath('node', env);
  const folders = [
    ...(python?.sitePackages ?? []),
    ...(env['CONDA_PREFIX'] === undefined ? [] : [join(env['CONDA_PREFIX'], 'conda-meta')]),
    ...(node === undefined ? [] : [join(dirname(dirname(node)), 'lib', 'node_modules')]),
    join(root, 'node_modules'),
  ];
  const shared = [...new Set(folders)].filter((folder) => folder !== within && !folder.startsWith(`${within}${sep}`));
  return new Map(shared.map((folder) => [folder, entriesOf(folder)]));
}

export function changedInPrefixes(before: PrefixSnapshot): readonly string[] {
  return [...before].flatMap(([folder, entries]) => {
    const after = entriesOf(folder);
    const names = new Set([...entries.keys(), ...after.keys()]);
    return [...names].filter((name) => entries.get(name) !== after.get(name)).map((name) => join(folder, name));
  });
}

function entriesOf(folder: string): ReadonlyMap<string, number> {
  const isPython = /(site|dist)-packages$/.test(folder);
  const names = readNames(folder).filter((name) => (isPython ? PYTHON_ENTRY.test(name) : name !== '.cache'));
  return new Map(names.flatMap((name): [string, number][] => {
    const facts = statSync(join(folder, name), { throwIfNoEntry: false });
    return facts === undefined ? [] : [[name, facts.mtimeMs]];
  }));
}

function readNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
