import type { Distribution } from '../model/searchSpace.js';
import { looksLikeParameter, nearest } from './dialect.js';
import { distributionKeys, distributionNames, type DistributionKeys, type DistributionName } from './distributionKeys.js';
import { shown, type Findings } from './findings.js';
import { readNumbers, type Numbers } from './parameterNumbers.js';
import { child, entry, isNumber, plainValue, type MapTree, type Tree } from './yamlTree.js';

/** One parameter's distribution by W&B's rules; undefined after errors. */
export function readDistribution(name: string, tree: Tree, findings: Findings): Distribution | undefined {
  if (tree.kind !== 'map') {
    const value = plainValue(tree);
    const fix = value === null ? `{ min: 0.001, max: 0.1 }` : tree.kind === 'list' ? `{ values: ${shown(value)} }` : `{ value: ${shown(value)} }`;
    findings.error(tree.at, { code: 'wrong-type', message: `parameter ${name} is ${shown(value)}, must be a map`, fix: `write ${name}: ${fix}`, example: `${name}: ${fix}` });
    return undefined;
  }
  const chosen = chooseDistribution(name, tree, findings);
  if (chosen === undefined || !keysFit(name, chosen, tree, findings)) return undefined;
  switch (chosen) {
    case 'constant':
      return { name: 'constant', value: plainValue(child(tree, 'value') ?? tree) };
    case 'categorical':
    case 'categorical_w_probabilities':
      return readChoices(name, tree, findings);
    case 'int_uniform':
    case 'uniform':
    case 'q_uniform':
    case 'log_uniform':
    case 'log_uniform_values':
    case 'inv_log_uniform':
    case 'inv_log_uniform_values':
    case 'q_log_uniform':
    case 'q_log_uniform_values':
    case 'reverse_log_uniform_values':
    case 'q_reverse_log_uniform_values':
    case 'normal':
    case 'q_normal':
    case 'log_normal':
    case 'q_log_normal':
    case 'beta':
    case 'q_beta': {
      const numbers = readNumbers(name, chosen, tree, findings);
      return numbers === undefined ? undefined : fromNumbers(chosen, numbers);
    }
  }
}

/** The named distribution, or the one that W&B infers from the keys. */
function chooseDistribution(name: string, tree: MapTree, findings: Findings): DistributionName | undefined {
  const named = child(tree, 'distribution');
  if (named !== undefined) {
    const text = plainValue(named);
    const found = distributionNames.find((candidate) => candidate === text);
    if (found !== undefined) return found;
    const near = distributionNames.find((candidate) => candidate === nearest(typeof text === 'string' ? text : '', distributionNames));
    findings.error(named.at, { code: 'unknown-distribution', message: `distribution of ${name} is ${shown(text)}`, fix: near === undefined ? `write one of ${distributionNames.join(', ')}` : `did you mean ${near}?`, example: `${name}: ${distributionKeys[near ?? 'uniform'].example}` });
    return undefined;
  }
  if (entry(tree, 'values') !== undefined) return entry(tree, 'probabilities') === undefined ? 'categorical' : 'categorical_w_probabilities';
  if (entry(tree, 'value') !== undefined) return 'constant';
  const low = child(tree, 'min');
  const high = child(tree, 'max');
  if (low !== undefined && high !== undefined) return inferRange(name, low, high, findings);
  if (tree.entries.length > 0 && tree.entries.every(({ value }) => looksLikeParameter(value))) {
    findings.error(tree.at, { code: 'stray-keys', message: `${name} holds ${tree.entries.map(({ key }) => shown(key)).join(', ')}, which look like parameters`, fix: `put \`parameters:\` between, or indent them to the left`, example: `${name}: { parameters: { ... } }` });
    return undefined;
  }
  const stray = tree.entries.map(({ key }) => key).filter((key) => !['default', 'when', 'role'].includes(key));
  const missing = low === undefined && high !== undefined ? 'min' : high === undefined && low !== undefined ? 'max' : 'values, value, or min and max';
  findings.error(tree.at, { code: 'incomplete-parameter', message: `${name} has ${stray.length === 0 ? 'no keys' : stray.map(shown).join(', ')} but no ${missing}`, fix: `add ${missing}${stray.some((key) => ['mu', 'sigma', 'a', 'b'].includes(key)) ? ', or a distribution' : ''}`, example: `${name}: ${distributionKeys.uniform.example}` });
  return undefined;
}

