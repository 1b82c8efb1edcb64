import type { ParamValue } from '../model/params.js';
import type { Distribution, SearchSpace } from '../model/searchSpace.js';
import { parsePythonLiteral } from '../model/pythonLiteral.js';

/** Dimensions as scikit-optimize prints them: `Real(low=0.1, high=1.0, prior='log-uniform', ...)`. Undefined where one is printed otherwise. */
export function skoptSpace(printed: readonly unknown[], nameOf: (index: number) => string): SearchSpace | undefined {
  const distributions = printed.map((text) => (typeof text === 'string' ? dimension(text) : undefined));
  if (distributions.includes(undefined)) return undefined;
  return { parameters: distributions.map((distribution, i) => ({ name: nameOf(i), path: [nameOf(i)], distribution: distribution ?? { name: 'constant', value: null } })), constraints: [] };
}

function dimension(text: string): Distribution | undefined {
  const categories = /^Categorical\(categories=(\(.*\)|\[.*\]), prior=/s.exec(text)?.[1];
  if (categories !== undefined) {
    const values: ParamValue | undefined = parsePythonLiteral(categories);
    return Array.isArray(values) && values.length > 0 ? { name: 'categorical', choices: values as readonly ParamValue[] } : undefined;
  }
  const [, kind, lowText = '', highText = '', prior = ''] = /^(Integer|Real)\(low=([^,]+), high=([^,]+), prior='([^']+)'/.exec(text) ?? [];
  const [low, high] = [Number(lowText), Number(highText)];
  if (!Number.isFinite(low) || !Number.isFinite(high)) return undefined;
  const isLog = prior === 'log-uniform';
  if (kind === 'Integer') return isLog ? { name: 'q_log_uniform_values', low, high, q: 1, integer: true } : { name: 'int_uniform', low, high };
  return kind === 'Real' ? { name: isLog ? 'log_uniform_values' : 'uniform', low, high } : undefined;
}
