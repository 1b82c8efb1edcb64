import type { StudyConfig } from '../model/config.js';
import { kindOf } from '../model/distribution.js';
import { gridSize } from '../model/distributionImage.js';
import type { Catalog } from '../model/plugin.js';
import type { Distribution, SearchSpace } from '../model/searchSpace.js';
import { defaultOf } from './defaults.js';
import { nearest, type Dialect } from './dialect.js';
import { externalMethods, readExternal } from './externalMethod.js';
import { shown, type Findings, type Position } from './findings.js';
import { readOptions } from './options.js';
import { child, descend, entry, plainValue, type MapTree } from './yamlTree.js';

interface MethodContext { readonly root: MapTree; readonly dialect: Dialect; readonly samplers: Catalog; readonly findings: Findings }

/** Sampler and its options; names are checked against the samplers that exist. */
export function readMethod({ root, dialect, samplers, findings }: MethodContext): StudyConfig['method'] | undefined {
  const tree = child(root, 'method');
  if (tree === undefined) {
    if (dialect === 'noregret') return { name: defaultOf('method'), options: {} };
    findings.error(root.at, { code: 'missing-key', message: 'method is missing (W&B requires it)', fix: 'add `method: random`', example: 'method: random' });
    return undefined;
  }
  if (tree.kind === 'map' && child(tree, 'external') !== undefined) return readExternal({ root, tree, findings });
  const nameTree = tree.kind === 'map' ? child(tree, 'name') : tree;
  const name = nameTree === undefined ? undefined : plainValue(nameTree);
  if (nameTree === undefined || typeof name !== 'string' || name === '') return undefined;
  const called = name === 'bayes' ? standInForBayes(samplers, nameTree.at, findings) : name;
  if (Object.hasOwn(samplers, called)) {
    const map = tree.kind === 'map' ? tree : undefined;
    return { name: called, options: readOptions({ tree: map, nameKey: 'name', called: 'method', name: called }, samplers, findings) };
  }
  const known = [...Object.keys(samplers), 'bayes'];
  const near = nearest(name, known);
  const elsewhere = name === 'external' ? 'optuna' : Object.keys(externalMethods).find((one) => name.includes(one));
  const example = elsewhere === undefined ? 'method: random' : `method: { external: ${elsewhere} }`;
  const fix = elsewhere !== undefined ? `in the study file, write ${example}` : near === undefined ? 'write method: random' : `did you mean ${near}?`;
  findings.error(nameTree.at, { code: 'unknown-method', message: `method is ${shown(name)}; there are ${known.join(', ')}`, fix, example });
  return undefined;
}

/** W&B's own Gaussian process is not rebuilt: `auto` picks what serves a space and budget best. */
function standInForBayes(samplers: Catalog, at: Position, findings: Findings): string {
  if (Object.hasOwn(samplers, 'auto')) {
    findings.note(at, { code: 'bayes-is-auto', message: 'method bayes runs as auto: the report says what it picked and why' });
    return 'auto';
  }
  findings.warning(at, { code: 'bayes-is-random', message: 'method bayes runs as random for now', fix: 'write method: random to say so' });
  return 'random';
}

/** Where a parameter stands in the file; a part of a `shape` stands where that does. */
export function parameterAt(root: MapTree, path: readonly string[]): Position {
  const found = descend(root, ['parameters', ...path.flatMap((step, i) => (i === 0 ? [step] : ['parameters', step]))]);
  if (found !== undefined) return found.at;
  return path.length > 1 ? parameterAt(root, path.slice(0, -1)) : entry(root, 'parameters')?.keyAt ?? root.at;
}

/** Parameters without a grid, each with what to write instead. */
export function checkGrid(space: SearchSpace, root: MapTree, findings: Findings): void {
  for (const { name, path, distribution } of space.parameters) {
    if (gridSize(distribution) !== undefined) continue;
    findings.error(parameterAt(root, path), { code: 'grid-continuous', message: `method grid cannot step through ${name} (${distribution.name}${distribution.name === 'categorical' ? ' with probabilities' : ''})`, ...gridFix(name, distribution) });
  }
}

function gridFix(name: string, distribution: Distribution): { readonly fix: string; readonly example: string } {
  if (distribution.name === 'categorical') return { fix: 'remove the probabilities, or write method: random', example: `${name}: { values: ${shown(distribution.choices)} }` };
  const low = 'low' in distribution && distribution.name.endsWith('uniform') ? distribution.low : 0;
  const high = 'high' in distribution && distribution.name.endsWith('uniform') ? distribution.high : 1;
  const step = kindOf(distribution) === 'int' && 'q' in distribution ? distribution.q : Number(((high - low) / 10).toPrecision(2));
  return { fix: 'list its values, give it steps (q_uniform), or write method: random', example: `${name}: { distribution: q_uniform, min: ${low}, max: ${high}, q: ${step} }` };
}
