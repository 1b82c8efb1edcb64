import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../stores/gitFixture.js';
import { hasPython, install, numbers, ownLoop, pythonOf, steps, tuned } from './externalPeers.js';

const folder = temporaryFolder('external-peers');
afterAll(() => { folder.remove(); });

interface Case { readonly sampler: string; readonly options: string; readonly parameters?: string; readonly trials?: number }
interface Peer { readonly adapter: string; readonly called: string; readonly cases: readonly Case[] }
const plain = (...samplers: readonly string[]): readonly Case[] => samplers.map((sampler) => ({ sampler, options: '' }));

const peers: readonly Peer[] = [
  { adapter: 'optuna', called: 'optuna 5.0.0', cases: [
    ...plain('TPESampler', 'RandomSampler', 'NSGAIISampler', 'NSGAIIISampler', 'QMCSampler', 'CmaEsSampler'),
    { sampler: 'TPESampler', options: 'multivariate: true, group: true, constant_liar: true' },
    { sampler: 'CmaEsSampler', options: 'with_margin: true', parameters: numbers },
    { sampler: 'GridSampler', options: '', parameters: steps }, { sampler: 'BruteForceSampler', options: '', parameters: steps },
    { sampler: 'NSGAIISampler', options: 'crossover: SBXCrossover, mutation: PolynomialMutation, population_size: 4', parameters: numbers },
    { sampler: 'PartialFixedSampler', options: 'fixed_params: { units: 8 }' },
  ] },
  { adapter: 'hyperopt', called: 'hyperopt 0.3.0', cases: [...plain('tpe', 'random', 'anneal'), { sampler: 'tpe', options: 'n_startup_jobs: 4, gamma: 0.3' }] },
  { adapter: 'scikit-optimize', called: 'scikit-optimize 0.10.2', cases: [
    ...plain('gp', 'forest', 'extra-trees', 'gbrt', 'dummy'),
    ...['gp', 'forest', 'extra-trees', 'gbrt'].flatMap((sampler) => ['LCB', 'EI', 'PI', 'gp_hedge', 'EIps', 'PIps'].map((acquisition) => ({ sampler, options: `acq_func: ${acquisition}, n_initial_points: 5`, trials: 9 }))),
  ] },
  { adapter: 'keras-tuner', called: 'keras-tuner 1.4.8', cases: [...plain('random', 'bayesian'), { sampler: 'grid', options: '', parameters: steps },
    // The declared defaults come first, which the oracle did not propose.
    { sampler: 'grid', options: '', parameters: '{ x: { distribution: q_uniform, min: 0.25, max: 1.0, q: 0.25, default: 0.5 }, units: { distribution: q_uniform, min: 8, max: 40, q: 8, default: 16 } }' }, { sampler: 'bayesian', options: 'num_initial_points: 4, alpha: 0.001' },
    { sampler: 'random', options: '', parameters: '{ x: { distribution: reverse_log_uniform_values, min: 0.001, max: 1.0 }, units: { distribution: q_uniform, min: 4, max: 64, q: 4 } }' }] },
  { adapter: 'ray-tune', called: 'ray 2.60.0', cases: [...plain('BasicVariantGenerator', 'OptunaSearch', 'HyperOptSearch'), { sampler: 'BayesOptSearch', options: '', parameters: numbers }] },
  { adapter: 'deap', called: 'deap 1.4.4', cases: [...plain('simple', 'mu+lambda', 'mu,lambda'), { sampler: 'simple', options: 'population_size: 4, crossover: two-point, tournament_size: 2' }] },
];

/** Those of peers/externalPruners. */
const optunaPruners = ['MedianPruner', 'PercentilePruner', 'SuccessiveHalvingPruner', 'HyperbandPruner', 'ThresholdPruner', 'WilcoxonPruner', 'PatientPruner', 'NopPruner'];

