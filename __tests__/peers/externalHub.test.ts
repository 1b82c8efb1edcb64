import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { temporaryFolder } from '../stores/gitFixture.js';
import { hasPython, install, numbers, ownLoop, pythonOf, steps, tuned, type Point, type Study } from './externalPeers.js';

const folder = temporaryFolder('external-hub');
afterAll(() => { folder.remove(); });

const given = process.env['NOREGRET_OPTUNAHUB_REGISTRY'];
const registry = given === undefined ? undefined : resolve(given);
const isThere = hasPython && registry !== undefined && existsSync(join(registry, 'package', 'samplers'));
if (!isThere) console.log('skipped: NOREGRET_OPTUNAHUB_REGISTRY names no checkout of OptunaHub\'s registry, so its real packages are not tried');

interface Hub { readonly sampler: string; readonly options?: string; readonly pruner?: string; readonly environment?: string; readonly from?: string }
const method = ({ sampler, options = '', pruner, environment = 'optuna', from = registry ?? '' }: Hub): string => `{ external: optuna, sampler: "hub:${sampler}", options: { ${options} }, registry: ${JSON.stringify(from)}, ${pruner === undefined ? '' : `pruner: "${pruner}", pruner_options: { min_resource: 1, max_resource: 9 }, `}python: ${pythonOf(environment)}, seed: 7 }`;
const paramsOf = ({ search }: Study): readonly Point[] => search.trials.map(({ params }) => params);
const complete = (n: number): readonly string[] => Array.from({ length: n }, () => 'complete');

