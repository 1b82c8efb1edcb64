import { UserError } from '../model/errors.js';
import type { ParamValue } from '../model/params.js';
import type { DialectReader, Draft } from './dialect.js';
import { dotted } from './dotted.js';
import { at, countAt, fieldsOf, goalAt, listOf, methodFor, numberOf, optional, placeOf, plainGoals, spoken, textOf, type Fields } from './fields.js';
import { hydraForm, type Sweeper } from './hydraForm.js';

const samplers: Readonly<Record<string, string>> = { tpe: 'tpe', tpesampler: 'tpe', random: 'random', randomsampler: 'random', grid: 'grid', gridsampler: 'grid', cmaes: 'cmaes', cmaessampler: 'cmaes', gpsampler: 'gp', qmcsampler: 'sobol', nsgaii: 'ga', nsgaiisampler: 'ga' };

/** Hydra's sweepers: `hydra.sweeper.params` of the basic, Optuna and Nevergrad ones. */
export const hydra: DialectReader = {
  tool: 'Hydra',
  detects: ({ root }) => fieldsOf(at(root, 'hydra')['sweeper']) !== undefined,
  read: (root) => {
    const sweeper = at(root, 'hydra', 'sweeper');
    const space = fieldsOf(sweeper['params']) ?? fieldsOf(sweeper['search_space']);
    if (space === undefined) throw new UserError('dialect-unsupported', `${placeOf(sweeper, 'search_space')}: the sweeper's search space (${spoken(sweeper['search_space'] ?? sweeper['params'])}) stands in another file.`, { fix: 'Give the file with hydra.sweeper.params, or write parameters by hand.' });
    const called = overrides(root);
    const kind = sweeperOf(sweeper, called);
    const sampler = methodFor(samplerOf(sweeper, called), samplers, 'sampler');
    const method = kind === 'basic' ? 'grid' : sampler.method;
    return {
      ...optional({
        metric: textOf(at(root)['optimized_metric']), goal: goalOf(sweeper, kind), method, name: textOf(sweeper['study_name']),
        trials: countAt(sweeper, 'n_trials') ?? countAt(at(sweeper, 'optim'), 'budget'),
      }),
      argsMacro: '${args_no_hyphens}',
      parameters: Object.entries(space).map(([name, given]) => ({ path: [name], at: placeOf(space, name), form: hydraForm(given, kind, method === 'grid') })),
      notes: [...(kind === 'basic' ? [] : sampler.notes), ...dotted(Object.keys(space)), ...leftOut(sweeper, kind)], scope: sweeper,
    };
  },
};

/** `override hydra/sweeper: optuna` in the defaults list, by what it overrides. */
function overrides(root: ParamValue): Fields {
  const entries = listOf(at(root)['defaults']).flatMap((item) => Object.entries(at(item)));
  return Object.fromEntries(entries.map(([key, value]) => [key.replace(/^override\s+\/?/, '').trim(), value]));
}

function sweeperOf(sweeper: Fields, called: Fields): Sweeper {
  const named = `${spoken(called['hydra/sweeper'] ?? '')} ${spoken(sweeper['_target_'] ?? '')}`.toLowerCase();
  if (named.includes('nevergrad') || fieldsOf(sweeper['optim']) !== undefined) return 'nevergrad';
  return named.includes('optuna') || ['sampler', 'n_trials', 'direction'].some((key) => key in sweeper) ? 'optuna' : 'basic';
}

function samplerOf(sweeper: Fields, called: Fields): string | undefined {
  const target = textOf(at(sweeper, 'sampler')['_target_'])?.split('.').at(-1);
  return (target ?? textOf(called['hydra/sweeper/sampler']))?.trim().toLowerCase();
}

function goalOf(sweeper: Fields, kind: Sweeper): Draft['goal'] {
  if (kind === 'nevergrad') return at(sweeper, 'optim')['maximize'] === true ? 'maximize' : 'minimize';
  if (!Array.isArray(sweeper['direction'])) return goalAt(sweeper, 'direction', plainGoals);
  const [first] = listOf(sweeper['direction']);
  return first === 'maximize' || first === 'minimize' ? first : undefined;
}

function leftOut(sweeper: Fields, kind: Sweeper): readonly string[] {
  const several = listOf(sweeper['direction']).length;
  return [
    ...(kind === 'nevergrad' && at(sweeper, 'optim')['optimizer'] !== undefined ? [`optimizer ${spoken(at(sweeper, 'optim')['optimizer'])} of Nevergrad: left out`] : []),
    ...(sweeper['custom_search_space'] === undefined || sweeper['custom_search_space'] === null ? [] : [`custom_search_space ${spoken(sweeper['custom_search_space'])}: left out, since it is Python; what it adds or changes is missing`]),
    ...(several > 1 ? [`direction: the first of ${several}; one metric is optimised`] : []),
    ...(numberOf(sweeper['max_failure_rate']) > 0 ? ['max_failure_rate: left out; budget: { failures } counts failures in a row'] : []),
  ];
}
