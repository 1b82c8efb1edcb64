import { distributionKeys, type DistributionName } from './distributionKeys.js';
import { shown, type Findings } from './findings.js';
import { child, isNumber, plainValue, type MapTree, type ScalarTree } from './yamlTree.js';

/** Numbers of a distribution, W&B's defaults filled in; `integer` = an int q, whose results are ints. */
export interface Numbers {
  readonly min: number; readonly max: number; readonly q: number; readonly integer: boolean;
  readonly mu: number; readonly sigma: number; readonly a: number; readonly b: number;
}

type NumberTree = ScalarTree & { readonly value: number };
type Given = ReadonlyMap<string, NumberTree>;

/** Checks every number of a parameter against what its distribution can hold; undefined after errors. */
export function readNumbers(name: string, chosen: DistributionName, tree: MapTree, findings: Findings): Numbers | undefined {
  const given = new Map<string, NumberTree>();
  const { needs, may, example } = distributionKeys[chosen];
  let sound = true;
  for (const key of [...needs, ...may]) {
    const value = child(tree, key);
    if (value === undefined) continue;
    if (isNumber(value) && Number.isFinite(value.value)) {
      given.set(key, value);
      continue;
    }
    sound = false;
    const numeric = value.kind === 'scalar' && value.quoted && Number.isFinite(Number(value.source));
    findings.error(value.at, { code: 'wrong-type', message: `${key} of ${name} is ${shown(plainValue(value))}, must be a number`, fix: numeric ? 'remove the quotes' : 'write a number', example: `${name}: ${example}` });
  }
  if (!sound || !limitsHold(name, chosen, given, findings) || !rangeHolds(name, chosen, given, findings)) return undefined;
  const number = (key: string, otherwise: number): number => given.get(key)?.value ?? otherwise;
  const q = given.get('q');
  return {
    min: number('min', 0), max: number('max', 0), q: q?.value ?? 1, integer: q !== undefined && !q.float,
    mu: number('mu', 0), sigma: number('sigma', 1), a: number('a', 1), b: number('b', 1),
  };
}

function limitsHold(name: string, chosen: DistributionName, given: Given, findings: Findings): boolean {
  let sound = true;
  const require = (key: string, holds: (value: number) => boolean, must: string): void => {
    const found = given.get(key);
    if (found === undefined || holds(found.value)) return;
    sound = false;
    findings.error(found.at, { code: 'out-of-range', message: `${key} of ${name} is ${found.source}, must be ${must}`, fix: `write a value that is ${must}`, example: `${name}: ${distributionKeys[chosen].example}` });
  };
  require('q', (q) => q > 0, 'above 0');
  require('sigma', (sigma) => sigma >= 0, 'at least 0');
  for (const shape of ['a', 'b']) require(shape, (value) => value > 0, 'above 0');
  if (chosen.endsWith('_values')) for (const bound of ['min', 'max']) require(bound, (value) => value > 0, `above 0, as ${chosen} takes its logarithm`);
  if (chosen === 'int_uniform') for (const bound of ['min', 'max']) require(bound, Number.isSafeInteger, 'a whole number');
  return sound;
}

function rangeHolds(name: string, chosen: DistributionName, given: Given, findings: Findings): boolean {
  const low = given.get('min');
  const high = given.get('max');
  if (low === undefined || high === undefined) return true;
  if (low.value >= high.value) {
    findings.error(low.at, { code: 'min-not-below-max', message: `${name}: min ${low.source} is not below max ${high.source}`, fix: low.value === high.value ? `write ${name}: { value: ${low.source} }` : 'swap them', example: `${name}: ${distributionKeys[chosen].example}` });
    return false;
  }
  if (chosen === 'int_uniform' && (low.float || high.float)) {
    findings.note(low.at, { code: 'float-bounds', message: `${name}: ${low.source} and ${high.source} are read as whole numbers; W&B refuses a point in int_uniform`, fix: `write ${low.value} and ${high.value}` });
  }
  return exponentsMeant(name, chosen, { low, high }, findings);
}

/** The v1 log distributions take exponents: what they sample surprises nearly everyone, so it is said. */
function exponentsMeant(name: string, chosen: DistributionName, { low, high }: { readonly low: NumberTree; readonly high: NumberTree }, findings: Findings): boolean {
  if (!['log_uniform', 'inv_log_uniform', 'q_log_uniform'].includes(chosen)) return true;
  const sign = chosen === 'inv_log_uniform' ? -1 : 1;
  const ends = [Math.exp(sign * low.value), Math.exp(sign * high.value)].sort((a, b) => a - b).map((end) => Number(end.toPrecision(4)));
  if (ends[0] === 0 || ends[1] === Infinity) {
    findings.error(low.at, { code: 'log-uniform-exponents', message: `${name}: ${chosen} takes natural-log exponents, and e to the power of ${low.source}…${high.source} is more than numbers can hold (exponents from -700 to 700 can be used)`, fix: `write distribution: ${chosen}_values with the smallest and the largest value`, example: `${name}: { distribution: ${chosen}_values, min: 1e-5, max: 1 }` });
    return false;
  }
  const samples = `${chosen} takes natural-log exponents: ${low.source}…${high.source} samples ${ends.join('…')}`;
  const inUnit = low.value > 0 && low.value < 1 && high.value > 0 && high.value < 1;
  const meant = inUnit ? `min: ${low.source}, max: ${high.source}` : `min: ${ends[0] ?? 0}, max: ${ends[1] ?? 0}`;
  const fix = `write distribution: ${chosen}_values, ${meant}`;
  const example = `${name}: { distribution: ${chosen}_values, ${meant} }`;
  if (inUnit) {
    findings.error(low.at, { code: 'log-uniform-exponents', message: `${name}: ${samples}, which cannot be meant`, fix, example });
    return false;
  }
  findings.warning(low.at, { code: 'log-uniform-exponents', message: `${name}: ${samples}`, fix, example });
  return true;
}
