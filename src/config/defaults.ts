/** Every default of the configuration, with its reason: for `check --explain` and the README's table. */
export const defaults = [
  { key: 'name', value: 'the file\'s name without its ending', reason: 'several files are several studies, and each needs a name of its own' },
  { key: 'method', value: 'random', reason: 'needs no tuning of its own and is a fair baseline for every other sampler; in a pure W&B file `method` must be given, as there' },
  { key: 'metric.goal', value: 'minimize', reason: 'what W&B takes; a warning says so, since a forgotten `maximize` would turn the verdict round' },
  { key: 'metric.margin', value: 'auto', reason: 'follows the noise of the paired differences, so that nobody has to guess a number first' },
  { key: 'also.gate', value: false, reason: 'each gated metric makes every verdict stricter, so it is asked for by name' },
  { key: 'also.timing', value: false, reason: 'most metrics do not depend on how busy the machine is' },
  { key: 'budget.trials', value: 20, reason: 'enough to land in the best eighth of a space with 93 % chance, few enough for a pull request' },
  { key: 'budget.failures', value: 3, reason: 'three failures in a row are nearly always the program, not the values' },
  { key: 'parallel', value: 'auto', reason: 'one trial per GPU slot; on a machine without GPUs one, so that timings stay comparable' },
  { key: 'gpus', value: 1, reason: 'most training programs use one device; on a machine without GPUs it has no effect' },
  { key: 'reduce', value: 'last', reason: 'the value of the model that would be shipped; `best` would reward a lucky step; with `early_stopping` it is `best`, as the last values are those that were no better' },
  { key: 'folds', value: 1, reason: 'one split, one run; folds multiply the runs of every stage' },
  { key: 'repeats', value: 1, reason: 'the best few are measured again on fresh seeds anyway, and more trials find more than more seeds' },
  { key: 'aggregate', value: 'mean', reason: 'what cross-validation is usually reported as, and what the gate\'s pairs are averages of' },
  { key: 'verdict.alpha', value: 0.05, reason: 'the usual level, held over all looks together' },
  { key: 'verdict.looks', value: [3, 5, 7, 10], reason: 'ends after three pairs when the effect is plain, and never costs more than ten' },
  { key: 'verdict.search', value: 'always', reason: 'a moved optimum is worth seeing even when the gate passes' },
  { key: 'verdict.rescore', value: 'auto', reason: 'the best of a search is partly luck, and fresh seeds separate the two; the longer a search, the more candidates are worth their runs (measured in bench/RESULTS.md)' },
  { key: 'verdict.drift', value: 'on-alarm', reason: 'another best configuration is the normal result of searching twice; runs are spent on it only when more than that is to be seen' },
  { key: 'verdict.variance', value: 'own', reason: 'needs no belief: with a history whose noise is half the truth, `moderated` calls 5.3 % of unchanged commits worse instead of 2.4 %' },
  { key: 'executor', value: 'local', reason: 'the machine of the job' },
  { key: 'env.pass', value: [], reason: 'a trial gets an allow-list without tokens; more is asked for by name' },
  { key: 'setup', value: [], reason: 'without it both sides share the installed dependencies, and the report says so' },
  { key: 'link', value: [], reason: 'only tracked files are in a side\'s tree unless named' },
  { key: 'inputs', value: ['**', '!**/*.md', '!docs/**', '!LICENSE*'], reason: 'anything but documentation may change a result' },
  { key: 'data', value: [], reason: 'tracked data is already part of the commit; other files are named to be fingerprinted' },
  { key: 'smoke', value: false, reason: 'a program that only reports at its end would be run once more in full; three failures in a row end a search anyhow' },
  { key: 'main_search', value: '7d', reason: 'main\'s best moves slowly; a weekly search keeps it fresh at little cost' },
  { key: 'command', value: ['${env}', '${interpreter}', '${program}', '${args}'], reason: 'as W&B, when `program` is given' },
  { key: 'trainer.backend', value: 'auto', reason: 'the fastest backend that the workspace has installed' },
] as const;

type DefaultOf<K> = Extract<(typeof defaults)[number], { readonly key: K }>['value'];

export function defaultOf<const K extends (typeof defaults)[number]['key']>(key: K): DefaultOf<K> {
  return defaults.find((entry) => entry.key === key)?.value as DefaultOf<K>;
}