(hasPython ? describe : describe.skip)('a registry in a folder', () => {
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true });
    writeFileSync(join(folder.path, path), text);
  };
  beforeAll(() => {
    install('optuna');
    put('registry/package/samplers/mine/__init__.py', 'from .parts import Mine, Other\n__all__ = ["Mine"]\n');
    put('registry/package/samplers/mine/parts.py', 'import optuna\nclass Mine(optuna.samplers.RandomSampler):\n    pass\nclass Other(Mine):\n    pass\n');
    put('registry/package/samplers/pair/__init__.py', 'import optunahub\nmine = optunahub.load_module("samplers/mine")\nclass One(mine.Mine):\n    pass\nclass Two(mine.Mine):\n    pass\n');
    put('registry/package/samplers/plain/__init__.py', 'from optuna.samplers import TPESampler\n__all__ = ["TPESampler"]\n');
    put('registry/package/samplers/base/__init__.py', 'import abc\nfrom optuna.samplers import RandomSampler\nclass Base(RandomSampler, abc.ABC):\n    @abc.abstractmethod\n    def more(self): ...\n');
    put('registry/package/samplers/needy/__init__.py', 'import no_such_library\n');
    put('registry/package/samplers/needy/requirements.txt', '# for development\nno-such-library>=2\nscipy\n');
    put('registry/package/samplers/old/__init__.py', 'from optuna.samplers import NoSuchSampler\n');
    put('registry/package/samplers/dice/__init__.py', 'import optuna\nclass Dice(optuna.samplers.RandomSampler):\n    def __init__(self):\n        super().__init__()\n');
    put('registry/package/samplers/breaks/__init__.py', 'import optuna\nclass Breaks(optuna.samplers.RandomSampler):\n    def sample_independent(self, study, trial, name, distribution):\n        print("a model is fitted")\n        if trial.number == 2:\n            raise ArithmeticError("no surrogate today")\n        return super().sample_independent(study, trial, name, distribution)\n');
    put('registry/package/samplers/hangs/__init__.py', 'import time, optuna\nclass Hangs(optuna.samplers.RandomSampler):\n    def after_trial(self, *more):\n        time.sleep(600)\n');
    put('registry/package/pruners/mine/__init__.py', 'import optuna\nclass Mine(optuna.pruners.ThresholdPruner):\n    def __init__(self):\n        super().__init__(upper=0.5)\n');
  }, 600_000);
  const from = (): string => join(folder.path, 'registry');

  test.each([['the checkout', ''], ['the folder in it that holds the packages', 'package'], ['a path seen from where trials run', 'relative']])('%s', async (_, kind) => {
    const { search, notes } = await tuned(folder.path, method({ sampler: 'samplers/mine', from: kind === 'relative' ? 'registry' : join(from(), kind) }), { trials: 4 });
    const plain = await tuned(folder.path, `{ external: optuna, sampler: RandomSampler, python: ${pythonOf('optuna')}, seed: 7 }`, { trials: 4 });
    expect(search.trials.map(({ params }) => params)).toEqual(paramsOf(plain));
    expect(notes.join('\n')).toContain('optuna 5.0.0 hub:samplers/mine');
  }, 60_000);

  test('a package that hands on one of Optuna\'s own', async () => {
    const study = await tuned(folder.path, method({ sampler: 'samplers/plain', from: from() }), { trials: 4 });
    expect(paramsOf(study)).toEqual(paramsOf(await tuned(folder.path, `{ external: optuna, python: ${pythonOf('optuna')}, seed: 7 }`, { trials: 4 })));
  }, 60_000);

  test('one class of several, of a package that loads another from the same registry', async () => {
    expect((await tuned(folder.path, method({ sampler: 'samplers/pair:Two', from: from() }), { trials: 3 })).search.trials.map(({ state }) => state)).toEqual(complete(3));
  }, 60_000);

  test('one that takes no seed is said to be none that repeats itself', async () => {
    expect((await tuned(folder.path, method({ sampler: 'samplers/dice', from: from() }), { trials: 2 })).notes.join('\n')).toContain('Dice takes no seed: the same seed may propose other trials.');
  }, 60_000);

  test('a pruner of it', async () => {
    const { search } = await tuned(folder.path, `{ external: optuna, pruner: "hub:pruners/mine", registry: ${JSON.stringify(from())}, python: ${pythonOf('optuna')}, seed: 7 }`, { trials: 12 });
    expect(search.trials.filter(({ state }) => state === 'pruned').length).toBeGreaterThan(1);
    expect(search.pruning?.pruner).toBe('optuna hub:pruners/mine');
  }, 60_000);

  test.each<[string, RegExp]>([
    ['samplers/mien', /the registry .* has no samplers\/mien\. Did you mean samplers\/mine/],
    ['mine', /has no mine\. Did you mean .*samplers\/mine/],
    ['samplers/mine:Mien', /samplers\/mine of OptunaHub has no Mien\. There are Mine\./],
    ['samplers/pair', /holds 2 classes that are a BaseSampler\. Name one of them: hub:samplers\/pair:One, hub:samplers\/pair:Two/],
    ['samplers/base', /holds no classes that are a BaseSampler\. Read its page/],
    ['samplers/needy', /No module named 'no_such_library'\. It asks for: no-such-library>=2 scipy\./],
    ['samplers/old', /cannot import name 'NoSuchSampler'.*It was written for another version of Optuna/],
    ['pruners/mine', /holds no classes that are a BaseSampler/],
  ])('%s', async (sampler, words) => {
    await expect(tuned(folder.path, method({ sampler, from: from() }))).rejects.toThrow(words);
  }, 60_000);

  test('one that prints, then breaks in the middle: its traceback ends the run, what was measured stays', async () => {
    await expect(tuned(folder.path, method({ sampler: 'samplers/breaks', from: from() }))).rejects.toThrow(/optuna ended with exit code 1: ArithmeticError: no surrogate today/);
    const log = readFileSync(join(folder.path, '.noregret', 'demo', 'study.jsonl'), 'utf8');
    expect(log.split('"finished"')).toHaveLength(3);
  }, 60_000);

  test('one that does not answer any more', async () => {
    await expect(tuned(folder.path, method({ sampler: 'samplers/hangs', from: from() }).replace('seed: 7', 'seed: 7, timeout: 5s'))).rejects.toThrow(/has not answered ask for 5 s\. Raise `timeout`/);
  }, 60_000);

  test('a folder that is none', async () => {
    await expect(tuned(folder.path, method({ sampler: 'samplers/mine', from: 'nowhere' }))).rejects.toThrow(/the registry nowhere has no samplers\/mine\. It is a checkout of OptunaHub's registry/);
  }, 60_000);
});

/** Those whose requirements are Optuna's own, cmaes and scipy. */
const packages: readonly (Hub & { readonly parameters?: string; readonly trials?: number })[] = [
  ...['demo', 'tpe', 'random_search', 'qmc', 'nsgaii', 'nsgaiii', 'nsgaii_with_initial_trials', 'cmaes', 'restart_cmaes', 'catcma', 'catcmawm', 'cma_es_refinement', 'mocma', 'moead', 'hype', 'speaii', 'pso', 'differential_evolution', 'levy_flight_sampler', 'implicit_natural_gradient', 'multivariate_tpe_flex', 'tpe_tutorial', 'tpe_union_multivariate'].map((name) => ({ sampler: `samplers/${name}` })),
  ...['grey_wolf_optimization', 'whale_optimization', 'mapcma', 'distributionally_robust_bo'].map((name) => ({ sampler: `samplers/${name}`, parameters: numbers })),
  ...['grid_search', 'brute_force'].map((name) => ({ sampler: `samplers/${name}`, parameters: steps, trials: 12 })),
  { sampler: 'samplers/partial_fixed', options: 'fixed_params: { units: 8 }' },
  { sampler: 'samplers/ensembled', options: 'samplers: [RandomSampler, "hub:samplers/pso"]' },
];