describe.each(hasPython ? peers : [])('$adapter proposes the trials of tune', ({ adapter, called, cases }) => {
  beforeAll(() => { install(adapter); }, 900_000);

  test.each(cases)('$sampler { $options }', async ({ sampler, options, ...setting }) => {
    const method = `{ external: ${adapter}, sampler: "${sampler}", options: { ${options} }, python: ${pythonOf(adapter)}, seed: 7 }`;
    const { search, notes } = await tuned(folder.path, method, setting);
    expect(search.trials.map(({ state }) => state)).toEqual(Array.from({ length: setting.trials ?? 15 }, () => 'complete'));
    expect(notes.join('\n')).toContain(`${setting.parameters?.includes('default:') === true ? '14 of the 15' : 'The'} trials were proposed by ${called} ${sampler}, an external optimiser`);
    expect(new Set(search.trials.map(({ params }) => JSON.stringify(params))).size).toBeGreaterThan(8);
    // Those learn how long a trial took, which is never the same.
    if (!options.includes('ps,')) expect((await tuned(folder.path, method, setting)).search.trials.map(({ params }) => params)).toEqual(search.trials.map(({ params }) => params));
  }, 300_000);

  test('three at once', async () => {
    const { search } = await tuned(folder.path, `{ external: ${adapter}, python: ${pythonOf(adapter)}, seed: 7 }`, { parallel: 3, trials: 12 });
    expect(search.trials.map(({ state }) => state)).toEqual(Array.from({ length: 12 }, () => 'complete'));
  }, 300_000);

  test('a constraint that it knows nothing of holds all the same', async () => {
    const { search } = await tuned(folder.path, `{ external: ${adapter}, python: ${pythonOf(adapter)}, seed: 7 }\nconstraints: ["units < 40"]`, { trials: 8 });
    expect(search.trials.map(({ state }) => state)).toEqual(Array.from({ length: 8 }, () => 'complete'));
    expect(Math.max(...search.trials.map(({ params }) => params.units))).toBeLessThan(40);
  }, 300_000);

  test('a search that is taken up again goes on', async () => {
    const method = `{ external: ${adapter}, python: ${pythonOf(adapter)}, seed: 7 }`;
    const before = await tuned(folder.path, method, { trials: 6 });
    const after = await tuned(folder.path, method, { trials: 12, fresh: false });
    expect(after.search.trials.slice(0, 6)).toEqual(before.search.trials);
    expect(new Set(after.search.trials.map(({ params }) => JSON.stringify(params))).size).toBeGreaterThan(8);
  }, 300_000);

  test('a library that is not there is named, with how to install it', async () => {
    await expect(tuned(folder.path, `{ external: ${adapter}, python: python3 }`)).rejects.toThrow(/No module named .*pip install/s);
  }, 60_000);
});

