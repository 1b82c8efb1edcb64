import type { Findings } from './findings.js';
import { isTextPath } from './validate.js';
import type { MapTree, Tree } from './yamlTree.js';

/** One note per value that W&B's YAML reader takes for something else. */
export function noteReadings(root: MapTree, findings: Findings): void {
  for (const { tree, path } of scalars(root, [])) {
    if (tree.elsewhere === undefined || isTextPath(path)) continue;
    findings.note(tree.at, { code: 'read-differently', message: `${tree.source} is ${tree.elsewhere}` });
  }
}

function* scalars(tree: Tree, path: readonly string[]): Generator<{ readonly tree: Extract<Tree, { kind: 'scalar' }>; readonly path: readonly string[] }> {
  if (tree.kind === 'scalar') yield { tree, path };
  else if (tree.kind === 'list') for (const [i, item] of tree.items.entries()) yield* scalars(item, [...path, String(i)]);
  else for (const { key, value } of tree.entries) yield* scalars(value, [...path, key]);
}
