import type { StudyConfig } from '../model/config.js';
import { kindOf } from '../model/distribution.js';
import { gridSize } from '../model/distributionImage.js';
import type { Distribution, SearchSpace } from '../model/searchSpace.js';
import { defaultOf } from './defaults.js';
import { nearest, type Dialect } from './dialect.js';
import { shown, type Findings } from './findings.js';
import { child, descend, entry, plainValue, type MapTree } from './yamlTree.js';

interface MethodContext { readonly root: MapTree; readonly dialect: Dialect; readonly samplers: readonly string[]; readonly findings: Findings }

/** Sampler and its options; names are checked against the samplers that exist. */
export function readMethod({ root, dialect, samplers, findings }: MethodContext): StudyConfig['method'] | undefined {
  const tree = child(root, 'method');
  if (tree === undefined) {
    if (dialect === 'noregret') return { name: defaultOf('method'), options: {} };
    findings.error(root.at, { code: 'missing-key', message: 'method is missing (W&B requires it)', fix: 'add `method: random`', example: 'method: random' });
    return undefined;
  }
  const nameTree = tree.kind === 'map' ? child(tree, 'name') : tree;
  const name = nameTree === undefined ? undefined : plainValue(nameTree);
  if (nameTree === undefined || typeof name !== 'string' || name === '') return undefined;
  const options = tree.kind === 'map' ? Object.fromEntries(tree.entries.filter(({ key }) => key !== 'name').map(({ key, value }) => [key, plainValue(value)])) : {};
  if (samplers.includes(name)) return { name, options };
  if (name === 'bayes') {
    const stand = samplers.includes('auto') ? 'auto' : 'random';
    findings.warning(nameTree.at, { code: 'bayes-is-random', message: `method bayes runs as ${stand} for now`, fix: `write method: ${stand} to say so` });
    return { name: stand, options };
  }
  const near = nearest(name, samplers);
  const planned = ['sobol', 'tpe', 'gp', 'auto', 'cmaes', 'custom'].includes(name);
  findings.error(nameTree.at, { code: planned ? 'not-yet' : 'unknown-method', message: `method is ${shown(name)}${planned ? ', which is not available here' : ''}; there are ${[...samplers, 'bayes'].join(', ')}`, fix: near === undefined ? 'write method: random' : `did you mean ${near}?`, example: 'method: random' });
  return undefined;
}

/** Parameters without a grid, each with what to write instead. */
export function checkGrid(space: SearchSpace, root: MapTree, findings: Findings): void {
  for (const { name, path, distribution } of space.parameters) {
    if (gridSize(distribution) !== undefined) continue;
    const at = descend(root, ['parameters', ...path.flatMap((step, i) => (i === 0 ? [step] : ['parameters', step]))])?.at ?? entry(root, 'parameters')?.keyAt ?? root.at;
    findings.error(at, { code: 'grid-continuous', message: `method grid cannot step through ${name} (${distribution.name}${distribution.name === 'categorical' ? ' with probabilities' : ''})`, ...gridFix(name, distribution) });
  }
}

function gridFix(name: string, distribution: Distribution): { readonly fix: string; readonly example: string } {
  if (distribution.name === 'categorical') return { fix: 'remove the probabilities, or write method: random', example: `${name}: { values: ${shown(distribution.choices)} }` };
  const low = 'low' in distribution && distribution.name.endsWith('uniform') ? distribution.low : 0;
  const high = 'high' in distribution && distribution.name.endsWith('uniform') ? distribution.high : 1;
  const step = kindOf(distribution) === 'int' && 'q' in distribution ? distribution.q : Number(((high - low) / 10).toPrecision(2));
  return { fix: 'list its values, give it steps (q_uniform), or write method: random', example: `${name}: { distribution: q_uniform, min: ${low}, max: ${high}, q: ${step} }` };
}