(hasPython ? describe : describe.skip)('what is not there, or too old', () => {
  test('Optuna\'s GP without torch', async () => {
    await expect(tuned(folder.path, `{ external: optuna, sampler: GPSampler, python: ${pythonOf('optuna')} }`)).rejects.toThrow(/torch.*pip install "optuna==5\.0\.0" "torch" "scipy"/s);
  }, 60_000);

  test('Hyperopt\'s atpe without lightgbm', async () => {
    await expect(tuned(folder.path, `{ external: hyperopt, sampler: atpe, python: ${pythonOf('hyperopt')} }`)).rejects.toThrow(/lightgbm.*pip install .*"lightgbm" "scikit-learn"/s);
  }, 60_000);

  test.each([['HEBOSearch', /HEBO/], ['NevergradSearch', /[Nn]evergrad/], ['AxSearch', /[Aa]x/]])('Ray\'s %s without its library', async (sampler, words) => {
    await expect(tuned(folder.path, `{ external: ray-tune, sampler: ${sampler}, python: ${pythonOf('ray-tune')} }`)).rejects.toThrow(words);
  }, 60_000);

  test.each([['optuna', 'NoSampler', /optuna\.samplers has no NoSampler\. There are .*TPESampler/], ['ray-tune', 'NoSearch', /ray\.tune\.search has no NoSearch\. There are .*OptunaSearch/]])('%s has no %s', async (adapter, sampler, words) => {
    await expect(tuned(folder.path, `{ external: ${adapter}, sampler: ${sampler}, python: ${pythonOf(adapter)} }`)).rejects.toThrow(words);
  }, 60_000);

  test.each<[string, string, RegExp]>([
    ['optuna', 'options: { n_startup_trials: x }', /TPESampler: option n_startup_trials is "x", must be a whole number\. `options` in `method` may hold .*n_startup_trials \(10\)/],
    ['optuna', 'options: { n_startup: 3 }', /TPESampler has no option n_startup \(did you mean n_startup_trials\?\)/],
    ['optuna', 'options: { gamma: 0.3 }', /option gamma is 0\.3, must be a function, which a study file cannot hold/],
    ['optuna', 'sampler: NSGAIISampler, options: { population_size: 1 }', /NSGAIISampler does not take these options \(population_size = 1\): `population_size` must be greater than or equal to 2/],
    ['optuna', 'pruner: PercentilePruner, pruner_options: { percentile: x }', /PercentilePruner: option percentile is "x", must be a number\. `pruner_options` in `method` may hold percentile/],
    ['optuna', 'pruner: ThresholdPruner, pruner_options: { upper: x }', /ThresholdPruner: option upper is "x", must be a number/],
    ['hyperopt', 'options: { gama: 0.3 }', /hyperopt tpe has no option gama \(did you mean gamma\?\)\. `options` in `method` may hold prior_weight \(1\.0\)/],
    ['hyperopt', 'options: { gamma: x }', /hyperopt tpe: option gamma is "x", must be a number/],
    ['hyperopt', 'sampler: anneal, options: { shrink: 0.2 }', /hyperopt anneal has no option shrink \(did you mean shrink_coef\?\)/],
    ['scikit-optimize', 'options: { n_initial_points: x }', /skopt\.Optimizer: option n_initial_points is "x", must be a number/],
    ['scikit-optimize', 'options: { acq_func: XX }', /skopt\.Optimizer does not take these options \(acq_func = "XX"\): expected acq_func to be in/],
    ['keras-tuner', 'options: { num_initial_points: x }', /fails with these options \(num_initial_points = "x"\): TypeError/],
    ['keras-tuner', 'options: { alfa: 0.1 }', /BayesianOptimizationOracle has no option alfa \(did you mean alpha\?\)/],
    ['ray-tune', 'sampler: OptunaSearch, options: { metric: a }', /OptunaSearch has no option metric/],
    ['deap', 'options: { population_size: x }', /simple: option population_size is "x", must be a whole number of at least 2/],
    ['deap', 'options: { popsize: 3 }', /simple has no option popsize \(did you mean population_size\?\)/],
    ['deap', 'sampler: mu+lambda, options: { crossover_prob: 0.9 }', /crossover_prob and mutation_prob are 0\.9 and 0\.8, together at most 1/],
  ])('%s with %s: the option is named, and what it takes', async (adapter, options, words) => {
    await expect(tuned(folder.path, `{ external: ${adapter}, ${options}, python: ${pythonOf(adapter)} }`)).rejects.toThrow(words);
  }, 60_000);

  test('an old Optuna is refused with the versions that are known to work', async () => {
    install('optuna-old', ['optuna==3.6.1']);
    await expect(tuned(folder.path, `{ external: optuna, python: ${pythonOf('optuna-old')} }`)).rejects.toThrow(/optuna 3\.6\.1 is too old: this needs 4\.0 or newer.*pip install "optuna==5\.0\.0"/s);
  }, 600_000);

  test.each([['samplers', 'sampler', 'BaseSampler'], ['pruners', 'pruner', 'BasePruner']])('whatever else optuna.%s lists is refused, with the classes that are driven', async (module, key, base) => {
    const [listed = [], driven = []] = ownLoop<readonly (readonly string[])[]>('optuna', `
import optuna, inspect
base = optuna.${module}.${base}
usable = [name for name in optuna.${module}.__all__ if inspect.isclass(getattr(optuna.${module}, name)) and issubclass(getattr(optuna.${module}, name), base) and not inspect.isabstract(getattr(optuna.${module}, name))]
print(json.dumps([optuna.${module}.__all__, usable]))`);
    const tried = [...peers.flatMap(({ adapter, cases }) => (adapter === 'optuna' ? cases.map(({ sampler }) => sampler) : [])), 'GPSampler', ...optunaPruners];
    expect(driven.filter((name) => !tried.includes(name))).toEqual([]);
    for (const name of listed.filter((each) => !driven.includes(each))) {
      await expect(tuned(folder.path, `{ external: optuna, ${key}: ${name}, python: ${pythonOf('optuna')} }`)).rejects.toThrow(new RegExp(`optuna\\.${module} has no ${name} that can be used by itself\\. There are .*${driven[0] ?? ''}`));
    }
  }, 120_000);

  test('a sampler that steps through the space beside a parameter without steps', async () => {
    await expect(tuned(folder.path, `{ external: optuna, sampler: BruteForceSampler, python: ${pythonOf('optuna')} }`)).rejects.toThrow(/BruteForceSampler cannot step through x.*list its values, or give it steps/s);
  }, 60_000);

  test('a sampler of OptunaHub by its package\'s name', async () => {
    // The registry is a repository of elsewhere: what stands in for it hands over a module as `optunahub.load_module` does.
    mkdirSync(join(folder.path, 'hub'), { recursive: true });
    writeFileSync(join(folder.path, 'hub', 'optunahub.py'), `import types, optuna
def load_module(package):
    assert package == "samplers/mine", package
    module = types.ModuleType("optunahub_registry.package.samplers.mine")
    module.Mine = type("Mine", (optuna.samplers.RandomSampler,), {"__module__": module.__name__})
    module.BaseSampler = optuna.samplers.BaseSampler
    return module
`);
    writeFileSync(join(folder.path, 'hubbed'), `#!/bin/sh\nPYTHONPATH=${join(folder.path, 'hub')} exec ${pythonOf('optuna')} "$@"\n`, { mode: 0o755 });
    const { search, notes } = await tuned(folder.path, '{ external: optuna, sampler: "hub:samplers/mine", python: ./hubbed, seed: 7 }', { trials: 4 });
    const plain = await tuned(folder.path, `{ external: optuna, sampler: RandomSampler, python: ${pythonOf('optuna')}, seed: 7 }`, { trials: 4 });
    expect(search.trials.map(({ params }) => params)).toEqual(plain.search.trials.map(({ params }) => params));
    expect(notes.join('\n')).toContain('optuna 5.0.0 hub:samplers/mine');
  }, 60_000);

  test('a newer one than was tested runs, and is said', async () => {
    // The library itself is the known one: only its metadata are made up.
    const site = join(folder.path, 'site', 'optuna-9.1.0.dist-info');
    mkdirSync(site, { recursive: true });
    writeFileSync(join(site, 'METADATA'), 'Metadata-Version: 2.1\nName: optuna\nVersion: 9.1.0\n');
    writeFileSync(join(folder.path, 'newer'), `#!/bin/sh\nPYTHONPATH=${join(folder.path, 'site')} exec ${pythonOf('optuna')} "$@"\n`, { mode: 0o755 });
    const { search, notes } = await tuned(folder.path, '{ external: optuna, python: ./newer, seed: 7 }', { trials: 3 });
    expect(search.trials).toHaveLength(3);
    expect(notes.join('\n')).toContain('optuna 9.1.0 is newer than what noregret was tested with (optuna==5.0.0)');
  }, 60_000);

  test('Optuna\'s GPSampler, with torch: the trials of its own loop', async () => {
    install('torch');
    const own = ownLoop<readonly object[]>('torch', `
import optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.create_study(sampler=optuna.samplers.GPSampler(seed=7))
def objective(trial):
    act = trial.suggest_categorical("act", ["relu", "tanh"]); units = trial.suggest_int("units", 4, 64); x = trial.suggest_float("x", 0.0001, 1.0, log=True)
    return loss_of(x, units, act)
study.optimize(objective, n_trials=15)
print(json.dumps([trial.params for trial in study.trials]))`);
    const { search } = await tuned(folder.path, `{ external: optuna, sampler: GPSampler, python: ${pythonOf('torch')}, seed: 7 }`);
    expect(search.trials.map(({ params }) => params)).toEqual(own);
  }, 1_800_000);

  test('Hyperopt\'s adaptive TPE, with lightgbm', async () => {
    install('hyperopt-atpe', ['hyperopt==0.3.0', 'numpy==2.4.6', 'lightgbm', 'scikit-learn']);
    const method = `{ external: hyperopt, sampler: atpe, python: ${pythonOf('hyperopt-atpe')}, seed: 7 }`;
    const { search } = await tuned(folder.path, method);
    expect(search.trials.map(({ state }) => state)).toEqual(Array.from({ length: 15 }, () => 'complete'));
    expect((await tuned(folder.path, method)).search.trials.map(({ params }) => params)).toEqual(search.trials.map(({ params }) => params));
  }, 600_000);
});

(hasPython ? test : test.skip)('Ray\'s BayesOptSearch, which knows no logarithmic scale, gets logarithms', async () => {
  install('ray-tune');
  const { search } = await tuned(folder.path, `{ external: ray-tune, sampler: BayesOptSearch, python: ${pythonOf('ray-tune')}, seed: 7 }`, { parameters: '{ x: { distribution: log_uniform_values, min: 0.0001, max: 1.0 }, units: { distribution: uniform, min: 4.0, max: 64.0 } }' });
  const small = search.trials.filter(({ params }) => params.x < 0.01);
  // Uniform numbers are that small once in a hundred times.
  expect(small.length).toBeGreaterThan(3);
  await expect(tuned(folder.path, `{ external: ray-tune, sampler: BayesOptSearch, python: ${pythonOf('ray-tune')} }`)).rejects.toThrow(/BayesOptSearch cannot draw act \(categorical\)/);
}, 900_000);
