import type { ParamValue } from '../model/params.js';
import type { DialectReader, DraftParameter } from './dialect.js';
import { at, fieldsOf, invalid, listOf, numberOf, numbersAt, placeOf, spoken, textOf, type Fields } from './fields.js';
import { bell, choices, constant, logOfExponents, rounded, tidy, uniform, unsaid, weighted, whole, type Form } from './form.js';

/** Hyperopt, as our exporter writes it (assets/export/export_space.py, export_trials.py): parameters with their distributions. */
export const hyperopt: DialectReader = {
  tool: 'Hyperopt',
  detects: ({ root }) => Array.isArray(at(root)['space']) && (at(root)['noregret_export'] === 'hyperopt-space' || at(root)['noregret_export'] === 'hyperopt'),
  read: (root) => {
    const file = at(root);
    const isTrials = file['noregret_export'] === 'hyperopt';
    const fixed = Object.entries(at(file, 'constants')).map(([name, value]) => ({ path: [name], at: placeOf(file['constants'], name), form: constant(value) }));
    return {
      metric: 'loss', goal: 'minimize', method: 'tpe',
      parameters: [...listOf(file['space']).map((item) => readParameter(at(item))), ...fixed],
      notes: ["metric loss: Hyperopt minimises what the objective returns; the program must report that as loss", ...(isTrials && file['trials'] !== undefined ? ['trials: read by noregret import'] : [])],
    };
  },
};

function readParameter(item: Fields): DraftParameter {
  const found = { path: [textOf(item['name']) ?? ''], at: placeOf(item) };
  const lost = textOf(item['lost']);
  if (lost !== undefined) return { ...found, form: unsaid(lost) };
  const when = fieldsOf(item['when']);
  const form = formOf(at(item, 'distribution'));
  return when === undefined ? { ...found, form } : { ...found, form, when: Object.fromEntries(Object.entries(when).map(([parent, values]) => [parent, conditionOf(when, parent, values)])), note: 'conditional, as its when says' };
}

function conditionOf(when: Fields, parent: string, values: ParamValue): readonly ParamValue[] {
  if (Array.isArray(values)) return listOf(values);
  throw invalid(placeOf(when, parent), 'is no list of values');
}

/** Bounds of `log_uniform` and of `q_log_uniform` are exponents of e, as in Hyperopt. */
function formOf(given: Fields): Form {
  const name = spoken(given['name']);
  const numbers = (...keys: readonly string[]): [number, number] => {
    const [a = NaN, b = NaN] = numbersAt(given, ...keys);
    return [a, b];
  };
  const isWhole = given['integer'] === true;
  switch (name) {
    case 'constant':
      return constant(given['value'] ?? null);
    case 'categorical': {
      const weights = given['probabilities'];
      return weights === undefined ? choices(listOf(given['choices'])) : weighted(listOf(given['choices']), listOf(weights).map(numberOf));
    }
    case 'int_uniform':
      return whole(...numbers('low', 'high'));
    case 'uniform':
      return uniform(...numbers('low', 'high'));
    case 'log_uniform':
      return logOfExponents(Math.E, ...numbers('low', 'high'));
    case 'q_uniform':
    case 'q_log_uniform': {
      const log = name === 'q_log_uniform';
      const [low, high] = numbers('low', 'high').map((x) => (log ? tidy(Math.exp(x)) : x));
      return rounded({ low: low ?? NaN, high: high ?? NaN, step: numberOf(given['q']), whole: isWhole, log });
    }
    case 'normal':
    case 'log_normal':
    case 'q_normal':
    case 'q_log_normal': {
      const [mu, sigma] = numbers('mu', 'sigma');
      return bell({ mu, sigma, log: name.endsWith('log_normal'), ...(name.startsWith('q_') ? { q: numberOf(given['q']), whole: isWhole } : {}) });
    }
    default:
      return unsaid(`its distribution ${name} cannot be said here`);
  }
}
