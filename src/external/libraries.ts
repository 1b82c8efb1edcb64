/** A library that a shipped adapter drives. Versions as PyPI writes them. */
export interface Library {
  /** On PyPI; its version is what is looked at. */
  readonly package: string;
  /** Driven in our tests (`npm run test:peers`), as `pip install` takes it. */
  readonly pins: readonly string[];
  /** What some of its algorithms need besides, in words. */
  readonly more?: string;
  /** The same by the algorithm's name, as `pip install` takes it. */
  readonly needs?: Readonly<Record<string, readonly string[]>>;
  /** The oldest that was driven by hand; older ones are refused, since the interface that the adapter calls may be another. */
  readonly from: string;
  /** From here on it is said that nobody has tried. */
  readonly below: string;
}

const hebo = 'HEBO==0.3.6';
const besideHebo = ['numpy==1.24.4', 'pandas==2.2.3', 'scipy==1.11.4', 'scikit-learn==1.5.2', 'torch==2.15.0', 'matplotlib==3.8.4', 'contourpy==1.2.1', 'tensorboardX==2.6.2.2', 'pyarrow==17.0.0'] as const;

/** Ray brings none of these. */
const raySearchers = {
  OptunaSearch: ['optuna'], HyperOptSearch: ['hyperopt'], BayesOptSearch: ['bayesian-optimization==1.4.3'], NevergradSearch: ['nevergrad==1.0.12'], ZOOptSearch: ['zoopt==0.4.2'],
  AxSearch: ['ax-platform==1.2.4'], TuneBOHB: ['hpbandster==0.7.4', 'ConfigSpace==1.2.2'], HEBOSearch: [hebo, ...besideHebo],
} as const;

/** `external: NAME` -> what must be installed. The adapter is `assets/python/adapters/<name>_adapter.py`. */
export const libraries: Readonly<Record<string, Library>> = {
  optuna: {
    package: 'optuna', pins: ['optuna==5.0.0'], more: 'cmaes for CmaEsSampler, scipy for QMCSampler and WilcoxonPruner, torch and scipy for GPSampler, optunahub for hub:…',
    needs: { CmaEsSampler: ['cmaes'], QMCSampler: ['scipy'], GPSampler: ['torch', 'scipy'], WilcoxonPruner: ['scipy'], hub: ['optunahub'] }, from: '4.0', below: '6',
  },
  hyperopt: { package: 'hyperopt', pins: ['hyperopt==0.3.0', 'numpy==2.4.6'], more: 'lightgbm and scikit-learn for atpe', needs: { atpe: ['lightgbm', 'scikit-learn'] }, from: '0.2.7', below: '0.4' },
  'scikit-optimize': { package: 'scikit-optimize', pins: ['scikit-optimize==0.10.2', 'scikit-learn==1.5.2', 'numpy==2.2.6'], from: '0.10.2', below: '0.11' },
  'keras-tuner': { package: 'keras-tuner', pins: ['keras-tuner==1.4.8', 'six', 'scikit-learn', 'numpy==2.4.6', 'jax==0.10.2'], more: 'tensorflow or torch in place of jax: Keras needs one of them', from: '1.4.6', below: '1.5' },
  'ray-tune': {
    package: 'ray', pins: ['ray[tune]==2.60.0'],
    more: `the searcher's own library: optuna, hyperopt, ${[...raySearchers.BayesOptSearch, ...raySearchers.NevergradSearch, ...raySearchers.ZOOptSearch, ...raySearchers.AxSearch].join(', ')} (AxSearch fails beside 1.3), ${raySearchers.TuneBOHB.join(' with ')} for TuneBOHB, or ${hebo} in an environment of its own with ${besideHebo.join(' ')}`,
    needs: raySearchers, from: '2.40', below: '3',
  },
  deap: { package: 'deap', pins: ['deap==1.4.4', 'numpy==2.4.6'], from: '1.4.1', below: '1.5' },
};

/** What these algorithms of it need besides, as `pip install` takes it. */
export function requirementsOf({ needs }: Library, algorithms: readonly string[]): readonly string[] {
  return algorithms.flatMap((name) => needs?.[name.startsWith('hub:') ? 'hub' : name] ?? []);
}

/** The line to type; for all of its algorithms, or for those that are named. */
export function installOf(library: Library, algorithms: readonly string[] = []): string {
  const { pins, more } = library;
  return `pip install ${[...pins, ...requirementsOf(library, algorithms)].map((pin) => `"${pin}"`).join(' ')}${more === undefined || algorithms.length > 0 ? '' : ` (with ${more})`}`;
}

/** What a requirement is of. */
export function packageOf(requirement: string): string {
  return requirement.split('==')[0] ?? requirement;
}

/** As some algorithm of a library wants it; the name itself where nothing is known. */
export function requirementOf(name: string): string {
  return Object.values(libraries).flatMap(({ needs }) => Object.values(needs ?? {}).flat()).find((one) => packageOf(one) === name) ?? name;
}

/** Where a found version stands; what is no version is as good as any. */
export function standing(version: string, { from, below }: Pick<Library, 'from' | 'below'>): 'known' | 'too-old' | 'newer' {
  if (compareVersions(version, from) < 0) return 'too-old';
  return compareVersions(version, below) < 0 ? 'known' : 'newer';
}

/** By their leading numbers, as the adapters do: 2.10.1rc1 is 2, 10, 1. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => (/^[\d.]*/.exec(text)?.[0] ?? '').split('.').filter((part) => part !== '').map(Number));
  for (let i = 0; i < Math.max(left?.length ?? 0, right?.length ?? 0); i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
