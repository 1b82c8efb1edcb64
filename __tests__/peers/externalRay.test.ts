import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { temporaryFolder } from '../stores/gitFixture.js';
import { hasPython, install, numbers, ownLoop, pythonOf, tuned, type Point } from './externalPeers.js';

const folder = temporaryFolder('external-ray');
afterAll(() => { folder.remove(); });

/** `own`: makes `search`; empty where a searcher's own loop has no seed that can be had or hangs with one trial at a time. */
interface Searcher { readonly environment: string; readonly sampler: string; readonly options?: string; readonly parameters?: string; readonly trials?: number; readonly own?: string; readonly told?: string }
const searchers: readonly Searcher[] = [
  { environment: 'ray-tune-more', sampler: 'NevergradSearch', own: 'import nevergrad\nfrom ray.tune.search.nevergrad import NevergradSearch\nnumpy.random.seed(7)\nsearch = NevergradSearch(optimizer=nevergrad.optimizers.NGOpt, optimizer_kwargs={"budget": 15, "num_workers": 1})' },
  { environment: 'ray-tune-more', sampler: 'NevergradSearch', options: 'optimizer: OnePlusOne', own: 'import nevergrad\nfrom ray.tune.search.nevergrad import NevergradSearch\nnumpy.random.seed(7)\nsearch = NevergradSearch(optimizer=nevergrad.optimizers.OnePlusOne, optimizer_kwargs={"budget": 15, "num_workers": 1})' },
  { environment: 'ray-tune-more', sampler: 'ZOOptSearch', parameters: numbers },
  { environment: 'ray-tune-more', sampler: 'TuneBOHB', own: 'from ray.tune.search.bohb import TuneBOHB\nnumpy.random.seed(7)\nsearch = TuneBOHB(seed=7)', told: 'search.on_trial_result(name, {"loss": loss, "hyperband_info": {"budget": 9}}); search.on_trial_complete(name)' },
  { environment: 'ray-tune-hebo', sampler: 'HEBOSearch', trials: 8, own: 'from ray.tune.search.hebo import HEBOSearch\nsearch = HEBOSearch(random_state_seed=7, max_concurrent=1)' },
  { environment: 'torch', sampler: 'AxSearch', trials: 8, own: 'from ray.tune.search.ax import AxSearch\nsearch = AxSearch(random_seed=7)' },
];

// `name` is a trial's.
const loopOf = ({ own = '', told = 'search.on_trial_complete(name, result={"loss": loss, "training_iteration": 9})', trials = 15 }: Searcher): string => `
import numpy
from ray import tune
${own}
search.set_search_properties("loss", "min", {"act": tune.choice(["relu", "tanh"]), "units": tune.randint(4, 65), "x": tune.loguniform(0.0001, 1.0)})
seen = []
for i in range(${trials}):
    name = f"trial{i}"
    config = search.suggest(name)
    seen.append({"act": str(config["act"]), "units": int(config["units"]), "x": float(config["x"])})
    loss = loss_of(**seen[-1])
    ${told}
print(json.dumps(seen))`;

describe.each(hasPython ? searchers : [])('Ray\'s $sampler { $options }', (searcher) => {
  const { environment, sampler, options = '', parameters, trials = 15, own } = searcher;
  const method = `{ external: ray-tune, sampler: ${sampler}, options: { ${options} }, python: ${pythonOf(environment)}, seed: 7, timeout: 5m }`;
  const setting = { trials, ...(parameters === undefined ? {} : { parameters }) };
  beforeAll(() => { install(environment); }, 1_800_000);

  test('proposes; the same seed, the same trials', async () => {
    const { search, notes } = await tuned(folder.path, method, setting);
    expect(search.trials.map(({ state }) => state)).toEqual(Array.from({ length: trials }, () => 'complete'));
    expect(notes.join('\n')).toContain(`ray 2.60.0 ${sampler}`);
    expect(new Set(search.trials.map(({ params }) => JSON.stringify(params))).size).toBeGreaterThan(trials / 2);
    expect((await tuned(folder.path, method, setting)).search.trials.map(({ params }) => params)).toEqual(search.trials.map(({ params }) => params));
  }, 600_000);

  (own === undefined ? test.skip : test)('they are those of its own `suggest` and `on_trial_complete`', async () => {
    const theirs = ownLoop<readonly Point[]>(environment, loopOf(searcher));
    const { search } = await tuned(folder.path, method, setting);
    for (const [i, { params }] of search.trials.entries()) {
      expect({ i, ...params }).toMatchObject({ i, units: theirs[i]?.units, act: theirs[i]?.act });
      expect(params.x).toBeCloseTo(theirs[i]?.x ?? Number.NaN, 10);
    }
  }, 600_000);

  test('three at once, of which a constraint forbids some', async () => {
    const { search } = await tuned(folder.path, `${method}\nconstraints: ["units < 50"]`, { ...setting, parallel: 3 });
    // ZOOpt ends by itself where it finds no point that it has not had.
    expect(search.trials.length).toBeGreaterThan(4);
    expect(search.trials.every(({ state, params }) => state === 'complete' && params.units < 50)).toBe(true);
  }, 600_000);
});

(hasPython ? describe : describe.skip)('what Ray\'s searchers cannot', () => {
  beforeAll(() => { install('ray-tune-more'); }, 900_000);

  test.each<[string, RegExp]>([
    ['sampler: ZOOptSearch', /ZOOpt does not support parameters of type `Float` with samplers of type `_LogUniform`\. Choose another distribution/],
    ['sampler: ZOOptSearch, options: { algo: racos }', /ZOOptSearch does not take these options \(algo = "racos"\): `algo` must be in \['asracos', 'sracos'\].*may hold algo/],
    ['sampler: NevergradSearch, options: { optimizer: Nothing }', /nevergrad\.optimizers has no Nothing\. There are \d+, such as NGOpt/],
    ['sampler: HEBOSearch', /HEBO must be installed.*HEBO==0\.3\.6/],
    ['sampler: AxSearch', /Ax must be installed.*ax-platform==1\.2\.4/],
  ])('%s', async (more, words) => {
    await expect(tuned(folder.path, `{ external: ray-tune, ${more}, python: ${pythonOf('ray-tune-more')} }`)).rejects.toThrow(words);
  }, 60_000);
});
