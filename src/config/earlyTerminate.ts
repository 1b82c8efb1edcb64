import type { StudyConfig } from '../model/config.js';
import type { Catalog } from '../model/plugin.js';
import { nearest, type Dialect } from './dialect.js';
import { shown, type Findings } from './findings.js';
import { readOptions } from './options.js';
import { child, entry, plainValue, type MapTree } from './yamlTree.js';

interface EarlyContext { readonly root: MapTree; readonly dialect: Dialect; readonly pruners: Catalog; readonly findings: Findings }

/** Pruner and its options, both dialects alike: what Weights & Biases calls hyperband is that with its own keys. */
export function readEarlyTerminate({ root, dialect, pruners, findings }: EarlyContext): StudyConfig['earlyTerminate'] {
  const tree = child(root, 'early_terminate');
  const nameTree = tree === undefined ? undefined : child(tree, 'type');
  const name = nameTree === undefined ? undefined : plainValue(nameTree);
  if (tree?.kind !== 'map' || nameTree === undefined || typeof name !== 'string' || name === '') return undefined;
  if (!Object.hasOwn(pruners, name)) {
    const near = nearest(name, Object.keys(pruners));
    findings.error(nameTree.at, { code: 'unknown-pruner', message: `early_terminate.type is ${shown(name)}; there are ${Object.keys(pruners).join(', ')}`, fix: near === undefined ? 'write type: auto' : `did you mean ${near}?`, example: 'early_terminate: { type: auto }' });
    return undefined;
  }
  noteWandbKeys(tree, findings);
  const known = Object.keys(pruners[name]?.options.shape ?? {});
  const read = dialect === 'wandb' ? withoutUnknown(tree, known, findings) : tree;
  return { name, options: readOptions({ tree: read, nameKey: 'type', called: 'early_terminate', name }, pruners, findings) };
}

/** W&B drops keys that it does not know before it looks at the rest. */
function withoutUnknown(tree: MapTree, known: readonly string[], findings: Findings): MapTree {
  return { ...tree, entries: tree.entries.filter(({ key, keyAt }) => {
    if (key === 'type' || known.includes(key)) return true;
    const near = nearest(key, known);
    findings.warning(keyAt, { code: 'unknown-key', message: `early_terminate.${key} is unknown and has no effect`, fix: near === undefined ? 'remove it' : `did you mean ${near}?` });
    return false;
  }) };
}

function noteWandbKeys(tree: MapTree, findings: Findings): void {
  const at = (key: string): MapTree['at'] => child(tree, key)?.at ?? tree.at;
  const has = (key: string): boolean => entry(tree, key) !== undefined;
  if (has('max_iter') && has('min_iter')) findings.note(at('min_iter'), { code: 'max-iter-wins', message: 'max_iter and min_iter are both given: max_iter wins, as in W&B' });
  else if (has('min_iter') && has('s')) findings.note(at('s'), { code: 's-ignored', message: 's has no effect beside min_iter, as in W&B' });
}