(isThere ? describe : describe.skip)('packages of OptunaHub\'s real registry', () => {
  beforeAll(() => { install('optuna'); }, 600_000);

  test.each(packages)('$sampler', async ({ parameters, trials = 15, ...hub }) => {
    const setting = { trials, ...(parameters === undefined ? {} : { parameters }) };
    const study = await tuned(folder.path, method(hub), setting);
    expect(study.search.trials.map(({ state }) => state)).toEqual(complete(trials));
    expect(new Set(paramsOf(study).map((params) => JSON.stringify(params))).size).toBeGreaterThan(7);
    expect(paramsOf(await tuned(folder.path, method(hub), setting))).toEqual(paramsOf(study));
  }, 120_000);

  test('simulated_annealing takes no seed, and says so', async () => {
    const { search, notes } = await tuned(folder.path, method({ sampler: 'samplers/simulated_annealing' }), { parameters: numbers });
    expect(search.trials.map(({ state }) => state)).toEqual(complete(15));
    expect(notes.join('\n')).toContain('SimulatedAnnealingSampler takes no seed');
  }, 60_000);

  test('DEHB with the pruner of the same package', async () => {
    const { search } = await tuned(folder.path, method({ sampler: 'samplers/dehb:DEHBSampler', pruner: 'hub:samplers/dehb:DEHBPruner' }), { trials: 25 });
    expect(search.trials).toHaveLength(25);
    expect(search.trials.filter(({ state }) => state === 'pruned').length).toBeGreaterThan(2);
  }, 120_000);

  test('a pruner by its package', async () => {
    const run = async (pruner: string): Promise<readonly string[]> => (await tuned(folder.path, `{ external: optuna, pruner: "${pruner}", pruner_options: { n_startup_trials: 3 }, registry: ${registry ?? ''}, python: ${pythonOf('optuna')}, seed: 7 }`, { trials: 20 })).search.trials.map(({ state }) => state);
    const states = await run('hub:pruners/median');
    expect(states).toContain('pruned');
    expect(states).toEqual(await run('MedianPruner'));
  }, 120_000);

  test.each([['pso', 'PSOSampler'], ['catcma', 'CatCmaSampler'], ['implicit_natural_gradient', 'ImplicitNaturalGradientSampler'], ['differential_evolution', 'DESampler']])('%s: the trials of its own loop', async (name, kind) => {
    const own = ownLoop<readonly Point[]>('optuna', `
import optuna, optunahub
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.create_study(sampler=optunahub.load_local_module("samplers/${name}", registry_root="${join(registry ?? '', 'package')}").${kind}(seed=7))
def objective(trial):
    act = trial.suggest_categorical("act", ["relu", "tanh"]); units = trial.suggest_int("units", 4, 64); x = trial.suggest_float("x", 0.0001, 1.0, log=True)
    return loss_of(x, units, act)
study.optimize(objective, n_trials=15)
print(json.dumps([trial.params for trial in study.trials]))`);
    expect(paramsOf(await tuned(folder.path, method({ sampler: `samplers/${name}` })))).toEqual(own);
  }, 120_000);

  test.each<[string, RegExp]>([
    ['auto_sampler', /No module named 'torch'.*It asks for: scipy torch cmaes\./],
    ['hebo', /It asks for: optuna optunahub hebo\./],
    ['ctpe', /cTPESampler must take constraints_func.*`options` in `method` may hold .*constraints_func/],
    ['simple', /holds no classes that are a BaseSampler/],
    ['nsgaii_with_tpe_warmup', /It was written for another version of Optuna than is installed/],
  ])('%s is refused, and why', async (name, words) => {
    await expect(tuned(folder.path, method({ sampler: `samplers/${name}` }))).rejects.toThrow(words);
  }, 60_000);
});

(isThere ? describe : describe.skip)('those that need torch', () => {
  beforeAll(() => { install('torch'); }, 1_800_000);

  test.each([...['auto_sampler', 'gp', 'gp_acqf_samplers:GPEISampler', 'gp_acqf_samplers:GPUCBSampler', 'gp_mes', 'turbo', 'botorch_sampler', 'pycma'].map((name) => ({ name })), { name: 'nelder_mead', parameters: numbers }])('$name', async ({ name, ...setting }) => {
    const hub = { sampler: `samplers/${name}`, environment: 'torch' };
    const study = await tuned(folder.path, method(hub), setting);
    expect(study.search.trials.map(({ state }) => state)).toEqual(complete(15));
    expect(paramsOf(await tuned(folder.path, method(hub), setting))).toEqual(paramsOf(study));
  }, 300_000);
});
