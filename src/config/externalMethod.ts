import { z } from 'zod';
import type { StudyConfig } from '../model/config.js';
import { plugin, type Plugin } from '../model/plugin.js';
import { nearest } from './dialect.js';
import { shown, type Findings } from './findings.js';
import { readOptions } from './options.js';
import { duration, text } from './schemaParts.js';
import { child, plainValue, type MapTree } from './yamlTree.js';

/** A Gaussian process with hundreds of trials thinks for seconds, an import of TensorFlow takes as long; two minutes of silence is a hang. */
const askTime = '2m';
const passedOn = z.record(z.string(), z.json()).default({});

const basic = {
  seed: z.int().min(0).max(2 ** 31 - 1).optional().describe('Seed of the optimiser; it follows from the study\'s name unless given.'),
  timeout: duration.default(askTime).describe('Longest that one answer may take.'),
};

const shipped = (sampler: z.ZodType<string>, options: string, more: z.ZodRawShape = {}): Plugin<unknown> => plugin(z.strictObject({
  sampler,
  options: passedOn.describe(options),
  ...more,
  python: text.default('python3').describe('Interpreter that has the library; a path is seen from the folder where trials run.'),
  ...basic,
}), (given) => given);

/** A class by its name, or OptunaHub's package, perhaps with one of its classes. */
const ofOptuna = /^(hub:[\w./-]+(:[A-Za-z]\w*)?|[A-Za-z]\w*)$/;

/** Adapter in `assets/python/adapters` -> what may be written beside `external: NAME`. */
export const externalMethods: Readonly<Record<string, Plugin<unknown>>> = {
  optuna: shipped(text.regex(ofOptuna, { error: 'must be a class of optuna.samplers, or hub: and a package of OptunaHub' }).default('TPESampler').describe('Class of `optuna.samplers`, or `hub:PACKAGE` of OptunaHub (`hub:PACKAGE:CLASS` where it holds several).'), 'Arguments of the sampler\'s class.', {
    registry: text.optional().describe('Checkout of OptunaHub\'s registry that `hub:` takes packages from, instead of asking GitHub; a path is seen from the folder where trials run.'),
    pruner: text.regex(ofOptuna, { error: 'must be a class of optuna.pruners, or hub: and a package of OptunaHub' }).optional().describe('Class of `optuna.pruners`, or `hub:PACKAGE`, which stops trials by the values that they report; not beside `early_terminate`.'),
    pruner_options: z.record(z.string(), z.json()).optional().describe('Arguments of the pruner\'s class; `wrapped_pruner` by its name, with `wrapped_pruner_options`.'),
  }),
  hyperopt: shipped(z.enum(['tpe', 'random', 'anneal', 'atpe']).default('tpe').describe('Algorithm.'), 'Arguments of its `suggest`, such as `gamma` and `n_startup_jobs`.'),
  'keras-tuner': shipped(z.enum(['random', 'grid', 'bayesian', 'hyperband']).default('bayesian').describe('Oracle.'), 'Arguments of the oracle, such as `max_epochs` and `factor` of hyperband; its epochs are steps.'),
  'ray-tune': shipped(text.regex(/^[A-Za-z]\w*$/, { error: 'must be a class of ray.tune.search' }).default('BasicVariantGenerator').describe('Class of `ray.tune.search`, such as OptunaSearch, HyperOptSearch, BayesOptSearch.'), 'Arguments of the searcher\'s class.'),
  deap: shipped(z.enum(['simple', 'mu+lambda', 'mu,lambda']).default('simple').describe('Evolutionary algorithm.'), '`population_size`, `tournament_size`, `crossover` (uniform, one-point, two-point), `crossover_prob`, `mutation_prob`, `gene_mutation_prob`, `gene_crossover_prob`.'),
  'scikit-optimize': shipped(z.enum(['gp', 'forest', 'extra-trees', 'gbrt', 'dummy']).default('gp').describe('Surrogate model.'), 'Arguments of `skopt.Optimizer`, such as `acq_func` and `n_initial_points`.'),
};

/** Of an adapter of one's own. */
export const commandMethod = plugin(z.strictObject({ options: passedOn.describe('Handed to the adapter as they are.'), ...basic }), (given) => given);

interface ExternalContext { readonly root: MapTree; readonly tree: MapTree; readonly findings: Findings }

/** `method: { external: … }`: a shipped adapter's name, or the command of another. */
export function readExternal({ root, tree, findings }: ExternalContext): StudyConfig['method'] | undefined {
  const named = child(tree, 'external');
  const value = named === undefined ? undefined : plainValue(named);
  // Another shape is reported by the schema.
  if (Array.isArray(value)) {
    const options = readOptions({ tree, nameKey: 'external', called: 'method', name: 'external' }, { external: commandMethod }, findings);
    return { name: 'external', options: { ...options, command: value } };
  }
  if (named === undefined || typeof value !== 'string') return undefined;
  if (Object.hasOwn(externalMethods, value)) {
    const options = { ...readOptions({ tree, nameKey: 'external', called: 'method', name: value }, externalMethods, findings), adapter: value };
    checkPruners({ root, tree, findings }, options);
    return { name: 'external', options };
  }
  const near = nearest(value, Object.keys(externalMethods));
  findings.error(named.at, {
    code: 'unknown-external', message: `method.external is ${shown(value)}; adapters are shipped for ${Object.keys(externalMethods).join(', ')}`,
    fix: near === undefined ? 'write the command of an adapter of your own as a list' : `did you mean ${near}?`, example: 'method: { external: [python, my_adapter.py] }',
  });
  return undefined;
}

/** Two that stop trials would each misread what the other one stopped. */
function checkPruners({ root, tree, findings }: ExternalContext, options: Readonly<Record<string, unknown>>): void {
  const early = child(root, 'early_terminate');
  const own = options['pruner'] !== undefined ? 'method.pruner' : options['adapter'] === 'keras-tuner' && options['sampler'] === 'hyperband' ? 'sampler hyperband' : undefined;
  if (own !== undefined && early !== undefined) findings.error(early.at, { code: 'two-pruners', message: `${own} and early_terminate both stop trials`, fix: 'keep one of them', example: 'method: { external: optuna, pruner: MedianPruner }' });
  if (options['pruner'] === undefined && Object.keys(options['pruner_options'] ?? {}).length > 0) findings.error(child(tree, 'pruner_options')?.at ?? tree.at, { code: 'no-pruner', message: 'method.pruner_options without method.pruner', fix: 'name the pruner', example: 'method: { external: optuna, pruner: MedianPruner }' });
}