function inferRange(name: string, low: Tree, high: Tree, findings: Findings): DistributionName {
  const floats = [low, high].filter((bound) => isNumber(bound) && bound.float).length;
  if (floats === 1 && isNumber(low) && isNumber(high)) {
    findings.note(low.at, { code: 'mixed-bounds', message: `${name}: one bound is whole, the other is not: uniform here; W&B's client calls it ambiguous`, fix: `write ${low.float ? high.source : low.source} with a point` });
  }
  return floats === 0 ? 'int_uniform' : 'uniform';
}

/** Every key belongs to the distribution, and none that it needs is missing. */
function keysFit(name: string, chosen: DistributionName, tree: MapTree, findings: Findings): boolean {
  const { needs, may, example }: DistributionKeys = distributionKeys[chosen];
  const known = [...needs, ...may, 'distribution', 'default', 'when', 'role'];
  let fits = true;
  for (const { key, keyAt, value } of tree.entries.filter((candidate) => !known.includes(candidate.key))) {
    fits = false;
    const parameterLike = looksLikeParameter(value);
    const near = nearest(key, known);
    const fix = parameterLike ? 'it looks like a parameter of its own: indent it to the left' : near === undefined ? 'remove it' : `did you mean ${near}?`;
    findings.error(keyAt, { code: 'stray-keys', message: `${name} (${chosen}) cannot have ${shown(key)}`, fix, example: `${name}: ${example}` });
  }
  for (const key of needs) {
    if (entry(tree, key) !== undefined) continue;
    fits = false;
    findings.error(tree.at, { code: 'incomplete-parameter', message: `${name} (${chosen}) has no ${key}`, fix: `add ${key}`, example: `${name}: ${example}` });
  }
  return fits;
}

function readChoices(name: string, tree: MapTree, findings: Findings): Distribution | undefined {
  const values = child(tree, 'values');
  if (values?.kind !== 'list' || values.items.length === 0) {
    findings.error(values?.at ?? tree.at, { code: 'empty-values', message: `values of ${name} is ${shown(values === undefined ? null : plainValue(values))}, must be a list with at least one value`, fix: 'list the choices', example: `${name}: { values: [16, 32, 64] }` });
    return undefined;
  }
  const choices = values.items.map(plainValue);
  const probabilities = child(tree, 'probabilities');
  if (probabilities === undefined) return { name: 'categorical', choices };
  const weights = readProbabilities(name, probabilities, choices.length, findings);
  return weights === undefined ? undefined : { name: 'categorical', choices, probabilities: weights };
}

function readProbabilities(name: string, tree: Tree, wanted: number, findings: Findings): readonly number[] | undefined {
  const weights = tree.kind === 'list' ? tree.items.filter(isNumber).map(({ value }) => value).filter((value) => value >= 0) : [];
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const equalParts = `[${Array.from({ length: wanted }, () => Number((1 / wanted).toFixed(4))).join(', ')}]`;
  const wrong = weights.length !== wanted || (tree.kind === 'list' && tree.items.length !== wanted)
    ? `must be ${wanted} numbers of at least 0, one per choice`
    : Math.abs(sum - 1) > 1e-5 ? `sums to ${Number(sum.toPrecision(6))}, must sum to 1` : undefined;
  if (wrong === undefined) return weights;
  findings.error(tree.at, { code: 'probabilities', message: `probabilities of ${name} is ${shown(plainValue(tree))}, ${wrong}`, fix: 'correct the list, or leave it out for equal chances', example: `probabilities: ${equalParts}` });
  return undefined;
}

function fromNumbers(chosen: Exclude<DistributionName, 'constant' | 'categorical' | 'categorical_w_probabilities'>, n: Numbers): Distribution {
  const range = { low: n.min, high: n.max };
  const step = { q: n.q, integer: n.integer };
  switch (chosen) {
    case 'int_uniform':
    case 'uniform':
    case 'log_uniform':
    case 'log_uniform_values':
    case 'inv_log_uniform':
    case 'inv_log_uniform_values':
    case 'reverse_log_uniform_values':
      return { name: chosen, ...range };
    case 'q_uniform':
    case 'q_log_uniform':
    case 'q_log_uniform_values':
    case 'q_reverse_log_uniform_values':
      return { name: chosen, ...range, ...step };
    case 'normal':
    case 'log_normal':
      return { name: chosen, mu: n.mu, sigma: n.sigma };
    case 'q_normal':
    case 'q_log_normal':
      return { name: chosen, mu: n.mu, sigma: n.sigma, ...step };
    case 'beta':
      return { name: chosen, a: n.a, b: n.b };
    case 'q_beta':
      return { name: chosen, a: n.a, b: n.b, ...step };
  }
}
